"""Rates per cell where a population at risk is known, and which of them stand out.

Counts of small cells vary by chance alone: every rate has its exact interval (`rates.rate`), and
each cell is compared exactly with the rest of the place (given both counts together, the cell's is
binomial), adjusted for the number of cells.

Limits: residents are the wrong population for a market or a bus stop. The population is taken as
known. A cell without population has no rate, however much happens there: `unplaced` counts that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from convive.stats import fdr, rates

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class CellRates:
    """Arrays of one value per cell; nan where nobody is at risk.

    rate, lower, upper : events per `per` person-years, with the exact interval.
    ratio : the cell's rate over that of all other cells; inf where they have no events, nan where
        neither has.
    p : two-sided and exact, of the hypothesis that cell and rest have one rate; 1 where there is no
        rest to compare with.
    q : `p` adjusted by `fdr.adjust`.
    unplaced : events of cells where nobody is at risk; part of no rate.
    """

    rate: Floats
    lower: Floats
    upper: Floats
    ratio: Floats
    p: Floats
    q: Floats
    unplaced: int

    def high(self, level: float = 0.05) -> Flags:
        return (self.q <= level) & (self.ratio > 1)

    def low(self, level: float = 0.05) -> Flags:
        return (self.q <= level) & (self.ratio < 1)


def cell_rates(
    counts: ArrayLike, person_years: ArrayLike, per: float = 100_000, level: float = 0.95
) -> CellRates:
    """Rate of each of n cells, and its comparison with the rest.

    For a cell with k of K events and E of T person-years, k given K is binomial with share E / T if
    all cells have one rate; p = min(1, 2 · min(P(≤ k), P(≥ k))), the rule of
    `rates.compare_counts`.

    Parameters
    ----------
    counts : (n,) whole numbers, 0 or more
    person_years : (n,) numbers, 0 or more
        0 where nobody is at risk.

    Raises
    ------
    ValueError
        Unequal lengths; a population is negative or not finite; nobody is at risk anywhere; as
        `rates.rate`.

    References
    ----------
    Przyborowski J, Wilenski H (1940), Garwood F (1936): see `rates`.
    """
    k, exposure = np.asarray(counts, np.float64), np.asarray(person_years, np.float64)
    if k.ndim != 1 or k.shape != exposure.shape:
        raise ValueError("person_years: give one for each count")
    if not (np.isfinite(exposure) & (exposure >= 0)).all():
        raise ValueError("person_years: give finite numbers, 0 or more")
    lived = exposure > 0
    if not lived.any():
        raise ValueError("person_years: nobody is at risk in any cell, so there is no rate")
    rates.poisson_interval(k, level)  # refuses what is no count, also where nobody lives
    found = [np.full(len(k), np.nan) for _ in range(6)]
    rate, lower, upper, ratio, p, q = found
    rate[lived], lower[lived], upper[lived] = rates.rate(k[lived], exposure[lived], per, level)
    ratio[lived], p[lived] = _against_rest(k[lived], exposure[lived])
    q[lived] = fdr.adjust(p[lived])
    return CellRates(rate, lower, upper, ratio, p, q, int(k[~lived].sum()))


def _against_rest(k: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    rest_k, rest = k.sum() - k, exposure.sum() - exposure
    if len(k) == 1:
        return np.array([np.nan]), np.ones(1)
    share = exposure / exposure.sum()
    at_most = np.where(rest_k > 0, special.betainc(np.maximum(rest_k, 1), k + 1, 1 - share), 1.0)
    at_least = np.where(k > 0, special.betainc(np.maximum(k, 1), rest_k + 1, share), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = (k / exposure) / (rest_k / rest)
    p: Floats = np.minimum(1.0, 2 * np.minimum(at_most, at_least))
    return ratio, p
