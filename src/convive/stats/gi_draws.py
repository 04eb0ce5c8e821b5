"""The inner loops of `gi_star`: draws that all cells share, with each cell kept out of its own.

One draw is the beginning of a random order of all cells. To leave cell i out of that order turns it
into a random order of the others, and so the same draws serve every cell: only the few draws that
hold i near their beginning are put right for it. This is exact, not an approximation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Short = NDArray[np.int32]

BLOCK = 256  # draws at a time: their values stay in the nearest cache


@kernel
def without_own(indptr: Whole, indices: Whole, data: Floats) -> tuple[Whole, Whole, Floats, Floats]:
    """The CSR arrays without their diagonal, and the diagonal: the row's largest where unset."""
    n = len(indptr) - 1
    start = np.zeros(n + 1, np.int64)
    rest, weight, own = np.empty_like(indices), np.empty_like(data), np.ones(n)
    filled = 0
    for i in range(n):
        largest, is_set = -np.inf, False
        for e in range(indptr[i], indptr[i + 1]):
            if indices[e] == i:
                own[i], is_set = data[e], True
            else:
                rest[filled], weight[filled] = indices[e], data[e]
                largest = max(largest, data[e])
                filled += 1
        start[i + 1] = filled
        if not is_set and start[i + 1] > start[i]:
            own[i] = largest
    return start, rest[:filled], weight[:filled], own


@kernel
def row_sums(
    indptr: Whole, indices: Whole, data: Floats, x: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Per row: Σ w x, Σ x, Σ |w|, Σ w, Σ w²; Σ x is nan where the weights are not one above 0."""
    n = len(indptr) - 1
    lag, plain, size = np.zeros(n), np.zeros(n), np.zeros(n)
    total, squares = np.zeros(n), np.zeros(n)
    for i in range(n):
        first = data[indptr[i]] if indptr[i + 1] > indptr[i] else 1.0
        alike = first > 0
        for e in range(indptr[i], indptr[i + 1]):
            w, value = data[e], x[indices[e]]
            alike = alike and w == first
            lag[i] += w * value
            plain[i] += value
            size[i] += abs(w)
            total[i] += w
            squares[i] += w * w
        if not alike:
            plain[i] = np.nan
    return lag, plain, size, total, squares


@kernel
def draw(targets: Whole, n: int) -> Short:
    """First k cells of M random orders of n cells, as (k, M).

    targets : (M, k) uniform whole numbers, the j-th from j to n − 1 (Fisher–Yates).
    """
    orders, k = targets.shape
    deck = np.arange(n).astype(np.int32)
    drawn = np.empty((k, orders), np.int32)
    for m in range(orders):
        for j in range(k):
            t = targets[m, j]
            deck[j], deck[t] = deck[t], deck[j]
            drawn[j, m] = deck[j]
    return drawn


@kernel
def places(drawn: Short, n: int) -> tuple[Whole, Whole, Short]:
    """Where each cell was drawn: start (n + 1,), then draw and position of each time, by draw."""
    k, orders = drawn.shape
    start = np.zeros(n + 1, np.int64)
    for j in range(k):
        for m in range(orders):
            start[drawn[j, m] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    which = np.empty(start[n], np.int64)
    position = np.empty(start[n], np.int32)
    for m in range(orders):
        for j in range(k):
            i = drawn[j, m]
            which[fill[i]] = m
            position[fill[i]] = j
            fill[i] += 1
    return start, which, position


@kernel
def first_at_least(ordered: Floats, value: float) -> int:
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def first_above(ordered: Floats, value: float) -> int:
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def count_equal_weights(
    cells: Whole,
    observed: Floats,
    slack: Floats,
    x: Floats,
    sums: Floats,
    ordered: Floats,
    following: Floats,
    start: Whole,
    which: Whole,
    position: Short,
    k: int,
    high: Whole,
    low: Whole,
) -> None:
    """Draws at least and at most as large as observed, for cells of k neighbours of one weight.

    sums : (M,) sum of the first k of each draw; `ordered` is the same, sorted.
    following : (M,) value of the draw's next cell, which moves up where the cell itself goes out.
    """
    orders = len(sums)
    for i in cells:
        floor, ceiling = observed[i] - slack[i], observed[i] + slack[i]
        above = orders - first_at_least(ordered, floor)
        below = first_above(ordered, ceiling)
        for e in range(start[i], start[i + 1]):
            if position[e] < k:
                m = which[e]
                with_it = sums[m]
                without = with_it - x[i] + following[m]
                above += int(without >= floor) - int(with_it >= floor)
                below += int(without <= ceiling) - int(with_it <= ceiling)
        high[i], low[i] = above, below


@kernel
def count_any_weights(
    cells: Whole,
    observed: Floats,
    slack: Floats,
    indptr: Whole,
    data: Floats,
    values: Floats,
    start: Whole,
    which: Whole,
    position: Short,
    high: Whole,
    low: Whole,
) -> None:
    """As `count_equal_weights`, for rows of any weights; values (k, M) are those of the draws."""
    orders = values.shape[1]
    pointer = start[:-1].copy()
    block, sums = np.zeros((len(values), BLOCK)), np.empty(BLOCK)
    for begin in range(0, orders, BLOCK):
        size = min(BLOCK, orders - begin)
        for j in range(len(block)):
            block[j, :size] = values[j, begin : begin + size]
        for i in cells:
            first, k = indptr[i], indptr[i + 1] - indptr[i]
            sums[:] = 0.0
            j = 0
            while j + 4 <= k:  # four rows at a time: fewer passes over the sums
                a, b = data[first + j], data[first + j + 1]
                c, d = data[first + j + 2], data[first + j + 3]
                one, two = block[j], block[j + 1]
                three, four = block[j + 2], block[j + 3]
                for t in range(BLOCK):
                    sums[t] += a * one[t] + b * two[t] + c * three[t] + d * four[t]
                j += 4
            while j < k:
                a, one = data[first + j], block[j]
                for t in range(BLOCK):
                    sums[t] += a * one[t]
                j += 1
            e = pointer[i]
            while e < start[i + 1] and which[e] < begin + size:
                m, out = which[e], position[e]
                if out < k:
                    total = 0.0
                    for j in range(k):
                        total += data[first + j] * values[j + int(j >= out), m]
                    sums[m - begin] = total
                e += 1
            pointer[i] = e
            floor, ceiling = observed[i] - slack[i], observed[i] + slack[i]
            above = below = 0
            for t in range(size):
                above += int(sums[t] >= floor)
                below += int(sums[t] <= ceiling)
            high[i] += above
            low[i] += below
