"""Alarm: are the newest months higher than the months before them would lead us to expect?

The rule of Farrington and others as Noufaily and others improved it, for months: a quasi-Poisson
regression on the last years, with a trend and a part of the year as factor, in which past outbreaks
weigh less, foretells the month; an alarm is raised where a count as high has at most probability
`alpha`. Our own part is that the probability takes in what is not known of mean and dispersion:
the rule as published puts the estimates in as if they were the truth, and alarms too often.

Limits: one rule for one series; of 84 districts without any change, one may alarm at alpha = 0.01.
An outbreak that began before the months left out (`skip`) is part of the baseline. Late-registered
counts are too low and hide an alarm. An alarm asks for a look; it is not a finding.

References
----------
Farrington CP, Andrews NJ, Beale AD, Catchpole MA (1996). A statistical algorithm for the early
detection of outbreaks of infectious disease. JRSS A 159: 547–563.
Noufaily A, Enki DG, Farrington P, Garthwaite P, Andrews N, Charlett A (2013). An improved algorithm
for outbreak detection in multiple surveillance systems. Statistics in Medicine 32: 1206–1222.
Salmon M, Schumacher D, Höhle M (2016). Monitoring count time series in R: aberration detection in
public health surveillance. Journal of Statistical Software 70(10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import alarm_bounds as bounds
from convive.stats import counts_glm as glm

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Alarms:
    """The newest months, one entry for each, in the order of time.

    month : place in the series.
    observed, expected : counts; nan where the month is not known.
    bound : the largest count that is no alarm.
    p : probability of a count at least as high, if the month is like the baseline.
    score : (observed − expected) / (bound − expected): above 1 beyond the bound.
    alarm : p at most alpha, and enough events of late.
    enough : whether the month and those just before have `fewest` events together.
    dispersion : φ of the baseline.
    trend : whether the baseline's trend was kept.
    alpha : as asked.
    """

    month: Longs
    observed: Floats
    expected: Floats
    bound: Floats
    p: Floats
    score: Floats
    alarm: Flags
    enough: Flags
    dispersion: Floats
    trend: Flags
    alpha: float


def newest(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    months: int = 1,
    years: int = 5,
    half_window: int = 1,
    parts: int = 4,
    skip: int = 3,
    trend: bool = True,
    reweight: float | None = 2.58,
    fewest: int = 5,
    alpha: float = 0.01,
) -> Alarms:
    """Judge the last `months` of a series, each by the years before it.

    Baseline of month t: the months from t − 12 · years − half_window to t − 1 − skip. Factor: the
    months within `half_window` of t's place in the year are one part; the others are cut into
    `parts` − 1 of equal length. μ = exposure · exp(part + β · time). The trend stays if the
    baseline spans three years and the forecast is at most the highest rate of the baseline.

    Past outbreaks: with Anscombe residuals s = 3 (y^⅔ μ^−⅙ − μ^½) / [2 (φ (1 − h))^½], a month
    weighs γ, or γ s⁻² where s > `reweight`; γ makes the mean weight 1. Then it is fitted anew.

    p is the mean of P(Y ≥ observed), Y negative binomial of mean μ and variance φμ, over what is
    not known: log μ normal around its forecast with its standard error, and φ as df · φ̂ / χ² of df.

    Parameters
    ----------
    counts : (n,) whole numbers, 0 or more; nan where a month is not known
    exposure : (n,) above 0
    months : int
        How many of the newest are judged.
    years : int
        Years of baseline; 2 or more. As many as there are, where there are fewer.
    half_window, parts, skip : int
    trend : bool
        False: never.
    reweight : float or None
        2.58 as Noufaily and others chose; None: all months weigh the same.
    fewest : int
        No alarm unless the month and the three before it have so many events.
    alpha : float
        Probability of a false alarm in one month.

    Raises
    ------
    ValueError
        Counts or exposures that are none; fewer than two years of baseline; a choice out of range.
    """
    y, people = glm.series(counts, exposure)
    if not 0 < alpha < 0.5:
        raise ValueError("alpha: give a probability below a half, such as 0.01")
    if months < 1 or years < 2 or skip < 0 or fewest < 0:
        raise ValueError("months: 1 or more; years: 2 or more; skip and fewest: 0 or more")
    if not 0 <= half_window <= 4 or not 1 <= parts <= 6:
        raise ValueError("half_window: give 0 to 4 months; parts: 1 to 6")
    if reweight is not None and not reweight > 0:
        raise ValueError("reweight: give a residual above 0, such as 2.58, or None")
    if len(y) < months + skip + 24:
        raise ValueError(
            f"counts: give at least {months + skip + 24} months: two years before those judged"
        )
    judged = np.arange(len(y) - months, len(y))
    found = [
        _judge(y, people, int(t), years, half_window, parts, skip, trend, reweight, alpha)
        for t in judged
    ]
    expected, bound, p, phi, kept = (
        np.array(part, dtype=np.float64) for part in zip(*found, strict=True)
    )
    late = np.array([np.nansum(y[max(0, t - 3) : t + 1]) for t in judged])
    observed = y[judged]
    with np.errstate(invalid="ignore", divide="ignore"):
        score = (observed - expected) / (bound - expected)
    return Alarms(
        month=judged.astype(np.int64),
        observed=observed,
        expected=expected,
        bound=bound,
        p=p,
        score=score,
        alarm=(p <= alpha) & (late >= fewest),
        enough=late >= fewest,
        dispersion=phi,
        trend=kept > 0,
        alpha=alpha,
    )


def _judge(
    y: Floats,
    people: Floats,
    t: int,
    years: int,
    half_window: int,
    parts: int,
    skip: int,
    trend: bool,
    reweight: float | None,
    alpha: float,
) -> tuple[float, float, float, float, bool]:
    rows = np.arange(max(0, t - 12 * years - half_window), t - skip)
    rows = rows[~np.isnan(y[rows])]
    if len(rows) < 18:
        raise ValueError("counts: too few known months in the baseline; 18 or more are needed")
    old, seen = y[rows], people[rows]
    if not old.sum():
        return _never(y[t], people[t], float(seen.sum()), alpha)
    part = _part(rows - t, half_window, parts)
    here = [old[part == k].sum() for k in range(parts)]
    factors = (part[:, None] == np.arange(parts)).astype(np.float64) if all(here) else None
    level = np.ones((len(rows), 1)) if factors is None else factors
    time = (rows - t)[:, None] / 12.0
    kept = trend and rows[-1] - rows[0] >= 35
    x = np.hstack([level, time]) if kept else level
    fitted = _reweighted(old, x, seen, reweight)
    if kept and np.exp(fitted.beta[0]) > (old / seen).max():
        kept, x = False, level
        fitted = _reweighted(old, x, seen, reweight)
    phi = fitted.dispersion
    mean = float(people[t] * np.exp(fitted.beta[0]))  # the trend is 0 at t, whose part is the first
    error = float(np.sqrt(phi * fitted.inverse[0, 0]))
    at_least = bounds.predictive(mean, error, phi, fitted.df)
    p = float(at_least(np.array([y[t]]))[0]) if not np.isnan(y[t]) else np.nan
    return mean, bounds.smallest(at_least, alpha), p, phi, kept


def _part(before: Longs, half_window: int, parts: int) -> Longs:
    """Part of the year of months so many places before: 0 for those near the same time of year."""
    place = (before + half_window) % 12
    rest = 12 - (2 * half_window + 1)
    block = 1 + (place - (2 * half_window + 1)) * (parts - 1) // max(1, rest)
    return np.where((place <= 2 * half_window) | (parts == 1), 0, block).astype(np.int64)


def _reweighted(y: Floats, x: Floats, people: Floats, threshold: float | None) -> glm.Fit:
    fitted = glm.fit(y, x, people)
    if threshold is not None:
        weights = bounds.outbreak_weights(anscombe(y, fitted, x), threshold)
        fitted = glm.fit(y, x, people, weights)
    return fitted


def anscombe(counts: Floats, fitted: glm.Fit, columns: Floats) -> Floats:
    """Standardised Anscombe residuals: about normal where the counts are like their means."""
    mu = fitted.mean
    leverage = mu * np.einsum("ij,jk,ik->i", columns, fitted.inverse, columns)
    plain = 1.5 * (counts ** (2 / 3) * mu ** (-1 / 6) - mu**0.5)
    return np.asarray(
        plain / np.sqrt(fitted.dispersion * np.clip(1 - leverage, 1e-6, None)), dtype=np.float64
    )


def _never(
    count: float, people: float, before: float, alpha: float
) -> tuple[float, float, float, float, bool]:
    """A baseline without any event: exact, each event falls in the new month with share π."""
    share = people / (people + before)
    p = share**count if not np.isnan(count) else np.nan
    return 0.0, float(np.ceil(np.log(alpha) / np.log(share)) - 1), float(p), 1.0, False
