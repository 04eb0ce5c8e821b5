"""Hot spots: what is refused, what edges do, and what the back-test makes of plain cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from convive.stats import (
    backtest,
    bandwidth,
    cell_rates,
    density,
    fdr,
    gi_star,
    neighbours,
    ranking,
)

GRID = density.Grid(0, 0, 10, 10, 20, 30)


def some_events(n: int = 500, seed: int = 1):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 300, n), rng.uniform(0, 200, n)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_a_whole_kernel_on_the_grid_sums_to_its_event(kernel):
    answer = density.on_grid([151], [104], GRID, 15 if kernel == "gaussian" else 40, kernel=kernel)
    assert answer.values.sum() * GRID.cell_area == pytest.approx(1, rel=2e-3)


def test_events_beyond_the_grid_count_as_far_as_they_reach():
    assert density.on_grid([-5], [100], GRID, 30).values[:, 0].max() > 0
    assert density.on_grid([-45], [100], GRID, 30).values.max() == 0
    assert density.on_grid([1e7], [1e7], GRID, 30, kernel="gaussian").values.max() == 0
    assert density.on_grid([], [], GRID, 30, kernel="gaussian").values.max() == 0


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_an_even_spread_is_even_up_to_the_edge_once_corrected(kernel):
    x, y = (a.ravel() for a in np.meshgrid(np.arange(0.5, 300, 1), np.arange(0.5, 200, 1)))
    h = 30 if kernel == "gaussian" else 80
    inside = np.ones((20, 30), bool)
    corrected = density.on_grid(x, y, GRID, h, kernel=kernel, inside=inside)
    assert corrected.values == pytest.approx(1.0, rel=0.01)
    plain = density.on_grid(x, y, GRID, h, kernel=kernel).values
    assert plain[0, 0] < 0.4
    assert corrected.share[0, 0] == pytest.approx(plain[0, 0], rel=0.01)
    cx, cy = (a.ravel() for a in np.meshgrid(GRID.x, GRID.y))
    there = density.at(x, y, cx, cy, h, kernel=kernel, cell_area=100)
    assert there == pytest.approx(1.0, rel=0.03)


def test_outside_the_mask_nothing_is_said():
    inside = np.zeros((20, 30), bool)
    inside[:, :10] = True
    answer = density.on_grid(*some_events(), GRID, 40, inside=inside)
    assert np.isnan(answer.values[:, 10:]).all() and np.isfinite(answer.values[:, :10]).all()


@pytest.mark.parametrize(("kernel", "h"), [("quartic", 35), ("quartic", 400), ("gaussian", 30)])
def test_a_density_does_not_depend_on_the_number_of_threads(kernel, h):
    x, y = some_events(450_000)
    one, two = (
        density.on_grid(x, y, GRID, h, kernel=kernel, threads=threads).values for threads in (1, 2)
    )
    assert np.array_equal(one, two)


def test_the_gaussian_density_is_that_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    x, y = some_events(200)
    points = np.stack([x, y])
    points = np.linalg.solve(np.linalg.cholesky(np.cov(points)), points)  # spread 1, no slant
    kde = stats.gaussian_kde(points, bw_method=0.3)
    grid = density.Grid(points[0].min(), points[1].min(), 0.1, 0.1, 30, 30)
    gx, gy = np.meshgrid(grid.x, grid.y)
    theirs = kde(np.stack([gx.ravel(), gy.ravel()])).reshape(30, 30)
    ours = density.on_grid(*points, grid, 0.3, kernel="gaussian").values / 200
    assert np.abs(ours - theirs).max() <= 1e-3 * theirs.max()
    exact = density.at(*points, gx.ravel(), gy.ravel(), 0.3, kernel="gaussian") / 200
    assert exact == pytest.approx(theirs.ravel(), rel=1e-6, abs=1e-9)


def test_a_point_on_a_line_belongs_to_the_cell_north_east_of_it():
    cells = GRID.cell_of([0, 10, 299.9, 300, -0.1, np.nan], [0, 10, 199.9, 100, 0, 0])
    assert cells.tolist() == [0, 31, 599, -1, -1, -1]
    assert density.Grid.over(0, 0, 95, 100, 10) == density.Grid(0, 0, 10, 10, 10, 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bandwidth": 0}, "bandwidth"),
        ({"kernel": "cone"}, "kernel"),
        ({"weights": [-1.0]}, "weights"),
        ({"weights": [1.0, 1.0]}, "weights"),
        ({"x": [np.nan]}, "finite"),
        ({"x": [1.0, 2.0]}, "as many eastings"),
        ({"inside": np.zeros((20, 30))}, "inside"),
    ],
)
def test_a_density_that_cannot_be_is_refused(change, message):
    asked = {"x": [1.0], "y": [1.0], "grid": GRID, "bandwidth": 30.0} | change
    with pytest.raises(ValueError, match=message):
        density.on_grid(**asked)


def test_cells_too_large_for_the_bandwidth_do_not_measure_the_edge():
    with pytest.raises(ValueError, match="too large"):
        density.at([0], [0], [0], [0], 100, cell_area=250_000)


def test_an_event_of_tomorrow_has_no_weight_today():
    with pytest.raises(ValueError, match="after the day of the map"):
        density.decay([-1.0], 30)


def test_the_robust_rule_follows_its_formula_and_is_not_stretched_by_one_far_event():
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 100, (2, 4096))
    h = bandwidth.robust(x, y, "gaussian").metres
    assert h == pytest.approx(100 * 4096 ** (-1 / 6), rel=0.05)
    x[0] = 1e6
    assert bandwidth.robust(x, y, "gaussian").metres == pytest.approx(h, rel=0.03)
    assert bandwidth.robust(x, y).metres == pytest.approx(
        2.779 * bandwidth.robust(x, y, "gaussian").metres, rel=1e-3
    )


@pytest.mark.parametrize("rule", ["likelihood", "least-squares"])
def test_cross_validation_sees_two_narrow_clouds_where_the_rule_of_thumb_sees_one(rule):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 100, 2000), rng.normal(3000, 100, 2000)])
    y = np.concatenate([rng.normal(0, 100, 2000), rng.normal(3000, 100, 2000)])
    answer = bandwidth.cross_validated(x, y, rule, "gaussian")
    assert answer.metres < bandwidth.robust(x, y, "gaussian").metres / 3
    assert not answer.at_limit or answer.metres == answer.candidates[0]


def test_local_g_is_the_same_on_one_thread_and_on_many_and_for_the_same_seed():
    rng = np.random.default_rng(0)
    values, weights = rng.poisson(2, 30_000).astype(float), neighbours.on_grid(150, 200)
    uneven = neighbours.Neighbours(
        weights.indptr, weights.indices, rng.uniform(0.5, 1, len(weights.data))
    )
    for w in (weights, uneven):
        first, again, other = (
            gi_star.gi_star(values, w, permutations=99, seed=seed, threads=threads)
            for seed, threads in ((1, 1), (1, 2), (2, 2))
        )
        assert np.array_equal(first.p, again.p) and np.array_equal(first.q, again.q)
        assert not np.array_equal(first.p, other.p)


def test_equal_values_are_no_finding():
    answer = gi_star.gi_star(np.full(25, 4.0), neighbours.on_grid(5, 5), permutations=99, seed=0)
    assert (answer.p == 1).all() and np.isnan(answer.z).all()
    assert not answer.hot().any() and not answer.cold().any()


def test_a_cell_without_neighbours_is_not_tested():
    alone = neighbours.Neighbours(np.array([0, 1, 2, 2]), np.array([1, 0]), np.ones(2))
    answer = gi_star.gi_star([1.0, 5.0, 9.0], alone, permutations=99, seed=1)
    for found in (answer.z, answer.p, answer.q, answer.q_high):
        assert np.isnan(found).tolist() == [False, False, True]
    assert not answer.hot().any()


def test_a_heap_is_hot_and_a_hole_is_cold():
    rng = np.random.default_rng(0)
    values = rng.poisson(10, (20, 20)).astype(float)
    values[3:6, 3:6], values[12:16, 12:16] = 40, 0
    answer = gi_star.gi_star(values.ravel(), neighbours.on_grid(20, 20), permutations=9999, seed=0)
    assert answer.hot().reshape(20, 20)[4, 4] and answer.cold().reshape(20, 20)[13, 13]
    assert not (answer.hot() & answer.cold()).any()


def test_neighbours_are_the_same_by_grid_and_by_distance():
    x, y = (a.ravel() for a in np.meshgrid(np.arange(4) * 10.0, np.arange(3) * 10.0))
    for corners, reach in ((True, 14.2), (False, 10.0)):
        grid, near = neighbours.on_grid(3, 4, corners=corners), neighbours.within(x, y, reach)
        assert np.array_equal(grid.indptr, near.indptr)
        assert np.array_equal(grid.indices, near.indices)
    inside = np.array([[1, 0, 1], [1, 1, 0]], bool)
    held = neighbours.on_grid(2, 3, inside)
    rows = [held.indices[a:b].tolist() for a, b in pairwise(held.indptr)]
    assert rows == [[2, 3], [3], [0, 3], [0, 1, 2]]


def test_weights_that_do_not_fit_are_refused():
    for arrays, message in (
        (([0, 1], [1]), "not among"),
        (([0, 2, 2], [1]), "rise"),
        (([0, 2, 2], [1, 1]), "twice"),
        (([0, 1, 2], [1, 0], [1.0, np.nan]), "data"),
    ):
        with pytest.raises(ValueError, match=message):
            neighbours.neighbours(*arrays)
    with pytest.raises(ValueError, match="of 4 cells"):
        gi_star.gi_star([1, 2, 3], neighbours.on_grid(2, 2), seed=0)
    with pytest.raises(ValueError, match="finite"):
        gi_star.gi_star([1, 2, 3, np.nan], neighbours.on_grid(2, 2), seed=0)


def test_a_p_that_is_none_is_refused():
    for p in ([1.1], [-0.1], [np.nan]):
        with pytest.raises(ValueError, match="probabilities"):
            fdr.adjust(p)
    assert fdr.adjust([]).shape == (0,)


def planted(place_moves: bool, periods: int = 30, seed: int = 0):
    """Events of 30-day periods: half of them in one cell in twenty, which stays or moves."""
    rng = np.random.default_rng(seed)
    days, cells = [], []
    for j in range(-13, periods):
        hot = rng.integers(0, 400, 20) if place_moves else np.arange(20)
        days.append(rng.uniform(30 * j, 30 * (j + 1), 80))
        cells.append(np.where(rng.random(80) < 0.5, rng.choice(hot, 80), rng.integers(0, 400, 80)))
    cell = np.concatenate(cells)
    x, y = 10.0 * (cell % 20) + 5, 10.0 * (cell // 20) + 5
    return cell, np.concatenate(days), x, y, 30.0 * np.arange(periods + 1)


def test_the_benchmark_stays_where_nothing_beats_it():
    cell, day, x, y, edges = planted(place_moves=False)
    grid = density.Grid(0, 0, 10, 10, 20, 20)
    methods = [
        ranking.counts(365, "same cells as last year"),
        ranking.counts(None),
        ranking.kde(grid, 60),
        ranking.kde(grid, 60, half_life=60),
        ranking.local_g(neighbours.on_grid(20, 20)),
    ]
    tested = backtest.backtest(
        cell, day, edges, methods, cells=400, area_share=0.05, seed=1, x=x, y=y
    )
    told = backtest.verdict(tested)
    assert told.enough and not told.beats and told.best == "same cells as last year"
    first = tested.results[0]
    assert first.pai > 8 and first.lower < first.pai < first.upper
    assert 0 < first.pei <= 1
    assert [r.method for r in tested.results][1:] == ["counts_all", "kde", "kde_decayed", "gi_star"]


def test_a_method_that_knows_better_is_named_and_a_blind_one_has_pai_1():
    cell, day, _x, _y, edges = planted(place_moves=False)
    worse = backtest.Method("blind", lambda history: np.zeros(400))
    better = backtest.Method("told", lambda history: np.arange(400) < 20)
    tested = backtest.backtest(
        cell, day, edges, [worse, better], cells=400, area_share=0.05, seed=1
    )
    assert tested.results[0].pai == pytest.approx(1)
    told = backtest.verdict(tested)
    assert told.beats and told.best == "told" and told.differences[0].lower > 0
    few = backtest.backtest(
        cell, day, edges[:6], [worse, better], cells=400, area_share=0.05, seed=1
    )
    assert not backtest.verdict(few).enough and backtest.verdict(few).best == "blind"


def test_a_method_sees_nothing_that_had_not_arrived():
    seen = []

    def score(history):
        seen.append((history.day.max(), history.origin))
        return history.counts(20)

    cell, day, *_rest, edges = planted(place_moves=True, periods=4)
    backtest.backtest(
        cell, day, edges, [backtest.Method("m", score)], cells=400, area_share=0.1, seed=0, lag=10
    )
    assert all(last < origin - 10 for last, origin in seen) and len(seen) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"area_share": 1}, "area_share"),
        ({"edges": [5, 3, 9]}, "edges"),
        ({"edges": [0, 3, 9]}, "nothing is known"),
        ({"cell": [0, 7]}, "cell"),
        ({"day": [1, np.nan]}, "day"),
        ({"area": [1, 0]}, "area"),
        ({"block": 3}, "block"),
        ({"lag": -1}, "lag"),
        ({"methods": [backtest.Method("a", lambda h: [1])]}, "one score for each cell"),
        ({"methods": []}, "methods"),
    ],
)
def test_a_back_test_that_cannot_be_is_refused(change, message):
    asked = {
        "cell": [0, 1],
        "day": [1, 5],
        "edges": [2, 4, 6],
        "methods": [ranking.counts()],
        "cells": 2,
        "area_share": 0.5,
        "seed": 0,
    } | change
    with pytest.raises(ValueError, match=message):
        backtest.backtest(**asked)


def test_a_kernel_density_asks_for_places():
    with pytest.raises(ValueError, match="places"):
        backtest.backtest(
            [0, 1], [1, 5], [2, 4, 6], [ranking.kde(GRID, 30)], cells=600, area_share=0.1, seed=0
        )


def test_a_cell_where_nobody_lives_has_no_rate_and_its_events_are_told():
    answer = cell_rates.cell_rates([5, 1, 7], [1000, 1000, 0])
    assert answer.unplaced == 7 and np.isnan(answer.rate[2]) and np.isnan(answer.q[2])
    assert not answer.high()[2] and not answer.low()[2]
