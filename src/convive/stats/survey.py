"""Totals, means, shares and ratios of a sample survey, with the variance that its design gives.

People of one block answer alike, and some groups were asked more often than others: an interval
that takes them for a simple random sample is too short. Here every estimate is written as a sum
over the first-stage clusters, and the spread of the clusters within their strata is its variance
(Taylor linearisation; clusters taken as drawn with replacement, which errs on the wide side).

A domain (women, one district) is estimated in the whole sample, with zeros outside the domain: to
drop the others would forget the clusters in which nobody of the domain was met.

References
----------
Särndal C-E, Swensson B, Wretman J (1992). Model Assisted Survey Sampling. Springer; ch. 5 and 10.
Lumley T (2010). Complex Surveys: A Guide to Analysis Using R. Wiley; ch. 2 and 3.
Korn EL, Graubard BI (1999). Analysis of Health Surveys. Wiley; §2.4 and §5.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Lonely = Literal["refuse", "grand_mean"]


@dataclass(frozen=True)
class Design:
    """How a sample was drawn; make it with `design`.

    weight : (n,) how many of the population each respondent stands for.
    cluster : (n,) number of the cluster, from 0; one cluster lies in one stratum.
    stratum : (clusters,) number of the stratum of each cluster, from 0.
    size : (strata,) clusters of the sample in each stratum.
    open : (strata,) 1 − share of the stratum's clusters that the sample took; 1 where unknown.
    """

    weight: Floats
    cluster: Whole
    stratum: Whole
    size: Whole
    open: Floats

    @property
    def n(self) -> int:
        return len(self.weight)

    @property
    def lonely(self) -> Whole:
        """Strata with one cluster alone, though there was more to draw: no spread can be seen."""
        return np.flatnonzero((self.size == 1) & (self.open > 0))


@dataclass(frozen=True)
class Estimate:
    """An estimate of a survey and what its design makes of it.

    value, se, lower, upper : in the unit of what was asked; shares from 0 to 1.
    df : degrees of freedom: clusters − strata, over the strata that the domain reaches.
    n, clusters : respondents of the domain, and clusters in which there were any.
    deff : design effect: the variance over that of a simple random sample of as many respondents,
        drawn with replacement. nan where nobody differs from anybody.
    """

    value: float
    se: float
    lower: float
    upper: float
    df: int
    n: int
    clusters: int
    deff: float

    @property
    def cv(self) -> float:
        """Relative standard error, se / |value|; inf where the value is 0."""
        return self.se / abs(self.value) if self.value else float("inf")


def design(
    weight: ArrayLike,
    stratum: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    fpc: ArrayLike | None = None,
    lonely: Lonely = "refuse",
) -> Design:
    """The design of a sample of n respondents.

    Parameters
    ----------
    weight : (n,) numbers above 0
        How many of the population each respondent stands for.
    stratum, cluster : (n,) of any kind of label
        First-stage strata and clusters (PSU). A cluster's label counts within its stratum. Without
        strata there is one; without clusters each respondent is one.
    fpc : (n,) numbers
        Clusters that the respondent's stratum has in the population: the share that was drawn then
        lessens the variance. Only for one-stage samples, or where that share is large.
    lonely : "refuse" or "grand_mean"
        What to do with a stratum of one cluster. Its variance cannot be seen; "grand_mean" takes
        the cluster's distance from the mean of all clusters instead, which errs on the wide side.

    Raises
    ------
    ValueError
        No respondents; unequal lengths; a weight not above 0; fpc differs within a stratum or is
        below its clusters; a stratum of one cluster with `lonely` = "refuse".
    """
    w = np.asarray(weight, dtype=np.float64)
    if w.ndim != 1 or not len(w):
        raise ValueError("weight: give one for each respondent")
    if not (np.isfinite(w) & (w > 0)).all():
        raise ValueError("weight: give numbers above 0")
    strata = _labels(np.zeros(len(w)) if stratum is None else stratum, len(w), "stratum")
    within = _labels(np.arange(len(w)) if cluster is None else cluster, len(w), "cluster")
    pair = strata * (int(within.max()) + 1) + within
    _pairs, first, clusters = np.unique(pair, return_index=True, return_inverse=True)
    of_cluster = strata[first]
    size = np.bincount(of_cluster)
    still_open = np.ones(len(size))
    if fpc is not None:
        there = np.asarray(fpc, dtype=np.float64)
        if there.shape != w.shape:
            raise ValueError("fpc: give one for each respondent")
        known = np.full(len(size), np.nan)
        known[strata] = there
        if not np.array_equal(known[strata], there):
            raise ValueError("fpc: a stratum has one number of clusters in the population")
        if not (known >= size).all():
            raise ValueError("fpc: a stratum has more clusters in the sample than in all")
        still_open = 1 - size / known
    made = Design(w, clusters.reshape(-1), of_cluster, size, still_open)
    if lonely == "refuse" and len(made.lonely):
        raise ValueError(
            f"stratum: {len(made.lonely)} of {len(size)} strata have one cluster alone; join each "
            'with a stratum like it, or choose lonely="grand_mean"'
        )
    return made


def total(
    y: ArrayLike, d: Design, domain: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Total of `y` in the population, or in a domain of it.

    t = Σ w·y over the domain. With z_c the sum of w·y over the domain's people in cluster c, n_h
    clusters and a share f_h of them drawn in stratum h:

    V(t) = Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_{c in h} (z_c − z̄_h)²

    The interval is t ± t₍df₎ · √V.

    Parameters
    ----------
    y : (n,) finite numbers
    d : Design
    domain : (n,) of true and false
        Whom it is about; everybody by default.

    Raises
    ------
    ValueError
        Unequal lengths; a value that is no number; nobody in the domain; no degrees of freedom.
    """
    values, inside = _values(y, d, "y"), _domain(domain, d)
    part = np.where(inside, values, 0.0)
    sums = d.weight * part
    spread = _weighted_variance(part, d.weight)
    simple = float(d.weight.sum()) ** 2 * spread / d.n
    return _with_t(float(sums.sum()), sums, d, inside, simple, level)


def ratio(
    y: ArrayLike, x: ArrayLike, d: Design, domain: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Ratio of two totals, R = Σ w·y / Σ w·x over the domain.

    Its variance is that of the total of u = (y − R·x) / Σ w·x, zero outside the domain: `total`.

    Raises
    ------
    ValueError
        As `total`; or Σ w·x is 0.
    """
    upper, lower = _values(y, d, "y"), _values(x, d, "x")
    inside = _domain(domain, d)
    w = np.where(inside, d.weight, 0.0)
    below = float((w * lower).sum())
    if below == 0:
        raise ValueError("x: its total is 0, so nothing can be divided by it")
    value = float((w * upper).sum()) / below
    residual = upper - value * lower
    people = float(w.sum())
    spread = _weighted_variance(residual[inside], d.weight[inside])
    simple = spread / int(inside.sum()) * (people / below) ** 2
    return _with_t(value, w * residual / below, d, inside, simple, level)


def mean(y: ArrayLike, d: Design, domain: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Mean of `y`: the ratio of its total to the number of people. See `ratio`."""
    return ratio(y, np.ones(d.n), d, domain, level)


def proportion(
    yes: ArrayLike, d: Design, domain: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Share of those who say yes, with an interval that stays between 0 and 1.

    The share p and its standard error are those of `mean`. The interval is made on the logit scale:
    logit(p) ± t₍df₎ · se / (p(1 − p)), brought back (Korn & Graubard 1999, §2.4). Where no spread
    can be seen (everybody or nobody says yes) it is the exact binomial interval for as many people
    as the weights leave, (Σw)²/Σw²; this knows nothing of people who answer alike in a cluster.

    Parameters
    ----------
    yes : (n,) of 0 and 1, or of true and false

    Raises
    ------
    ValueError
        As `total`; or an answer is neither 0 nor 1.
    """
    answers = _values(yes, d, "yes")
    if not np.isin(answers, (0.0, 1.0)).all():
        raise ValueError("yes: give 0 or 1 for each respondent")
    found = mean(answers, d, domain, level)
    p, tail = found.value, (1 - level) / 2
    if found.se > 0 and 0 < p < 1:
        half = float(scipy.special.stdtrit(found.df, 1 - tail)) * found.se / (p * (1 - p))
        ends = scipy.special.expit(scipy.special.logit(p) + np.array([-half, half]))
        return replace(found, lower=float(ends[0]), upper=float(ends[1]))
    w = d.weight[_domain(domain, d)]
    people = float(w.sum()) ** 2 / float((w**2).sum())
    k = p * people
    low = float(scipy.special.betaincinv(k, people - k + 1, tail)) if p > 0 else 0.0
    high = float(scipy.special.betaincinv(k + 1, people - k, 1 - tail)) if p < 1 else 1.0
    return replace(found, lower=low, upper=high)


def _with_t(
    value: float, sums: Floats, d: Design, inside: NDArray[np.bool_], simple: float, level: float
) -> Estimate:
    """The estimate whose linearised contributions are `sums`, each with its weight, (n,).

    simple : its variance in a simple random sample of as many.
    """
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    met = np.bincount(d.cluster, weights=inside, minlength=len(d.stratum)) > 0
    reached = np.unique(d.stratum[met])
    df = int(d.size[reached].sum()) - len(reached)
    if df < 1:
        raise ValueError("cluster: the domain lies in as many clusters as strata; no error is seen")
    by_cluster = np.bincount(d.cluster, weights=sums, minlength=len(d.stratum))
    variance = _variance(by_cluster.astype(np.float64), d)
    se = float(np.sqrt(variance))
    half = float(scipy.special.stdtrit(df, (1 + level) / 2)) * se
    return Estimate(
        value=value,
        se=se,
        lower=value - half,
        upper=value + half,
        df=df,
        n=int(inside.sum()),
        clusters=int(met.sum()),
        deff=variance / simple if simple > 0 else float("nan"),
    )


def _variance(sums: Floats, d: Design) -> float:
    """Variance of the sum of `sums`, one for each cluster."""
    centre = np.bincount(d.stratum, weights=sums) / d.size
    scale = d.open * d.size / np.maximum(d.size - 1, 1)
    centre[d.lonely] = sums.mean()
    squares = np.bincount(d.stratum, weights=(sums - centre[d.stratum]) ** 2)
    return float((scale * squares).sum())


def _weighted_variance(values: Floats, weight: Floats) -> float:
    """n/(n − 1) · Σ w(y − ȳ)² / Σ w; what a simple random sample would show of the population."""
    n = len(values)
    if n < 2:
        return 0.0
    middle = np.average(values, weights=weight)
    return float(np.average((values - middle) ** 2, weights=weight)) * n / (n - 1)


def _labels(values: ArrayLike, n: int, name: str) -> Whole:
    labels = np.asarray(values)
    if labels.shape != (n,):
        raise ValueError(f"{name}: give one for each respondent")
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def _values(values: ArrayLike, d: Design, name: str) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (d.n,):
        raise ValueError(f"{name}: give one for each respondent")
    if not np.isfinite(found).all():
        raise ValueError(f"{name}: give numbers; leave out who did not answer by the domain")
    return found


def _domain(domain: ArrayLike | None, d: Design) -> NDArray[np.bool_]:
    inside = np.ones(d.n, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    if inside.shape != (d.n,):
        raise ValueError("domain: give one for each respondent")
    if not inside.any():
        raise ValueError("domain: it holds nobody")
    return inside
