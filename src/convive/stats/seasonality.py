"""Seasonality: does the time of year matter, when is the peak, and how high is it?

Counts of months are regressed, log-linearly and with what they vary beyond Poisson, on one or two
waves of the year or on the twelve months, beside a trend. Months have unequal days: give
person-days (or days) as exposure, or February looks quiet.

Limits: the season is taken as the same in all years. A test on two years sees little; one year with
one outburst looks like a season. Where months hang together, p is too small: read it with the
series at hand.

References
----------
Roger JH (1977). A significance test for cyclic trends in incidence data. Biometrika 64: 152–155.
Stolwijk AM, Straatman H, Zielhuis GA (1999). Studying seasonality by using sine and cosine
functions in regression analysis. J Epidemiol Community Health 53: 235–238.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from convive.stats import counts_glm as glm

Floats = NDArray[np.float64]
Shape = Literal["one wave", "two waves", "months"]

_DRAWS = 4_000
_STEPS = 20  # to a month, on the curve of waves


@dataclass(frozen=True)
class Season:
    """The season of a series.

    p : of the F test of no season.
    f, df : its statistic and its two degrees of freedom.
    factors : (12,) mean of each month of the year over the geometric mean of the year; the first is
        that of January, or of whatever month 1 means.
    lower, upper : (12,) their intervals.
    peak : 0.5 is the middle of the first month, 11.5 that of the last, 12 is 0 again.
    peak_from, peak_to : its interval, read forward through the end of the year where it must; the
        whole year, 0 and 12, where the data do not tell.
    ratio, ratio_lower, ratio_upper : highest over lowest point of the season, 1 or more.
    dispersion : φ.
    """

    p: float
    f: float
    df: tuple[int, int]
    factors: Floats
    lower: Floats
    upper: Floats
    peak: float
    peak_from: float
    peak_to: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    dispersion: float


def season(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    first: int = 1,
    shape: Shape = "one wave",
    trend: bool = True,
    level: float = 0.95,
    seed: int = 0,
) -> Season:
    """Test and describe the season of a series of months.

    log μ = log exposure + β₀ + trend · t + season, the season Σ a_k cos(2πkm/12) + b_k sin(2πkm/12)
    or a factor of the month, variance φμ. F = [(D₀ − D₁) / q] / φ with D the deviances without and
    with the q columns of the season; φ = Pearson's statistic / df, never below 1. The intervals of
    peak and ratio are from draws of the coefficients around their estimates (normal, t-scaled): the
    shortest arc that holds `level` of the peaks; for the ratio, log ratios reflected at the
    estimate and cut at 1.

    Parameters
    ----------
    counts : (n,) whole numbers, 0 or more; nan where a month is not known
    exposure : (n,) above 0
    first : int
        Month of the year, 1 to 12, of the first count.
    shape : "one wave", "two waves" or "months"
    trend : bool
        Whether a straight trend of the logarithm is fitted beside it.
    seed : int

    Raises
    ------
    ValueError
        Counts or exposures that are none; too few months; months of the year that are never known.
    """
    if shape not in ("one wave", "two waves", "months"):
        raise ValueError('shape: choose "one wave", "two waves" or "months"')
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    if not 1 <= first <= 12 or seed < 0:
        raise ValueError("first: give a month from 1 to 12; seed: 0 or more")
    y, people = glm.series(counts, exposure)
    there = np.flatnonzero(~np.isnan(y))
    place = (there + first - 1) % 12
    ground = np.ones((len(there), 1))
    if trend:
        ground = np.hstack([ground, (there[:, None] - there.mean()) / 12])
    wave = _columns((place + 0.5).astype(np.float64), shape)
    q = wave.shape[1]
    if len(there) < ground.shape[1] + q + 3 or len(np.unique(place)) < 12:
        raise ValueError("counts: give two years of months or more, each month of the year known")
    without = glm.fit(y[there], ground, people[there])
    full = glm.fit(y[there], np.hstack([ground, wave]), people[there])
    phi = full.dispersion
    f = max(0.0, (without.deviance - full.deviance) / q / phi)
    steps = 1 if shape == "months" else _STEPS
    spots: Floats = (np.arange(12.0 * steps) + (0.5 if steps == 1 else 0.0)) / steps
    beta, cover = full.beta[-q:], phi * full.inverse[-q:, -q:]
    t = float(special.stdtrit(full.df, (1 + level) / 2))
    turn = _centred(np.arange(12, dtype=np.float64) + 0.5, shape)
    error = t * np.sqrt(np.einsum("ij,jk,ik->i", turn, cover, turn))
    curve = _columns(spots, shape)
    peak, span, drawn = _drawn(curve, beta, cover, full.df, spots, seed)
    start, length = _arc(drawn[0], level)
    low, high = np.quantile(drawn[1], [(1 - level) / 2, (1 + level) / 2])
    return Season(
        p=float(special.fdtrc(q, full.df, f)),
        f=f,
        df=(q, full.df),
        factors=np.exp(turn @ beta),
        lower=np.exp(turn @ beta - error),
        upper=np.exp(turn @ beta + error),
        peak=peak,
        peak_from=start if length < 12 else 0.0,
        peak_to=(start + length) % 12 if length < 12 else 12.0,
        ratio=float(np.exp(span)),
        ratio_lower=float(np.exp(max(0.0, 2 * span - high))),
        ratio_upper=float(np.exp(max(span, 2 * span - low))),
        dispersion=phi,
    )


def roger(counts: ArrayLike) -> tuple[float, float]:
    """Roger's test of one wave on twelve Poisson counts of equal exposure: statistic and p.

    R = 2 [(Σ x sin)² + (Σ x cos)²] / Σ x at the angles 2πm/12; χ² with 2 degrees of freedom. It is
    the score test of `season` with one wave, no trend and φ = 1.

    Parameters
    ----------
    counts : (12,) whole numbers, 0 or more, not all 0
    """
    x, _ = glm.series(counts, None, missing=False)
    if len(x) != 12 or not x.sum() > 0:
        raise ValueError("counts: give twelve, of which one is above 0")
    angle = 2 * np.pi * np.arange(12) / 12
    r = float(2 * ((x @ np.sin(angle)) ** 2 + (x @ np.cos(angle)) ** 2) / x.sum())
    return r, float(np.exp(-r / 2))


def _columns(place: Floats, shape: Shape) -> Floats:
    """Columns of the season; those of months sum to 0 over the year."""
    if shape == "months":
        month = np.floor(place).astype(np.int64)
        full = np.vstack([np.eye(11), -np.ones(11)])
        return np.asarray(full[month], dtype=np.float64)
    return glm.harmonics(place, 1 if shape == "one wave" else 2)


def _centred(place: Floats, shape: Shape) -> Floats:
    columns = _columns(place, shape)
    return np.asarray(columns - columns.mean(axis=0), dtype=np.float64)


def _drawn(
    curve: Floats, beta: Floats, cover: Floats, df: int, spots: Floats, seed: int
) -> tuple[float, float, tuple[Floats, Floats]]:
    """Peak and log ratio of the estimate, and those of the draws around it."""
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(cover)
    root = vectors * np.sqrt(np.maximum(values, 0))
    scale = np.sqrt(df / rng.chisquare(df, _DRAWS))
    lines = (beta + (rng.standard_normal((_DRAWS, len(beta))) @ root.T) * scale[:, None]) @ curve.T
    here = curve @ beta
    return (
        float(spots[here.argmax()]),
        float(here.max() - here.min()),
        (spots[lines.argmax(axis=1)], lines.max(axis=1) - lines.min(axis=1)),
    )


def _arc(peaks: Floats, level: float) -> tuple[float, float]:
    """Start and length of the shortest arc of the year that holds `level` of the peaks."""
    order = np.sort(peaks)
    n = len(order)
    needed = int(np.ceil(level * n))
    if needed >= n:
        needed = n - 1
    ends = np.concatenate([order, order + 12])
    length = ends[needed - 1 : needed - 1 + n] - order
    best = int(length.argmin())
    return float(order[best]), min(12.0, float(length[best]))
