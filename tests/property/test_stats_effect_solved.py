"""Weights, estimates, placebos and doses equal what a plain reading of their definitions gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from convive.stats import effect, effect_dose, effect_weights
from convive.stats.effect_displacement import displacement
from convive.stats.effect_placebo import placebo_interval, placebo_p

seeds = st.integers(0, 2**32 - 1)


def panel(seed: int, units: int, periods: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    level = draw.lognormal(3, 0.5, (units, 1))
    return draw.poisson(level * np.exp(0.2 * draw.normal(size=(units, periods)))).astype(float)


def on_simplex(points: np.ndarray, target: np.ndarray, ridge: float) -> np.ndarray:
    """argmin ‖points·w − target‖² + ridge‖w‖², Σw = 1, w ≥ 0: by NNLS, Σw = 1 as a heavy row."""
    n = points.shape[1]
    heavy = 1e4 * max(1.0, float(np.abs(points).max()))
    rows = np.vstack([points - target[:, None], np.sqrt(ridge) * np.eye(n), np.full(n, heavy)])
    wanted = np.zeros(len(rows))
    wanted[-1] = heavy
    w, _ = nnls(rows, wanted, maxiter=100 * n)
    return w / w.sum()


def solved(points: np.ndarray, target: np.ndarray, ridge: float) -> np.ndarray:
    apart = points - target[:, None]
    w = np.empty(points.shape[1])
    assert effect_weights.nearest(apart.T @ apart, ridge, w) >= 0
    return w


@given(seeds, st.integers(1, 25), st.integers(1, 40), st.sampled_from([0.0, 1.0, 50.0]))
@settings(max_examples=200, deadline=None)
def test_the_nearest_point_of_the_hull_is_found(seed, n, size, ridge):
    draw = np.random.default_rng(seed)
    points = draw.normal(size=(size, n)) * draw.lognormal(0, 1, n) + draw.normal(size=(size, 1))
    target = draw.normal(size=size)
    w = solved(points, target, ridge)
    assert (w >= 0).all()
    assert w.sum() == pytest.approx(1)
    slope = points.T @ (points @ w - target) + ridge * w  # Karush, Kuhn and Tucker
    least = float(w @ slope)
    room = 1e-8 * (1 + float((points**2).sum()))
    assert (slope >= least - room).all()
    other = on_simplex(points, target, ridge)
    cost = ((points @ w - target) ** 2).sum() + ridge * (w**2).sum()
    theirs = ((points @ other - target) ** 2).sum() + ridge * (other**2).sum()
    assert cost <= theirs + room
    if size >= n or ridge:
        assert w == pytest.approx(other, abs=1e-4)


@given(seeds, st.integers(1, 12), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_twins_and_points_in_the_hull_are_no_trouble(seed, n, size):
    draw = np.random.default_rng(seed)
    points = draw.integers(0, 3, (size, n)).astype(float)
    points = np.hstack([points, points])
    inside = points @ draw.dirichlet(np.ones(2 * n))
    w = solved(points, inside, 0.0)
    assert w.sum() == pytest.approx(1)
    assert points @ w == pytest.approx(inside, abs=1e-5)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_frank_and_wolfe_come_to_the_same_weights(seed):
    draw = np.random.default_rng(seed)
    points, target = draw.normal(size=(12, 5)), draw.normal(size=12)
    apart = points - target[:, None]
    slow = effect_weights.frank_wolfe(apart.T @ apart, 0.5, 12, 1e-9, 200_000)
    assert slow == pytest.approx(solved(points, target, 0.5), abs=2e-3)


def plainly(
    y: np.ndarray, group: list[int], rest: list[int], first: int, method: str
) -> tuple[float, float]:
    """Estimate and rmspe of one group, step by step from the definitions."""
    mine, others = y[group].mean(axis=0), y[rest]
    n, after = len(rest), y.shape[1] - first
    sigma = np.diff(others[:, :first], axis=1).std(ddof=1)
    omega, times = np.full(n, 1 / n), np.full(first, 1 / first)
    if method == "sc":
        omega, times = on_simplex(others[:, :first].T, mine[:first], 0.0), np.zeros(first)
    if method == "sdid":
        series = others[:, :first] - others[:, :first].mean(axis=1, keepdims=True)
        zeta = (len(group) * after) ** 0.25 * sigma
        omega = on_simplex(series.T, mine[:first] - mine[:first].mean(), zeta**2 * first)
        early, late = others[:, :first], others[:, first:].mean(axis=1)
        times = on_simplex(early - early.mean(axis=0), late - late.mean(), (1e-6 * sigma) ** 2 * n)
    gap = mine - omega @ others
    early_gap = gap[:first] if method == "sc" else gap[:first] - gap[:first].mean()
    return gap[first:].mean() - times @ gap[:first], np.sqrt((early_gap**2).mean())


@given(seeds, st.integers(4, 9), st.integers(1, 2), st.sampled_from(["did", "sc", "sdid"]))
@settings(max_examples=40, deadline=None)
def test_an_effect_and_its_placebos_are_what_the_definitions_say(seed, units, treated, method):
    # weights are unique: more pre-periods than units, or for those of periods the other way round
    first, periods = (3, 6) if method == "sdid" else (14, 18)
    units += 3 if method == "sdid" else 0
    y = panel(seed, units, periods)
    own = list(range(treated))
    answer = effect.estimate(y, own, first, method=method, held_out=0)
    found, rmspe = plainly(y, own, list(range(treated, units)), first, method)
    assert answer.estimate == pytest.approx(found, abs=1e-3)
    assert answer.pre_trend.rmspe == pytest.approx(rmspe, abs=1e-3)
    others = []
    for a in range(units):
        for b in range(a, units):
            group = sorted({a, b})
            if len(group) == treated and group != own:
                rest = [i for i in range(units) if i not in group]
                value, error = plainly(y, group, rest, first, method)
                others.append((value, abs(value) / error))
    assert np.sort(answer.placebo_estimates) == pytest.approx(
        np.sort([value for value, _ in others]), abs=2e-3
    )
    beyond = sum(each >= abs(found) / rmspe for _, each in others)
    assert answer.p == pytest.approx((1 + beyond) / (1 + len(others)), abs=1e-9)


@given(seeds, st.integers(3, 60), st.sampled_from([0.5, 0.8, 0.95]))
@settings(max_examples=150, deadline=None)
def test_the_interval_holds_what_the_test_does_not_reject(seed, n, level):
    draw = np.random.default_rng(seed)
    found, others = float(draw.normal(0, 2)), draw.normal(size=n)
    carried, scales = -draw.uniform(0, 0.5, n), draw.lognormal(0, 0.5, n)
    # lines that run almost alike are ties over a long way
    assume(np.abs([scales - carried, scales + carried]).min() > 0.05)
    lower, upper = placebo_interval(found, others, carried, scales, level)

    def p(tau: float) -> float:
        return placebo_p(abs(found - tau), np.abs(others - carried * tau) / scales)

    assert lower <= found <= upper
    assert (p(0) > 1 - level + 1e-12) == (lower <= 0 <= upper)
    span = min(upper, found + 50) - max(lower, found - 50)
    if not lower <= 0 <= upper or (p(lower / 2) > 1 - level and p(upper / 2) > 1 - level):
        for tau in (lower, upper):
            if np.isfinite(tau) and tau != 0:
                away = 1e-7 * (1 + span + abs(tau)) * (1 if tau > found else -1)
                assert p(tau + away) <= 1 - level + 1e-12


def by_regression(y: np.ndarray, d: np.ndarray, w: np.ndarray) -> tuple[float, float]:
    """β and its clustered error, with a column for each unit and each period."""
    n, t = y.shape
    unit, period = np.repeat(np.eye(n), t, axis=0), np.tile(np.eye(t), (n, 1))
    x = np.column_stack([d.ravel(), unit, period[:, 1:]])
    heavy = np.repeat(w, t)
    root = np.sqrt(heavy)[:, None]
    beta = np.linalg.lstsq(x * root, y.ravel() * root[:, 0], rcond=None)[0]
    e = (y.ravel() - x @ beta).reshape(n, t)
    z = np.column_stack([unit, period[:, 1:]])
    left = d.ravel() - z @ np.linalg.lstsq(z * root, d.ravel() * root[:, 0], rcond=None)[0]
    left = left.reshape(n, t)
    bend = (w[:, None] * left**2).sum()
    return beta[0], np.sqrt(((w * (left * e).sum(axis=1)) ** 2).sum()) / bend


@given(seeds, st.integers(3, 7), st.integers(2, 6), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_dose_effect_is_that_of_a_regression_with_columns_for_units_and_periods(
    seed, units, periods, weighted
):
    draw = np.random.default_rng(seed)
    y = draw.normal(size=(units, periods))
    d = draw.poisson(1.5, (units, periods)) + draw.random((units, periods))
    w = draw.uniform(0.2, 3, units) if weighted else np.ones(units)
    answer = effect_dose.dose_effect(
        y, d, weights=w if weighted else None, permutations=19, seed=seed % 1000
    )
    beta, error = by_regression(y, d, w)
    assert answer.estimate == pytest.approx(beta, abs=1e-8)
    assert answer.se == pytest.approx(error, rel=1e-6, abs=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_each_permutation_is_a_regression_on_paths_that_changed_places(seed):
    draw = np.random.default_rng(seed)
    n, t = 6, 5
    y, d, w = draw.normal(size=(n, t)), draw.random((n, t)), draw.uniform(0.5, 2, n)
    w = w / w.mean()
    labels = np.array([0, 1, 0, 1, 0, 0])
    left, plain = (effect_dose._residuals(x[None], w)[0] for x in (y, d))
    many = 400
    turned = effect_dose._permuted(left, plain, d, w, labels, many, seed % 997)
    for candidate in (0.0, 1.7):
        found = effect_dose._statistics(turned, candidate)
        possible = set()
        rest = y - candidate * d
        for order in _orders([0, 2, 4, 5]):
            for pair in ([1, 3], [3, 1]):
                dealt = np.empty((n, t))
                dealt[[0, 2, 4, 5]], dealt[[1, 3]] = d[order], d[pair]
                beta, error = by_regression(rest, dealt, w)
                possible.add(round(abs(beta) / error, 5))
        assert {round(float(value), 5) for value in found} <= _near(possible)


def _orders(items: list[int]) -> list[list[int]]:
    if len(items) < 2:
        return [items]
    return [[a, *rest] for a in items for rest in _orders([b for b in items if b != a])]


def _near(values: set[float]) -> set[float]:
    return {round(v + shift, 5) for v in values for shift in (-1e-5, 0, 1e-5)}


counts = st.tuples(st.integers(5, 400), st.integers(5, 400))


@given(counts, counts, counts, counts)
def test_displacement_is_its_formula(target, buffer, control, own):
    (t0, t1), (d0, d1), (c0, c1), (e0, e1) = target, buffer, control, own
    found = displacement(target, buffer, control, own)
    assert found.wdd == pytest.approx((t1 - t0) - (c1 - c0) + (d1 - d0) - (e1 - e0))
    assert found.wdd_se**2 == pytest.approx(t0 + t1 + c0 + c1 + d0 + d1 + e0 + e1)
    shared = displacement(target, buffer, control)
    assert shared.wdd_se**2 == pytest.approx(t0 + t1 + d0 + d1 + 4 * (c0 + c1))
    if t1 * c0 != t0 * c1:
        assert found.wdq == pytest.approx((d1 / c1 - d0 / c0) / (t1 / c1 - t0 / c0))
        assert found.wdq_lower <= found.wdq <= found.wdq_upper
