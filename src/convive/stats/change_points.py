"""Change points: in which months did the level of a series of counts change, and by how much?

The mean of month t is exposure_t · season_t · level of its segment; the variance is φ times the
mean. Segments are the best there are for their number (dynamic programming). How many there are is
decided by tests: one more change, or two more, must lower Pearson's statistic by more than in 95 %
of series drawn from the model without them, and a straight trend must not explain the series
better. Drawn series vary as much as the real one, hang together from month to month as much, and
drift a little, as harmless series do.

Limits: a change is a date, not a cause; how people report changes too. A slow drift is no change of
level and is not found; a drift that a step describes better than a straight line does is. The
season is the same in all years. Late-registered months look like a fall: leave them out or correct
them first. What a series does after its last `shortest` months cannot be found: see `alarm`.

References
----------
Bai J, Perron P (1998). Estimating and testing linear models with multiple structural changes.
Econometrica 66: 47–78.
Auger IE, Lawrence CE (1989). Algorithms for the optimal identification of segment neighborhoods.
Bulletin of Mathematical Biology 51: 39–54.
Cox DR (1962). Further results on tests of separate families of hypotheses. JRSS B 24: 406–424.
Raftery AE, Akman VE (1986). Bayesian analysis of a Poisson process with a change-point. Biometrika
73: 85–89; the weights of the months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from convive.stats import change_model as model
from convive.stats import change_search as inner
from convive.stats import counts_glm as glm

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

# Of the probability of a false finding, this share is spent on one more change, the rest on two.
_ONE = 0.9
# A straight trend is preferred where, if the changes were true, this share of series or less would
# speak for a trend as much.
_TREND = 0.1


@dataclass(frozen=True)
class Change:
    """One change of level.

    at : place in the series of the first month of the new level.
    first, last : ends of the interval for `at`.
    ratio : new level over old; `lower` and `upper` are its interval, which knows that the month is
        not known exactly.
    before, after : levels, in events per unit of exposure.
    p : of the step of the search that found it: from then on a month of its interval was among the
        places at every step.
    """

    at: int
    first: int
    last: int
    ratio: float
    lower: float
    upper: float
    before: float
    after: float
    p: float


@dataclass(frozen=True)
class Changes:
    """What `find` found.

    changes : in the order of time; empty where nothing but chance, season or a trend is needed.
    p : probability of the first step of the search, if the level never changed but for a drift; 1
        where a straight trend explains the series better.
    steps : p of every step of the search; the last is above 1 − level unless the search had to end.
    expected : (n,) fitted means.
    season : (period,) factors by place in the series modulo the period, of geometric mean 1.
    dispersion : φ, 1 where the counts vary as Poisson counts do.
    correlation : of what is left, from one month to the next, 0 or more.
    """

    changes: tuple[Change, ...]
    p: float
    steps: tuple[float, ...]
    expected: Floats
    season: Floats
    dispersion: float
    correlation: float


def find(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    period: int | None = 12,
    harmonics: int = 2,
    shortest: int = 6,
    most: int = 5,
    drift: float = 0.025,
    level: float = 0.95,
    draws: int = 999,
    seed: int = 0,
) -> Changes:
    """Find the changes of level of a series, with intervals for when and by how much.

    Step by step, with the best K segments at hand: F₁ = S₁ / [(P − S₁) / (df − 1)], where P is
    Pearson's statistic and S₁ by how much the best further change lowers it (`change_search`), and
    F₂ likewise for the best two. p₁ and p₂ are the shares of drawn series that reach as much,
    (1 + number) / (1 + draws); p = min(p₁ / 0.9, p₂ / 0.1). Drawn series have the present means
    with a slope of `drift` a year in the direction of the real one, and the dispersion and the
    correlation that the real one has once its changes are out. While p is at most 1 − level, the
    best K + 1 (or K + 2) segments are taken, unless the series is a trend rather: unless a straight
    trend lowers Pearson's statistic more than the changes do, by as much as in 10 % or less of
    series drawn with those changes (Cox).

    A month t has weight ∝ exp(ℓ(t) / φ′) |XᵀWX|^(−1/2) of being the month of a change, with ℓ the
    log-likelihood, the other changes held, and φ′ = φ (1 + ρ) / (1 − ρ); the interval runs over the
    fewest months that together have `level`. The interval of the ratio is that of the mixture, by
    these weights, of t distributions around the log ratio as each month gives it.

    Parameters
    ----------
    counts : (n,) whole numbers, 0 or more; nan where a month is not known
    exposure : (n,) above 0
        Person-years, or people times days of the month. 1 by default.
    period : int or None
        Months of a year; None for a series without season (years).
    harmonics : int
        Waves of the season, 1 or 2 in general; 0 is the same as no period.
    shortest : int, 2 or more
        Months that a level must last to be one.
    most : int
        Largest number of changes.
    drift : float, 0 to below 1
        A slope of so much a year (12 places) is no change of level: 0.025 is 2.5 %.
    level : float
        1 − level is the probability of a false finding, and `level` that of each interval.
    draws : int
        Series drawn for each step.
    seed : int
        The same seed gives the same result.

    Raises
    ------
    ValueError
        Counts or exposures that are none; a season asked for with less than two periods; fewer
        months than two levels of `shortest` and the season need; all counts 0.
    """
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    if not 0 <= drift < 1:
        raise ValueError("drift: give a share of a year that is no change, such as 0.025")
    if draws < 19 or most < 0 or shortest < 2 or seed < 0:
        raise ValueError(
            "draws: give 19 or more; most and seed: 0 or more; shortest: 2 months or more"
        )
    known, n = model.known_months(counts, exposure, period, harmonics, shortest)
    rng = np.random.default_rng(seed)
    places = np.zeros(0, dtype=np.int64)
    steps: list[float] = []
    stages: list[tuple[float, Longs]] = []  # p and the places of each step that found some
    while len(places) < most:
        more, p = _step(known, places, 1 - level, most, drift, draws, rng)
        if more == 0 and p is None:
            break
        steps.append(1.0 if p is None else p)
        if more == 0:
            break
        places = model.optimal(known, len(places) + more)
        stages.append((steps[-1], places))
    columns = model.columns_of(known, places)
    fitted = glm.fit(known.y, columns, known.people)
    phi, rho = inner.excess(known.y, fitted.mean, columns)
    season = model.season_of(fitted.beta[len(places) + 1 :], period, harmonics)
    changes = tuple(
        _change(known, places, j, phi * (1 + rho) / (1 - rho), level, stages)
        for j in range(len(places))
    )
    everywhere = np.searchsorted(known.month[places], np.arange(n), side="right")
    people = np.ones(n) if exposure is None else np.broadcast_to(np.asarray(exposure, float), (n,))
    turn = season[np.arange(n) % len(season)]
    return Changes(
        changes=changes,
        p=steps[0] if steps else 1.0,
        steps=tuple(steps),
        expected=people * turn * np.exp(fitted.beta[everywhere]),
        season=season,
        dispersion=phi,
        correlation=rho,
    )


def _step(
    known: model.Series,
    places: Longs,
    alpha: float,
    most: int,
    drift: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[int, float | None]:
    """How many changes more (0, 1 or 2), and p; None where there is no room for another."""
    columns = model.columns_of(known, places)
    mean = glm.fit(known.y, columns, known.people).mean
    pairs = len(places) + 2 <= most
    search = inner.prepare(mean, columns, places, known.shortest, pairs)
    if not len(search.places) or search.df < 4:
        return 0, None
    real = inner.scores(search, (known.y / mean - 1)[None])
    phi, rho = inner.nature(search, real, mean, pairs, rng)
    years = (known.month - known.month.mean()) / 12.0
    away = known.y @ years >= mean @ years
    slope = np.exp((drift if away else -drift) * years)
    drifting = mean * slope * (mean.sum() / (mean * slope).sum())
    drawn = inner.scores(search, inner.draw(drifting, phi, rho, draws, rng) / mean - 1)
    p1 = _reach(_f(real.one, real.total, search.df - 1), _f(drawn.one, drawn.total, search.df - 1))
    p2 = _reach(_f(real.two, real.total, search.df - 2), _f(drawn.two, drawn.total, search.df - 2))
    p1, p2 = (p1 / _ONE, p2 / (1 - _ONE)) if pairs else (p1, 1.0)
    more, p = (1, p1) if p1 <= max(p2, alpha) else (2, p2)
    if p <= alpha and _is_trend(known, places, more, (phi, rho), draws, rng):
        more, p = 0, 1.0
    return (more if p <= alpha else 0), min(1.0, p)


def _is_trend(
    known: model.Series,
    places: Longs,
    more: int,
    nature: tuple[float, float],
    draws: int,
    rng: np.random.Generator,
) -> bool:
    """Whether a straight trend explains more than the changes, beyond chance if they are true."""
    columns = model.columns_of(known, places)
    changed = model.columns_of(known, model.optimal(known, len(places) + more))
    mean = glm.fit(known.y, changed, known.people).mean
    search = inner.prepare(mean, columns, places, known.shortest, more == 2)
    drawn = inner.draw(mean, *nature, draws, rng)
    working = np.log(mean / known.people) + np.vstack([known.y, drawn]) / mean - 1
    found = inner.scores(search, working)
    gain = found.one if more == 1 else found.two
    left = np.maximum(found.total - np.maximum(gain, found.trend), 1e-9)
    better = (found.trend - gain) / left
    return bool(better[0] > 0 and _reach(better[:1], better[1:]) <= _TREND)


def _f(gain: Floats, total: Floats, df: int) -> Floats:
    return np.asarray(gain * df / np.maximum(total - gain, 1e-9), dtype=np.float64)


def _reach(real: Floats, drawn: Floats) -> float:
    """Share of the drawn that reach the real one, itself counted."""
    return float((1 + (drawn >= real[0] * (1 - 1e-12)).sum()) / (1 + len(drawn)))


def _change(
    known: model.Series,
    places: Longs,
    j: int,
    phi: float,
    level: float,
    stages: list[tuple[float, Longs]],
) -> Change:
    n = len(known.y)
    others = np.delete(places, j)
    bounds = np.concatenate([[0], places, [n]])
    able = inner.candidates(n, others, known.shortest)
    able = able[(able > bounds[j]) & (able < bounds[j + 2])]
    logs, slopes, errors = np.empty(len(able)), np.empty(len(able)), np.empty(len(able))
    for i, at in enumerate(able):
        columns = model.columns_of(known, np.sort(np.append(others, at)))
        fitted = glm.fit(
            _some_everywhere(known, columns[:, : len(places) + 1]), columns, known.people
        )
        logs[i] = -fitted.deviance / (2 * phi) + np.linalg.slogdet(fitted.inverse)[1] / 2
        slopes[i] = fitted.beta[j + 1] - fitted.beta[j]
        turn = fitted.inverse[j : j + 2, j : j + 2]
        errors[i] = np.sqrt(phi * (turn[0, 0] + turn[1, 1] - 2 * turn[0, 1]))
        df = fitted.df
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    ranked = np.argsort(-weight, kind="stable")
    enough = int(np.searchsorted(np.cumsum(weight[ranked]), level * (1 - 1e-12))) + 1
    inside = able[np.append(ranked[:enough], np.flatnonzero(able == places[j]))]
    best = glm.fit(known.y, model.columns_of(known, places), known.people).beta
    low, high = (
        _mixture(tail, slopes, errors, weight, df) for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    return Change(
        at=int(known.month[places[j]]),
        first=int(known.month[inside.min()]),
        last=int(known.month[inside.max()]),
        ratio=float(np.exp(np.clip(best[j + 1] - best[j], -700, 700))),
        lower=float(np.exp(low)) if best[j + 1] > best[j] - 20 else 0.0,
        upper=float(np.exp(high)) if best[j] > best[j + 1] - 20 else float("inf"),
        before=float(np.exp(best[j])),
        after=float(np.exp(best[j + 1])),
        p=_p_of(stages, int(inside.min()), int(inside.max())),
    )


def _p_of(stages: list[tuple[float, Longs]], first: int, last: int) -> float:
    """p of the step from which on some place lay within an interval."""
    p = stages[-1][0]
    for earlier, places in reversed(stages):
        if not ((first <= places) & (places <= last)).any():
            break
        p = earlier
    return p


def _some_everywhere(known: model.Series, segments: Floats) -> Floats:
    """The counts, with half an event where a segment has none: else its level is −∞ ± ∞."""
    bare = segments[:, known.y @ segments == 0]
    half: Floats = 0.5 * ((bare / (known.people @ bare)).sum(axis=1) * known.people)
    return np.asarray(known.y + half, dtype=np.float64)


def _mixture(tail: float, middle: Floats, error: Floats, weight: Floats, df: int) -> float:
    """Quantile of a mixture of t distributions, by halving."""
    reach = float(special.stdtrit(df, 1 - min(tail, 1 - tail) / 10)) * error
    low, high = float((middle - reach).min()), float((middle + reach).max())
    for _ in range(80):
        half = (low + high) / 2
        below = float((weight * special.stdtr(df, (half - middle) / error)).sum())
        low, high = (half, high) if below < tail else (low, half)
    return (low + high) / 2
