"""The search of the space-time scan: over the data, and over replicas of them without clusters.

What is prepared once (`Ground`) is shared by all replicas. A replica is known by the seed and its
number alone, so that neither the number of threads nor an early stop changes any of them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convive.stats import scan_draws, scan_kernels, scan_plain
from convive.stats.scan_zones import Zones

Floats = NDArray[np.float64]
Short = NDArray[np.int32]
Long = NDArray[np.int64]

MOST_CASES = 2**24  # counts are kept in 32-bit floats, exact up to here
BLOCK = 64  # replicas between two looks at whether to stop

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Ground:
    """Data and windows as the kernels want them.

    place, column : (C,) one entry for each case: its place (numbered among those with an
        expectation) and interval; where only windows alive at the end count, the interval is
        counted back from the end.
    share, other : alias table over the cells (place, interval); empty for the permutation model.
    zone_size : for each entry of `near`, places of its full zone, those without people included.
    """

    place: Short
    column: Short
    share: Floats
    other: Short
    intervals: int
    alive: bool
    first: Long
    near: Short
    zone_size: Long
    weight: Floats
    places: int
    columns: int
    tide: NDArray[np.float32]
    measure: NDArray[np.float32]
    exact: Floats
    shortest: Floats
    longest: Floats
    groups: Long
    starts: int
    total: float
    most: float
    rates: str
    least: int
    fast: bool

    def sides(self) -> tuple[Any, ...]:
        """Whether low rates count, and whether high ones do."""
        return self.rates != "high", self.rates != "low"

    def windows(self) -> tuple[Any, ...]:
        """What every kernel takes after the cases."""
        return (
            self.first, self.near, self.weight, self.places, self.columns, self.tide, self.measure,
            self.exact, self.shortest, self.longest, self.groups, self.starts, self.least,
            self.total, self.most,
        )  # fmt: skip


@dataclass(frozen=True)
class Best:
    """The best window of one centre: its zone holds the nearest `size` places."""

    llr: float
    centre: int
    size: int
    start: int
    stop: int
    cases: int
    expected: float


def duration_groups(longest: int) -> Long:
    """{1}, {2}, {3, 4}, {5 … 8} … up to `longest`: least and most of each."""
    groups, low, high = [], 1, 1
    while low <= longest:
        groups.append((low, min(high, longest)))
        low, high = high + 1, 2 * high
    return np.array(groups, dtype=np.int64)


def least_of(windows: Floats) -> float:
    """The fewest cases of any window that has some: one without any holds no cluster."""
    some = windows[windows > 0]
    return float(some.min()) if len(some) else 0.0


def alias_table(weights: Floats) -> tuple[Floats, Short]:
    """Walker's table: a draw from it takes one random number, whatever the number of cells."""
    n = len(weights)
    scaled = (weights * (n / weights.sum())).tolist()
    share, other = np.ones(n), np.arange(n, dtype=np.int32)
    small = [i for i, w in enumerate(scaled) if w < 1]
    large = [i for i, w in enumerate(scaled) if w >= 1]
    while small and large:
        i, j = small.pop(), large[-1]
        share[i], other[i] = scaled[i], j
        scaled[j] -= 1 - scaled[i]
        if scaled[j] < 1:
            small.append(large.pop())
    heaviest = int(np.argmax(weights))
    for i in small:  # rounding left them: nearly 1, and never a cell in which nothing can fall
        if weights[i] == 0:
            share[i], other[i] = 0.0, heaviest
    return share, other


def ground(
    place: Long, interval: Long, expected: Floats | None, weight: Floats, intervals: int,
    zones: Zones, longest: int, alive: bool, rates: str, least: int,
) -> Ground:  # fmt: skip
    """Prepare a search.

    Parameters
    ----------
    place, interval : (C,) where and when each case happened
    expected : (places, T) expected cases; None for the permutation model
    weight : (places,) expected cases over the whole study
    longest : intervals of the longest window
    alive : only windows that end with the study
    """
    total = len(place)
    if total >= MOST_CASES:
        raise ValueError(f"cases: {total} are more than the {MOST_CASES - 1} that a scan can take")
    held = np.flatnonzero(weight > 0)
    number = np.full(len(weight), -1, dtype=np.int64)
    number[held] = np.arange(len(held))
    kept = weight[zones.near] > 0
    size = np.arange(len(zones.near)) - np.repeat(zones.first[:-1], np.diff(zones.first)) + 1
    before = np.concatenate([[0], np.cumsum(kept)])
    first = before[zones.first]
    near = number[zones.near[kept]].astype(np.int32)
    grown = np.empty(len(near))
    for a, b in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        grown[a:b] = np.cumsum(weight[held][near[a:b]])
    columns = (longest if alive else intervals) + 1
    groups = duration_groups(longest)
    starts = 1 if alive else columns
    column = (intervals - 1 - interval) if alive else interval
    none, none2 = np.zeros(0, np.float32), np.zeros((0, 0))
    common: dict[str, Any] = {
        "place": number[place].astype(np.int32), "column": column.astype(np.int32),
        "intervals": intervals, "alive": alive, "first": first, "near": near,
        "zone_size": size[kept], "weight": grown, "places": len(held), "columns": columns,
        "groups": groups, "starts": starts, "total": float(total), "rates": rates, "least": least,
        "fast": rates == "high",
    }  # fmt: skip
    if expected is None:
        tide = np.zeros(columns)
        tide[1:] = np.cumsum(np.bincount(column, minlength=intervals)[: columns - 1])
        to_end = np.arange(columns)
        shortest = np.array([[least_of((tide[d:] - tide[:-d])[:starts]) for d in groups[:, 0]]])
        widest = np.array(
            [
                [(tide[np.minimum(to_end + d, columns - 1)] - tide)[:starts].max()]
                for d in groups[:, 1]
            ]
        ).T.copy()
        most = float(grown.max(initial=0) * widest.max() / total) if total else 0.0
        return Ground(
            **common, share=np.zeros(0), other=np.zeros(0, np.int32), tide=tide.astype(np.float32),
            measure=none.reshape(0, 0), exact=none2, shortest=shortest, longest=widest, most=most,
        )  # fmt: skip
    cells = expected[held]
    share, other = alias_table(cells.ravel())
    exact = np.zeros((len(held), columns))
    exact[:, 1:] = np.cumsum(cells[:, ::-1] if alive else cells, axis=1)[:, : columns - 1]
    shortest, widest = np.empty((len(near), len(groups))), np.empty((len(near), len(groups)))
    scan_kernels.spread(first, near, exact, groups, starts, shortest, widest)
    return Ground(
        **common, share=share, other=other, tide=none, measure=exact.astype(np.float32),
        exact=exact, shortest=shortest, longest=widest, most=float(widest.max(initial=0)),
    )  # fmt: skip


def best_of_each(at: Ground, floor: float) -> list[Best]:
    """The best window above `floor` of each centre that has one, the best first."""
    centres = len(at.first) - 1
    best, found = np.empty(centres), np.empty((centres, 5))
    if at.most > 0:
        data: tuple[Any, ...] = (at.place, at.column, floor)
        windows: tuple[Any, ...] = (*at.windows(), best, found)
        if at.fast:
            scan_kernels.scan_observed(*data, *windows)
        else:
            scan_plain.scan_observed(*data, *at.sides(), *windows)
    else:
        found[:] = -1
    answer = []
    for centre in np.flatnonzero(found[:, 0] >= 0).tolist():
        zone, start, length, cases, expected = found[centre].tolist()
        begin = at.intervals - int(length) if at.alive else int(start)
        answer.append(
            Best(
                llr=float(best[centre]), centre=centre,
                size=int(at.zone_size[at.first[centre] + int(zone)]),
                start=begin, stop=begin + int(length), cases=int(cases), expected=expected,
            )
        )  # fmt: skip
    return sorted(answer, key=lambda one: (-one.llr, one.centre))


def top(at: Ground) -> float:
    """The largest statistic of the data alone, 0 where no window has one."""
    return max((one.llr for one in best_of_each(at, 0.0)), default=0.0)


def replica_maxima(
    at: Ground, seed: int, wanted: int, observed: float, stop_after: int | None,
    threads: int | None, progress: Progress | None,
) -> Floats:  # fmt: skip
    """Largest statistics of replicas 0, 1, 2 … in order; fewer than `wanted` where it stops early.

    With `stop_after` = h it stops at the replica that is the h-th to reach `observed`.
    """
    maxima = np.zeros(wanted)
    if not wanted or not at.most > 0:
        return maxima
    workers = max(1, min(threads or os.cpu_count() or 1, os.cpu_count() or 1))
    block = wanted if stop_after is None and progress is None else BLOCK
    with ThreadPoolExecutor(workers) as pool:
        for begin in range(0, wanted, block):
            end = min(begin + block, wanted)
            part = max(1, math.ceil((end - begin) / (workers * 4)))
            pieces = [np.arange(a, min(a + part, end)) for a in range(begin, end, part)]

            def work(numbers: Long) -> None:
                _replicas(at, seed, numbers, maxima[numbers[0] : numbers[-1] + 1])

            list(pool.map(work, pieces))
            if progress is not None:
                progress(end, wanted)
            if stop_after is not None:
                reached = np.flatnonzero(maxima[:end] >= observed)
                if len(reached) >= stop_after:
                    return maxima[: reached[stop_after - 1] + 1].copy()
    return maxima


def _replicas(at: Ground, seed: int, numbers: Long, maxima: Floats) -> None:
    chance: tuple[Any, ...] = (
        at.place, at.column, at.share, at.other, at.intervals, at.alive, np.uint64(seed), numbers
    )  # fmt: skip
    windows: tuple[Any, ...] = (*at.windows(), maxima)
    if at.fast:
        scan_kernels.scan_replicas(*chance, *windows)
    else:
        scan_plain.scan_replicas(*chance, *at.sides(), *windows)


def replica_cases(at: Ground, seed: int, replica: int) -> tuple[Short, Short]:
    """Place and column of each case of one replica: what a slow reference needs to agree."""
    where = np.empty(len(at.place), np.int32)
    if not len(at.share):
        scan_draws.shuffled(at.place, np.uint64(seed), np.int64(replica), where)
        return where, at.column
    scan_draws.drawn(at.share, at.other, np.uint64(seed), np.int64(replica), where)
    when = where % at.intervals
    return where // at.intervals, at.intervals - 1 - when if at.alive else when


def monte_carlo_p(statistic: float, maxima: Floats) -> float:
    """(1 + replicas that reach the statistic) / (1 + replicas); never 0."""
    return (1 + int((maxima >= statistic).sum())) / (1 + len(maxima))


def gumbel_p(statistic: float, maxima: Floats) -> float:
    """Upper tail at the statistic of a Gumbel distribution with the mean and spread of the maxima.

    β = s·√6/π, μ = mean − γ·β, p = 1 − exp(−exp((μ − x)/β)); nan below two replicas or where they
    are all alike.
    """
    if len(maxima) < 2 or not maxima.std() > 0:
        return math.nan
    beta = float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi
    mu = float(maxima.mean()) - float(np.euler_gamma) * beta
    return -math.expm1(-math.exp((mu - statistic) / beta))
