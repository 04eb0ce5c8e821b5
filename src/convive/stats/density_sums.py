"""The inner loops of `density`: events spread over the nodes of a grid, and sums at points."""

from __future__ import annotations

from math import ceil, exp, floor, sqrt

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@kernel
def spread(
    x: Floats, y: Floats, weight: Floats, x0: float, y0: float, dx: float, dy: float, nodes: Floats
) -> None:
    """Add each event to the 4 × 4 nodes around it, by cubic interpolation weights.

    nodes : (rows, columns), added to in place; node [0, 0] lies at (x0, y0). Events without four
        nodes around them on both axes are left out. One weight serves all where only one is given.

    To spread over two nodes (linear) widens every event by up to half a cell squared, which a
    narrow kernel shows as a peak too low; cubic weights keep mean, variance and third moment.
    """
    rows, columns = nodes.shape
    flat = nodes.reshape(-1)
    per_x, per_y = 1.0 / dx, 1.0 / dy
    one = len(weight) == 1
    for i in range(len(x)):
        u, v = (x[i] - x0) * per_x, (y[i] - y0) * per_y
        c, r = floor(u), floor(v)
        if c < 1 or r < 1 or c + 2 >= columns or r + 2 >= rows:
            continue
        w = weight[0] if one else weight[i]
        t = u - c
        a0, a1 = -t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2
        a2, a3 = -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6
        t = v - r
        b = (
            -t * (t - 1) * (t - 2) / 6 * w,
            (t + 1) * (t - 1) * (t - 2) / 2 * w,
            -(t + 1) * t * (t - 2) / 2 * w,
            (t + 1) * t * (t - 1) / 6 * w,
        )
        at = (r - 1) * columns + c - 1
        for k in range(4):
            flat[at] += b[k] * a0
            flat[at + 1] += b[k] * a1
            flat[at + 2] += b[k] * a2
            flat[at + 3] += b[k] * a3
            at += columns


@kernel
def quartic_cells(
    x: Floats,
    y: Floats,
    weight: Floats,
    x0: float,
    y0: float,
    dx: float,
    dy: float,
    bandwidth: float,
    cells: Floats,
) -> None:
    """Add w · (1 − r² / h²)² of each event to every cell whose centre is nearer than h."""
    rows, columns = cells.shape
    one = len(weight) == 1
    square = bandwidth * bandwidth
    centres = x0 + dx * np.arange(columns)
    along = np.empty(columns)  # squared distances from west to east, in bandwidths
    for i in range(len(x)):
        w = weight[0] if one else weight[i]
        widest = max(0, ceil((x[i] - bandwidth - x0) / dx))
        for c in range(widest, min(columns - 1, floor((x[i] + bandwidth - x0) / dx)) + 1):
            along[c] = (centres[c] - x[i]) ** 2 / square
        low = max(0, ceil((y[i] - bandwidth - y0) / dy))
        high = min(rows - 1, floor((y[i] + bandwidth - y0) / dy))
        for r in range(low, high + 1):
            across = y0 + r * dy - y[i]
            left = 1.0 - across * across / square
            if left <= 0:
                continue
            half = bandwidth * sqrt(left)
            first = max(0, ceil((x[i] - half - x0) / dx))
            last = min(columns - 1, floor((x[i] + half - x0) / dx))
            if last < first:
                continue
            part, near = cells[r, first : last + 1], along[first : last + 1]
            for c in range(len(part)):
                inner = left - near[c]
                part[c] += w * inner * inner


@kernel
def filter_rows(nodes: Floats, taps: Floats, centre: int, finer: int, out: Floats) -> None:
    """out[r] = Σ_t taps[t] · nodes[centre + finer · r + t − half], half = len(taps) // 2.

    Rows beyond the nodes hold nothing.
    """
    rows, half = len(nodes), len(taps) // 2
    for r in range(len(out)):
        first = centre + finer * r - half
        k, last = max(0, first), min(rows, first + len(taps))
        line = out[r]
        line[:] = 0.0
        while k + 4 <= last:  # four at a time: fewer passes over the line
            t = k - first
            a, b, c, d = taps[t], taps[t + 1], taps[t + 2], taps[t + 3]
            one, two, three, four = nodes[k], nodes[k + 1], nodes[k + 2], nodes[k + 3]
            for i in range(len(line)):
                line[i] += a * one[i] + b * two[i] + c * three[i] + d * four[i]
            k += 4
        while k < last:
            a, one = taps[k - first], nodes[k]
            for i in range(len(line)):
                line[i] += a * one[i]
            k += 1


@kernel
def sums_at(
    at_x: Floats,
    at_y: Floats,
    x: Floats,
    y: Floats,
    weight: Floats,
    start: Whole,
    x0: float,
    y0: float,
    size: float,
    columns: int,
    bandwidth: float,
    gaussian: bool,
    sums: Floats,
) -> None:
    """Σ w K(r / h), unscaled, at each point, over events sorted by square buckets.

    start : where each bucket's events begin; buckets of side `size`, at least the kernel's reach,
        are numbered row by row from (x0, y0).
    """
    rows = (len(start) - 1) // columns
    square = bandwidth * bandwidth
    for p in range(len(at_x)):
        c, r = floor((at_x[p] - x0) / size), floor((at_y[p] - y0) / size)
        total = 0.0
        first, last = max(0, c - 1), min(columns - 1, c + 1)
        if first <= last:
            for row in range(max(0, r - 1), min(rows - 1, r + 1) + 1):
                for i in range(start[row * columns + first], start[row * columns + last + 1]):
                    far = ((x[i] - at_x[p]) ** 2 + (y[i] - at_y[p]) ** 2) / square
                    if gaussian:
                        if far < 36.0:
                            total += weight[i] * exp(-0.5 * far)
                    elif far < 1.0:
                        total += weight[i] * (1.0 - far) * (1.0 - far)
        sums[p] = total
