"""Densities over a whole grid, and how much of a kernel lies inside a mask; see `density`.

How the work is parted depends on the data alone, never on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from math import ceil, floor, pi

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from convive.stats import density_sums
from convive.stats.grids import Grid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CUT = 6.0  # gaussian bandwidths beyond which nothing is counted
_FINE = 4.0  # nodes per gaussian bandwidth: worst error of one event 0.06 % of its peak
_ROUGH = 24.0  # cells per quartic bandwidth from which nodes serve instead of exact sums


def _summed(
    add: Callable[[slice, Floats], None], events: int, shape: tuple[int, int], threads: int
) -> Floats:
    """The sum of partial grids. How events are parted depends on their number alone, so that the
    result is the same on one thread or many."""
    share = events // max(100_000, shape[0] * shape[1])
    parts = 8 if share >= 8 else 4 if share >= 4 else 2 if share >= 2 else 1
    edges = np.linspace(0, events, parts + 1).astype(int)
    grids = [np.zeros(shape) for _ in range(parts)]
    pieces = [slice(a, b) for a, b in pairwise(edges)]
    run([partial(add, s, g) for s, g in zip(pieces, grids, strict=True)], threads)
    total = grids[0]
    for grid in grids[1:]:
        total += grid
    return total


def run(jobs: list[Callable[[], None]], threads: int) -> None:
    if threads == 1 or len(jobs) == 1:
        for job in jobs:
            job()
        return
    with ThreadPoolExecutor(min(threads, os.cpu_count() or 1)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def _nodes(
    centres: Floats, step: float, reach: float, events: Floats, finer: int
) -> tuple[int, int]:
    """How many fine steps the first node lies before the first centre, and the number of nodes.

    The nodes go as far as there are events within reach of a centre.
    """
    fine = step / finer
    low = max(float(events.min()), centres[0] - reach)
    high = min(float(events.max()), centres[-1] + reach)
    first = floor((low - centres[0]) / fine) - 2
    last = max(ceil((high - centres[0]) / fine), first) + 3
    return -first, last - first + 1


def _spread(
    x: Floats, y: Floats, w: Floats, grid: Grid, reach: float, finer: tuple[int, int], threads: int
) -> tuple[Floats, int, int]:
    """Events on nodes, of which the grid's centres are some; column and row of the first centre."""
    left, columns = _nodes(grid.x, grid.width, reach, x, finer[0])
    below, rows = _nodes(grid.y, grid.height, reach, y, finer[1])
    dx, dy = grid.width / finer[0], grid.height / finer[1]
    x0, y0 = grid.x[0] - left * dx, grid.y[0] - below * dy

    def add(part: slice, nodes: Floats) -> None:
        own = w if len(w) == 1 else w[part]
        density_sums.spread(x[part], y[part], own, x0, y0, dx, dy, nodes)

    return _summed(add, len(x), (rows, columns), threads), left, below


def gaussian(x: Floats, y: Floats, w: Floats, grid: Grid, h: float, threads: int) -> Floats:
    """Density of events at the centres of the grid."""
    if not len(x):
        return np.zeros((grid.rows, grid.columns))
    finer = (max(1, ceil(_FINE * grid.width / h)), max(1, ceil(_FINE * grid.height / h)))
    nodes, left, below = _spread(x, y, w, grid, CUT * h, finer, threads)
    dx, dy = grid.width / finer[0], grid.height / finer[1]
    across = _filtered(nodes, _bell(dy, h), below, finer[1], grid.rows, threads)
    return _filtered(across.T, _bell(dx, h), left, finer[0], grid.columns, threads).T


def gaussian_mass(held: Flags, grid: Grid, h: float, threads: int) -> Floats:
    """Share of the kernel's mass around each centre that lies in the cells held."""
    mask = held.astype(np.float64)
    across = _filtered(mask, _bell_mass(grid.height, h), 0, 1, grid.rows, threads)
    return _filtered(across.T, _bell_mass(grid.width, h), 0, 1, grid.columns, threads).T


def _bell(step: float, h: float) -> Floats:
    half = int(CUT * h / step)
    distance = step / h * np.arange(-half, half + 1)
    bell: Floats = np.exp(-0.5 * distance**2) / (h * np.sqrt(2 * pi))
    return bell


def _bell_mass(step: float, h: float) -> Floats:
    half = int(CUT * h / step) + 1
    middle = step * np.arange(-half, half + 1)
    mass: Floats = special.ndtr((middle + step / 2) / h) - special.ndtr((middle - step / 2) / h)
    return mass


def _filtered(
    nodes: Floats, taps: Floats, centre: int, finer: int, rows: int, threads: int
) -> Floats:
    """Taps along the first axis, at every `finer`-th node from `centre`; in bands of rows."""
    values, out = np.ascontiguousarray(nodes), np.empty((rows, nodes.shape[1]))

    def band(first: int) -> None:
        density_sums.filter_rows(
            values, taps, centre + finer * first, finer, out[first : first + 64]
        )

    run([partial(band, first) for first in range(0, rows, 64)], threads)
    return out


def quartic(x: Floats, y: Floats, w: Floats, grid: Grid, h: float, threads: int) -> Floats:
    """Density of events at the centres of the grid."""
    scale = 3 / (pi * h**2)
    if not len(x):
        return np.zeros((grid.rows, grid.columns))
    if h < _ROUGH * max(grid.width, grid.height):
        x0, y0 = float(grid.x[0]), float(grid.y[0])

        def add(part: slice, cells: Floats) -> None:
            own = w if len(w) == 1 else w[part]
            density_sums.quartic_cells(
                x[part], y[part], own, x0, y0, grid.width, grid.height, h, cells
            )

        return scale * _summed(add, len(x), (grid.rows, grid.columns), threads)
    nodes, left, below = _spread(x, y, w, grid, h, (1, 1), threads)
    stencil = _quartic_stencil(grid, h, 1)
    full: Floats = _convolved(nodes, stencil)
    r, c = len(stencil) // 2 + below, len(stencil.T) // 2 + left
    out = np.zeros((grid.rows, grid.columns))
    rows = slice(max(0, -r), min(grid.rows, len(full) - r))
    columns = slice(max(0, -c), min(grid.columns, len(full.T) - c))
    out[rows, columns] = full[r + rows.start : r + rows.stop, c + columns.start : c + columns.stop]
    return scale * np.maximum(out, 0.0)


def _quartic_stencil(grid: Grid, h: float, points: int) -> Floats:
    """(1 − r² / h²)² on the cells around a centre, each the mean of points × points inside it."""
    rows, columns = ceil(h / grid.height + 0.5), ceil(h / grid.width + 0.5)
    inner = (np.arange(points) + 0.5) / points - 0.5
    v = (np.arange(-rows, rows + 1)[:, None] + inner).ravel() * grid.height / h
    u = (np.arange(-columns, columns + 1)[:, None] + inner).ravel() * grid.width / h
    fine = np.maximum(1 - v[:, None] ** 2 - u[None, :] ** 2, 0) ** 2
    shape = (2 * rows + 1, points, 2 * columns + 1, points)
    means: Floats = fine.reshape(shape).mean(axis=(1, 3))
    return means


def quartic_mass(held: Flags, grid: Grid, h: float, threads: int) -> Floats:
    """Share of the kernel's mass around each centre that lies in the cells held."""
    points = max(2, ceil(16 * max(grid.width, grid.height) / h))
    stencil = _quartic_stencil(grid, h, points)
    mass: Floats = _convolved(held.astype(float), stencil / stencil.sum())
    r, c = len(stencil) // 2, len(stencil.T) // 2
    share: Floats = mass[r : r + grid.rows, c : c + grid.columns]
    return share


def _convolved(field: Floats, stencil: Floats) -> Floats:
    """The whole convolution. By scipy.fft: scipy.signal takes longer to load than this to do."""
    rows, columns = (a + b - 1 for a, b in zip(field.shape, stencil.shape, strict=True))
    size = (fft.next_fast_len(rows, real=True), fft.next_fast_len(columns, real=True))
    product = fft.rfft2(field, size) * fft.rfft2(stencil, size)
    full: Floats = fft.irfft2(product, size)[:rows, :columns]
    return full
