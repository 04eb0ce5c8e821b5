"""How counts grow from one release to the next: the one-step rates behind `nowcast`.

Between two releases a cell grows by D cases. One month later, at lag l (months since the month that
is counted), the expected growth of unit i is

    B_i · g(class, l) · s(release, block) · e(i, block)

with B the count that the unit should have by now, g the rate of its size class, s what the release
brought more or less than others (its shock), and e the effect of the unit and of the groups in
which it lies. Blocks are lag 0, lag 1 and all later lags. Two releases that lie several months
apart are one growth over several steps, which is shared out among the steps by
expectation–maximisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner
from numpy.typing import NDArray

from convive.stats.nowcast_releases import Floats, Releases

Longs = NDArray[np.int64]

BLOCKS = 3
NEWEST = 24  # pairs of releases that are looked at: what a source did long ago says little
_YEAR = 12
_MONTH = 25.0  # κ: months differ from their year by about a fifth
_CLASS_GROWTH = 200.0  # cases that came late, on average, in one size class
_CLASSES = 6
_SHOCK, _SHOCK_WEIGHT = 0.2, 5.0  # what is believed of shocks, and of how many releases it is worth
_FADING = 0.7  # a release says so much of the next one's shock as the release after it does
_TURNS = 16
_SHAPES = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0)
_NEW = 4  # lags at which shapes are compared


@dataclass(frozen=True)
class Pair:
    """Two successive releases, from lag 0 of the earlier one on.

    base : (U, lags) expected count by the earlier release, see `base_counts`.
    growth : (U, lags) cases that came; what fell is counted as 0.
    steps : months between the two.
    unit_class : (U,) size class of each unit by the earlier release.
    """

    base: Floats
    growth: Floats
    steps: int
    unit_class: Longs


@dataclass(frozen=True)
class Rates:
    """Rates and shocks, without the effects of units.

    rates : (classes, lags) growth in one month; lags that no pair has seen are not there.
    shocks : (pairs, blocks) about 1 for the release to come.
    shock_variance : (blocks,) variance of the logarithm of the shock to come.
    """

    rates: Floats
    shocks: Floats
    shock_variance: Floats


def unit_level(counts: Floats) -> Floats:
    """Mean of each month and the eleven before it, or of as many as there are; (U, M) → (U, M)."""
    sums = np.cumsum(counts, axis=1)
    back = np.zeros_like(sums)
    back[:, _YEAR:] = sums[:, :-_YEAR]
    return np.asarray((sums - back) / np.minimum(np.arange(counts.shape[1]) + 1, _YEAR))


def monthly_means(counts: Floats) -> Floats:
    """The unit's level times how all units together did in the month; (U, M).

    That is f = (κ + Σ C) / (κ + Σ level): where there are many cases, what the month has; where
    there are few, such as in one small district alone, mostly 1.
    """
    level = unit_level(counts)
    month: Floats = (_MONTH + counts.sum(axis=0)) / (_MONTH + level.sum(axis=0))
    return level * month


def base_counts(counts: Floats, shape: float) -> Floats:
    """Counts drawn towards what the unit's year and the month's total would give.

    With μ the monthly mean, B = (a + C) / (a / μ + 1). A unit that happens to have none yet still
    has some to come: that is the point of Bornhuetter and Ferguson. With a small B is the count
    itself, as in the chain ladder; with a large it is μ, and what comes late does not depend on
    what came in time.
    """
    mean = monthly_means(counts)
    return (shape + counts) * ratio(mean, shape + mean)


def best_shape(releases: Releases, upto: int) -> float:
    """The shape a under which base counts foretell best what came to the newest months.

    By the deviance of Poisson counts, with one rate for each lag.
    """
    deviance = []
    for shape in _SHAPES:
        pairs, _ = pairs_of(releases, upto, shape)
        total = 0.0
        for lag in range(min(_NEW, *(pair.base.shape[1] for pair in pairs))):
            came = np.concatenate([pair.growth[:, lag] for pair in pairs])
            base = np.concatenate([pair.base[:, lag] for pair in pairs])
            due = base * (came.sum() / base.sum()) if base.sum() > 0 else base
            total += 2 * float(
                (scipy.special.xlogy(came, came) - scipy.special.xlogy(came, due))[due > 0].sum()
            )
        deviance.append(total)
    return _SHAPES[int(np.argmin(deviance))]


def pairs_of(releases: Releases, upto: int, shape: float) -> tuple[list[Pair], Floats]:
    """Successive releases up to the one at place `upto`, and the levels at which classes begin."""
    found, levels = [], []
    for r in range(max(upto - NEWEST, 0), upto):
        last = _months_between(releases.months[0], releases.releases[r]) + 1
        past, after = releases.counts[r][:, :last], releases.counts[r + 1][:, :last]
        growth = np.maximum(after - past, 0.0)[:, ::-1]
        steps = _months_between(releases.releases[r], releases.releases[r + 1])
        found.append((base_counts(past, shape)[:, ::-1], growth, steps))
        levels.append(unit_level(past)[:, -1])
    cuts = _cuts(np.concatenate(levels), np.concatenate([g.sum(axis=1) for _, g, _ in found]))
    return [
        Pair(*pair, classes_of(level, cuts)) for pair, level in zip(found, levels, strict=True)
    ], cuts


def classes_of(level: Floats, cuts: Floats) -> Longs:
    return np.searchsorted(cuts, level, side="right").astype(np.int64)


def lag_bins(lags: int) -> Longs:
    """Bins of lags with one rate each: 0, 1, 2, 3, 4–5, 6–7, 8–11, 12–15, 16–23 and so on."""
    lag = np.arange(lags)
    power = np.floor(np.log2(np.maximum(lag, 1))).astype(np.int64)
    half = (lag >= 1.5 * 2.0**power) & (power > 0)
    bins = np.where(lag == 0, 0, 1 + 2 * power + half)
    return np.unique(bins, return_inverse=True)[1].astype(np.int64)


def block_of(first: int, lags: int) -> Longs:
    """Blocks of `lags` lags from `first` on."""
    return np.minimum(np.arange(first, first + lags), BLOCKS - 1)


def shrunk(growth: Floats, expected: Floats, phi: float) -> Floats:
    """Factors on what was expected, drawn towards 1 by a gamma prior.

    e = (k + D) / (k + E) with k = φ / σ²: φ is the overdispersion of the growth, σ² the variance of
    such factors, by moments: D / E varies by σ² + φ / E. A factor of what was never expected is 1.
    """
    some = expected > 0
    d, e = growth[some], expected[some]
    if e.size < 2:
        return np.ones_like(expected)
    weight = (e / (1 + e / e.mean())) ** 2
    variance = float((weight * ((d / e - 1) ** 2 - phi / e)).sum() / weight.sum())
    if not variance > 1e-6:
        return np.ones_like(expected)
    k = phi / variance
    return np.where(some, (k + growth) / (k + expected), 1.0)


def fit_rates(pairs: list[Pair], classes: int, effects: Floats, phi: Floats) -> Rates:
    """Rates by class and lag and shocks of pairs, given the effects (blocks, U) of units."""
    lags = max(pair.base.shape[1] + pair.steps - 1 for pair in pairs)
    bins, blocks = lag_bins(lags), block_of(0, lags)
    of_bin = np.zeros(bins.max() + 1, dtype=np.int64)
    of_bin[bins] = blocks
    in_bin = (bins[:, None] == np.arange(len(of_bin))).astype(np.float64)
    sums = [_by_class(pair, classes, effects) for pair in pairs]
    rates = np.full((classes, len(of_bin)), 0.01)
    shocks = np.ones((len(pairs), BLOCKS))
    for _ in range(_TURNS):
        came, might = np.zeros_like(rates), np.zeros_like(rates)
        shock_came, shock_might = np.zeros_like(shocks), np.zeros_like(shocks)
        for j, (growth, base) in enumerate(sums):
            shares = _shared_out(growth, base, rates[:, bins], shocks[j], pairs[j].steps)
            for k, (step, part) in enumerate(shares):
                at = slice(k, k + growth.shape[1])
                came += part @ in_bin[at]
                might += (step / rates[:, bins[at]]) @ in_bin[at]
                shock_came[j] += np.bincount(blocks[at], part.sum(axis=0), BLOCKS)
                shock_might[j] += np.bincount(blocks[at], step.sum(axis=0), BLOCKS)
        overall = ratio(came.sum(axis=0), might.sum(axis=0))
        for b, block in enumerate(of_bin):
            rates[:, b] = overall[b] * shrunk(
                came[:, b], might[:, b] * overall[b], float(phi[block])
            )
        rates = np.maximum(rates, 1e-12)
        shocks, variance = _shocks(shock_came, shock_might / shocks, phi)
    return Rates(rates[:, bins], shocks, variance)


def expected_by_block(pair: Pair, fitted: Rates, shocks: Floats, effects: Floats) -> Floats:
    """Expected growth (blocks, U, lags) of every cell of a pair over all its steps."""
    lags = pair.base.shape[1]
    base, found = pair.base, np.zeros((BLOCKS, *pair.base.shape))
    for k in range(pair.steps):
        block = block_of(k, lags)
        rate = fitted.rates[pair.unit_class, k : k + lags] * shocks[block] * effects[block].T
        step = base * rate
        for b in range(BLOCKS):
            found[b] += np.where(block == b, step, 0.0)
        base = base + step
    return found


def ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, 0 where that is 0 / 0."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _by_class(pair: Pair, classes: int, effects: Floats) -> tuple[Floats, Floats]:
    """Growth (classes, lags), and base (blocks, classes, lags) weighted by the units' effects."""
    member = (pair.unit_class == np.arange(classes)[:, None]).astype(np.float64)
    return member @ pair.growth, np.stack([(member * effect) @ pair.base for effect in effects])


def _shared_out(
    growth: Floats, base: Floats, rates: Floats, shocks: Floats, months: int
) -> list[tuple[Floats, Floats]]:
    """For each step of a pair: growth that is expected, and its part of the growth that came."""
    lags = growth.shape[1]
    steps, grown = [], np.ones_like(growth)
    for k in range(months):
        block = block_of(k, lags)
        rate = rates[:, k : k + lags] * shocks[block]
        exposed = np.take_along_axis(base, np.broadcast_to(block, (1, *growth.shape)), axis=0)[0]
        steps.append(grown * rate * exposed)
        grown = grown * (1 + rate)
    share = ratio(growth, np.sum(steps, axis=0))
    return [(step, step * share) for step in steps]


def _shocks(came: Floats, might: Floats, phi: Floats) -> tuple[Floats, Floats]:
    """Shock of each pair and block, 1 for the release to come, and that one's variance."""
    pairs = len(came)
    log = np.log((came + 0.5) / (might + 0.5))
    noise = phi / (might + 0.5)
    weight = _FADING ** np.arange(pairs)[::-1]
    shocks, spread = np.ones_like(came), np.empty(BLOCKS)
    for b in range(BLOCKS):
        best = 1 / (_SHOCK**2 + noise[:, b])
        middle = float((best * log[:, b]).sum() / best.sum())
        excess = float(((log[:, b] - middle) ** 2 - noise[:, b] * (1 - 1 / pairs)).sum())
        variance = (_SHOCK_WEIGHT * _SHOCK**2 + max(excess, 0.0)) / (_SHOCK_WEIGHT + pairs - 1)
        kept = middle + variance / (variance + noise[:, b]) * (log[:, b] - middle)
        share = weight / (variance + noise[:, b])
        share = share / share.sum()
        shocks[:, b] = np.exp(kept - float((share * kept).sum()))
        # a variance known from so few is that of a t distribution
        freedom = _SHOCK_WEIGHT + pairs - 1
        ahead = variance + float((share**2 * (variance + noise[:, b])).sum())
        spread[b] = ahead * freedom / (freedom - 2)
    return shocks, spread


def _cuts(level: Floats, growth: Floats) -> Floats:
    """Levels at which size classes begin, with about as much growth in each."""
    total = float(growth.sum())
    wanted = int(np.clip(total / _CLASS_GROWTH, 1, _CLASSES))
    order = np.argsort(level, kind="stable")
    share = np.cumsum(growth[order]) / max(total, 1.0)
    at = np.searchsorted(share, np.arange(1, wanted) / wanted)
    return np.unique(level[order][at])


def _months_between(first: np.datetime64, last: np.datetime64) -> int:
    return int((last - first).astype(np.int64))
