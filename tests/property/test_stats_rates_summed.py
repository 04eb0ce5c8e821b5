"""The fast statistics give what slow and obvious ones give: direct sums and bisection."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convive.stats.rates import compare_counts, poisson_interval, proportion, rate

few = st.integers(0, 60)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])
exposures = st.floats(0.1, 50)


def poisson_at_most(k: int, mean: float) -> float:
    term = total = math.exp(-mean)
    for i in range(1, k + 1):
        term *= mean / i
        total += term
    return total


def binomial_at_most(k: int, n: int, share: float) -> float:
    return math.fsum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k + 1))


def root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def slow_poisson(k: int, level: float) -> tuple[float, float]:
    tail, far = (1 - level) / 2, 4.0 * k + 60
    lower = root(lambda m: poisson_at_most(k - 1, m) - (1 - tail), 0, far) if k else 0.0
    return lower, root(lambda m: poisson_at_most(k, m) - tail, 0, far)


def slow_share(k: int, n: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = root(lambda s: binomial_at_most(k - 1, n, s) - (1 - tail), 0, 1) if k else 0.0
    upper = root(lambda s: binomial_at_most(k, n, s) - tail, 0, 1) if k < n else 1.0
    return lower, upper


@given(few, levels)
@settings(max_examples=60, deadline=None)
def test_poisson_interval_equals_bisection_on_the_summed_distribution(k, level):
    assert poisson_interval(k, level) == pytest.approx(slow_poisson(k, level), rel=1e-9)


@given(st.integers(1, 40), st.data(), levels)
@settings(max_examples=60, deadline=None)
def test_proportion_equals_bisection_on_the_summed_distribution(n, data, level):
    k = data.draw(st.integers(0, n))
    share, lower, upper = proportion(k, n, level)
    assert share == k / n
    assert (lower, upper) == pytest.approx(slow_share(k, n, level), rel=1e-9)


@given(few, few, exposures, exposures)
@settings(max_examples=60, deadline=None)
def test_the_p_of_a_comparison_equals_full_enumeration(a, b, exposure_a, exposure_b):
    n, unchanged = a + b, exposure_b / (exposure_a + exposure_b)
    chances = [comb(n, i) * unchanged**i * (1 - unchanged) ** (n - i) for i in range(n + 1)]
    tails = math.fsum(chances[: b + 1]), math.fsum(chances[b:])
    answer = compare_counts(a, b, exposure_a, exposure_b)
    assert answer.p == pytest.approx(min(1, 2 * min(tails)), rel=1e-9)


@given(few, few, exposures, exposures, levels)
@settings(max_examples=100, deadline=None)
def test_the_interval_of_a_comparison_leaves_out_1_exactly_when_p_is_small(a, b, ea, eb, level):
    answer = compare_counts(a, b, ea, eb, level)
    assume(abs(answer.p - (1 - level)) > 1e-9)
    assert (answer.p < 1 - level) == (answer.direction != "unclear")
    if a + b:
        assert answer.lower <= answer.ratio <= answer.upper


@given(few, few, exposures, exposures)
def test_a_comparison_turned_round_is_the_reciprocal(a, b, ea, eb):
    there, back = compare_counts(a, b, ea, eb), compare_counts(b, a, eb, ea)
    assert there.p == pytest.approx(back.p)
    with np.errstate(divide="ignore"):
        assert there.lower == pytest.approx(float(1 / np.float64(back.upper)))
        assert there.upper == pytest.approx(float(1 / np.float64(back.lower)))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_an_array_gives_what_its_counts_give_one_by_one(counts):
    lower, upper = poisson_interval(counts)
    assert lower.shape == upper.shape == (len(counts),)
    for k, low, high in zip(counts, lower, upper, strict=True):
        assert (low, high) == tuple(map(float, poisson_interval(k)))
        assert low <= k <= high


@given(st.integers(0, 1000), st.floats(1, 1e7), st.sampled_from([1.0, 10_000.0, 100_000.0]))
def test_a_rate_is_the_count_and_its_interval_scaled_alike(k, years, per):
    value, lower, upper = rate(k, years, per)
    low, high = poisson_interval(k)
    assert (value, lower, upper) == pytest.approx(
        (per * k / years, per * low / years, per * high / years)
    )


def test_the_exact_interval_covers_the_truth_at_least_as_often_as_it_says():
    for mean in np.linspace(0.05, 30, 120):
        counts = np.arange(0, 120)
        lower, upper = poisson_interval(counts)
        chances = np.exp(
            counts * np.log(mean) - mean - np.array([math.lgamma(k + 1) for k in counts])
        )
        assert chances[(lower <= mean) & (mean <= upper)].sum() >= 0.95 - 1e-9
