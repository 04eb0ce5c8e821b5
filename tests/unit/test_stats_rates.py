"""What cannot be counted is refused; shapes are kept."""

import numpy as np
import pytest

from convive.stats.rates import compare_counts, poisson_interval, proportion, rate


@pytest.mark.parametrize("count", [-1, 2.5, float("nan"), float("inf"), [1, -2]])
def test_what_is_not_a_count_is_refused(count):
    with pytest.raises(ValueError, match="whole numbers"):
        poisson_interval(count)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_a_level_is_between_0_and_1(level):
    with pytest.raises(ValueError, match="level"):
        poisson_interval(3, level)


@pytest.mark.parametrize("years", [0, -1, float("nan"), float("inf")])
def test_a_rate_needs_somebody_to_refer_to(years):
    with pytest.raises(ValueError, match="exposure"):
        rate(3, years)
    with pytest.raises(ValueError, match="exposure"):
        compare_counts(3, 4, years, 1)


def test_per_is_above_zero():
    with pytest.raises(ValueError, match="per"):
        rate(3, 1000, per=0)


def test_a_part_is_not_larger_than_its_whole():
    with pytest.raises(ValueError, match="larger than its whole"):
        proportion(4, 3)


def test_shapes_are_kept_and_broadcast():
    lower, upper = poisson_interval(np.arange(6).reshape(2, 3))
    assert lower.shape == upper.shape == (2, 3)
    value, low, high = rate([[1], [2]], [1000.0, 2000.0])
    assert value.shape == low.shape == high.shape == (2, 2)
    share, low, high = proportion([1, 2], 10)
    assert share.shape == low.shape == high.shape == (2,)


def test_seven_against_five_is_no_evidence_of_change():
    assert compare_counts(5, 7).direction == "unclear"
    assert compare_counts(50, 90).direction == "up"
    assert compare_counts(90, 50).direction == "down"
    assert compare_counts(50, 90, 1.0, 1.8).direction == "unclear"


def test_large_counts_do_not_lose_their_precision():
    lower, upper = poisson_interval(10**9)
    assert lower == pytest.approx(1e9 - 1.96 * 1e9**0.5, rel=1e-6)
    assert upper == pytest.approx(1e9 + 1.96 * 1e9**0.5, rel=1e-6)
    assert compare_counts(10**6, 10**6 + 10**4).direction == "up"
