"""How dense events lie: kernel density on a regular grid or at given points, in events per m².

Each event is spread around its place by a kernel K of bandwidth h (metres), with r the distance:

- quartic: K(r) = 3 / (π h²) · (1 − r² / h²)² for r < h, else 0. Nothing reaches beyond h.
- gaussian: K(r) = exp(−r² / (2 h²)) / (2 π h²), cut at 6 h.

The density at a place s is Σ_i w_i K(|s − s_i|). Near the boundary a part of each kernel falls
where no event can be recorded, and the density comes out too low; where a mask says which cells
lie inside, it is divided by the share of the kernel's mass around s that lies inside them.

Limits: a kernel knows no streets, rivers or populations. The bandwidth makes the map: state it.
The correction is uniform (Diggle 1985): right on average, noisy in thin corners, and the corrected
map need not sum to the number of events.

References
----------
Silverman BW (1986). Density Estimation for Statistics and Data Analysis. Chapman and Hall; ch. 4
(quartic: equation 4.5).
Diggle P (1985). A kernel method for smoothing point process data. Applied Statistics 34: 138–147.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import ceil, pi
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import density_fields, density_sums
from convive.stats.grids import Grid

__all__ = ["Density", "Grid", "Kernel", "at", "decay", "on_grid"]

Floats = NDArray[np.float64]
Kernel = Literal["quartic", "gaussian"]


@dataclass(frozen=True)
class Density:
    """A density on a grid.

    values : (rows, columns) events per square metre at the centres; nan outside the mask.
    share : (rows, columns) share of the kernel's mass around the centre that lies inside; 1 where
        no mask was given, nan outside it.
    kernel, bandwidth : as asked for.
    total : sum of the weights of all events.
    """

    values: Floats
    share: Floats
    kernel: Kernel
    bandwidth: float
    total: float


def on_grid(
    x: ArrayLike,
    y: ArrayLike,
    grid: Grid,
    bandwidth: float,
    *,
    kernel: Kernel = "quartic",
    weights: ArrayLike | None = None,
    inside: ArrayLike | None = None,
    threads: int | None = None,
) -> Density:
    """Density of n events at the centres of a grid's cells.

    Parameters
    ----------
    x, y : (n,) in metres, never degrees
        Events outside the grid count as far as their kernels reach into it.
    bandwidth : float
        In metres; see `bandwidth` for rules that find one.
    weights : (n,) numbers, 0 or more
        1 each by default; see `decay`.
    inside : (rows, columns) of bool
        Cells where events could be recorded. With it the edge is corrected.
    threads : int
        At most; the result does not depend on it.

    Returns
    -------
    Density

    Raises
    ------
    ValueError
        Unequal lengths, numbers that are not finite, a negative weight, a bandwidth not above 0, an
        unknown kernel, a mask of another shape or with no cell inside.

    Notes
    -----
    Gaussian: events are spread over nodes by cubic weights, at least four nodes to a bandwidth, and
    then filtered along each axis; the error of one event is below 0.1 % of its peak. Quartic: exact
    up to 24 cells to a bandwidth, beyond that by nodes, with the same bound.
    """
    east, north, weight = _events(x, y, weights)
    _check(bandwidth, kernel)
    held = None if inside is None else np.asarray(inside, dtype=bool)
    if held is not None and (held.shape != (grid.rows, grid.columns) or not held.any()):
        raise ValueError("inside: give one value for each cell of the grid, some of them true")
    total = float(weight.sum()) if len(weight) != 1 else float(weight[0] * len(east))
    most = threads or os.cpu_count() or 1
    make = density_fields.gaussian if kernel == "gaussian" else density_fields.quartic
    values = make(east, north, weight, grid, bandwidth, most)
    share = np.ones(values.shape)
    if held is not None:
        is_bell = kernel == "gaussian"
        mass = density_fields.gaussian_mass if is_bell else density_fields.quartic_mass
        share = np.where(held, np.minimum(mass(held, grid, bandwidth, most), 1.0), np.nan)
        values = values / share
    return Density(values, share, kernel, bandwidth, total)


def at(
    x: ArrayLike,
    y: ArrayLike,
    at_x: ArrayLike,
    at_y: ArrayLike,
    bandwidth: float,
    *,
    kernel: Kernel = "quartic",
    weights: ArrayLike | None = None,
    cell_area: float | None = None,
    threads: int | None = None,
) -> Floats:
    """Density of n events at m points, such as the centres of H3 cells; exact sums.

    Parameters
    ----------
    x, y, weights, bandwidth, kernel, threads : as `on_grid`
    at_x, at_y : (m,) in metres
    cell_area : float
        In square metres. Where given, the points are the centres of cells of this size that
        together make up the study area, and the edge is corrected: the share inside is
        Σ_j K(|s − s_j|) · area over all centres s_j, at most 1.

    Returns
    -------
    (m,) events per square metre

    Raises
    ------
    ValueError
        As `on_grid`; or the bandwidth is too narrow for cells of this size to measure the share.
    """
    east, north, weight = _events(x, y, weights)
    there_x, there_y, _ = _events(at_x, at_y, None)
    _check(bandwidth, kernel)
    if len(weight) == 1:
        weight = np.full(len(east), weight[0])
    most = threads or os.cpu_count() or 1
    scale = 1 / (2 * pi * bandwidth**2) if kernel == "gaussian" else 3 / (pi * bandwidth**2)
    sums = scale * _sums(east, north, weight, there_x, there_y, bandwidth, kernel, most)
    if cell_area is None:
        return sums
    narrowest = np.sqrt(cell_area) * (1.0 if kernel == "gaussian" else 2.5)
    if not cell_area > 0 or bandwidth < narrowest:
        raise ValueError(
            f"cell_area: give an area above 0, and for the edge correction a {kernel} bandwidth of "
            f"at least {narrowest:.0f} m: the cells are too large for {bandwidth:.0f} m"
        )
    area = np.full(len(there_x), float(cell_area))
    share = scale * _sums(there_x, there_y, area, there_x, there_y, bandwidth, kernel, most)
    return sums / np.minimum(share, 1.0)


def decay(age_days: ArrayLike, half_life_days: float) -> Floats:
    """Weights that halve with every `half_life_days` of age: 2^(−age / half-life).

    Raises
    ------
    ValueError
        An age is negative (an event after the day of the map) or not finite; the half-life is not
        above 0.
    """
    age = np.asarray(age_days, dtype=np.float64)
    if not half_life_days > 0:
        raise ValueError("half_life_days: give a number of days above 0")
    if not (np.isfinite(age) & (age >= 0)).all():
        raise ValueError("age_days: an event lies after the day of the map, or has no date")
    weights: Floats = np.exp2(-age / half_life_days)
    return weights


def _events(x: ArrayLike, y: ArrayLike, w: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    east = np.ascontiguousarray(x, dtype=np.float64)
    north = np.ascontiguousarray(y, dtype=np.float64)
    if east.ndim != 1 or east.shape != north.shape:
        raise ValueError("x, y: give as many eastings as northings")
    weight = np.ones(1) if w is None else np.ascontiguousarray(w, dtype=np.float64)
    if w is not None and weight.shape != east.shape:
        raise ValueError("weights: give one for each event")
    if not (np.isfinite(east.sum()) and np.isfinite(north.sum())):
        raise ValueError("x, y: give finite numbers, in metres")
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("weights: give finite numbers, 0 or more")
    return east, north, weight


def _check(bandwidth: float, kernel: str) -> None:
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise ValueError("bandwidth: give metres above 0")
    if kernel not in ("quartic", "gaussian"):
        raise ValueError('kernel: choose "quartic" or "gaussian"')


def _sums(
    x: Floats, y: Floats, w: Floats, at_x: Floats, at_y: Floats, h: float, kernel: str, threads: int
) -> Floats:
    sums = np.zeros(len(at_x))
    if not len(x) or not len(at_x):
        return sums
    x0, y0 = float(x.min()), float(y.min())
    wide, tall = float(x.max()) - x0, float(y.max()) - y0
    reach = density_fields.CUT * h if kernel == "gaussian" else h
    size = max(reach, wide / 1024, tall / 1024)
    columns, rows = int(wide / size) + 1, int(tall / size) + 1
    bucket = ((y - y0) / size).astype(np.int64) * columns + ((x - x0) / size).astype(np.int64)
    order = np.argsort(bucket, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=rows * columns))])
    known = (x[order], y[order], w[order], start, x0, y0, size, columns, h, kernel == "gaussian")
    edges = [*range(0, len(at_x), max(1, ceil(len(at_x) / 16))), len(at_x)]

    def part(a: int, b: int) -> None:
        density_sums.sums_at(at_x[a:b], at_y[a:b], *known, sums[a:b])

    pieces = pairwise(edges)
    density_fields.run([partial(part, a, b) for a, b in pieces], threads)
    return sums
