"""Change points against ruptures, in the same process, on the same series.

`rows()` gives one dictionary per job; seconds are medians of warm runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from timing import medians

from convive.stats import alarm, change_points, change_search

RUNS = 3


def rows() -> list[dict[str, Any]]:
    return [segments(84, 3), segments(240, 5), search(), alarms()]


def levels(n: int, changes: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    label = np.arange(n) * (changes + 1) // n
    return rng.poisson(40 * np.where(label % 2, 1.5, 1)).astype(float)


def segments(n: int, changes: int) -> dict[str, Any]:
    """The best places of so many changes: exact as ruptures' Dynp, but by Poisson likelihood."""
    counts, due = levels(n, changes), np.ones(n)

    def ours() -> np.ndarray:
        return change_search.best_segments(counts, due, changes, 6)

    other, note = None, ""
    try:
        import ruptures
    except ImportError:
        pass
    else:

        def dynp() -> list[int]:
            model = ruptures.Dynp(model="l2", min_size=6, jump=1).fit(counts)
            return list(model.predict(n_bkps=changes))

        other = dynp
        note = f"places {ours().tolist()}; ruptures' {dynp()[:-1]}"
    mine, theirs = medians(ours, other, RUNS)
    job = f"best {changes} changes of {n} months"
    return _row(job, mine, "ruptures Dynp, l2", theirs, "≥ 10 ×", note)


def search() -> dict[str, Any]:
    """The whole question for a district's seven years: season, tests on 999 series, intervals."""
    counts = levels(84, 1)
    mine, _ = medians(lambda: change_points.find(counts), None, RUNS)
    return _row("change points of 84 months, whole answer", mine, "", None, 1.0, "")


def alarms() -> dict[str, Any]:
    """The newest month of each of the 84 districts of La Libertad."""
    rng = np.random.default_rng(0)
    series = rng.poisson(rng.gamma(1, 20, (84, 1)), (84, 72))
    mine, _ = medians(
        lambda: [alarm.newest(counts) for counts in series if counts.sum()], None, RUNS
    )
    return _row("alarm for the newest month of 84 districts", mine, "", None, 2.0, "")


def _row(
    job: str, ours: float, peer: str, theirs: float | None, goal: float | str, note: str
) -> dict[str, Any]:
    return {
        "job": job,
        "ours_s": ours,
        "peer": peer,
        "peer_s": theirs,
        "peer_recorded": False,
        "ratio": theirs / ours if theirs else None,
        "goal": goal,
        "note": note,
    }


if __name__ == "__main__":
    for row in rows():
        print(row)
