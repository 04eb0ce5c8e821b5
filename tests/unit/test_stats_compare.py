"""Standardised rates, smoothing and the choice of similar units: promises and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import compare, rates, smoothing

STANDARD = [300, 400, 300]


def test_one_stratum_is_a_plain_rate_with_its_exact_interval():
    answer = compare.direct([[5], [0], [40]], [[1000], [1000], [2000]], [1], per=1000)
    plain = rates.rate([5, 0, 40], [1000, 1000, 2000], 1000)
    assert np.allclose([answer.rate, answer.lower, answer.upper], plain)
    assert answer.rate.shape == (3,)


def test_the_ratio_of_one_stratum_is_the_exact_comparison_of_two_counts():
    for a, b in ((9, 5), (0, 7), (7, 0), (0, 0)):
        answer = compare.ratio_of_direct([b], [10], [a], [20], [1])
        exact = rates.compare_counts(a, b, 20, 10)
        told = [answer.ratio, answer.lower, answer.upper]
        assert np.allclose(told, [exact.ratio, exact.lower, exact.upper], equal_nan=True)


def test_only_the_shares_of_the_standard_matter_and_crude_rates_are_told_beside():
    one = compare.direct([3, 9, 4], [100, 200, 100], STANDARD)
    two = compare.direct([3, 9, 4], [100, 200, 100], np.array(STANDARD) * 7)
    assert one.rate == pytest.approx(two.rate)
    assert one.crude == pytest.approx(4000)
    assert one.lower < one.rate < one.upper


def test_no_event_has_an_upper_end_and_no_lower():
    for method in ("gamma", "dobson"):
        answer = compare.direct([0, 0, 0], [100, 200, 100], STANDARD, method=method)
        assert answer.rate == answer.lower == 0
        assert answer.upper > 0


def test_an_indirect_ratio_is_observed_over_expected():
    answer = compare.indirect([[3, 7], [0, 0]], [[100, 100], [50, 50]], [0.02, 0.03])
    assert answer.ratio.tolist() == pytest.approx([2, 0])
    assert answer.lower[1] == 0
    assert answer.upper[1] == pytest.approx(3.6889 / 2.5, abs=1e-4)
    assert compare.indirect(10, [100, 100], [0.02, 0.03]).ratio == pytest.approx(2)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (([1.5, 2], [1, 1], [1, 1]), "whole numbers"),
        (([1, 2], [0, 1], [1, 1]), "above 0"),
        (([1, 2], [1, 1], [1, 1, 1]), "standard"),
        (([1, 2], [1, 1], [0, 0]), "standard"),
    ],
)
def test_what_cannot_be_standardised_is_refused(ask, says):
    with pytest.raises(ValueError, match=says):
        compare.direct(*ask)
    with pytest.raises(ValueError, match="method"):
        compare.direct([1], [1], [1], method="wald")
    with pytest.raises(ValueError, match="level"):
        compare.direct([1], [1], [1], level=95)
    with pytest.raises(ValueError, match="per"):
        compare.direct([1], [1], [1], per=0)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        ((3, [10, -1], [1, 1]), "0 or more"),
        ((3, [10, 10], [1, 1, 1]), "each stratum"),
        ((3, [10, 10], [0, 0]), "expected"),
    ],
)
def test_an_indirect_ratio_that_cannot_be_formed_is_refused(ask, says):
    with pytest.raises(ValueError, match=says):
        compare.indirect(*ask)


NAMES = ["Moche", "Laredo", "Salaverry", "Huanchaco", "Simbal"]
TRAITS = {"people": [40, 38, 20, 70, 38], "poor": [0.3, 0.2, 0.4, 0.3, 0.2]}


def test_the_nearest_units_are_chosen_and_equal_ones_by_name():
    found = compare.similar_units(NAMES, TRAITS, "Moche", 3)
    assert found.names == ("Laredo", "Simbal", "Salaverry")
    assert found.distances[0] == pytest.approx(found.distances[1])
    assert found.traits == ("people", "poor")
    turned = compare.similar_units(
        NAMES[::-1], {name: values[::-1] for name, values in TRAITS.items()}, "Moche", 3
    )
    assert turned.names == found.names


def test_units_of_another_scale_are_the_same_choice_and_neighbours_may_be_left_out():
    found = compare.similar_units(NAMES, TRAITS, "Moche", 2)
    scaled = {"people": np.array(TRAITS["people"]) * 1000, "poor": TRAITS["poor"]}
    assert compare.similar_units(NAMES, scaled, "Moche", 2).names == found.names
    apart = compare.similar_units(NAMES, TRAITS, "Moche", 2, leave_out=["Laredo"])
    assert "Laredo" not in apart.names
    only = compare.similar_units(NAMES, TRAITS, "Moche", 1, weights={"people": 0})
    assert only.names == ("Huanchaco",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"names": ["Moche"] * 5}, "once"),
        ({"target": "Lima"}, "Lima"),
        ({"leave_out": ["Lima"]}, "Lima"),
        ({"traits": {}}, "at least one"),
        ({"traits": {"people": [1, 2, np.nan, 4, 5]}}, "known number"),
        ({"traits": {"people": [3] * 5}}, "same everywhere"),
        ({"weights": {"rich": 1}}, "weights"),
        ({"number": 5}, "1 to 4"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(change, says):
    asked = {"names": NAMES, "traits": TRAITS, "target": "Moche", "number": 2}
    with pytest.raises(ValueError, match=says):
        compare.similar_units(**(asked | change))


@pytest.mark.parametrize("smooth", [smoothing.gamma_poisson, smoothing.marshall])
def test_the_smaller_the_place_the_more_it_is_drawn_to_the_others(smooth):
    rng = np.random.default_rng(1)
    people = np.array([50, 500, 5000] * 40)
    truth = rng.gamma(4, 0.005, len(people))
    counts = rng.poisson(truth * people)
    answer = smooth(counts, people)
    assert answer.weight[0] < answer.weight[1] < answer.weight[2] < 1
    assert answer.mean == pytest.approx(0.02, rel=0.2)
    assert answer.shape == pytest.approx(4, rel=0.6)
    small = people == 50
    error, raw = answer.value - truth, answer.raw - truth
    assert (error[small] ** 2).mean() < 0.5 * (raw[small] ** 2).mean()
    inside = (answer.lower <= truth) & (truth <= answer.upper)
    assert inside.mean() > 0.88


@pytest.mark.parametrize("smooth", [smoothing.gamma_poisson, smoothing.marshall])
def test_places_that_differ_by_chance_at_most_all_get_the_same_rate(smooth):
    answer = smooth([10, 20, 30], [100, 200, 300])
    assert answer.value.tolist() == pytest.approx([0.1] * 3)
    assert answer.variance == 0
    assert answer.shape == answer.rate == np.inf
    none = smooth([0, 0], [100, 200])
    assert none.value.tolist() == [0, 0]
    assert none.upper[0] == pytest.approx(3.6889 / 300, rel=1e-4)


def test_the_unit_of_the_exposure_changes_nothing():
    counts, people = [3, 9, 1, 30], np.array([100, 400, 300, 500])
    one, two = smoothing.gamma_poisson(counts, people), smoothing.gamma_poisson(counts, people / 7)
    assert np.allclose(7 * one.value, two.value)


@pytest.mark.parametrize("smooth", [smoothing.gamma_poisson, smoothing.marshall])
def test_what_cannot_be_smoothed_is_refused(smooth):
    with pytest.raises(ValueError, match="two places"):
        smooth([3], [10])
    with pytest.raises(ValueError, match="whole numbers"):
        smooth([3, -1], [10, 10])
    with pytest.raises(ValueError, match="exposure"):
        smooth([3, 1], [10, 0])
    with pytest.raises(ValueError, match="level"):
        smooth([3, 1], [10, 20], level=95)


def test_byars_interval_is_near_the_exact_one_from_ten_events_on():
    k = np.arange(10, 500)
    byar, exact = np.array(rates.byar_interval(k)), np.array(rates.poisson_interval(k))
    assert (abs(byar / exact - 1) < 0.002).all()
    assert rates.byar_interval(0)[0] == 0
    with pytest.raises(ValueError, match="whole numbers"):
        rates.byar_interval(-1)
