"""What the statistics of a series promise beside their figures, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import alarm, change_points, change_search, counts_glm, seasonality


def monthly(n: int = 72, seed: int = 1, level: float = 40) -> np.ndarray:
    wave = np.exp(0.2 * np.cos(2 * np.pi * np.arange(n) / 12))
    return np.random.default_rng(seed).poisson(level * wave)


def fallen(at: int = 40, ratio: float = 0.5, n: int = 72) -> np.ndarray:
    wave = np.exp(0.2 * np.cos(2 * np.pi * np.arange(n) / 12))
    return np.random.default_rng(3).poisson(40 * wave * np.where(np.arange(n) >= at, ratio, 1))


def test_a_planted_fall_is_found_with_its_month_its_size_and_the_season():
    found = change_points.find(fallen())
    (change,) = found.changes
    assert change.first <= 40 <= change.last
    assert change.last - change.first <= 4
    assert change.lower < 0.5 < change.upper < 0.7
    assert change.ratio == pytest.approx(change.after / change.before)
    assert found.p <= 0.05 < found.steps[-1]
    assert found.season.shape == (12,)
    assert np.log(found.season).mean() == pytest.approx(0, abs=1e-9)
    assert found.season.argmax() in (11, 0, 1)
    assert found.expected.sum() == pytest.approx(fallen().sum())


def test_a_pulse_is_found_as_two_changes():
    mean = np.where((np.arange(72) >= 30) & (np.arange(72) < 42), 80, 40)
    found = change_points.find(np.random.default_rng(4).poisson(mean), period=None)
    assert [change.at for change in found.changes] == pytest.approx([30, 42], abs=1)
    assert found.changes[0].ratio > 1 > found.changes[1].ratio


def test_more_people_are_no_change_of_level():
    people = np.where(np.arange(72) >= 36, 200_000, 100_000)
    counts = np.random.default_rng(5).poisson(people * 4e-4)
    assert not change_points.find(counts, people).changes
    found = change_points.find(counts)
    assert [change.at for change in found.changes] == [36]


def test_the_same_seed_gives_the_same_answer_and_the_caller_keeps_its_arrays():
    counts = fallen().astype(float)
    kept = counts.copy()
    assert change_points.find(counts, seed=7).changes == change_points.find(counts, seed=7).changes
    assert (counts == kept).all()


def test_months_that_are_not_known_are_left_out_and_places_keep_their_numbers():
    counts = fallen().astype(float)
    counts[10:14] = np.nan
    (change,) = change_points.find(counts).changes
    assert change.first <= 40 <= change.last
    assert change_points.find(counts).expected.shape == (72,)


def test_a_level_of_nothing_has_a_ratio_of_nothing():
    counts = np.concatenate([np.full(30, 6), np.zeros(30)])
    (change,) = change_points.find(counts, period=None).changes
    assert change.at == 30
    assert change.ratio == pytest.approx(0, abs=1e-6)


def test_without_room_for_a_change_there_is_none():
    assert change_points.find(monthly(24), shortest=12, most=0).changes == ()
    found = change_points.find(monthly(24), shortest=12)
    assert found.changes == ()
    assert found.p > 0.05


@pytest.mark.parametrize(
    ("counts", "ask", "says"),
    [
        ([[1, 2]], {}, "one for each month"),
        ([1, 2.5] * 20, {}, "whole numbers"),
        ([1, -2] * 20, {}, "whole numbers"),
        (monthly(23), {}, "two periods"),
        (monthly(11), {"period": None}, "at least 12"),
        (np.zeros(40), {}, "all are 0"),
        (monthly(), {"exposure": np.zeros(72)}, "exposure"),
        (monthly(), {"exposure": [1, 2]}, "one for each month"),
        (monthly(), {"level": 95}, "level"),
        (monthly(), {"draws": 0}, "draws"),
        (monthly(), {"drift": -1}, "drift"),
        (monthly(), {"harmonics": 7}, "harmonics"),
    ],
)
def test_a_series_that_cannot_be_searched_is_refused(counts, ask, says):
    with pytest.raises(ValueError, match=says):
        change_points.find(counts, **ask)


def test_drawn_series_vary_and_hang_together_as_they_are_asked_to():
    mean = np.full(50_000, 30.0)
    (series,) = change_search.draw(mean, 2.0, 0.3, 1, np.random.default_rng(1))
    assert series.mean() == pytest.approx(30, rel=0.01)
    assert series.var() / 30 == pytest.approx(2, rel=0.05)
    assert np.corrcoef(series[1:], series[:-1])[0, 1] == pytest.approx(0.3, abs=0.02)
    (plain,) = change_search.draw(mean, 1.0, 0.3, 1, np.random.default_rng(1))
    assert plain.var() / 30 == pytest.approx(1, rel=0.05)


def test_too_many_segments_are_refused():
    with pytest.raises(ValueError, match="too short"):
        change_search.best_segments(np.ones(10), np.ones(10), 3, 4)


def test_a_month_far_above_its_years_raises_an_alarm():
    counts = monthly(80)
    counts[-1] = 2 * counts[-1]
    answer = alarm.newest(counts, months=3)
    assert answer.alarm.tolist() == [False, False, True]
    assert answer.score[-1] > 1 > answer.score[0]
    assert answer.p[-1] <= 0.01
    assert (answer.bound >= answer.expected).all()
    assert answer.month.tolist() == [77, 78, 79]


def test_an_alarm_is_a_count_above_the_bound():
    for seed in range(30):
        counts = np.random.default_rng(seed).poisson(4, 70)
        counts[-4:] += seed % 7
        answer = alarm.newest(counts, months=4, alpha=0.05)
        assert (answer.alarm == ((answer.observed > answer.bound) & answer.enough)).all()


def test_a_past_outbreak_is_kept_from_hiding_the_next():
    counts = np.random.default_rng(6).poisson(10, 80)
    counts[40:43] = 60
    weighed = alarm.newest(counts).bound[0]
    plain = alarm.newest(counts, reweight=None).bound[0]
    assert weighed < plain


def test_few_events_raise_no_alarm():
    counts = np.zeros(70)
    counts[[3, 20, 44]] = 1
    counts[-1] = 3
    answer = alarm.newest(counts)
    assert answer.p[0] < 0.01
    assert not answer.alarm[0]
    assert not answer.enough[0]


def test_a_baseline_without_events_is_answered_exactly():
    counts = np.zeros(40)
    counts[-1] = 6
    answer = alarm.newest(counts, years=3, skip=0)
    months = 3 * 12 + 1
    assert answer.p[0] == pytest.approx((1 / (months + 1)) ** 6)
    assert answer.bound[0] == 1
    assert answer.alarm[0]


def test_a_month_that_is_not_known_gets_a_bound_and_no_alarm():
    counts = monthly(70).astype(float)
    counts[-1] = np.nan
    answer = alarm.newest(counts)
    assert np.isnan(answer.p[0])
    assert not answer.alarm[0]
    assert answer.bound[0] > answer.expected[0]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        ({"alpha": 0.7}, "alpha"),
        ({"months": 0}, "months"),
        ({"years": 1}, "months"),
        ({"half_window": 5}, "half_window"),
        ({"parts": 9}, "half_window"),
        ({"reweight": -1}, "reweight"),
        ({"months": 50}, "at least"),
    ],
)
def test_an_alarm_that_cannot_be_asked_for_is_refused(ask, says):
    with pytest.raises(ValueError, match=says):
        alarm.newest(monthly(70), **ask)


def test_a_season_is_found_where_there_is_one_and_told_by_its_month():
    counts = np.random.default_rng(0).poisson(
        60 * np.exp(0.3 * np.cos(2 * np.pi * (np.arange(72) + 0.5 - 3) / 12))
    )
    for shape in ("one wave", "two waves", "months"):
        answer = seasonality.season(counts, shape=shape)
        assert answer.p < 1e-6
        assert answer.factors.argmax() in (1, 2, 3)
        assert np.log(answer.factors).mean() == pytest.approx(0, abs=1e-9)
        assert answer.ratio_lower <= answer.ratio <= answer.ratio_upper
        assert (answer.lower <= answer.factors).all()
    assert seasonality.season(counts).peak == pytest.approx(3, abs=0.5)
    assert seasonality.season(counts, first=7).peak == pytest.approx(9, abs=0.5)


def test_a_peak_in_the_new_year_has_an_interval_through_it():
    counts = np.random.default_rng(2).poisson(
        60 * np.exp(0.3 * np.cos(2 * np.pi * (np.arange(72) + 0.5) / 12))
    )
    answer = seasonality.season(counts)
    assert answer.peak_from > 11
    assert answer.peak_to < 1


def test_unequal_months_are_no_season_once_their_days_are_given():
    days = np.tile([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 6)
    counts = 100 * days
    assert seasonality.season(counts, shape="months").p < 0.001
    assert seasonality.season(counts, days, shape="months").p == pytest.approx(1)


@pytest.mark.parametrize(
    ("counts", "ask", "says"),
    [
        (monthly(12), {"shape": "months"}, "two years"),
        (monthly(), {"shape": "spline"}, "shape"),
        (monthly(), {"first": 13}, "first"),
        (monthly(), {"level": 2}, "level"),
        (np.where(np.arange(72) % 12 == 5, np.nan, 3), {}, "each month"),
    ],
)
def test_a_season_that_cannot_be_asked_for_is_refused(counts, ask, says):
    with pytest.raises(ValueError, match=says):
        seasonality.season(counts, **ask)


def test_rogers_statistic_is_the_score_test_of_one_wave():
    with pytest.raises(ValueError, match="twelve"):
        seasonality.roger([1, 2, 3])
    assert seasonality.roger([5] * 12) == pytest.approx((0, 1), abs=1e-12)


def test_a_regression_on_columns_that_depend_on_each_other_is_refused():
    with pytest.raises(ValueError, match="depend"):
        counts_glm.fit(np.arange(5.0), np.ones((5, 2)), np.ones(5))
