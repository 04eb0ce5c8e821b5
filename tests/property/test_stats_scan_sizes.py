"""The fast scan misses nothing on data too large for pure Python: against window by window."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_stats_scan_plain import ground_of

from convive.stats import clusters, scan_kernels, scan_search, scan_time

START = date(2025, 1, 1)
FIRST = np.datetime64(START)


def study(seed: int, places: int, days: int, cases: int, uneven: float, poisson: bool, **limits):
    """A scan of cases that fall by uneven weights over places (half on a lattice) and days."""
    random = np.random.default_rng(seed)
    names = np.array([f"p{i:03d}" for i in range(places)])
    by_place = random.gamma(uneven, 1, places) + 1e-9
    by_day = random.gamma(uneven, 1, days) + 1e-9
    table = clusters.Cases(
        names[random.choice(places, cases, p=by_place / by_place.sum())],
        FIRST + random.choice(days, cases, p=by_day / by_day.sum()),
    )
    lattice = random.integers(0, 2) == 1
    x, y = random.integers(0, 6, (2, places)) if lattice else random.uniform(0, 9, (2, places))
    where = clusters.Places(names, x, y, unit="km")
    window = clusters.Window(START, START + timedelta(days=days - 1), **limits)
    if not poisson:
        return lambda: clusters.permutation(table, where, window, permutations=0)
    people = clusters.Population(
        np.tile(names, 2),
        np.repeat([FIRST, FIRST + days - 1], places),
        np.concatenate([by_place, by_place * random.uniform(0.5, 2, places)]) * 1000,
    )
    return lambda: clusters.poisson(table, people, where, window, permutations=0)


@given(
    st.integers(0, 2**31), st.integers(2, 70), st.integers(2, 70),
    st.floats(0.5, 5), st.sampled_from([0.1, 1.0, 5.0]), st.booleans(), st.booleans(),
    st.sampled_from([0.05, 0.2, 0.5, 1.0]), st.sampled_from([None, 3.0]), st.data(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_no_replica_and_no_centre_has_a_better_window_than_the_fast_scan_finds(
    seed, places, days, size, uneven, poisson, prospective, share, distance, data
):
    _, at = ground_of(
        study(
            seed, places, days, max(2, int(10**size)), uneven, poisson, prospective=prospective,
            max_population=share, max_distance=distance, max_time=data.draw(st.integers(1, days)),
        )
    )  # fmt: skip
    plain = replace(at, fast=False)
    numbers, quick, slow = np.arange(3), np.zeros(3), np.zeros(3)
    scan_search._replicas(at, seed, numbers, quick)
    scan_search._replicas(plain, seed, numbers, slow)
    assert quick == pytest.approx(slow, rel=1e-9, abs=1e-9)
    floor = float(slow.min()) * 0.5
    found, wanted = scan_search.best_of_each(at, floor), scan_search.best_of_each(plain, floor)
    assert {one.centre: (one.size, one.start, one.stop, one.cases) for one in found} == {
        one.centre: (one.size, one.start, one.stop, one.cases) for one in wanted
    }
    assert [one.llr for one in found] == pytest.approx([one.llr for one in wanted])


@given(st.floats(1e-6, 1), st.integers(1, 10**6), st.floats(0, 60))
@settings(max_examples=300, deadline=None)
def test_the_needed_count_is_never_above_the_one_that_reaches_the_bound(share, total, bound):
    mu = share * total
    c = scan_kernels.needed(mu, total, bound)
    assert c <= total
    if mu < c < total:
        assert scan_kernels.llr(c, mu, total) <= bound + 1e-6
        more = min(c * (1 + 1e-6) + 1e-9, total)
        assert scan_kernels.llr(more, mu, total) >= bound - 1e-4 * (1 + bound)


@given(st.floats(0, 1), st.integers(2, 10**6), st.floats(0.01, 60), st.floats(1e-4, 1))
@settings(max_examples=300, deadline=None)
def test_the_table_of_needed_counts_is_a_lower_bound(part, total, bound, share):
    most = share * total
    knot, value = np.empty(scan_kernels.KNOTS + 1), np.empty(scan_kernels.KNOTS + 1)
    scan_kernels.tabulate(most, total, bound, knot, value)
    exact = scan_kernels.needed(part * most, total, bound)
    assert scan_kernels.at_least(part * most, most, knot, value) <= exact * (1 + 1e-8) + 1e-9
    assert (np.diff(value) >= -1e-9 * total).all()


@given(
    st.lists(st.integers(-20, 40), min_size=1, max_size=6, unique=True).map(sorted),
    st.lists(st.integers(0, 30), min_size=2, max_size=6, unique=True).map(sorted),
)
def test_person_days_equal_the_interpolation_summed_in_small_steps(dates, starts):
    weights = scan_time.time_weights(np.array(dates), np.array(starts))
    people = np.arange(1.0, len(dates) + 1) ** 2
    for t in range(len(starts) - 1):
        steps = (np.arange((starts[t + 1] - starts[t]) * 200) + 0.5) / 200 + starts[t]
        summed = np.interp(steps, dates, people).sum() / 200
        assert weights[t] @ people == pytest.approx(summed, rel=1e-9)
