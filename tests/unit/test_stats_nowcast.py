"""Late registration: releases are read rightly, and estimates go the way they must."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from convive.stats import nowcast_growth
from convive.stats.chain_ladder import chain_ladder
from convive.stats.nowcast import aggregate, nowcast
from convive.stats.nowcast_releases import Releases, from_rows, revisions
from convive.stats.nowcast_spread import quantiles

STEPS = np.array([0.7, 0.2, 0.06, 0.04])  # share of a month's cases known first at lag 0, 1, 2, 3


def generated(
    seed: int, releases: list[int], units: int = 40, months: int = 36, mean: float = 20.0
) -> Releases:
    """Poisson months of which each case becomes known at lag 0 to 3; releases by month number."""
    random = np.random.default_rng(seed)
    level = mean * np.exp(random.normal(0, 0.5, units))
    final = random.poisson(level[:, None], (units, months))
    at_lag = random.multinomial(final, STEPS)
    known = np.full((len(releases), units, months), np.nan)
    for r, release in enumerate(releases):
        for month in range(release + 1):
            known[r, :, month] = at_lag[:, month, : release - month + 1].sum(axis=1)
    start = np.datetime64("2022-01", "M")
    return Releases(
        np.arange(units),
        start + np.arange(months),
        start + np.array(releases),
        known,
        {"region": np.arange(units) % 4},
    )


def test_rows_become_counts_with_zeros_before_the_release_and_nothing_after_it():
    given = from_rows(
        ["2025-01", "2025-03", "2025-01", "2025-03"],
        ["b", "a", "b", "a"],
        [4, 1, 5, 2],
        ["2025-03", "2025-03", "2025-05", "2025-05"],
        groups={"region": ["x", "y", "x", "z"]},
    )
    assert given.units.tolist() == ["a", "b"]
    assert given.months.astype(str).tolist() == [f"2025-0{m}" for m in range(1, 6)]
    assert given.releases.astype(str).tolist() == ["2025-03", "2025-05"]
    n = np.nan
    np.testing.assert_array_equal(given.counts[0], [[0, 0, 1, n, n], [4, 0, 0, n, n]])
    np.testing.assert_array_equal(given.counts[1], [[0, 0, 2, 0, 0], [5, 0, 0, 0, 0]])
    assert given.groups["region"].tolist() == ["z", "x"]  # the label of the last release


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"month": ["2025-01", "2025-04"]}, "release: a row counts a month after"),
        ({"month": ["2025-01", "soon"]}, "month: give months"),
        ({"month": ["2025-01", "NaT"]}, "month: a month is missing"),
        ({"count": [1.5, 2]}, "counts: give whole numbers"),
        ({"count": [-1, 2]}, "counts: give whole numbers"),
        ({"count": [1]}, "one of each for every row"),
        ({"release": ["2025-03", "2025-03"], "unit": ["a", "a"]}, "two rows of one unit"),
        ({"release": ["2025-03", "2025-03"], "unit": ["a", "b"]}, "at least two"),
        ({"groups": {"region": ["x"]}}, "groups: give one label"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(change, named):
    rows = {
        "month": ["2025-01", "2025-01"], "unit": ["a", "a"], "count": [1, 2],
        "release": ["2025-02", "2025-03"],
    }  # fmt: skip
    from_rows(**rows)
    with pytest.raises(ValueError, match=named):
        from_rows(**(rows | change))


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="no rows"):
        from_rows([], [], [], [])


def test_what_rises_and_falls_between_releases_is_counted():
    counts = np.array([[[5.0, 3, np.nan]], [[4.0, 9, 2]]])
    months = np.arange("2025-01", "2025-04", dtype="datetime64[M]")
    given = Releases(np.array(["a"]), months, months[1:], counts)
    found = revisions(given)
    assert (found.cells, found.risen, found.fallen) == (2, 1, 1)
    assert (found.added, found.removed) == (6, 1)
    assert not found.add_only
    with pytest.raises(ValueError, match="corrects downwards"):
        nowcast(given)


def test_a_source_with_few_falls_is_still_taken():
    given = generated(1, [30, 31, 32, 33])
    counts = given.counts.copy()
    counts[-1, 0, 0] -= 1
    changed = replace(given, counts=counts)
    assert revisions(changed).fallen == 1
    assert revisions(changed).add_only
    nowcast(changed)


def test_the_growth_that_made_the_releases_is_found():
    given = generated(2, list(range(24, 36)), units=200)
    truth = 1 / np.cumsum(STEPS)  # final over known, by lag
    found = nowcast(given)
    ratio = found.mean.sum(axis=0) / found.published.sum(axis=0)
    np.testing.assert_allclose(ratio[::-1][:4], truth, rtol=0.02)
    np.testing.assert_allclose(ratio[::-1][4:], 1, atol=1e-3)


def test_a_gap_of_two_months_is_split_into_its_steps():
    whole = nowcast(generated(3, list(range(24, 36)), units=200))
    gaps = nowcast(generated(3, [24, 26, 27, 29, 31, 32, 34, 35], units=200))
    for result in (whole, gaps):
        ratio = result.mean.sum(axis=0) / result.published.sum(axis=0)
        np.testing.assert_allclose(ratio[::-1][:3], 1 / np.cumsum(STEPS)[:3], rtol=0.025)


def test_the_horizon_is_how_far_the_estimate_looks():
    given = generated(4, list(range(24, 36)), units=200)
    by_horizon = [nowcast(given, horizon=h).mean[:, -1].sum() for h in (1, 2, 3, 4, 40)]
    known = nowcast(given).published[:, -1].sum()
    expected = [known * np.cumsum(STEPS)[min(h, 3)] / 0.7 for h in (1, 2, 3, 4, 40)]
    np.testing.assert_allclose(by_horizon, expected, rtol=0.02)
    assert nowcast(given).mean[:, -1].sum() == pytest.approx(by_horizon[-1])


def test_the_past_is_estimated_from_nothing_later():
    given = generated(5, [28, 30, 31, 33, 35])
    early = Releases(
        given.units, given.months[:32], given.releases[:3], given.counts[:3, :, :32], given.groups
    )
    then, alone = nowcast(given, as_of="2024-08", horizon=2), nowcast(early, horizon=2)
    assert then.as_of == np.datetime64("2024-08")
    for name in ("published", "estimate", "mean", "lower", "upper", "months"):
        np.testing.assert_array_equal(getattr(then, name), getattr(alone, name))
    between = nowcast(given, as_of="2024-09", horizon=2)  # no release of its own
    np.testing.assert_array_equal(between.mean, then.mean)


def test_the_order_of_a_result_is_that_of_months_and_units():
    found = nowcast(generated(6, [33, 34, 35]), months=6)
    assert found.months.astype(str).tolist() == [f"2024-{m:02d}" for m in range(7, 13)]
    assert found.lag.tolist() == [5, 4, 3, 2, 1, 0]
    assert found.published.shape == found.mean.shape == (40, 6)
    assert (found.published <= found.lower).all()
    assert (found.lower <= found.estimate).all()
    assert (found.estimate <= found.upper).all()
    assert (found.lower == np.floor(found.lower)).all()


def test_a_single_district_with_two_releases_has_an_interval_that_holds_its_growth():
    given = generated(7, [34, 35], units=1, mean=60)
    alone = Releases(given.units, given.months, given.releases, given.counts)
    found = nowcast(alone)
    assert found.mean[0, -1] > found.published[0, -1]
    assert found.lower[0, -1] < found.published[0, -1] / 0.7 < found.upper[0, -1]


def test_nothing_that_grows_gives_the_published_figure():
    given = generated(8, [30, 31, 32])
    still = np.where(np.isnan(given.counts), np.nan, 3.0)
    found = nowcast(replace(given, counts=still))
    for name in ("estimate", "mean", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, name), found.published, atol=1e-6)


def test_units_without_a_case_stay_at_nothing():
    given = generated(9, list(range(30, 36)))
    counts = given.counts.copy()
    counts[:, 5] = np.where(np.isnan(counts[:, 5]), np.nan, 0.0)
    found = nowcast(replace(given, counts=counts))
    assert found.upper[5].max() == 0
    nothing = nowcast(replace(given, counts=counts * 0))
    assert nothing.upper.max() == 0
    assert aggregate(nothing).upper.max() == 0


def test_late_units_are_told_from_early_ones():
    given = generated(10, list(range(24, 36)), units=60, mean=60)
    late = given.counts.copy()
    for r, release in enumerate(given.releases):
        at = int((release - given.months[0]).astype(int))
        late[r, :10, at] = np.floor(late[r, :10, at] / 3)  # these know a third of that at first
    found = nowcast(replace(given, counts=late))
    growth = found.mean[:, -1].sum() and (found.mean - found.published)[:, -1] / found.mean[:, -1]
    assert growth[:10].min() > 2 * growth[10:].mean()


def test_an_interval_of_all_is_wider_than_units_on_their_own_would_give():
    found = nowcast(generated(11, list(range(28, 36)), units=200))
    total = aggregate(found)
    late = found.spread.late.sum(axis=0)[:, -1].sum()
    alone = 2 * 1.96 * np.sqrt(found.spread.own[:, -1].sum())
    width = total.upper[0, -1] - total.lower[0, -1]
    assert width > 2 * alone
    assert width < 4 * late


def test_sums_are_by_name_by_label_or_of_all():
    found = nowcast(generated(12, [33, 34, 35]))
    named, given = aggregate(found, "region"), aggregate(found, np.arange(40) % 4)
    assert named.labels.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(named.upper, given.upper)
    total = aggregate(found)
    np.testing.assert_allclose(total.mean[0], found.mean.sum(axis=0))
    np.testing.assert_allclose(named.published.sum(axis=0), total.published[0])
    with pytest.raises(ValueError, match="no group 'province'"):
        aggregate(found, "province")
    with pytest.raises(ValueError, match="one for every unit"):
        aggregate(found, [1, 2])


def test_a_sum_of_one_unit_is_that_unit():
    found = nowcast(generated(13, list(range(30, 36))))
    each = aggregate(found, found.units)
    for name in ("published", "mean", "lower", "upper"):
        np.testing.assert_allclose(getattr(each, name), getattr(found, name), rtol=1e-9)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"horizon": 0}, "horizon"),
        ({"horizon": 1.5}, "horizon"),
        ({"months": 0}, "months"),
        ({"level": 1.0}, "level"),
        ({"as_of": "2024-10"}, "as_of: there must be two releases"),
        ({"as_of": "later"}, "as_of: give a month"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, named):
    with pytest.raises(ValueError, match=named):
        nowcast(generated(14, [33, 34, 35]), **asked)


def test_releases_that_do_not_fit_together_are_refused():
    given = generated(15, [33, 34, 35])
    for change, named in (
        ({"counts": given.counts[:2]}, "counts: give an array"),
        ({"releases": given.releases[::-1]}, "in the order of their months"),
        ({"months": given.months[::-1]}, "every month"),
        ({"counts": given.counts - 100}, "whole numbers"),
        ({"groups": {"region": np.arange(3)}}, "groups: give one label"),
    ):
        with pytest.raises(ValueError, match=named):
            replace(given, **change)


def test_lags_are_binned_more_widely_the_further_back_they_are():
    assert nowcast_growth.lag_bins(17).tolist() == [
        0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8,
    ]  # fmt: skip


def test_the_interval_gives_the_upper_tail_what_the_lower_cannot_use():
    low, middle, high = quantiles(np.array([0.04, 0.5, 40.0]), np.array([0.04, 0.5, 40.0]), 0.95)
    assert low.tolist() == [0, 0, 28]
    assert middle.tolist() == [0, 0, 40]
    assert high.tolist() == [0, 2, 52]  # central ends of the first two would be 1 and 2


@pytest.mark.parametrize(
    ("triangle", "named"),
    [
        ([[1, 2]], "at least two rows"),
        ([[1, 2], [np.nan, 2]], "without a gap"),
        ([[1, np.nan], [1, 2]], "oldest row first"),
        ([[1, -2], [1, np.nan]], "0 or more"),
        ([[0, 2], [1, np.nan]], "nothing is known of the step"),
    ],
)
def test_a_triangle_that_cannot_be_run_off_is_refused(triangle, named):
    with pytest.raises(ValueError, match=named):
        chain_ladder(triangle)


def test_a_small_district_alone_with_no_case_yet_may_still_have_some():
    given = generated(16, list(range(24, 36)), units=1, mean=4)
    counts = given.counts.copy()
    counts[-1, 0, -1] = 0
    found = nowcast(Releases(given.units, given.months, given.releases, counts))
    assert found.mean[0, -1] > 0.05
    assert found.upper[0, -1] > 0
