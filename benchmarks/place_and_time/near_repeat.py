"""Near repeat and aoristic weights, beside pointpats and a walk by the minute.

`rows()` gives one row for each job; benchmarks/space_time.py prints them with those of the other
analyses. Places are spread over 305 km², so that a million events have about 206 million pairs
within 200 m.
"""

from __future__ import annotations

import math
import resource
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from timing import exponent, row, timed, warm

from convive.stats.aoristic import weights
from convive.stats.near_repeat import knox

SIDE = 17_470.0  # metres
DAYS = 1_461
PERMUTATIONS = 999
Events = tuple[np.ndarray, np.ndarray, np.ndarray]


def rows(large: bool = True) -> list[dict[str, Any]]:
    """Every job; without `large`, all but the million."""
    found = [one_cell(), five_by_five(), first_call_size(), *aoristic()]
    return found + ([million()] if large else [])


def events(n: int, seed: int = 2016) -> Events:
    draw = np.random.default_rng(seed)
    return draw.uniform(0, SIDE, n), draw.uniform(0, SIDE, n), draw.integers(0, DAYS, n)


def ours(n: int, distances: list[float], days: list[float]) -> Callable[[], object]:
    x, y, day = events(n)
    return lambda: knox(x, y, day, distances=distances, days=days, permutations=PERMUTATIONS)


def one_cell() -> dict[str, Any]:
    """50,000 events. pointpats, whose memory would be 9.6 GB, runs on 10,000 in the same run."""
    job = "Knox, 1 cell (200 m, 7 d), 50,000 events, 999 permutations"
    goal = "≤ 1.5 s and ≥ 1,000 × per permutation"
    work = warm(ours(50_000, [0, 200], [0, 7]))
    recorded = 228 / 99 * PERMUTATIONS
    told = f"a trial took 228 s for 99 permutations of 50,000 and 9.6 GB: {recorded:,.0f} s for 999"
    try:
        from pointpats import Knox
    except ImportError:
        return row(
            job, work, goal, told,
            peer="pointpats Knox", peer_s=recorded, peer_recorded=True, ratio=recorded / work,
        )  # fmt: skip
    small, few = 10_000, 9
    x, y, day = events(small)
    where, when = np.column_stack([x, y]), day[:, None].astype(float)
    times = {
        permutations: warm(lambda p=permutations: Knox(where, when, 200, 6, permutations=p))
        for permutations in (0, few)
    }
    each = (times[few] - times[0]) / few * (50_000 / small) ** 2
    return row(
        job, work, goal,
        f"peer: {few} permutations of {small:,} events in this run without its preparation, scaled "
        f"by permutations and by the square of the events; {told}",
        peer="pointpats Knox", peer_s=each * PERMUTATIONS, ratio=each * PERMUTATIONS / work,
    )  # fmt: skip


def five_by_five() -> dict[str, Any]:
    work = warm(ours(10_000, [0, 200, 400, 600, 800, 1000], [0, 7, 14, 21, 28, 35]))
    return row(
        "Knox, 5 × 5 bins, 10,000 events, 999 permutations", work, "≤ 0.4 s",
        "recorded", peer="R NearRepeat", peer_s=4400.0, peer_recorded=True, ratio=4400 / work,
    )  # fmt: skip


def first_call_size() -> dict[str, Any]:
    work = warm(ours(1_000, [0, 0.1, 200, 400], [0, 7, 14]))
    return row("Knox, 3 × 2 bins, 1,000 events, 999 permutations", work, "", "warm")


def million() -> dict[str, Any]:
    sizes = [62_500, 250_000, 1_000_000]
    times = [timed(ours(n, [0, 200], [0, 7])) for n in sizes]
    return row(
        "Knox, 1 cell, 1,000,000 events at city density, 999 permutations", times[-1],
        "≤ 60 s, ≤ 6 GiB",
        f"206 million pairs; peak of the process {peak():.2f} GiB; single runs; grows as "
        f"n^{exponent(sizes, times):.2f} over 62,500, 250,000 and 1,000,000 "
        "events in one city (pairs grow as n²)",
    )  # fmt: skip


def peak() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**30 if sys.platform == "darwin" else 2**20)


def aoristic() -> list[dict[str, Any]]:
    draw = np.random.default_rng(4)
    starts = np.datetime64("2014-01-01", "s") + draw.integers(0, 4 * 365 * 1440, 1_000_000) * 60
    ends = starts + np.ceil(draw.exponential(14 * 60, len(starts))).astype(int) * 60
    work = warm(lambda: weights(starts, ends, longest=72))
    small = 200
    walk = median(timed(lambda: by_minute(starts[:small], ends[:small])) for _ in range(5))
    scaled = walk * len(starts) / small
    return [
        row(
            "Aoristic weights, 1,000,000 intervals of 14 hours in the mean", work, "",
            f"the walk took {small} intervals in this run, scaled", peer="walk by the minute",
            peer_s=scaled, ratio=scaled / work,
        )
    ]  # fmt: skip


def by_minute(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    cells = np.zeros(168)
    for start, end in zip(starts.astype(int), ends.astype(int), strict=True):
        minutes = math.ceil((end - start) / 60)
        for m in range(minutes):
            cells[(start + 60 * m) // 3600 % 168] += 1 / minutes
    return cells


if __name__ == "__main__":
    for found in rows(large="--large" in sys.argv):
        print(found)
