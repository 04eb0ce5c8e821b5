"""The fast statistics of series give what slow and obvious ones give: all splits, steps, sums."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize

from convive.stats import alarm_bounds, change_search, compare, counts_glm, seasonality

few = st.lists(st.integers(0, 30), min_size=8, max_size=14)
phis = st.floats(1, 6)


def likelihood(counts: np.ndarray, due: np.ndarray, places: tuple[int, ...]) -> float:
    total = 0.0
    for first, end in zip((0, *places), (*places, len(counts)), strict=True):
        inside = counts[first:end].sum()
        total += inside * math.log(inside / due[first:end].sum()) if inside else 0.0
    return total


@given(few, st.integers(1, 3), st.integers(1, 3), st.data())
@settings(max_examples=80, deadline=None)
def test_the_best_segments_are_the_best_of_all_there_are(counts, changes, shortest, data):
    n = len(counts)
    assume(n >= (changes + 1) * shortest)
    y = np.array(counts, float)
    due = np.array(data.draw(st.lists(st.floats(0.5, 3), min_size=n, max_size=n)))
    every = [
        places
        for places in combinations(range(1, n), changes)
        if min(np.diff((0, *places, n))) >= shortest
    ]
    best = max(likelihood(y, due, places) for places in every)
    found = change_search.best_segments(y, due, changes, shortest)
    assert tuple(found) in every
    assert likelihood(y, due, tuple(found)) == pytest.approx(best, abs=1e-9)


def left_over(z: np.ndarray, w: np.ndarray, columns: np.ndarray) -> float:
    root = np.sqrt(w)
    beta = np.linalg.lstsq(columns * root[:, None], z * root)[0]
    return float((w * (z - columns @ beta) ** 2).sum())


@given(st.integers(0, 10**6), st.integers(1, 4), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_search_finds_what_a_regression_for_every_step_finds(seed, shortest, changed):
    rng = np.random.default_rng(seed)
    n = 16
    mean, z = rng.uniform(2, 20, n), rng.normal(0, 1, (2, n))
    places = np.array([8] if changed else [], dtype=np.int64)
    columns = np.hstack(
        [change_search.segment_columns(n, places), counts_glm.harmonics(np.arange(n), 1)]
    )
    search = change_search.prepare(mean, columns, places, shortest, pairs=True)
    found = change_search.scores(search, z)
    spots = change_search.candidates(n, places, shortest)
    step = (np.arange(n) >= spots[:, None]).astype(float)
    for row, series in enumerate(z):
        plain = left_over(series, mean, columns)
        one = [plain - left_over(series, mean, np.column_stack([columns, h])) for h in step]
        two = [
            plain - left_over(series, mean, np.column_stack([columns, step[i], step[j]]))
            for i, j in combinations(range(len(spots)), 2)
            if spots[j] - spots[i] >= shortest
        ]
        line = np.column_stack([columns, np.arange(n)])
        assert found.total[row] == pytest.approx(plain)
        assert found.one[row] == pytest.approx(max(one), abs=1e-8)
        assert found.two[row] == pytest.approx(max([*one, *two]), abs=1e-8)
        assert found.trend[row] == pytest.approx(plain - left_over(series, mean, line), abs=1e-8)


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_a_fitted_regression_is_the_maximum_of_the_likelihood(seed, k):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(20), rng.normal(0, 1, (20, k - 1))])
    people = rng.uniform(1, 5, 20)
    y = rng.poisson(people * 3).astype(float)

    def loss(beta: np.ndarray) -> float:
        eta = x @ beta + np.log(people)
        return float((np.exp(eta) - y * eta).sum())

    found = counts_glm.fit(y, x, people)
    best = optimize.minimize(loss, np.zeros(k), method="BFGS", options={"gtol": 1e-8})
    assert found.beta == pytest.approx(best.x, abs=1e-4)
    assert loss(found.beta) <= best.fun + 1e-7


@given(st.integers(0, 60), st.floats(0.2, 40), phis)
@settings(max_examples=100, deadline=None)
def test_the_tail_of_a_count_is_the_sum_of_its_terms(count, mean, phi):
    if phi < 1.001:
        terms = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count)]
        phi = 1.0
    else:
        r = mean / (phi - 1)
        terms = [
            math.exp(
                math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1)
                - r * math.log(phi) + k * math.log1p(-1 / phi)
            )
            for k in range(count)
        ]  # fmt: skip
    answer = float(alarm_bounds.at_least(count, mean, phi))
    assert answer == pytest.approx(1 - math.fsum(terms), abs=1e-8)


@given(st.floats(0.5, 60), phis, st.sampled_from([0.01, 0.05, 0.2]))
@settings(max_examples=60, deadline=None)
def test_a_bound_is_the_smallest_count_that_is_rarely_passed(mean, phi, alpha):
    _low, high = alarm_bounds.count_bounds(mean, phi, alpha)
    passed = alarm_bounds.at_least(np.arange(high + 2) + 1, mean, phi)
    assert passed[high] <= alpha
    assert high == 0 or passed[high - 1] > alpha


@given(st.floats(1, 50), phis, st.integers(10, 80))
@settings(max_examples=30, deadline=None)
def test_what_is_not_known_makes_a_high_count_less_surprising(mean, phi, df):
    high = np.array([np.ceil(mean + 4 * np.sqrt(phi * mean))])
    vague = alarm_bounds.predictive(mean, 0.2, phi, df)(high)
    sure = alarm_bounds.predictive(mean, 1e-9, phi, 10**7)(high)
    assert vague[0] >= sure[0] * (1 - 1e-3)
    if phi > 1.001:
        assert sure[0] == pytest.approx(float(alarm_bounds.at_least(high, mean, phi)[0]), rel=1e-2)


@given(st.lists(st.integers(0, 40), min_size=12, max_size=12))
@settings(max_examples=60, deadline=None)
def test_rogers_statistic_is_its_sum(counts):
    assume(sum(counts))
    s = sum(x * math.sin(math.pi * m / 6) for m, x in enumerate(counts))
    c = sum(x * math.cos(math.pi * m / 6) for m, x in enumerate(counts))
    statistic, p = seasonality.roger(counts)
    assert statistic == pytest.approx(2 * (s * s + c * c) / sum(counts), abs=1e-9)
    assert p == pytest.approx(math.exp(-statistic / 2))


@given(st.integers(0, 10**6), st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_a_standardised_rate_is_the_weighted_sum_of_rates(seed, strata):
    rng = np.random.default_rng(seed)
    x, n = rng.integers(0, 20, (3, strata)), rng.integers(50, 500, (3, strata))
    standard = rng.integers(1, 100, strata)
    answer = compare.direct(x, n, standard, per=1000)
    for i in range(3):
        share = [s / standard.sum() for s in standard.tolist()]
        rate = sum(1000 * w * a / b for w, a, b in zip(share, x[i], n[i], strict=True))
        assert answer.rate[i] == pytest.approx(rate)
        assert answer.lower[i] <= answer.rate[i] <= answer.upper[i]


@given(st.integers(0, 10**6), st.integers(3, 12), st.data())
@settings(max_examples=40, deadline=None)
def test_the_similar_units_are_the_nearest_of_all(seed, n, data):
    rng = np.random.default_rng(seed)
    names = [f"d{i:02}" for i in rng.permutation(n)]
    traits = {"a": rng.normal(0, 1, n), "b": rng.normal(5, 3, n)}
    number = data.draw(st.integers(1, n - 1))
    answer = compare.similar_units(names, traits, names[0], number)
    far = {
        name: math.sqrt(sum(((t[i] - t[0]) / t.std()) ** 2 for t in traits.values()))
        for i, name in enumerate(names)
    }
    assert answer.distances == pytest.approx([far[name] for name in answer.names])
    left = set(names[1:]) - set(answer.names)
    assert all(far[name] >= max(answer.distances) - 1e-12 for name in left)
