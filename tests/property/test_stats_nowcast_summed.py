"""Every fast part of the nowcast equals its slow, obvious form."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from convive.stats import nowcast_effects, nowcast_growth
from convive.stats.chain_ladder import chain_ladder
from convive.stats.nowcast import aggregate, nowcast
from convive.stats.nowcast_releases import Releases, from_rows, revisions
from convive.stats.nowcast_spread import quantiles

TABLES = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 20)),
    elements=st.integers(0, 30).map(float),
)  # fmt: skip


@st.composite
def sources(draw: st.DrawFn) -> Releases:
    """A source that only adds, of a few units, with gaps between its releases."""
    units, months = draw(st.integers(1, 5)), draw(st.integers(4, 16))
    known = sorted(draw(st.sets(st.integers(1, months - 1), min_size=2, max_size=4)))
    counts = np.full((len(known), units, months), np.nan)
    steps = draw(
        arrays.arrays(np.int64, (len(known), units, months), elements=st.integers(0, 12))
    ).astype(float)
    for r, release in enumerate(known):
        counts[r, :, : release + 1] = steps[: r + 1, :, : release + 1].sum(axis=0)
    start = np.datetime64("2024-01", "M")
    return Releases(
        np.arange(units), start + np.arange(months), start + np.array(known), counts,
        {"region": np.arange(units) % 2},
    )  # fmt: skip


@given(sources())
@settings(max_examples=40, deadline=None)
def test_rows_give_back_the_releases_they_were_made_of(source):
    rows = [
        (source.months[m], source.units[u], source.counts[r, u, m], source.releases[r])
        for r, u, m in np.argwhere(~np.isnan(source.counts))
        if source.counts[r, u, m] > 0 or m == 0
    ]
    again = from_rows(*(np.array(column) for column in zip(*rows, strict=True)))
    last = len(again.months)
    np.testing.assert_array_equal(again.counts, source.counts[:, :, :last])
    rises = falls = 0
    for before, after in zip(source.counts[:-1], source.counts[1:], strict=True):
        for one, other in zip(before.ravel(), after.ravel(), strict=True):
            if not math.isnan(one):
                rises += max(other - one, 0)
                falls += max(one - other, 0)
    found = revisions(source)
    assert (found.added, found.removed) == (rises, falls)


@given(TABLES, st.sampled_from([1.0, 16.0, 4096.0]))
@settings(max_examples=60, deadline=None)
def test_base_counts_are_those_of_the_formula(counts, shape):
    units, months = counts.shape
    level = np.empty_like(counts)
    for u in range(units):
        for m in range(months):
            level[u, m] = np.mean(counts[u, max(0, m - 11) : m + 1])
    found = nowcast_growth.base_counts(counts, shape)
    for u in range(units):
        for m in range(months):
            whole = level[:, m].sum()
            mean = level[u, m] * (25 + counts[:, m].sum()) / (25 + whole)
            base = (shape + counts[u, m]) / (shape / mean + 1) if mean > 0 else 0.0
            assert found[u, m] == np.float64(base) or math.isclose(found[u, m], base, rel_tol=1e-9)


@given(
    st.lists(st.tuples(st.floats(0.05, 60), st.floats(1, 6)), min_size=1, max_size=5),
    st.sampled_from([0.5, 0.8, 0.95]),
)
@settings(max_examples=40, deadline=None)
def test_quantiles_are_those_of_probabilities_added_up(cells, level):
    mean = np.array([m for m, _ in cells])
    variance = mean * np.array([v for _, v in cells])
    low, middle, high = quantiles(mean, variance, level)
    for i, (m, factor) in enumerate(cells):
        v = max(variance[i], m * (1 + 1e-6))
        chance = [stats.nbinom.pmf(k, m * m / (v - m), m / v) for k in range(2_000)]
        up_to = np.cumsum(chance)
        near = 1e-9 * factor  # where a sum is the level itself, either count will do
        tail = (1 - level) / 2
        lower = int(low[i])
        assert up_to[lower] >= tail - near
        assert lower == 0 or up_to[lower - 1] <= tail + near
        below = up_to[lower - 1] if lower else 0.0
        assert up_to[int(high[i])] - below >= level - near
        assert high[i] == 0 or up_to[int(high[i]) - 1] - below <= level + near
        assert up_to[int(middle[i])] >= 0.5 - near
        assert middle[i] == 0 or up_to[int(middle[i]) - 1] <= 0.5 + near


def by_hand(found, labels, level):
    """Sums, unit by unit and pair by pair: units of one group share that level's variance."""
    spread = found.spread
    blocks, units, months = spread.late.shape
    answer = {}
    for label in sorted(set(labels)):
        members = [u for u in range(units) if labels[u] == label]
        for t in range(months):
            variance = sum(spread.own[u, t] for u in members)
            for one in members:
                for other in members:
                    for kind in range(len(spread.places)):
                        if spread.places[kind, one] == spread.places[kind, other]:
                            for b in range(blocks):
                                both = spread.late[b, one, t] * spread.late[b, other, t]
                                variance += spread.shared[kind, b] * both
            mean = sum(spread.late[:, u, t].sum() for u in members)
            answer[label, t] = (
                sum(found.published[u, t] for u in members), mean, variance
            )  # fmt: skip
    return answer


@given(sources(), st.integers(1, 6), st.data())
@settings(max_examples=15, deadline=None)
def test_sums_have_the_variance_of_units_pair_by_pair(source, horizon, data):
    found = nowcast(source, horizon=horizon, months=5)
    labels = [data.draw(st.integers(0, 2)) for _ in source.units]
    total = aggregate(found, labels)
    for (label, t), (published, mean, variance) in by_hand(found, labels, found.level).items():
        at = total.labels.tolist().index(label)
        low, _, high = quantiles(np.array([mean]), np.array([variance]), found.level)
        assert total.published[at, t] == published
        assert math.isclose(total.mean[at, t], published + mean, rel_tol=1e-9, abs_tol=1e-9)
        assert math.isclose(total.variance[at, t], variance, rel_tol=1e-9, abs_tol=1e-9)
        assert abs(total.lower[at, t] - published - low[0]) <= 1  # a sum at an end may round
        assert abs(total.upper[at, t] - published - high[0]) <= 1


@given(sources(), st.one_of(st.none(), st.integers(1, 6)))
@settings(max_examples=15, deadline=None)
def test_the_mean_is_that_of_a_walk_month_by_month(source, horizon):
    found = nowcast(source, horizon=horizon, months=6)
    upto = len(source.releases) - 1
    fitted = nowcast_effects.fit(source, upto)
    last = int((source.releases[upto] - source.months[0]).astype(int))
    counts = source.counts[upto][:, : last + 1]
    base = nowcast_growth.base_counts(counts, fitted.shape)
    known = fitted.rates.shape[1]
    for u in range(len(source.units)):
        for t, lag in enumerate(found.lag):
            month = last - lag
            now = base[u, month]
            for step in range(lag, known if horizon is None else min(lag + horizon, known)):
                now *= 1 + fitted.rates[u, step]
            expected = counts[u, month] + now - base[u, month]
            assert math.isclose(found.mean[u, t], expected, rel_tol=1e-9, abs_tol=1e-9)


@given(sources())
@settings(max_examples=15, deadline=None)
def test_rates_without_gaps_are_growth_over_base(source):
    """With one class, no effects and pairs a month apart no growth has to be shared out."""
    upto = len(source.releases) - 1
    pairs, _ = nowcast_growth.pairs_of(source, upto, 16.0)
    pairs = [
        nowcast_growth.Pair(p.base, p.growth, 1, np.zeros(len(source.units), dtype=np.int64))
        for p in pairs
    ]
    lags = max(p.base.shape[1] for p in pairs)
    plain = np.ones((nowcast_growth.BLOCKS, len(source.units)))
    found = nowcast_growth.fit_rates(pairs, 1, plain, np.ones(nowcast_growth.BLOCKS))
    bins = nowcast_growth.lag_bins(lags)
    for b in range(bins.max() + 1):
        came = might = 0.0
        for j, p in enumerate(pairs):
            for lag in range(p.base.shape[1]):
                if bins[lag] == b and p.base[:, lag].sum() > 0:
                    came += p.growth[:, lag].sum()
                    shock = found.shocks[j, min(lag, nowcast_growth.BLOCKS - 1)]
                    might += p.base[:, lag].sum() * shock
        rate = came / might if might > 0 else 0.0
        assert math.isclose(found.rates[0, np.argmax(bins == b)], rate, rel_tol=0.02, abs_tol=1e-9)


@given(TABLES.filter(lambda t: min(t.shape) > 1), st.data())
@settings(max_examples=60, deadline=None)
def test_the_chain_ladder_is_a_walk_from_ratio_to_ratio(cells, data):
    triangle = np.cumsum(cells + 1, axis=1)
    lags = triangle.shape[1]
    known = sorted((data.draw(st.integers(1, lags)) for _ in triangle), reverse=True)
    known[0] = lags
    for row, n in zip(triangle, known, strict=True):
        row[n:] = np.nan
    found = chain_ladder(triangle)
    for row, n in enumerate(known):
        now = triangle[row, n - 1]
        for lag in range(n - 1, lags - 1):
            both = [i for i in range(len(known)) if known[i] > lag + 1]
            now *= sum(triangle[i, lag + 1] for i in both) / sum(triangle[i, lag] for i in both)
        assert math.isclose(found.ultimate[row], now, rel_tol=1e-9)
    assert math.isclose(found.total, found.reserve.sum(), rel_tol=1e-9, abs_tol=1e-9)
