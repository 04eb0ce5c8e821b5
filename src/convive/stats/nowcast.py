"""Late registration: what recent months will come to, from how earlier releases grew.

The newest months of a series are always too low: cases are registered late. Read as they stand,
every series falls at its end. `nowcast` estimates what a later release will say of every unit and
month, with an interval, from nothing but the releases so far; `aggregate` does it for sums of
units.

Limits: cases that are never registered are never estimated. A change in how fast a source works is
seen only after the release that shows it; the interval holds what releases have differed by so far,
and with two or three releases that is mostly a belief. A source that takes cases away again is
refused. Counts so few that nothing grows between releases give the published figure back.

References
----------
Bornhuetter RL, Ferguson RE (1972). The actuary and IBNR. Proceedings of the Casualty Actuarial
Society 59: 181–195.
Mack T (1993). Distribution-free calculation of the standard error of chain ladder reserve
estimates. ASTIN Bulletin 23: 213–225.
Höhle M, an der Heiden M (2014). Bayesian nowcasting during the STEC O104:H4 outbreak in Germany,
2011. Biometrics 70: 993–1002.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import nowcast_effects, nowcast_growth
from convive.stats.nowcast_growth import BLOCKS, Longs
from convive.stats.nowcast_releases import (
    Floats,
    Labels,
    Months,
    Reason,
    Releases,
    Unfit,
    revisions,
)
from convive.stats.nowcast_spread import quantiles


@dataclass(frozen=True)
class Spread:
    """How the late cases of units vary, for sums of units.

    late : (blocks, U, T) expected cases still to come, by block of lags.
    own : (U, T) variance that a unit shares with no other.
    places : (levels, U) number of the group in which each unit lies; first, all units are one.
    shared : (levels, blocks) variance of the factor that units of one group have in common.
    """

    late: Floats
    own: Floats
    places: Longs
    shared: Floats


@dataclass(frozen=True)
class Nowcast:
    """What U units will have had in T months, rising.

    units, months : names of the units (U,) and the months (T,).
    lag : (T,) months since each month, 0 for that of the release.
    published : (U, T) count by the release.
    estimate : (U, T) median, which is nearest to a single unit's figure. Shown, never added up.
    mean : (U, T) expected figure. For small units it is further off than the median, but sums of
        means are right where sums of medians are too low.
    lower, upper : (U, T) ends of the interval, whole cases.
    level, horizon : what was asked for; horizon None is the longest delay that the releases show.
    as_of : last month of the release.
    groups : as in the releases.
    spread : for `aggregate`.
    """

    units: Labels
    months: Months
    lag: Longs
    published: Floats
    estimate: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    level: float
    horizon: int | None
    as_of: np.datetime64
    groups: Mapping[str, Labels]
    spread: Spread


@dataclass(frozen=True)
class Totals:
    """Sums of units: fields as in `Nowcast`, (G, T) for G sums. The estimate is the mean.

    variance : (G, T) of the cases still to come.
    """

    labels: Labels
    months: Months
    lag: Longs
    published: Floats
    estimate: Floats
    mean: Floats
    variance: Floats
    lower: Floats
    upper: Floats
    level: float


def nowcast(
    releases: Releases,
    *,
    as_of: ArrayLike | None = None,
    horizon: int | None = None,
    months: int = 24,
    level: float = 0.95,
) -> Nowcast:
    """Estimate what a release `horizon` months later will say of the newest `months` months.

    With C the published count and B what the unit should have by now (`base_counts`), the cases
    that come in the next step are expected to be B · γ, γ = g(class, lag) · e(unit, block); B grows
    by that and the next step follows. The sum over the steps is m, and the cases still to come are
    negative binomial with mean m and variance Σ φ m + σ² m² over blocks of lags, where σ² holds
    what a unit, its groups and the release itself stray by. See docs/methods/nowcast.md.

    Parameters
    ----------
    releases : Releases
    as_of : month, such as "2025-06"
        Only releases up to then are looked at, and the last of them is carried forward. By default
        the newest.
    horizon : whole number of months, 1 or more
        By default each month is carried to the longest delay that the releases show.
    months : how many months to estimate; fewer where the release has fewer
    level : of the interval, between 0 and 1

    Returns
    -------
    Nowcast
        The same for the same input: nothing is drawn by chance. The interval leaves out at most
        1 − level: at most half of that below, and above what is left. It is made of whole cases and
        so holds somewhat more than `level` where few are expected.

    Raises
    ------
    Unfit (a ValueError)
        Fewer than two releases by `as_of`; a source that takes away more than 5 % of what it adds
        (`revisions`).
    ValueError
        A horizon, months or level out of range.

    Notes
    -----
    Rates come from pairs of successive releases, at most the newest 24. A lag that no pair has seen
    adds nothing. Falls within an add-only source count as no growth.
    """
    upto = _place(releases, as_of)
    if horizon is not None and (horizon < 1 or horizon != int(horizon)):
        raise ValueError("horizon: give whole months, 1 or more, or None for the longest delay")
    if months < 1:
        raise ValueError("months: give a number above 0, such as 24")
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    changed = revisions(releases, upto)
    if not changed.add_only:
        raise Unfit(
            Reason.CORRECTED,
            f"releases: {changed.removed} cases were taken away and {changed.added} added between "
            "releases: it corrects downwards, and late registration cannot be told from that",
        )
    fitted = nowcast_effects.fit(releases, upto)
    last = int((releases.releases[upto] - releases.months[0]).astype(np.int64))
    counts = releases.counts[upto][:, : last + 1]
    base = nowcast_growth.base_counts(counts, fitted.shape)[:, ::-1][:, :months]
    published = counts[:, ::-1][:, :months]
    late = _late(base, fitted.rates, horizon)
    units = len(releases.units)
    kinds = [np.zeros(units, dtype=np.int64)]
    kinds += [np.unique(g, return_inverse=True)[1] for g in releases.groups.values()]
    within = fitted.shared[1:].sum(axis=0)
    square = np.maximum(fitted.square - within, 0.0)
    own = np.einsum("b,but->ut", fitted.linear, late) + np.einsum("b,but->ut", square, late**2)
    common = np.einsum("b,but->ut", fitted.shared.sum(axis=0), late**2)
    mean = late.sum(axis=0)
    low, middle, high = quantiles(mean, own + common, level)
    lag = np.arange(published.shape[1])[::-1]
    return Nowcast(
        units=releases.units,
        months=releases.months[: last + 1][-len(lag) :],
        lag=lag,
        published=published[:, ::-1],
        estimate=(published + middle)[:, ::-1],
        mean=(published + mean)[:, ::-1],
        lower=(published + low)[:, ::-1],
        upper=(published + high)[:, ::-1],
        level=level,
        horizon=horizon,
        as_of=releases.releases[upto],
        groups=releases.groups,
        spread=Spread(late[:, :, ::-1], own[:, ::-1], np.stack(kinds), fitted.shared),
    )


def aggregate(result: Nowcast, labels: str | ArrayLike | None = None) -> Totals:
    """Sums of a nowcast over units: provinces, regions, all.

    Means add up. Variances do not alone: what a release brings late it brings late everywhere, and
    in all units of a group more alike. With m_i the cases still to come and G the sum's units,
    variance = Σ own_i + Σ over levels σ² · Σ over that level's groups (Σ m_i of G in the group)².
    The interval is that of a negative binomial of this mean and variance.

    Parameters
    ----------
    result : Nowcast
    labels : name of a group in the releases, or (U,) labels of the units; None adds up all

    Returns
    -------
    Totals
        In rising order of the labels.

    Raises
    ------
    ValueError
        There is no group of that name, or not one label for every unit.
    """
    given = _labels(result, labels)
    names, of = np.unique(given, return_inverse=True)
    published, mean = _sums(result.published, of), _sums(result.mean, of)
    variance = _sums(result.spread.own, of)
    for places, shared in zip(result.spread.places, result.spread.shared, strict=True):
        both, at = np.unique(of * (places.max() + 1) + places, return_inverse=True)
        sum_of = both // (places.max() + 1)
        for b in range(BLOCKS):
            variance += shared[b] * _sums(_sums(result.spread.late[b], at) ** 2, sum_of)
    low, _, high = quantiles(mean - published, variance, result.level)
    return Totals(
        labels=names,
        months=result.months,
        lag=result.lag,
        published=published,
        estimate=mean,
        mean=mean,
        variance=variance,
        lower=published + low,
        upper=published + high,
        level=result.level,
    )


def _place(releases: Releases, as_of: ArrayLike | None) -> int:
    if as_of is None:
        return len(releases.releases) - 1
    try:
        month = np.asarray(as_of).astype("datetime64[M]")
    except (TypeError, ValueError) as error:
        raise Unfit(Reason.MONTH, "as_of: give a month such as 2025-06") from error
    place = int(np.searchsorted(releases.releases, month, side="right")) - 1
    if place < 1:
        raise Unfit(
            Reason.TOO_EARLY, "as_of: there must be two releases by then, or no growth can be seen"
        )
    return place


def _late(base: Floats, rates: Floats, horizon: int | None) -> Floats:
    """Cases to come (blocks, U, T), newest month first, by the block of the lag they come at."""
    lags, known = base.shape[1], rates.shape[1]
    late = np.zeros((BLOCKS, *base.shape))
    for k in range(known if horizon is None else min(horizon, known)):
        seen = min(lags, known - k)
        step = base[:, :seen] * rates[:, k : k + seen]
        block = nowcast_growth.block_of(k, seen)
        for b in range(BLOCKS):
            late[b, :, :seen] += np.where(block == b, step, 0.0)
        base = np.concatenate([base[:, :seen] + step, base[:, seen:]], axis=1)
    return late


def _labels(result: Nowcast, labels: str | ArrayLike | None) -> NDArray[np.generic]:
    if labels is None:
        return np.zeros(len(result.units), dtype=np.int64)
    if isinstance(labels, str):
        if labels not in result.groups:
            raise ValueError(f"labels: the releases have no group {labels!r}")
        return result.groups[labels]
    given = np.asarray(labels)
    if given.shape != (len(result.units),):
        raise ValueError("labels: give one for every unit")
    return given


def _sums(values: Floats, of: Longs) -> Floats:
    """Sums of rows (U, T) by place, (places, T)."""
    found = np.zeros((int(of.max()) + 1, values.shape[1]))
    np.add.at(found, of, values)
    return found
