"""Synthetic control with all its placebos, beside pysyncon.

`rows()` gives one row for each job. The peer minimises the same sum of squares: `Synth.fit` with
each pre-period as a predictor and a fixed V takes ‖√V (X₁ − X₀W)‖² after every predictor is divided
by its standard deviation, so that V = variance is raw outcomes, with no search for predictor
weights. V is also multiplied by 10⁴ / ‖X₁‖²: that changes no optimum, but with V = variance alone
its solver (SLSQP) stops far from it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from timing import row, timed, warm

from convive.stats import effect

UNITS, PERIODS, FIRST = 101, 60, 48
PLACEBOS = UNITS - 1
Panel = np.ndarray


def rows() -> list[dict[str, Any]]:
    return [synthetic_control(), *others()]


def panel(seed: int = 7) -> Panel:
    """Counts of 101 units in 60 months, with three trends that all share in part."""
    draw = np.random.default_rng(seed)
    trends = draw.normal(size=(3, PERIODS)).cumsum(axis=1) * 0.1
    size = 0.4 * draw.normal(size=(UNITS, 1))
    share = draw.normal(size=(UNITS, 3)) * 0.3
    return draw.poisson(60 * np.exp(size + share @ trends)).astype(float)


def synthetic_control() -> dict[str, Any]:
    y = panel()
    job = "Synthetic control, 1 + 100 units × 60 months, 100 placebos"
    goal = "≥ 500 ×, weights equal to 1e-4"
    work = warm(lambda: effect.estimate(y, [0], FIRST, method="sc", held_out=0))
    try:
        from pysyncon import Synth
    except ImportError:
        return row(job, work, goal, "pysyncon is not installed")
    ours = effect.estimate(y, [0], FIRST, method="sc", held_out=0).unit_weights[1:]
    weights, seconds = theirs(Synth, y, 1e4)
    raw, quick = theirs(Synth, y, 0.0)
    fits = PLACEBOS + 1
    return row(
        job, work, goal,
        f"peer: Synth.fit, V fixed, one fit in this run × {fits}; largest difference in weights "
        f"{np.abs(ours - weights).max():.1e}. With V = variance alone {quick * fits:.1f} s "
        f"({quick * fits / work:,.0f} ×), stopped at {misfit(y, raw) / misfit(y, ours):.2f} times "
        f"our sum of squares",
        peer="pysyncon Synth", peer_s=seconds * fits, ratio=seconds * fits / work,
    )  # fmt: skip


def theirs(synth: Any, y: Panel, scaled: float) -> tuple[np.ndarray, float]:
    """Weights of the first unit's controls, and seconds of the fit; `scaled` 0 for V as it is."""
    import pandas as pd

    before = y[:, :FIRST].T
    treated = pd.Series(before[:, 0], name="treated")
    controls = pd.DataFrame(before[:, 1:])
    v = before.var(axis=1, ddof=1) * (scaled / (before[:, 0] @ before[:, 0]) if scaled else 1.0)
    fitted = synth()
    seconds = timed(
        lambda: fitted.fit(X0=controls, X1=treated, Z0=controls, Z1=treated, custom_V=v)
    )
    return np.asarray(fitted.W, dtype=float), seconds


def misfit(y: Panel, weights: np.ndarray) -> float:
    return float(((y[0, :FIRST] - weights @ y[1:, :FIRST]) ** 2).sum())


def others() -> list[dict[str, Any]]:
    y = panel()
    return [
        row(
            f"Effect by {method}, 1 + 100 units × 60 months, 100 placebos, pre-trend check",
            warm(lambda m=method: effect.estimate(y, [0], FIRST, method=m)), "",
            "twice 101 fits: the check backdates each of them",
        )
        for method in ("did", "sc", "sdid")
    ]  # fmt: skip


if __name__ == "__main__":
    for found in rows():
        print(found)
