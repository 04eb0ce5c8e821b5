"""Dispersion: how many times as much do sums of months vary as Poisson counts would?

Reported crime does not vary as Poisson counts do: a campaign, a holiday, a new station move many
records together, and one month resembles the next. Two years are compared as if there had been so
many times fewer records (quasi-Poisson): else many pairs of years in which nothing changed would be
told as a change (`rates.compare_counts` takes this number).

Limits: where months hang together for long, two to four years of them show too little of it, and
the number is too small; a step among the older months makes it too large, which hides a change
rather than inventing one.

References
----------
McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd ed., section 6.2.3: the dispersion of
counts by Pearson's statistic.
Bartlett MS (1946). On the theoretical specification and sampling properties of autocorrelated
time-series. Supplement to the JRSS 8: 27–41; the variance of a sum of an autoregression.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from convive.stats import change_model as model
from convive.stats import change_search as inner
from convive.stats import counts_glm as glm

LEAST = 24  # months


def of_sums(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    period: int = 12,
    harmonics: int = 2,
) -> float | None:
    """φ (1 + ρ) / (1 − ρ): the variance of a sum of many months over its mean; at least 1.

    φ is Pearson's dispersion and ρ the correlation of one month with the next, both of what is left
    when the last year has a level of its own, the year before it another and all older months a
    third, and all years have one season. Both are freed of the bias of the fit. The two years that
    are compared have levels of their own, so a change between them is no noise; how the older
    months wander is.

    Parameters
    ----------
    counts : (n,) whole numbers, 0 or more, one a month without gaps; nan where not known
    exposure : (n,) above 0; 1 by default
    period : int
        Months of a year.
    harmonics : int
        Waves of the season.

    Returns
    -------
    float, or None where fewer than two years of months are known, or nothing was counted.

    Raises
    ------
    ValueError
        Counts or exposures that are none.
    """
    y = np.asarray(counts, dtype=np.float64)
    if np.isfinite(y).sum() < LEAST or not np.nansum(y) > 0:
        return None
    known, n = model.known_months(y, exposure, period, harmonics, 2)
    years = np.minimum((n - 1 - known.month) // period, 2)
    level = (years[:, None] == np.unique(years)).astype(np.float64)
    columns = np.hstack([level, known.wave])
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        return None  # always the same few months of the year: they know no season
    fitted = glm.fit(known.y, columns, known.people)
    phi, rho = inner.excess(known.y, fitted.mean, columns)
    return phi * (1 + rho) / (1 - rho)
