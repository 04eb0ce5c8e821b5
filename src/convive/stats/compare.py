"""Standardisation: places of unlike people compared as if their people were alike.

Direct: a place's rates by stratum (sex and age band) are weighted by a standard population.
Indirect: a place's count is divided by what it would be at the standard's rates. Counts are Poisson
and independent between strata.

Limits: a standardised rate has no meaning of its own, only beside another with the same standard.
Where small strata get large weights the interval is wide, and rightly. Two indirectly standardised
ratios are not strictly comparable with each other. Bursts make every interval here too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner
from numpy.typing import ArrayLike, NDArray

from convive.stats.rates import byar_interval, poisson_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standardised:
    """Directly standardised rates; arrays of the leading shape of the counts.

    rate, lower, upper : events per `per` person-years.
    crude : all events over all person-years, likewise.
    events : all events.
    variance : of `rate`.
    """

    rate: Floats
    lower: Floats
    upper: Floats
    crude: Floats
    events: Floats
    variance: Floats
    per: float


@dataclass(frozen=True)
class Ratio:
    """A ratio with its interval: arrays of one shape; inf and 0 where there is no bound."""

    ratio: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Difference:
    """A difference with its interval and its p-value: arrays of one shape."""

    difference: Floats
    lower: Floats
    upper: Floats
    p: Floats


@dataclass(frozen=True)
class Similar:
    """Units most like one, nearest first.

    names : of the units chosen.
    distances : √(Σ ((x − x₀) / s)² · weight) over the traits.
    traits : names of the traits by which they were chosen.
    """

    names: tuple[str, ...]
    distances: tuple[float, ...]
    traits: tuple[str, ...]


def direct(
    counts: ArrayLike,
    person_years: ArrayLike,
    standard: ArrayLike,
    *,
    per: float = 100_000,
    level: float = 0.95,
    method: Literal["gamma", "dobson"] = "gamma",
) -> Standardised:
    """Directly standardised rate y = Σ w x with w = standard share / person-years.

    v = Σ w² x is its variance. "gamma" (Fay and Feuer): lower = v / (2y) · χ²(α/2; 2y² / v), and
    upper = (v + m²) / (2 (y + m)) · χ²(1 − α/2; 2 (y + m)² / (v + m²)) with m = max w. "dobson":
    y + √(v / X) · (L − X), X all events and L the end of Byar's interval for X (Garwood's where X
    is below 10). The gamma interval covers at least as often as it says in all that is known of it.

    Parameters
    ----------
    counts : (…, strata) whole numbers, 0 or more
    person_years : (…, strata) above 0, broadcast with `counts`
    standard : (strata,) 0 or more
        People of the standard population; only the shares matter.

    Raises
    ------
    ValueError
        Not counts; an exposure that is not above 0; a standard of other strata or all 0.

    References
    ----------
    Fay MP, Feuer EJ (1997). Confidence intervals for directly standardized rates: a method based on
    the gamma distribution. Statistics in Medicine 16: 791–801.
    Dobson AJ, Kuulasmaa K, Eberle E, Scherer J (1991). Confidence intervals for weighted sums of
    Poisson parameters. Statistics in Medicine 10: 457–462.
    """
    x, n, w = _strata(counts, person_years, standard)
    if not per > 0:
        raise ValueError("per: give a number of people above 0")
    tail = _tail(level)
    y, v, top = (w * x).sum(-1), (w * w * x).sum(-1), w.max(-1)
    if method == "gamma":
        lower, upper = _gamma_quantile(tail, y, v), _gamma_quantile(1 - tail, y + top, v + top**2)
    elif method == "dobson":
        total = x.sum(-1)
        few = np.array(poisson_interval(total, level))
        many = np.array(byar_interval(total, level))
        ends = np.where(total < 10, few, many)
        scale = np.sqrt(v / np.maximum(total, 1))
        scale = np.where(total > 0, scale, w.max(-1))
        lower, upper = y + scale * (ends[0] - total), y + scale * (ends[1] - total)
    else:
        raise ValueError('method: choose "gamma" or "dobson"')
    return Standardised(
        rate=per * y,
        lower=per * lower,
        upper=per * upper,
        crude=per * x.sum(-1) / n.sum(-1),
        events=x.sum(-1),
        variance=per**2 * v,
        per=per,
    )


def ratio_of_direct(
    counts: ArrayLike,
    person_years: ArrayLike,
    counts_of: ArrayLike,
    person_years_of: ArrayLike,
    standard: ArrayLike,
    *,
    level: float = 0.95,
    dispersion: ArrayLike = 1.0,
    dispersion_of: ArrayLike = 1.0,
) -> Ratio:
    """Ratio of two directly standardised rates: the first over that of `counts_of`.

    Each rate is taken as gamma distributed, as `direct` does; the ends are quantiles of F (Fay
    1999). With one stratum it is the interval of `rates.compare_counts`, with the same dispersions:
    counts that vary φ times as much as Poisson counts, 1 or more, have φ times the variance, and
    one of them weighs φ times as much.

    References
    ----------
    Fay MP (1999). Approximate confidence intervals for rate ratios from directly standardized rates
    with sparse data. Communications in Statistics: Theory and Methods 28: 2141–2160.
    """
    x1, _n1, w1 = _strata(counts, person_years, standard)
    x2, _n2, w2 = _strata(counts_of, person_years_of, standard)
    tail = _tail(level)
    phi1, phi2 = np.asarray(dispersion, np.float64), np.asarray(dispersion_of, np.float64)
    if not ((phi1 >= 1).all() and (phi2 >= 1).all()):
        raise ValueError("dispersion: give 1 (Poisson) or more")
    y1, v1, m1 = (w1 * x1).sum(-1), phi1 * (w1 * w1 * x1).sum(-1), phi1 * w1.max(-1)
    y2, v2, m2 = (w2 * x2).sum(-1), phi2 * (w2 * w2 * x2).sum(-1), phi2 * w2.max(-1)
    lower = _f_end(tail, y1, v1, y2 + m2, v2 + m2**2)
    upper = _f_end(1 - tail, y1 + m1, v1 + m1**2, y2, v2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Ratio(np.asarray(y1 / y2), lower, upper)


def indirect(
    counts: ArrayLike, person_years: ArrayLike, rates: ArrayLike, *, level: float = 0.95
) -> Ratio:
    """Standardised ratio: events over Σ standard rate · person-years, with its exact interval.

    Parameters
    ----------
    counts : (…,) events of each place, or (…, strata), which are summed
    person_years : (…, strata) 0 or more
    rates : (strata,) 0 or more
        Events per person-year in the standard population, by stratum.

    Raises
    ------
    ValueError
        Not counts; a negative exposure or rate; an expected count of 0.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II. IARC, Lyon; section 2.3.
    """
    n, r = np.asarray(person_years, dtype=np.float64), np.asarray(rates, dtype=np.float64)
    if not (np.isfinite(n) & (n >= 0)).all() or not (np.isfinite(r) & (r >= 0)).all():
        raise ValueError("person_years, rates: give numbers, 0 or more")
    if r.ndim != 1 or n.shape[-1:] != r.shape:
        raise ValueError("rates: give one for each stratum of person_years")
    expected = (n * r).sum(-1)
    if not (expected > 0).all():
        raise ValueError("rates: nothing is expected in one of the places; no ratio can be formed")
    x = np.asarray(counts, dtype=np.float64)
    if x.shape == n.shape:
        x = x.sum(-1)
    lower, upper = poisson_interval(x, level)
    return Ratio(np.asarray(x / expected), lower / expected, upper / expected)


def difference(
    one: tuple[ArrayLike, ArrayLike, ArrayLike],
    other: tuple[ArrayLike, ArrayLike, ArrayLike],
    *,
    level: float = 0.95,
) -> Difference:
    """Difference of two independent numbers, the first less the second, from their intervals.

    With numbers a and b and their intervals (a₁, a₂) and (b₁, b₂): lower = a − b −
    √((a − a₁)² + (b₂ − b)²), upper = a − b + √((a₂ − a)² + (b − b₁)²). For shares with Wilson's
    intervals it is Newcombe's method 10; with exact intervals it covers at least as often. p is
    that of the end nearer to 0, as of a normal distribution, so that it is below 1 − level just
    where the interval leaves out 0.

    Parameters
    ----------
    one, other : value, lower and upper end of each, broadcast; intervals of this level

    Raises
    ------
    ValueError
        A number outside its interval, or no number.

    References
    ----------
    Newcombe RG (1998). Interval estimation for the difference between independent proportions.
    Statistics in Medicine 17: 873–890.
    Zou GY, Donner A (2008). Construction of confidence limits about effect measures: a general
    approach. Statistics in Medicine 27: 1693–1702.
    """
    z = float(scipy.special.ndtri(1 - _tail(level)))
    a, a1, a2 = (np.asarray(each, dtype=np.float64) for each in one)
    b, b1, b2 = (np.asarray(each, dtype=np.float64) for each in other)
    for value, low, high in ((a, a1, a2), (b, b1, b2)):
        slack = 1e-9 * np.maximum(1.0, np.abs(value))  # of whoever rounded an end
        if not (np.isfinite(value) & (low <= value + slack) & (value <= high + slack)).all():
            raise ValueError("one, other: give numbers within their intervals")
    d = a - b
    down, up = np.hypot(a - a1, b2 - b), np.hypot(a2 - a, b - b1)
    near = np.where(d > 0, down, up)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(d == 0, 1.0, 2 * scipy.special.ndtr(-z * np.abs(d) / near))
    return Difference(d, d - down, d + up, p)


def similar_units(
    names: Sequence[str],
    traits: dict[str, ArrayLike],
    target: str,
    number: int,
    *,
    weights: dict[str, float] | None = None,
    leave_out: Sequence[str] = (),
) -> Similar:
    """Choose the `number` units most like `target` by traits stated beforehand.

    Each trait is divided by its standard deviation over all units. The same traits always choose
    the same units: equal distances go by name. Take traits from before the change that is to be
    judged, and never the outcome after it: the choice is only fair while the outcome is unseen.

    Parameters
    ----------
    names : n different names
    traits : for each trait, (n,) finite numbers
    target : one of the names
    number : int, at most the units that are left
    weights : for each trait, 1 by default
    leave_out : names not to be chosen, such as neighbours that may feel the same change

    Raises
    ------
    ValueError
        Names that repeat or are not there; a trait that is not known everywhere or is the same
        everywhere; more units asked for than there are.
    """
    if len(set(names)) != len(names):
        raise ValueError("names: each must be there once")
    for name in (target, *leave_out):
        if name not in names:
            raise ValueError(f"target, leave_out: there is no unit {name!r}")
    if not traits:
        raise ValueError("traits: give at least one")
    weigh = weights or {}
    if set(weigh) - set(traits) or not all(0 <= w < np.inf for w in weigh.values()):
        raise ValueError("weights: give a number, 0 or more, for traits that are there")
    squares = np.zeros(len(names))
    for name, values in traits.items():
        x = np.asarray(values, dtype=np.float64)
        if x.shape != (len(names),) or not np.isfinite(x).all():
            raise ValueError(f"traits: {name!r} must be a known number for every unit")
        spread = float(x.std())
        if not spread > 1e-12 * float(np.abs(x).max()):
            raise ValueError(f"traits: {name!r} is the same everywhere and tells nothing")
        squares += weigh.get(name, 1.0) * ((x - x[list(names).index(target)]) / spread) ** 2
    distance = np.sqrt(squares)
    pool = [i for i, name in enumerate(names) if name != target and name not in set(leave_out)]
    if not 1 <= number <= len(pool):
        raise ValueError(f"number: give 1 to {len(pool)}, the units there are to choose from")
    pool.sort(key=lambda i: (float(f"{distance[i]:.9g}"), names[i]))
    chosen = pool[:number]
    return Similar(
        names=tuple(names[i] for i in chosen),
        distances=tuple(float(distance[i]) for i in chosen),
        traits=tuple(traits),
    )


def _strata(
    counts: ArrayLike, person_years: ArrayLike, standard: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    x, n = np.asarray(counts, dtype=np.float64), np.asarray(person_years, dtype=np.float64)
    s = np.asarray(standard, dtype=np.float64)
    if not (np.isfinite(x) & (x >= 0) & (x == np.floor(x))).all():
        raise ValueError("counts: give whole numbers, 0 or more")
    if not (np.isfinite(n) & (n > 0)).all():
        raise ValueError("person_years: give exposures above 0; join strata without people")
    if s.ndim != 1 or x.shape[-1:] != s.shape or n.shape[-1:] != s.shape:
        raise ValueError("standard: give people of the standard for each stratum, the last axis")
    if not (np.isfinite(s) & (s >= 0)).all() or not s.sum() > 0:
        raise ValueError("standard: give people, 0 or more, and not 0 everywhere")
    x, n = np.broadcast_arrays(x, n)
    return x, n, s / s.sum() / n


def _gamma_quantile(share: float, mean: Floats, variance: Floats) -> Floats:
    some = mean > 0
    y, v = np.where(some, mean, 1.0), np.where(some, variance, 1.0)
    return np.where(some, v / y * scipy.special.gammaincinv(y * y / v, share), 0.0)


def _f_end(share: float, y1: Floats, v1: Floats, y2: Floats, v2: Floats) -> Floats:
    """Quantile of the ratio of two independent gamma variables of these means and variances."""
    some, bound = y1 > 0, y2 > 0
    both = some & bound
    a = np.where(both, y1**2 / np.where(both, v1, 1.0), 1.0)
    b = np.where(both, y2**2 / np.where(both, v2, 1.0), 1.0)
    beta = scipy.special.betaincinv(a, b, share)
    with np.errstate(divide="ignore", invalid="ignore"):
        # G₁ / G₂ of scales v/y: odds of the beta variable, times the ratio of the scales
        value = beta / (1 - beta) * (v1 / y1) / (v2 / y2)
    return np.where(both, value, np.where(bound, 0.0, np.inf))


def _tail(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    return (1 - level) / 2
