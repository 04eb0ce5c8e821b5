"""The dispersion of sums, against the same worked out plainly, and against chance that is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats import change_search, dispersion
from convive.stats.rates import compare_counts


def slow(counts: list[float]) -> float:
    """Without season: three levels are three means; what is left is looked at month by month."""
    n = len(counts)
    years = [min((n - 1 - t) // 12, 2) for t in range(n)]
    groups = {year: [t for t in range(n) if years[t] == year] for year in set(years)}
    mean = [sum(counts[s] for s in groups[years[t]]) / len(groups[years[t]]) for t in range(n)]
    residual = [(counts[t] - mean[t]) / math.sqrt(mean[t]) for t in range(n)]
    squares = sum(r * r for r in residual)
    free = n - len(groups)
    if free <= 0 or squares <= 0:
        return 1.0
    # of the hat matrix of three means, the entries beside the diagonal: 1 / n of each group
    beside = sum(1 / len(groups[years[t]]) for t in range(n - 1) if years[t] == years[t + 1])
    rho = sum(residual[t] * residual[t + 1] for t in range(n - 1)) / squares + beside / free
    rho = min(max(rho, 0.0), 0.9)
    return max(1.0, squares / free) * (1 + rho) / (1 - rho)


@pytest.mark.parametrize("n", [24, 36, 84])
def test_months_that_are_all_the_same_vary_no_more_than_by_chance(n):
    assert dispersion.of_sums([25] * n) == 1.0


@given(st.lists(st.integers(1, 300), min_size=24, max_size=84))
@settings(max_examples=60, deadline=None)
def test_it_is_what_loops_over_the_months_give(counts):
    found = dispersion.of_sums(counts, harmonics=0)
    assert found == pytest.approx(slow([float(n) for n in counts]), rel=1e-6)


def test_chance_alone_is_hardly_more_than_one_and_a_step_between_the_last_years_is_no_noise():
    chance = np.random.default_rng(5)
    season = 1 + 0.3 * np.cos(2 * np.pi * np.arange(84) / 12)
    level = np.where(np.arange(84) < 72, 60, 30) * season
    found = [dispersion.of_sums(chance.poisson(level)) for _ in range(200)]
    assert 1.0 <= np.median(found) < 1.25


def test_months_that_hang_together_vary_more_in_their_sums():
    chance = np.random.default_rng(6)
    months = change_search.draw(np.full(84, 180.0), 3.6, 0.46, 300, chance)
    found = np.median([dispersion.of_sums(row) for row in months])
    sums = months[:, -12:].sum(axis=1)
    assert found == pytest.approx(sums.var() / sums.mean(), rel=0.35)


def test_less_than_two_years_or_nothing_at_all_tell_nothing():
    assert dispersion.of_sums(np.arange(23.0)) is None
    assert dispersion.of_sums(np.zeros(48)) is None
    assert dispersion.of_sums([math.nan] * 60 + [5.0] * 23) is None


def test_a_month_that_is_not_known_is_left_out():
    counts = np.random.default_rng(7).poisson(50, 60).astype(float)
    counts[[3, 40]] = math.nan
    found = dispersion.of_sums(counts)
    assert found is not None and 1 <= found < 2


few = st.integers(0, 60)
phis = st.floats(1, 12)


@given(few, few, phis)
@settings(deadline=None)
def test_fewer_counts_are_compared_where_they_vary_more(a, b, phi):
    plain, wide = compare_counts(a, b), compare_counts(a, b, dispersion=(phi, phi))
    assert wide.lower <= plain.lower + 1e-12 and wide.upper >= plain.upper - 1e-12
    assert wide.ratio == pytest.approx(plain.ratio, nan_ok=True)


@given(few, few, st.integers(1, 9), st.floats(0.1, 9))
@settings(deadline=None)
def test_so_many_times_as_many_counts_that_vary_so_much_say_the_same(a, b, phi, exposure):
    one = compare_counts(a, b, 1.0, exposure)
    many = compare_counts(phi * a, phi * b, float(phi), phi * exposure, dispersion=(phi, phi))
    assert (many.lower, many.upper, many.p) == pytest.approx((one.lower, one.upper, one.p))


def test_a_dispersion_is_one_or_more():
    with pytest.raises(ValueError, match="dispersion"):
        compare_counts(3, 4, dispersion=(0.5, 1.0))
