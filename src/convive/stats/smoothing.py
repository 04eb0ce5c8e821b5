"""Empirical Bayes: rates of small places drawn towards the rate of all, the more the smaller.

A place of few people has a high or a low rate by chance. All places together tell how much places
differ beyond chance; each place's rate is then a compromise between its own and that of all. The
map of such rates has no false extremes, and errs less over all places taken together.

Limits: a place that truly differs is drawn towards the others too; no place's own figure should be
replaced by it in its own report. The interval takes the spread between places as known and is a
little short where there are few places. Neighbours are not taken into account.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Smoothed:
    """Rates or ratios of n places after smoothing.

    value, lower, upper : (n,) in the unit of count over exposure.
    raw : count / exposure.
    weight : of a place's own rate in `value`, 0 to 1; the rest is the weight of `mean`.
    mean, variance : of the true rates of places.
    """

    value: Floats
    lower: Floats
    upper: Floats
    raw: Floats
    weight: Floats
    mean: float
    variance: float

    @property
    def shape(self) -> float:
        """ν of the gamma distribution of the true rates; inf where they do not differ."""
        return self.mean**2 / self.variance if self.variance > 0 else float("inf")

    @property
    def rate(self) -> float:
        """α of that distribution: exposure that `mean` is worth; inf where they do not differ."""
        return self.mean / self.variance if self.variance > 0 else float("inf")


def gamma_poisson(observed: ArrayLike, expected: ArrayLike, *, level: float = 0.95) -> Smoothed:
    """Clayton and Kaldor's gamma–Poisson smoothing by their moment equations.

    True ratios θ are gamma(ν, α), counts Poisson of mean Eθ; θ̂ = (O + ν) / (E + α). ν and α solve
    ν / α = (1/n) Σ θ̂ and ν / α² = (1/(n − 1)) Σ (1 + α / E) (θ̂ − ν/α)², by iteration. The interval
    is that of gamma(O + ν, E + α). Where the counts vary no more than by chance, the iteration
    leads to no spread, and every value is Σ O / Σ E.

    Parameters
    ----------
    observed : (n,) whole numbers, 0 or more; two places or more
    expected : (n,) above 0
        Expected counts, or person-years for smoothed rates.

    Raises
    ------
    ValueError
        Fewer than two places; not counts; an expected count that is not above 0.

    References
    ----------
    Clayton D, Kaldor J (1987). Empirical Bayes estimates of age-standardized relative risks for use
    in disease mapping. Biometrics 43: 671–681.
    """
    o, e = _places(observed, expected)
    n, unit = len(o), float(o.sum() / e.sum())
    if not o.sum():
        return _same(o, e, level)
    e = e * unit  # ratios about 1, whatever the unit of the exposure
    theta = o / e
    m, v = float(theta.mean()), float(theta.var(ddof=1))
    for _ in range(10_000):
        if not v > 1e-9 * m * m:
            return _same(o, e / unit, level)
        alpha = m / v
        theta = (o + m * alpha) / (e + alpha)
        m_next = float(theta.mean())
        v_next = float(((1 + alpha / e) * (theta - m_next) ** 2).sum() / (n - 1))
        done = abs(v_next - v) <= 1e-12 * v and abs(m_next - m) <= 1e-12 * m
        m, v = m_next, v_next
        if done:
            break
    alpha = m / v
    nu = m * alpha
    low, high = _tails(level)
    return Smoothed(
        value=unit * (o + nu) / (e + alpha),
        lower=unit * special.gammaincinv(o + nu, low) / (e + alpha),
        upper=unit * special.gammaincinv(o + nu, high) / (e + alpha),
        raw=unit * o / e,
        weight=e / (e + alpha),
        mean=unit * m,
        variance=unit**2 * v,
    )


def marshall(counts: ArrayLike, population: ArrayLike, *, level: float = 0.95) -> Smoothed:
    """Marshall's global smoothing, which asks for no distribution of the true rates.

    With rates r = x / n, m = Σ x / Σ n and s² = Σ n (r − m)² / Σ n, the variance of the true rates
    is A = s² − m / n̄ (0 where negative), and the value m + w (r − m) with w = A / (A + m / n). The
    interval is that of the gamma distribution with this mean and variance w m / n.

    Parameters, errors as `gamma_poisson`.

    References
    ----------
    Marshall RJ (1991). Mapping disease and mortality rates using empirical Bayes estimators.
    Applied Statistics 40: 283–294.
    """
    x, n = _places(counts, population)
    m, r = float(x.sum() / n.sum()), x / n
    spread = float((n * (r - m) ** 2).sum() / n.sum()) - m / float(n.mean())
    if not spread > 0:
        return _same(x, n, level)
    w = spread / (spread + m / n)
    value = m + w * (r - m)
    variance = w * m / n
    low, high = _tails(level)
    shape = value**2 / variance
    return Smoothed(
        value=value,
        lower=special.gammaincinv(shape, low) * variance / value,
        upper=special.gammaincinv(shape, high) * variance / value,
        raw=r,
        weight=w,
        mean=m,
        variance=spread,
    )


def _same(x: Floats, n: Floats, level: float) -> Smoothed:
    """All places alike: one rate for all, with the exact interval of the whole count."""
    total, exposure = float(x.sum()), float(n.sum())
    low, high = _tails(level)
    ends = (
        special.gammaincinv(total, low) / exposure if total else 0.0,
        special.gammaincinv(total + 1, high) / exposure,
    )
    return Smoothed(
        value=np.full(len(x), total / exposure),
        lower=np.full(len(x), ends[0]),
        upper=np.full(len(x), ends[1]),
        raw=x / n,
        weight=np.zeros(len(x)),
        mean=total / exposure,
        variance=0.0,
    )


def _places(counts: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if x.ndim != 1 or x.shape != n.shape or len(x) < 2:
        raise ValueError("counts: give one, and one exposure, for each of two places or more")
    if not (np.isfinite(x) & (x >= 0) & (x == np.floor(x))).all():
        raise ValueError("counts: give whole numbers, 0 or more")
    if not (np.isfinite(n) & (n > 0)).all():
        raise ValueError("exposure: give expected counts or people above 0")
    return x, n


def _tails(level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    return (1 - level) / 2, (1 + level) / 2
