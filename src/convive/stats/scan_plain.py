"""The space-time scan window by window: for low rates, where the fast bound does not hold.

Slower by ten times and more than `scan_kernels`, with the same windows and the same answers; tests
hold the two against each other on data that are too large for pure Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel
from convive.stats.scan_draws import drawn, prefix_rows, shuffled
from convive.stats.scan_kernels import llr

Single = NDArray[np.float32]
Double = NDArray[np.float64]
Short = NDArray[np.int32]
Long = NDArray[np.int64]


@kernel
def scan_centre(
    near: Short, weight: Double, rows: Single, tide: Single, exact: Double, longest: int,
    starts: int, least: int, low: bool, high: bool, total: float, best: float,
    held: Double, due: Double, found: Double,
) -> float:  # fmt: skip
    """The best statistic above `best` of one centre: of low rates, high rates or both."""
    width = rows.shape[1]
    held[:] = 0.0
    due[:] = 0.0
    for zone in range(len(near)):
        for t in range(width):
            held[t] += rows[near[zone], t]
            if len(tide) == 0:
                due[t] += exact[near[zone], t]
        for s in range(min(starts, width - 1)):
            for e in range(s + 1, min(s + longest, width - 1) + 1):
                c = held[e] - held[s]
                if len(tide) > 0:
                    mu = weight[zone] * (np.float64(tide[e]) - np.float64(tide[s])) / total
                else:
                    mu = due[e] - due[s]
                far = c - mu
                if mu <= 0.0 or mu >= total or far == 0.0:
                    continue
                if (far < 0.0 and not low) or (far > 0.0 and (not high or c < least)):
                    continue
                if far * far * total < best * mu * (total - mu) * (1.0 - 1e-9):
                    continue
                ratio = llr(c, mu, total)
                if ratio > best:
                    best = ratio
                    found[0], found[1], found[2] = zone, s, e - s
                    found[3], found[4] = c, mu
    return best


@kernel
def scan_replicas(
    place: Short, column: Short, share: Double, other: Short, intervals: int, alive: bool,
    seed: Any, numbers: Long, low: bool, high: bool,
    first: Long, near: Short, weight: Double, places: int, columns: int,
    tide: Single, measure: Single, exact: Double, shortest: Double, longest: Double,
    groups: Long, starts: int, least: int, total: float, most: float, maxima: Double,
) -> None:  # fmt: skip
    """As `scan_kernels.scan_replicas`."""
    rows = np.empty((places, columns), np.float32)
    held, due, found = np.empty(columns), np.empty(columns), np.empty(5)
    where, when = np.empty(len(place), np.int32), column.copy()
    for i in range(len(numbers)):
        if len(share) == 0:
            shuffled(place, seed, numbers[i], where)
        else:
            drawn(share, other, seed, numbers[i], where)
            for j in range(len(where)):
                t = where[j] % intervals
                when[j] = intervals - 1 - t if alive else t
                where[j] //= intervals
        prefix_rows(where, when, rows)
        best = 0.0
        for centre in range(len(first) - 1):
            a, b = first[centre], first[centre + 1]
            best = scan_centre(
                near[a:b], weight[a:b], rows, tide, exact, groups[-1, 1], starts, least, low, high,
                total, best, held, due, found,
            )  # fmt: skip
        maxima[i] = best


@kernel
def scan_observed(
    place: Short, column: Short, floor: float, low: bool, high: bool,
    first: Long, near: Short, weight: Double, places: int, columns: int,
    tide: Single, measure: Single, exact: Double, shortest: Double, longest: Double,
    groups: Long, starts: int, least: int, total: float, most: float, best: Double, found: Double,
) -> None:  # fmt: skip
    """As `scan_kernels.scan_observed`."""
    rows = np.empty((places, columns), np.float32)
    held, due = np.empty(columns), np.empty(columns)
    prefix_rows(place, column, rows)
    for centre in range(len(first) - 1):
        a, b = first[centre], first[centre + 1]
        found[centre, 0] = -1
        best[centre] = scan_centre(
            near[a:b], weight[a:b], rows, tide, exact, groups[-1, 1], starts, least, low, high,
            total, floor, held, due, found[centre],
        )  # fmt: skip
