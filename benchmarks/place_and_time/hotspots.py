"""Hot spots against KDEpy and esda, in the same process, on the same data.

`rows()` gives one dictionary per job; seconds are medians of warm runs.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from timing import medians

from convive.stats import bandwidth, density, gi_star, neighbours

RUNS = 7


def rows() -> list[dict[str, Any]]:
    return [kde(), kde(100.0), *local_g()]


class Cloud:
    """Events in forty clusters, and a grid whose nodes lie where FFTKDE has them."""

    def __init__(self, events: int, side: int, metres: float | None = None) -> None:
        rng = np.random.default_rng(0)
        centres = rng.uniform(1_500, 8_500, (40, 2))
        points = np.clip(
            centres[rng.integers(0, 40, events)] + rng.normal(0, 300, (events, 2)), 610, 9_390
        )
        self.x, self.y = (np.ascontiguousarray(part) for part in points.T)
        self.axis = np.linspace(0, 10_000, side)
        step = self.axis[1]
        self.grid = density.Grid(-step / 2, -step / 2, step, step, side, side)
        self.metres = metres or bandwidth.robust(self.x, self.y, "gaussian").metres

    def ours(self) -> np.ndarray:
        found = density.on_grid(self.x, self.y, self.grid, self.metres, kernel="gaussian")
        return found.values / len(self.x)


def local_g_of(rows_: int, columns: int) -> Callable[[], gi_star.LocalG]:
    """Cells of a grid with uneven values, neighbours of weight 1, 999 permutations."""
    values = np.random.default_rng(0).gamma(2, 1, rows_ * columns)
    plain = neighbours.on_grid(rows_, columns)
    return lambda: gi_star.gi(values, plain, permutations=999, seed=1)


def kde(metres: float | None = None, events: int = 1_000_000, side: int = 256) -> dict[str, Any]:
    """A million events in forty clusters on FFTKDE's grid; gaussian, robust rule or as told."""
    cloud = Cloud(events, side, metres)
    ours, x, y, grid, axis, h = (
        cloud.ours, cloud.x, cloud.y, cloud.grid, cloud.axis, cloud.metres,
    )  # fmt: skip
    spots = np.unravel_index(np.argsort(ours().ravel())[-200::20], (side, side))
    exact = density.at(x, y, grid.x[spots[1]], grid.y[spots[0]], h, kernel="gaussian") / events
    error = np.abs(ours()[spots] - exact).max() / exact.max()
    note = f"error {error:.1e} of peak"
    peer, theirs = None, None
    try:
        from KDEpy import FFTKDE
    except ImportError:
        pass
    else:
        places = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)

        def other() -> np.ndarray:
            return FFTKDE(kernel="gaussian", bw=h).fit(np.column_stack([x, y])).evaluate(places)

        peer = other
        found = other().reshape(side, side).T
        far = np.abs(found[spots] - exact).max() / exact.max()
        note += f"; KDEpy's {far:.1e}"
    mine, theirs = medians(ours, peer, RUNS)
    return _row(
        f"KDE {events:,} events, {side} × {side}, {h:.0f} m",
        mine,
        "KDEpy FFTKDE",
        theirs,
        0.125,
        3,
        note,
    )


def local_g(rows_: int = 250, columns: int = 400) -> list[dict[str, Any]]:
    """A hundred thousand cells, 999 permutations: neighbours of weight 1, and of any weight."""
    rng = np.random.default_rng(0)
    n = rows_ * columns
    values = rng.gamma(2, 1, n)
    plain = neighbours.on_grid(rows_, columns)
    uneven = neighbours.Neighbours(
        plain.indptr, plain.indices, rng.uniform(0.5, 1, len(plain.data))
    )
    found = []
    for name, weights, goal in (("binary", plain, 50), ("any", uneven, 10)):

        def ours(w: neighbours.Neighbours = weights) -> gi_star.LocalG:
            return gi_star.gi(values, w, permutations=999, seed=1)

        mine, _ = medians(ours, None, RUNS)
        answers = [gi_star.gi(values, weights, permutations=999, seed=seed) for seed in range(1, 6)]
        theirs, note = _esda(values, weights, answers, "b" if name == "binary" else "r")
        job = f"Gi {n:,} cells, 999 permutations, {name} weights"
        found.append(_row(job, mine, "esda G_Local, second call", theirs, 8.0, goal, note))
    return found


def _esda(
    values: np.ndarray,
    weights: neighbours.Neighbours,
    mine: Sequence[gi_star.LocalG],
    transform: str,
) -> tuple[float | None, str]:
    """Seconds of esda's second call, and how p correlates: medians over the pairs of seeds.

    It takes no other weights than 1 or rows that sum to 1; that changes no p.
    """
    try:
        import esda
        from libpysal.weights import WSP
        from scipy.sparse import csr_matrix
    except ImportError:
        return None, ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape = (weights.n, weights.n)
        w = WSP(csr_matrix((weights.data, weights.indices, weights.indptr), shape)).to_W(
            silence_warnings=True
        )
        found, seconds = [], []
        for seed in (1, 2, 3):
            begin = time.perf_counter()
            answer = esda.G_Local(
                values, w, transform=transform, permutations=999, seed=seed, keep_simulations=False
            )
            seconds.append(time.perf_counter() - begin)
            found.append(answer.p_sim)
    nearer = [np.minimum(one.p_high, one.p_low) for one in mine]
    ours = np.median([np.corrcoef(a, b)[0, 1] for a in nearer for b in found])
    itself = np.median([np.corrcoef(a, b)[0, 1] for a, b in combinations(found, 2)])
    return float(
        np.median(seconds[1:])
    ), f"p correlates {ours:.4f} with esda's, esda's with itself {itself:.4f}"


def _row(
    job: str, ours: float, peer: str, theirs: float | None, recorded: float, goal: float, note: str
) -> dict[str, Any]:
    seconds = recorded if theirs is None else theirs
    return {
        "job": job,
        "ours_s": ours,
        "peer": peer,
        "peer_s": seconds,
        "peer_recorded": theirs is None,
        "ratio": seconds / ours,
        "goal": f"≥ {goal:g} ×",
        "note": note,
    }


if __name__ == "__main__":
    for row in rows():
        print(row)
