"""What an effect promises beside its figures, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from convive.stats import effect, effect_dose
from convive.stats.effect_displacement import displacement

METHODS = ("did", "sc", "sdid")


def panel(units: int = 30, periods: int = 24, seed: int = 3) -> np.ndarray:
    draw = np.random.default_rng(seed)
    level = draw.lognormal(3.5, 0.3, (units, 1))
    season = 0.2 * np.sin(np.arange(periods) / 2)
    return draw.poisson(level * np.exp(season + 0.05 * draw.normal(size=(units, periods)))).astype(
        float
    )


def same(a: effect.Effect, b: effect.Effect) -> bool:
    return (a.estimate, a.lower, a.upper, a.p, a.se, a.pre_trend) == (
        b.estimate, b.lower, b.upper, b.p, b.se, b.pre_trend
    ) and all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("unit_weights", "time_weights", "gap", "placebo_estimates")
    )  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_answer_and_the_table_stays_as_it_is(method):
    y = panel()
    kept = y.copy()
    one, two = (
        effect.estimate(y, [0, 1], 18, method=method, placebos=99, seed=4) for _ in range(2)
    )
    assert same(one, two)
    other = effect.estimate(y, [0, 1], 18, method=method, placebos=99, seed=5)
    assert not np.array_equal(one.placebo_estimates, other.placebo_estimates)
    assert (y == kept).all()


@pytest.mark.parametrize("method", METHODS)
def test_weights_add_up_and_only_controls_have_them(method):
    answer = effect.estimate(panel(), [2, 5], 18, method=method, buffer=[7])
    assert answer.unit_weights[[2, 5, 7]].tolist() == [0, 0, 0]
    assert (answer.unit_weights >= 0).all()
    assert answer.unit_weights.sum() == pytest.approx(1)
    assert len(answer.time_weights) == 18
    assert answer.time_weights.sum() == pytest.approx(0 if method == "sc" else 1)


@pytest.mark.parametrize("method", METHODS)
def test_the_estimate_is_the_mean_gap_to_the_counterfactual(method):
    y = panel()
    answer = effect.estimate(y, [0, 1], 18, method=method, placebos=50)
    assert answer.gap == pytest.approx(y[:2].mean(axis=0) - answer.counterfactual)
    assert answer.gap[18:].mean() == pytest.approx(answer.estimate)
    expected = answer.counterfactual[18:].mean()
    assert answer.relative == pytest.approx(answer.estimate / expected)


@pytest.mark.parametrize("method", METHODS)
def test_a_fall_of_half_is_found_and_its_interval_leaves_out_nothing(method):
    y = panel()
    y[0, 18:] *= 0.5
    answer = effect.estimate(y, [0], 18, method=method)
    assert answer.p == pytest.approx(1 / 30)
    assert answer.lower < answer.estimate < answer.upper < 0
    assert answer.relative == pytest.approx(-0.5, abs=0.15)
    assert answer.pre_trend.p > 0.05
    assert answer.pre_trend.held_out == 4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("statistic", ["scaled", "plain"])
def test_the_interval_leaves_out_zero_exactly_when_p_is_small(method, statistic):
    outside = 0
    for seed in range(12):
        y = panel(seed=seed)
        y[0, 18:] -= 1.5 * seed
        answer = effect.estimate(y, [0], 18, method=method, statistic=statistic, level=0.9)
        assert (answer.p <= 0.1 + 1e-12) != (answer.lower <= 0 <= answer.upper)
        outside += answer.p <= 0.1
    assert 0 < outside < 12


@pytest.mark.parametrize("method", METHODS)
def test_the_effect_moves_with_what_is_added(method):
    y = panel()
    more = y.copy()
    more[0, 18:] += 7
    a, b = (effect.estimate(each, [0], 18, method=method) for each in (y, more))
    assert b.estimate == pytest.approx(a.estimate + 7)
    assert b.unit_weights == pytest.approx(a.unit_weights)


def test_a_drift_before_is_told():
    y = panel()
    y[0, :18] += np.arange(18) * 4
    y[0, 18:] += 18 * 4
    assert effect.estimate(y, [0], 18, method="did").pre_trend.p <= 0.05


def test_a_table_without_change_has_no_effect():
    for method in METHODS:
        answer = effect.estimate(np.full((25, 12), 5.0), [0], 8, method=method)
        assert (answer.estimate, answer.p) == (0, 1)
        zero = effect.estimate(np.zeros((25, 12)), [0], 8, method=method)
        assert zero.p == 1
        assert math.isnan(zero.relative)


def test_with_few_controls_the_interval_has_no_end():
    y = panel(units=19)
    y[0, 18:] = 0
    answer = effect.estimate(y, [0], 18)
    assert answer.p == pytest.approx(1 / 19)
    assert (answer.lower, answer.upper) == (-math.inf, math.inf)


def test_few_pre_periods_are_not_checked_for_a_trend():
    trend = effect.estimate(panel()[:, :5], [0], 2, method="did").pre_trend
    assert trend.held_out == 0
    assert math.isnan(trend.p)
    assert trend.rmspe >= 0


def test_yes_and_no_name_the_same_units_as_places():
    mask = np.zeros(30, dtype=bool)
    mask[[3, 9]] = True
    y = panel()
    ask = {"method": "did", "placebos": 30}
    assert same(effect.estimate(y, mask, 18, **ask), effect.estimate(y, [9, 3], 18, **ask))


def test_a_buffer_of_counts_gets_its_displacement():
    y = panel()
    found = effect.estimate(y, [0], 18, buffer=[1, 2]).displacement
    controls = y[3:]
    counted = displacement(
        (y[0, :18].sum(), y[0, 18:].sum()),
        (y[1:3, :18].sum(), y[1:3, 18:].sum()),
        (controls[:, :18].sum(), controls[:, 18:].sum()),
        periods=(18, 6), areas=(1, 1, 27, 13.5),
    )  # fmt: skip
    assert found == counted
    assert effect.estimate(np.log1p(y), [0], 18, buffer=[1, 2]).displacement is None
    assert effect.estimate(y, [0], 18).displacement is None


GAP = panel()
GAP[4, 3] = np.nan


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"y": [1.0, 2.0]}, "table of units"),
        ({"y": GAP}, "unit 4 misses 1 of 24 periods, the first at 3"),
        ({"treated": []}, "at least one unit"),
        ({"treated": [30]}, "from 0 to 29"),
        ({"treated": [1, 1]}, "each place once"),
        ({"treated": [0.5]}, "yes or no"),
        ({"first": 0}, "1 to 23"),
        ({"first": 24}, "1 to 23"),
        ({"first": 2}, "needs at least 3"),
        ({"first": 1, "method": "did"}, "needs at least 2"),
        ({"method": "arima"}, "method"),
        ({"buffer": [0]}, "treated and in the buffer"),
        ({"treated": list(range(29))}, "at least 2 are needed"),
        ({"statistic": "t"}, "statistic"),
        ({"level": 1}, "level"),
        ({"placebos": 0}, "placebos"),
        ({"held_out": 16}, "held_out"),
        ({"steps": 0}, "steps"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(change, says):
    asked = {"y": panel(), "treated": [0], "first": 18} | change
    with pytest.raises(ValueError, match=says):
        effect.estimate(**asked)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"target": (1, 2, 3)}, "target"),
        ({"buffer": (1, -2)}, "buffer"),
        ({"control": (1.5, 2)}, "control"),
        ({"buffer_control": (math.nan, 2)}, "buffer_control"),
        ({"periods": (0, 1)}, "periods"),
        ({"areas": (1, 1)}, "areas"),
        ({"dispersion": 0}, "dispersion"),
        ({"level": 0}, "level"),
    ],
)
def test_counts_that_are_none_are_refused(change, says):
    asked = {"target": (9, 5), "buffer": (9, 5), "control": (9, 5)} | change
    with pytest.raises(ValueError, match=says):
        displacement(**asked)


def test_bursts_widen_and_emptiness_says_nothing():
    once = displacement((90, 50), (80, 85), (100, 99))
    twice = displacement((90, 50), (80, 85), (100, 99), dispersion=4)
    assert twice.wdd_se == pytest.approx(2 * once.wdd_se)
    assert twice.wdq_upper - twice.wdq_lower > once.wdq_upper - once.wdq_lower
    for none in (displacement((5, 2), (4, 4), (0, 3)), displacement((5, 2), (0, 0), (9, 3))):
        assert math.isnan(none.wdq)
        assert (none.wdq_lower, none.wdq_upper) == (-math.inf, math.inf)
    nothing = displacement((0, 0), (0, 0), (0, 0))
    assert (nothing.wdd, nothing.p) == (0, 1)


def test_sheets_are_counted_into_doses():
    found = effect_dose.doses(
        [0, 0, 2, 0], [1, 1, 0, 2], [True, False, True, True], units=3, periods=3
    )
    assert found.done.tolist() == [[0, 1, 1], [0, 0, 0], [1, 0, 0]]
    assert found.planned.tolist() == [[0, 2, 1], [0, 0, 0], [1, 0, 0]]
    assert found.share[0].tolist() == [0, 0.5, 1]
    assert effect_dose.doses([], [], [], units=1, periods=2).done.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": [0]}, "one of each"),
        ({"unit": [0, 3]}, "unit: give places from 0 to 2"),
        ({"period": [0, -1]}, "period"),
        ({"done": [1, 2]}, "yes or no"),
        ({"done": [1.0, math.nan]}, "yes or no"),
        ({"units": 0}, "units"),
    ],
)
def test_sheets_that_do_not_say_are_refused(change, says):
    asked = {"unit": [0, 1], "period": [0, 1], "done": [1, 0], "units": 3, "periods": 3} | change
    with pytest.raises(ValueError, match=says):
        effect_dose.doses(**asked)


def given_doses(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    dose = draw.poisson(2, (25, 12)) * (np.arange(12) >= 5)
    y = draw.normal(20, 5, (25, 1)) + draw.normal(size=12) + draw.normal(size=(25, 12))
    return y, dose


def test_a_dose_that_works_is_found_by_so_much():
    y, dose = given_doses()
    found = effect_dose.dose_effect(y - 0.7 * dose, dose, seed=2)
    assert found.p == pytest.approx(0.001)
    assert found.lower < -0.7 < found.upper < 0
    assert found.total == pytest.approx(found.estimate * dose.sum())
    assert found == effect_dose.dose_effect(y - 0.7 * dose, dose, seed=2)
    none = effect_dose.dose_effect(y, dose, seed=2)
    assert (none.p > 0.05) == (none.lower <= 0 <= none.upper)


def test_an_exact_relation_has_no_error_and_too_few_permutations_no_end():
    y, dose = given_doses()
    exact = effect_dose.dose_effect(-2.0 * dose + np.arange(12), dose)
    assert exact.estimate == pytest.approx(-2)
    assert exact.p == pytest.approx(0.001)
    few = effect_dose.dose_effect(y, dose, permutations=9)
    assert (few.lower, few.upper) == (-math.inf, math.inf)
    flat = effect_dose.dose_effect(np.ones_like(y), dose)
    assert (flat.estimate, flat.p) == (0, 1)


def test_strata_of_one_unit_let_nothing_change_places():
    y, dose = given_doses()
    found = effect_dose.dose_effect(y - 5 * dose, dose, strata=np.arange(25), permutations=99)
    assert found.p == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"y": np.zeros(5)}, "y: give a table"),
        ({"dose": np.zeros((25, 11))}, "one shape"),
        ({"dose": np.full((25, 12), np.nan)}, "dose: unit 0 misses"),
        ({"dose": np.full((25, 12), -1)}, "0 or more"),
        ({"dose": np.zeros((25, 12))}, "explain it altogether"),
        ({"dose": np.arange(25)[:, None] + np.arange(12)}, "explain it altogether"),
        ({"y": np.zeros((2, 12)), "dose": np.zeros((2, 12))}, "at least 3 units"),
        ({"weights": np.zeros(25)}, "weights"),
        ({"strata": ["a"]}, "strata"),
        ({"permutations": 0}, "permutations"),
        ({"level": 2}, "level"),
    ],
)
def test_a_dose_that_cannot_be_judged_is_refused(change, says):
    y, dose = given_doses()
    with pytest.raises(ValueError, match=says):
        effect_dose.dose_effect(**({"y": y, "dose": dose} | change))
