"""Local G of Getis and Ord: which cells lie among high values, and which among low ones.

For cell i, the weighted sum of its neighbours' values is compared with what it would be had the
values of all other cells been dealt out at random (conditional permutation; the cell keeps its own
value, which is never in the pool). Gi leaves the cell itself out of its sum, Gi* takes it in.

Limits: a high count may only say that many people are there: give rates, or see `cell_rates`. The
test knows neither the population nor the streets. Neighbouring cells share values, so findings come
in patches; a patch is one finding. A hot spot of the past need not last: see `backtest`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import fdr, gi_draws
from convive.stats.neighbours import Neighbours

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SHARE = 8192  # cells that one thread takes at a time; no result depends on it


@dataclass(frozen=True)
class LocalG:
    """What `gi` or `gi_star` found; arrays of one value per cell.

    g : share of the sum of all values (Gi: of all others) that the weighted neighbours hold; nan
        where that sum is 0.
    z : standard score under the moments of a random permutation; nan where nothing can vary.
    p_high, p_low : probability of a weighted sum at least as high, at least as low.
    p : two-sided, min(1, 2 · min(p_high, p_low)).
    q : `p` adjusted over the tested cells by `fdr.adjust`.
    q_high : `p_high` adjusted likewise: for whoever asks of high values alone.
    neighbours : how many the cell has, itself not counted; where 0, nothing was tested and z, p,
        q and q_high are nan.
    star : whether the cell's own value is in its sum.
    permutations : draws behind each p.
    """

    g: Floats
    z: Floats
    p: Floats
    p_high: Floats
    p_low: Floats
    q: Floats
    q_high: Floats
    neighbours: Whole
    star: bool
    permutations: int

    def hot(self, level: float = 0.05) -> Flags:
        """Cells among high values, with at most `level` of such findings false on average."""
        return (self.q <= level) & (self.p_high < self.p_low)

    def cold(self, level: float = 0.05) -> Flags:
        """Cells among low values, likewise."""
        return (self.q <= level) & (self.p_low < self.p_high)


def gi_star(
    values: ArrayLike,
    weights: Neighbours,
    *,
    permutations: int = 9_999,
    seed: int,
    threads: int | None = None,
) -> LocalG:
    """Gi*: the cell's own value counts among its neighbours'.

    Gi* = Σ_j w_ij x_j / Σ_j x_j over all j, i with it. With W = Σ_j w_ij, S = Σ_j w_ij², mean x̄ and
    s² = Σ x² / n − x̄² over all n cells:
    z = (Σ_j w_ij x_j − W x̄) / (s √((n S − W²) / (n − 1))).
    With M permutations, p_high = (#{draws ≥ observed} + 1) / (M + 1), p_low likewise for ≤, and
    p = min(1, 2 · min(p_high, p_low)).
    Sums that differ by less than rounding can explain are taken as equal.

    Parameters
    ----------
    values : (n,) finite numbers
        Counts, rates or any measure with a natural zero.
    weights : Neighbours of n cells
        The cell's own weight is its entry on the diagonal; where it has none, the largest weight of
        its row (1 for plain neighbours).
    permutations : int
        1 or more. `permutations_needed` says how many a map of n cells asks for.
    seed : int
        The same seed gives the same result, on one thread or many.
    threads : int
        At most; by default as many as there are cores.

    Raises
    ------
    ValueError
        Fewer than three cells; a value is not finite; the weights are of another number of cells;
        `permutations` or `threads` is below 1.

    Notes
    -----
    Memory: about 12 · permutations · (largest number of neighbours + 1) bytes. Rows of one weight
    (plain or row-standardised neighbours) take a search instead of a sum, and are much faster.

    References
    ----------
    Getis A, Ord JK (1992). The analysis of spatial association by use of distance statistics.
    Geographical Analysis 24: 189–206.
    Ord JK, Getis A (1995). Local spatial autocorrelation statistics: distributional issues and an
    application. Geographical Analysis 27: 286–306.
    Phipson B, Smyth GK (2010). Permutation p-values should never be zero. Statistical Applications
    in Genetics and Molecular Biology 9: 39; the + 1.
    """
    return _local(values, weights, True, permutations, seed, threads)


def gi(
    values: ArrayLike,
    weights: Neighbours,
    *,
    permutations: int = 9_999,
    seed: int,
    threads: int | None = None,
) -> LocalG:
    """Gi: the neighbours' values without the cell's own; a weight on the diagonal is not used.

    Gi = Σ_j w_ij x_j / Σ_j x_j over j ≠ i; z as for `gi_star`, with W, S, n − 1, x̄ and s² over
    j ≠ i. Under conditional permutation the cell's own value is a constant: p is that of Gi*.
    Parameters, errors and sources as `gi_star`.
    """
    return _local(values, weights, False, permutations, seed, threads)


def permutations_needed(cells: int, together: int = 1, level: float = 0.05) -> int:
    """Permutations without which no finding is possible on a map of `cells` cells.

    The smallest two-sided p is 2 / (M + 1); for `together` cells that all have it to be findings at
    `level`, it must be at most level · together / cells.
    """
    if cells < 1 or not 1 <= together <= cells:
        raise ValueError("together: give a number of cells from 1 to all of them")
    if not 0 < level < 1:
        raise ValueError("level: give a share between 0 and 1, such as 0.05")
    return ceil(2 * cells / (level * together) - 1e-9) - 1


@dataclass(frozen=True)
class _Rows:
    """Sums over each cell's neighbours, the cell itself left out; see `gi_draws.row_sums`."""

    lag: Floats
    plain: Floats
    size: Floats
    total: Floats
    squares: Floats


def _local(
    values: ArrayLike,
    weights: Neighbours,
    star: bool,
    permutations: int,
    seed: int,
    threads: int | None,
) -> LocalG:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or len(x) < 3:
        raise ValueError("values: give one for each of three cells or more")
    if not np.isfinite(x).all():
        raise ValueError("values: give finite numbers; leave out cells without a value")
    if weights.n != len(x):
        raise ValueError(f"weights: they are of {weights.n} cells, the values of {len(x)}")
    if permutations < 1 or (threads is not None and threads < 1):
        raise ValueError("permutations, threads: give 1 or more")
    indptr, indices, data, own = gi_draws.without_own(weights.indptr, weights.indices, weights.data)
    others = Neighbours(indptr, indices, data)
    rows = _Rows(*gi_draws.row_sums(indptr, indices, data, x))
    count = np.diff(indptr)
    g, z = _scores(x, rows, own if star else None)
    high, low = _count(x, others, rows, permutations, seed, threads or os.cpu_count() or 1)
    tested = count > 0
    p_high, p_low, p, q, q_high = (np.full(len(x), np.nan) for _ in range(5))
    p_high[tested] = (high[tested] + 1) / (permutations + 1)
    p_low[tested] = (low[tested] + 1) / (permutations + 1)
    p[tested] = np.minimum(1.0, 2 * np.minimum(p_high, p_low)[tested])
    q[tested] = fdr.adjust(p[tested])
    q_high[tested] = fdr.adjust(p_high[tested])
    z[~tested] = np.nan
    return LocalG(g, z, p, p_high, p_low, q, q_high, count, star, permutations)


def _scores(x: Floats, rows: _Rows, own: Floats | None) -> tuple[Floats, Floats]:
    n, total, squares = len(x), rows.total, rows.squares
    middle = x - x.mean()  # squares of what is left lose no digits
    if own is None:
        pool = n - 1
        whole: Floats = x.sum() - x
        mean = (middle.sum() - middle) / pool
        variance = ((middle**2).sum() - middle**2) / pool - mean**2
        mean = mean + x.mean()
        summed = rows.lag
    else:
        pool = n
        whole, mean = np.full(n, x.sum()), np.full(n, x.mean())
        variance = np.full(n, (middle**2).mean())
        total, squares, summed = total + own, squares + own**2, rows.lag + own * x
    spread = variance * (pool * squares - total**2) / (pool - 1)
    tiny = 1e-12 * np.maximum(np.abs(x).max() ** 2 * pool * squares, np.finfo(float).tiny)
    z = np.full(n, np.nan)
    np.divide(summed - total * mean, np.sqrt(np.maximum(spread, 0)), out=z, where=spread > tiny)
    g = np.full(n, np.nan)
    np.divide(summed, whole, out=g, where=whole != 0)
    return g, z


def _count(
    x: Floats, w: Neighbours, rows: _Rows, permutations: int, seed: int, threads: int
) -> tuple[Whole, Whole]:
    """How many draws give each cell a sum at least as high, and at least as low."""
    n, count = len(x), np.diff(w.indptr)
    high, low = np.zeros(n, np.int64), np.zeros(n, np.int64)
    k = int(count.max())
    if k == 0:
        return high, low
    rng = np.random.default_rng(seed)
    deepest = min(k + 1, n)
    targets = rng.integers(np.arange(deepest), n, size=(permutations, deepest))
    drawn = gi_draws.draw(targets, n)
    start, which, position = gi_draws.places(drawn[:k], n)
    values = x[drawn]
    rounding = 2.0**-50 * (count + 2) * np.abs(x).max()
    filled, alike = count > 0, np.isfinite(rows.plain)
    jobs: list[Callable[[], None]] = []
    sums = np.zeros(permutations)
    for size in range(1, k + 1):
        sums = sums + values[size - 1]
        cells = np.flatnonzero(alike & (count == size))
        if not len(cells):
            continue
        known = (x, sums, np.sort(sums), values[min(size, deepest - 1)], start, which, position)
        jobs += [
            _equal(part, rows.plain, rounding * size, known, size, high, low)
            for part in _parts(cells)
        ]
    slack = rounding * rows.size
    jobs += [
        _any(part, rows.lag, slack, w, values, (start, which, position), high, low)
        for part in _parts(np.flatnonzero(filled & ~alike))
    ]
    if min(threads, len(jobs)) == 1:
        for job in jobs:
            job()
    else:
        with ThreadPoolExecutor(min(threads, os.cpu_count() or 1)) as pool:
            for done in [pool.submit(job) for job in jobs]:
                done.result()
    return high, low


def _parts(cells: Whole) -> list[Whole]:
    return [cells[i : i + _SHARE] for i in range(0, len(cells), _SHARE)]


def _equal(
    cells: Whole,
    observed: Floats,
    slack: Floats,
    known: tuple[Floats, Floats, Floats, Floats, Whole, Whole, NDArray[np.int32]],
    k: int,
    high: Whole,
    low: Whole,
) -> Callable[[], None]:
    return lambda: gi_draws.count_equal_weights(cells, observed, slack, *known, k, high, low)


def _any(
    cells: Whole,
    observed: Floats,
    slack: Floats,
    w: Neighbours,
    values: Floats,
    at: tuple[Whole, Whole, NDArray[np.int32]],
    high: Whole,
    low: Whole,
) -> Callable[[], None]:
    return lambda: gi_draws.count_any_weights(
        cells, observed, slack, w.indptr, w.data, values, *at, high, low
    )
