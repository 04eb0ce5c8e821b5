"""The chain ladder: the plain way from a triangle of what was known when to what it will come to.

Rows are periods (months of occurrence), columns the lag since then, cells what was known by that
lag. One factor for each step of lag is taken from all rows that have made it. It is what `nowcast`
is measured against: one series, no levels, no groups, and an interval that knows nothing of counts.

Limits: a row that has nothing yet stays at nothing, whatever the others do; the newest row hangs on
one ratio for each step; rows are taken to be independent, so what a release misses in all rows at
once is not in the standard error.

References
----------
Mack T (1993). Distribution-free calculation of the standard error of chain ladder reserve
estimates. ASTIN Bulletin 23: 213–225.
Mack T (1994). Measuring the variability of chain ladder reserve estimates. Casualty Actuarial
Society Forum, Spring: 101–182.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ChainLadder:
    """A triangle carried to its last lag.

    factors : (lags − 1,) growth from each lag to the next.
    sigma2 : (lags − 1,) variance of the growth of 1, by Mack.
    ultimate : (rows,) what each row comes to at the last lag.
    reserve : (rows,) what is still to come.
    standard_error : (rows,) of the reserve.
    total, total_standard_error : of the sum of the reserves.
    """

    factors: Floats
    sigma2: Floats
    ultimate: Floats
    reserve: Floats
    standard_error: Floats
    total: float
    total_standard_error: float


def chain_ladder(triangle: ArrayLike) -> ChainLadder:
    """Carry every row of a run-off triangle to the last lag.

    With C_ik known of row i by lag k, f_k = Σ C_i,k+1 / Σ C_ik over the rows that have both, and
    the ultimate of a row is its last known cell times the factors that follow. Mack's
    σ_k² = Σ C_ik (C_i,k+1 / C_ik − f_k)² / (n_k − 1), the last by
    min(σ⁴_K−1 / σ²_K−2, σ²_K−2, σ²_K−1); standard errors are formulas (7) and (11) of Mack (1993).

    Parameters
    ----------
    triangle : (rows, lags) counts or amounts known by each lag, nan where not yet known
        Oldest row first; a row is known up to some lag and not after it, and no row further than
        the one above it.

    Returns
    -------
    ChainLadder

    Raises
    ------
    ValueError
        Not two rows and two lags at least; a negative cell; gaps within a row; a step that no row
        has made, or that starts from 0 in all of them.
    """
    cells = np.array(triangle, dtype=np.float64)
    if cells.ndim != 2 or min(cells.shape) < 2:
        raise ValueError("triangle: give at least two rows and two lags")
    known = ~np.isnan(cells)
    n = known.sum(axis=1)
    if not (np.isfinite(cells[known]) & (cells[known] >= 0)).all():
        raise ValueError("triangle: give numbers, 0 or more, or nan where not yet known")
    if (n == 0).any() or (known != (np.arange(cells.shape[1]) < n[:, None])).any():
        raise ValueError("triangle: each row must be known from lag 0 on, without a gap")
    if (np.diff(n) > 0).any():
        raise ValueError("triangle: give the oldest row first; none is known further than it")
    steps = cells.shape[1] - 1
    factors, sigma2, sums = np.empty(steps), np.full(steps, np.nan), np.empty(steps)
    for k in range(steps):
        both = known[:, k + 1]
        start, end = cells[both, k], cells[both, k + 1]
        sums[k] = start.sum()
        if not sums[k] > 0:
            raise ValueError(f"triangle: nothing is known of the step from lag {k} to {k + 1}")
        factors[k] = end.sum() / sums[k]
        some = start > 0
        if some.sum() > 1:
            own = (end[some] / start[some] - factors[k]) ** 2
            sigma2[k] = float((start[some] * own).sum() / (some.sum() - 1))
    if steps > 2 and np.isnan(sigma2[-1]):
        before, last = sigma2[-3], sigma2[-2]
        sigma2[-1] = min(last**2 / before if before > 0 else 0.0, before, last)
    for row, first in enumerate(n):
        for k in range(first - 1, steps):
            cells[row, k + 1] = cells[row, k] * factors[k]
    ultimate = cells[:, -1]
    latest = cells[np.arange(len(n)), n - 1]
    variance, total = np.zeros(len(n)), 0.0
    relative = sigma2 / factors**2
    for i, first in enumerate(n):
        todo = np.arange(first - 1, steps)
        from_sums = float((relative[todo] / sums[todo]).sum())
        if todo.size and ultimate[i] > 0:
            own = float((relative[todo] / cells[i, todo]).sum())
            variance[i] = ultimate[i] ** 2 * (own + from_sums)
        total += variance[i] + 2 * ultimate[i] * float(ultimate[i + 1 :].sum()) * from_sums
    return ChainLadder(
        factors,
        sigma2,
        ultimate,
        ultimate - latest,
        np.sqrt(variance),
        float((ultimate - latest).sum()),
        float(np.sqrt(total)),
    )
