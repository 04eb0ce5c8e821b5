"""Which units register late, and how far a cell's growth strays from what is expected.

Effects are products: a group's (such as a department's), those of the groups within it and the
unit's own, each drawn towards 1. Each is first that of all lags together and then that of a block
of lags beside it, since who is late at first is mostly late afterwards too.

How far growth strays is asked of releases that the effects did not see: the pairs are left out in
turn, so that the variance is that of a prediction and not of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convive.stats.nowcast_growth import (
    BLOCKS,
    Longs,
    Pair,
    best_shape,
    classes_of,
    expected_by_block,
    fit_rates,
    pairs_of,
    shrunk,
    unit_level,
)
from convive.stats.nowcast_releases import Floats, Labels, Releases

_FOLDS = 6
# What is believed of shocks that a group shares: about a fifth either way, as of all units. Less
# held too few sums of regions on the releases of docs/methods/nowcast.md.
_SHARED, _SHARED_WEIGHT = 0.22, 5.0
_ROUNDS = 2


@dataclass(frozen=True)
class Growth:
    """How much the cells of a release grow in a month.

    rates : (U, lags) expected growth of 1 case at each lag, of each unit.
    shape : of the gamma distribution of what is expected of a month.
    linear, square : (blocks,) growth of mean m varies by linear · m + square · m², and the shock.
    shared : (levels, blocks) part of `square` that units share: first all of them (the shock, which
        comes on top), then those of one group of each kind.
    """

    rates: Floats
    shape: float
    linear: Floats
    square: Floats
    shared: Floats


Sums = tuple[Floats, Floats]  # growth and expected growth, both (pairs, blocks, U)


def fit(releases: Releases, upto: int) -> Growth:
    """Rates, effects and variances from the releases up to the one at place `upto`."""
    last = int((releases.releases[upto] - releases.months[0]).astype(np.int64))
    counts = releases.counts[upto][:, : last + 1]
    shape = best_shape(releases, upto)
    pairs, cuts = pairs_of(releases, upto, shape)
    units = len(releases.units)
    levels = [_places(labels) for labels in releases.groups.values()]
    phi, effects, plain = np.full(BLOCKS, 2.0), np.ones((BLOCKS, units)), np.ones((BLOCKS, units))
    for _ in range(_ROUNDS):
        rates = fit_rates(pairs, len(cuts) + 1, effects, phi)
        cells = [
            expected_by_block(pair, rates, shock, plain)
            for pair, shock in zip(pairs, rates.shocks, strict=True)
        ]
        sums = _sums(pairs, cells, effects)
        effects = _effects(sums, [*levels, np.arange(units)], phi)
        strays = _strays(pairs, cells, sums, [*levels, np.arange(units)], phi)
        phi, square = _variance(strays)
    shared, freedom = [rates.shock_variance], _SHARED_WEIGHT + len(pairs)
    for of in levels:
        common = _covariance(strays, of, phi, square) - np.sum(shared[1:], axis=0)
        believed = (_SHARED_WEIGHT * _SHARED**2 + len(pairs) * np.maximum(common, 0.0)) / freedom
        # a variance known from so few is that of a t distribution
        shared.append(believed * freedom / (freedom - 2))
    unit_class = classes_of(unit_level(counts)[:, -1], cuts)
    lags = rates.rates.shape[1]
    block = np.minimum(np.arange(lags), BLOCKS - 1)
    return Growth(rates.rates[unit_class] * effects[block].T, shape, phi, square, np.stack(shared))


def _places(labels: Labels) -> Longs:
    places: Longs = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return places


def _sums(pairs: list[Pair], cells: list[Floats], effects: Floats) -> Sums:
    """What came and what was expected without effects, by pair, block and unit."""
    came, might = [], []
    for pair, cell in zip(pairs, cells, strict=True):
        weighted = cell * effects[:, :, None]
        total = weighted.sum(axis=0)
        share = np.divide(pair.growth, total, out=np.zeros_like(total), where=total > 0)
        came.append((weighted * share).sum(axis=2))
        might.append(cell.sum(axis=2))
    return np.stack(came), np.stack(might)


def _effects(sums: Sums, levels: list[Longs], phi: Floats) -> Floats:
    """Effects (blocks, U), by level from the coarsest on."""
    came, might = sums[0].sum(axis=0), sums[1].sum(axis=0)
    effects: Floats = np.ones_like(came)
    mean = float(phi.mean())
    for of in levels:
        n = int(of.max()) + 1
        late = np.stack([np.bincount(of, row, n) for row in came])
        due = np.stack([np.bincount(of, row, n) for row in might * effects])
        scale = (mean / phi)[:, None]
        both = shrunk((late * scale).sum(axis=0), (due * scale).sum(axis=0), mean)
        for b in range(BLOCKS):
            effects[b] *= (both * shrunk(late[b], due[b] * both, float(phi[b])))[of]
    return effects


def _strays(
    pairs: list[Pair], cells: list[Floats], sums: Sums, levels: list[Longs], phi: Floats
) -> list[tuple[Floats, Floats]]:
    """For each pair, growth expected of its cells by the effects of other pairs, and the rest."""
    folds = np.arange(len(pairs)) % min(_FOLDS, len(pairs))
    found = []
    for j, (pair, cell) in enumerate(zip(pairs, cells, strict=True)):
        kept = folds != folds[j]
        effects = _effects((sums[0][kept], sums[1][kept]), levels, phi)
        expected = (cell * effects[:, :, None]).sum(axis=0)
        found.append((expected, pair.growth - expected))
    return found


def _variance(strays: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Linear and square term of the variance of a cell's growth, by block of its first lag.

    Weighted least squares of the squared rest on the mean and its square; the weights are what the
    terms themselves say. The linear term is at least 1, that of a Poisson count.
    """
    linear, square = np.ones(BLOCKS), np.zeros(BLOCKS)
    for b, at in enumerate(_lags_of_blocks()):
        mean = np.concatenate([m[:, at].ravel() for m, _ in strays])
        rest = np.concatenate([r[:, at].ravel() for _, r in strays])
        m, squared = mean[mean > 0], rest[mean > 0] ** 2
        if m.size == 0:
            continue
        for _ in range(10):
            # the square of a count's rest varies by v + 2 v²; weights and sums are those over m
            v = linear[b] + square[b] * m
            weight = 1 / (v + 2 * m * v * v)
            wm = weight * m
            m2, m3, m4 = (float(x.sum()) for x in (wm, wm * m, wm * m * m))
            one, two = float((weight * squared).sum()), float((wm * squared).sum())
            det = m2 * m4 - m3**2
            flat = not det > 1e-9 * m2 * m4
            a, c = (one / m2, 0.0) if flat else (one * m4 - two * m3, two * m2 - one * m3)
            if not flat:
                a, c = a / det, c / det
            if c < 0:
                a, c = one / m2, 0.0
            if a < 1:
                a, c = 1.0, 0.0 if flat else max((two - m3) / m4, 0.0)
            linear[b], square[b] = a, c
    return linear, square


def _covariance(
    strays: list[tuple[Floats, Floats]], of: Longs, linear: Floats, square: Floats
) -> Floats:
    """Covariance of the relative growth of two units of one group in one release, by block."""
    n = int(of.max()) + 1
    member = np.zeros((n, len(of)))
    member[of, np.arange(len(of))] = 1
    found = np.zeros(BLOCKS)
    for b, at in enumerate(_lags_of_blocks()):
        top = bottom = 0.0
        for mean, rest in strays:
            m, r = mean[:, at], rest[:, at]
            whole, left, own = member @ m, member @ r, member @ m**2
            across = whole**2 - own
            spread = linear[b] * whole + square[b] * whole**2
            weight = np.divide(1.0, spread**2, out=np.zeros_like(spread), where=spread > 0)
            top += float((weight * across * (left**2 - member @ r**2)).sum())
            bottom += float((weight * across**2).sum())
        found[b] = top / bottom if bottom > 0 else 0.0
    return found


def _lags_of_blocks() -> list[slice]:
    return [slice(b, b + 1 if b < BLOCKS - 1 else None) for b in range(BLOCKS)]
