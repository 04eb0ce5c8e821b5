"""Close pairs of events, counted under many permutations of their days at once.

A pair is near or far whichever day its events have, so a permutation changes the days alone. The
days of LANES permutations stand side by side in one row for each event: comparing two rows compares
a pair in all of them with a few vector instructions. Pairs are found by a grid whose cells are as
wide as the largest distance, and used up at once, a few thousand at a time while the rows they
need are at hand: they are never all held. Lane 0 of the first batch keeps the days as they are, so
what was observed is counted by the same code as its permutations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Places = NDArray[np.int32]
Days = NDArray[np.signedinteger[Any]]  # int16, or int32 where the days span more than 89 years

LANES = 128  # rows of 256 bytes: the neighbours of one event at city density stay in cache
PAIRS = 32_000  # pairs gathered before they are counted; under 32,767, what a lane can hold
_SHUFFLED = 16  # permutations made before they are written side by side
_MANY, _HEAPS = 131_072, 32  # above so many days they are dealt to so many heaps (5 bits)
_STEP = np.uint64(0x9E3779B97F4A7C15)  # from one state of the random numbers to the next
_ROOM = 1 << 30  # bytes of permuted days that are held at a time
_CHUNKS = 32  # parts of the work for each thread: their loads are unequal


@dataclass(frozen=True)
class Grid:
    """Events ordered so that the neighbours of each stand in two runs.

    order : (n,) event at each place of the order.
    x, y : (n,) coordinates in that order.
    same_end : (n,) end of the run that begins just after the event itself: the rest of its cell
        and the cell to the right.
    next_start, next_end : (n,) the run of the three cells in the row above.
    """

    order: Longs
    x: Floats
    y: Floats
    same_end: Longs
    next_start: Longs
    next_end: Longs

    @property
    def candidates(self) -> Longs:
        own = np.arange(1, len(self.order) + 1)
        return (self.same_end - own) + (self.next_end - self.next_start)


def grid(x: Floats, y: Floats, reach: float) -> Grid:
    """Order events by cells at least `reach` wide; every pair within `reach` is met once."""
    extent = max(float(np.ptp(x)), float(np.ptp(y)), np.finfo(np.float64).tiny)
    # a hair wider than the reach, so that a rounded quotient never parts a pair by two cells;
    # not more than 2²⁰ cells each way, so that their numbers stay small
    width = max(min(reach, extent) * (1 + 1e-9), extent / 2**20)
    column = np.floor((x - x.min()) / width).astype(np.int64) + 1
    row = np.floor((y - y.min()) / width).astype(np.int64)
    columns = int(column.max()) + 2  # an empty one on each side: no row runs on into the next
    cell = row * columns + column
    order = np.argsort(cell, kind="stable")
    cell = cell[order]
    return Grid(
        order,
        np.ascontiguousarray(x[order]),
        np.ascontiguousarray(y[order]),
        np.searchsorted(cell, cell + 1, "right"),
        np.searchsorted(cell, cell + columns - 1, "left"),
        np.searchsorted(cell, cell + columns + 1, "right"),
    )


def count(
    g: Grid,
    days: Days,
    strata: Longs,
    above: Floats,
    limits: Days,
    *,
    manhattan: bool,
    permutations: int,
    seed: int,
    threads: int,
    progress: Callable[[float], None] | None = None,
) -> Longs:
    """Pairs by distance bin and by limit of days, observed and in each permutation.

    Parameters
    ----------
    g : Grid
    days : (n,) int16 or int32, in the order of the caller's events; from 0
        Their span must fit the type.
    strata : (n,) numbers from 0
        Days change places within a stratum only.
    above : (bins + 1,) distances
        A pair is in bin b where above[b] ≤ distance < above[b + 1].
    limits : (limits,) of the type of `days`
    progress : called with the share that is done, after each part; what it raises stops the work.

    Returns
    -------
    counts : (permutations + 1, bins, limits)
        Pairs whose days differ by at most the limit. Row 0 is what was observed.
    """
    dealt = in_strata(days, strata, g.order)
    batches = -(-(permutations + 1) // LANES)
    bins = len(above) - 1
    total = np.zeros((batches, bins, len(limits), LANES), dtype=np.int64)
    held = max(1, min(batches, _ROOM // (len(days) * LANES * days.itemsize)))
    parts = _parts(g.candidates, threads)
    with ThreadPoolExecutor(threads) as pool:
        for first in range(0, batches, held):
            some = min(held, batches - first)
            rows = np.empty((some, len(days), LANES), dtype=days.dtype)

            def fill(b: int, first: int = first, rows: Days = rows) -> None:
                _permute(*dealt, seed, (first + b) * LANES, rows[b])

            list(pool.map(fill, range(some)))

            def part(ends: tuple[int, int], rows: Days = rows, some: int = some) -> Longs:
                found = np.zeros((some, bins, len(limits), LANES), dtype=np.int64)
                _count(
                    g.x, g.y, g.same_end, g.next_start, g.next_end, ends[0], ends[1],
                    above, manhattan, rows, limits, found,
                )  # fmt: skip
                return found

            for done, found in enumerate(pool.map(part, parts), 1):
                total[first : first + some] += found
                if progress:
                    progress((first + some * done / len(parts)) / batches)
    lanes = total.transpose(0, 3, 1, 2).reshape(batches * LANES, bins, len(limits))
    return np.ascontiguousarray(lanes[: permutations + 1])


def in_strata(days: Days, strata: Longs, order: Longs) -> tuple[Days, Longs, Longs]:
    """Days by stratum and, within it, in the given order; where strata begin; each event's place.

    The order within a stratum is that of the grid, so that rows are written from neighbouring days.
    """
    by_stratum = np.argsort(strata[order], kind="stable")
    place = np.empty(len(days), dtype=np.int64)
    place[by_stratum] = np.arange(len(days))
    return days[order][by_stratum], np.append(0, np.cumsum(np.bincount(strata))), place


def _parts(candidates: Longs, threads: int) -> list[tuple[int, int]]:
    """Runs of events with about as many candidates each."""
    work = np.cumsum(candidates + 8)
    marks = np.linspace(0, work[-1], threads * _CHUNKS + 1)[1:-1]
    ends = np.unique(np.concatenate(([0], np.searchsorted(work, marks), [len(work)])))
    return list(_two_by_two(ends))


def _two_by_two(ends: Longs) -> Iterator[tuple[int, int]]:
    for i in range(len(ends) - 1):
        yield int(ends[i]), int(ends[i + 1])


@kernel
def _mixed(z: np.uint64) -> np.uint64:
    """The output step of SplitMix64 (Steele, Lea and Flood 2014): every bit moves every other."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def _permute(days: Days, starts: Longs, place: Longs, seed: int, first: int, rows: Days) -> None:
    """Write permutations first, first + 1, … side by side; number 0 leaves the days as they are.

    Each has its own stream of random numbers, from the seed and its number: the result does not
    depend on threads or on how many are held.
    """
    n = len(days)
    some = np.empty((_SHUFFLED, n), dtype=days.dtype)
    for lane in range(0, LANES, _SHUFFLED):
        for k in range(_SHUFFLED):
            number = first + lane + k
            if number == 0:
                some[k] = days
                continue
            state = _mixed(_mixed(np.uint64(seed) + _STEP) + np.uint64(number) * _STEP)
            for s in range(len(starts) - 1):
                state = _shuffle(days[starts[s] : starts[s + 1]], some[k, starts[s] :], state)
        for i in range(n):
            at = place[i]
            for k in range(_SHUFFLED):
                rows[i, lane + k] = some[k, at]


@kernel
def _shuffle(days: Days, out: Days, state: np.uint64) -> np.uint64:
    """Write the days to `out` in a random order, each as likely as any other.

    Many days are first dealt to heaps by chance, and each heap is shuffled (Rao 1961, Sandelius
    1962): a heap stays in the cache, where swaps all over the array would wait for memory.
    """
    n = len(days)
    ends = np.zeros(_HEAPS + 1, dtype=np.int64)
    ends[1:] = n
    if n > _MANY:
        ends[:] = 0
        dealt = state
        for _ in range(n):
            dealt += _STEP
            ends[(_mixed(dealt) >> np.uint64(64 - 5)) + np.uint64(1)] += 1
        for h in range(_HEAPS):
            ends[h + 1] += ends[h]
        at = ends[:-1].copy()
        for i in range(n):
            state += _STEP
            heap = _mixed(state) >> np.uint64(64 - 5)
            out[at[heap]] = days[i]
            at[heap] += 1
    else:
        out[:n] = days
    for h in range(_HEAPS):
        low = ends[h]
        for i in range(ends[h + 1] - 1, low, -1):
            state += _STEP
            share = np.int64(_mixed(state) >> np.uint64(11)) * 2.0**-53
            j = low + np.int64(share * (i - low + 1))
            kept = out[i]
            out[i] = out[j]
            out[j] = kept
    return state


@kernel
def _count(
    x: Floats,
    y: Floats,
    same_end: Longs,
    next_start: Longs,
    next_end: Longs,
    first: int,
    last: int,
    above: Floats,
    manhattan: bool,
    rows: Days,
    limits: Days,
    counts: Longs,
) -> None:
    """Meet the pairs of events first … last − 1 with their neighbours, and count them."""
    bins = len(above) - 1
    left = np.empty((bins, PAIRS), dtype=np.int32)
    right = np.empty((bins, PAIRS), dtype=np.int32)
    met = np.zeros(bins, dtype=np.int64)
    sums = np.empty((len(limits), LANES), dtype=rows.dtype)
    apart = np.empty((4, LANES), dtype=rows.dtype)
    for i in range(first, last):
        for run in range(2):
            begin = i + 1 if run == 0 else next_start[i]
            end = same_end[i] if run == 0 else next_end[i]
            for j in range(begin, end):
                dx, dy = x[i] - x[j], y[i] - y[j]
                d = abs(dx) + abs(dy) if manhattan else np.sqrt(dx * dx + dy * dy)
                if d >= above[bins] or d < above[0]:
                    continue
                b = 0
                while d >= above[b + 1]:
                    b += 1
                left[b, met[b]] = i
                right[b, met[b]] = j
                met[b] += 1
                if met[b] == PAIRS:
                    _tally(left[b], right[b], PAIRS, b, rows, limits, apart, sums, counts)
                    met[b] = 0
    for b in range(bins):
        _tally(left[b], right[b], met[b], b, rows, limits, apart, sums, counts)


@kernel
def _tally(
    left: Places,
    right: Places,
    pairs: int,
    b: int,
    rows: Days,
    limits: Days,
    apart: Days,
    sums: Days,
    counts: Longs,
) -> None:
    """Add pairs of one distance bin to the counts of every lane.

    Four pairs at a time, so that the sums are fetched and stored a quarter as often. The inner
    loops run over lanes and hold whole numbers of one small type: they become vector instructions.
    """
    whole = pairs - pairs % 4
    for batch in range(rows.shape[0]):
        sums[:] = 0
        for p in range(0, whole, 4):
            a0, a1, a2, a3 = left[p], left[p + 1], left[p + 2], left[p + 3]
            c0, c1, c2, c3 = right[p], right[p + 1], right[p + 2], right[p + 3]
            for k in range(LANES):
                apart[0, k] = abs(rows.dtype.type(rows[batch, a0, k] - rows[batch, c0, k]))
                apart[1, k] = abs(rows.dtype.type(rows[batch, a1, k] - rows[batch, c1, k]))
                apart[2, k] = abs(rows.dtype.type(rows[batch, a2, k] - rows[batch, c2, k]))
                apart[3, k] = abs(rows.dtype.type(rows[batch, a3, k] - rows[batch, c3, k]))
            for e in range(len(limits)):
                limit = limits[e]
                for k in range(LANES):
                    sums[e, k] += (
                        (apart[0, k] <= limit) + (apart[1, k] <= limit)
                        + (apart[2, k] <= limit) + (apart[3, k] <= limit)
                    )  # fmt: skip
        for p in range(whole, pairs):
            for e in range(len(limits)):
                for k in range(LANES):
                    gap = abs(rows[batch, left[p], k] - rows[batch, right[p], k])
                    sums[e, k] += gap <= limits[e]
        for e in range(len(limits)):
            for k in range(LANES):
                counts[batch, b, e, k] += sums[e, k]
