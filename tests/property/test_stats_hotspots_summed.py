"""Density, local G, bandwidths, rates per cell and the back-test give what obvious loops give."""

from __future__ import annotations

from itertools import pairwise
from itertools import permutations as orders_of
from math import exp, isnan, log, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats import (
    backtest,
    bandwidth,
    cell_rates,
    density,
    fdr,
    gi_star,
    neighbours,
    rates,
)

some = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 2**32 - 1)


@given(st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.04, 0.05, 0.5, 1.0]), max_size=12))
@some
def test_an_adjusted_p_is_the_smallest_level_at_which_the_step_up_rule_rejects(p):
    def rejected(i: int, level: float) -> bool:
        ranked = sorted(p)
        passing = [k for k in range(len(p)) if ranked[k] <= level * (k + 1) / len(p) + 1e-12]
        return bool(passing) and p[i] <= ranked[max(passing)]

    for i, q in enumerate(fdr.adjust(p)):
        assert rejected(i, q)
        assert not rejected(i, q * 0.999 - 1e-6)


@st.composite
def weighted_cells(draw):
    """Values with ties, and sparse weights of any kind: islands, self weights, uneven rows."""
    n = draw(st.integers(3, 9))
    rng = np.random.default_rng(draw(seeds))
    values = draw(
        st.sampled_from(
            [
                rng.poisson(1.0, n).astype(float),
                rng.normal(size=n),
                np.full(n, 3.0),
                rng.poisson(2.0, n) / 7,
            ]
        )
    )
    linked = rng.random((n, n)) < draw(st.sampled_from([0.2, 0.5, 1.0]))
    if draw(st.booleans()):
        np.fill_diagonal(linked, False)
    kind = draw(st.sampled_from(["plain", "rows", "uneven", "signed", "some"]))
    weight = {
        "plain": np.ones((n, n)),
        "rows": 1 / np.maximum(linked.sum(1, keepdims=True), 1) * np.ones((n, n)),
        "uneven": rng.uniform(0.1, 2, (n, n)),
        "signed": rng.integers(-2, 3, (n, n)).astype(float),
        "some": np.where(np.arange(n)[:, None] % 2, 1.0, rng.integers(1, 3, (n, n))),
    }[kind]
    row, column = np.nonzero(linked)
    start = np.concatenate([[0], np.cumsum(linked.sum(1))])
    return values, neighbours.neighbours(start, column, weight[row, column])


def slow_gi(x, w, star: bool, permutations: int, seed: int):
    """For each cell: z from moments, and p from whole random orders with the cell taken out."""
    n = len(x)
    dense = np.zeros((n, n))
    dense[w.row, w.indices] = w.data
    set_own = {(i, j) for i, j in zip(w.row, w.indices, strict=True) if i == j}
    others = [[j for j in w.indices[w.indptr[i] : w.indptr[i + 1]] if j != i] for i in range(n)]
    k = min(max(map(len, others)) + 1, n)
    targets = np.random.default_rng(seed).integers(np.arange(k), n, size=(permutations, k))
    deck, drawn = list(range(n)), []
    for line in targets:
        for j, t in enumerate(line):
            deck[j], deck[t] = deck[t], deck[j]
        drawn.append(deck[:k])
    for i in range(n):
        if not others[i]:
            yield None
            continue
        weight = [dense[i, j] for j in others[i]]
        seen = sum(a * x[j] for a, j in zip(weight, others[i], strict=True))
        sums = []
        for order in drawn:
            dealt = [j for j in order if j != i][: len(weight)]
            sums.append(sum(a * x[j] for a, j in zip(weight, dealt, strict=True)))
        high = (sum(s >= seen - 1e-9 for s in sums) + 1) / (permutations + 1)
        low = (sum(s <= seen + 1e-9 for s in sums) + 1) / (permutations + 1)
        pool = [j for j in range(n) if star or j != i]
        if star:
            own = dense[i, i] if (i, i) in set_own else max(weight)
            weight, seen = [*weight, own], seen + own * x[i]
        mean = sum(x[j] for j in pool) / len(pool)
        spread = sum((x[j] - mean) ** 2 for j in pool) / len(pool)
        total, squares = sum(weight), sum(a * a for a in weight)
        variance = spread * (len(pool) * squares - total**2) / (len(pool) - 1)
        z = (seen - total * mean) / variance**0.5 if variance > 1e-10 else float("nan")
        yield high, low, z


@given(weighted_cells(), st.booleans(), st.integers(1, 600), seeds)
@some
def test_local_g_equals_the_draws_made_one_by_one(cells, star, permutations, seed):
    values, weights = cells
    ask = gi_star.gi_star if star else gi_star.gi
    before = values.copy()
    answer = ask(values, weights, permutations=permutations, seed=seed)
    assert np.array_equal(values, before)
    if not (np.diff(weights.indptr) > 0).any() or not answer.neighbours.any():
        assert np.isnan(answer.p).all()
        return
    for i, slow in enumerate(slow_gi(values, weights, star, permutations, seed)):
        if slow is None:
            assert isnan(answer.p[i]) and isnan(answer.z[i]) and isnan(answer.q[i])
            continue
        high, low, z = slow
        assert (answer.p_high[i], answer.p_low[i]) == pytest.approx((high, low))
        assert answer.p[i] == pytest.approx(min(1, 2 * min(high, low)))
        assert answer.z[i] == pytest.approx(z, nan_ok=True, abs=1e-6)
    tested = answer.neighbours > 0
    assert answer.q[tested] == pytest.approx(fdr.adjust(answer.p[tested]))


def test_the_p_of_local_g_comes_near_full_enumeration():
    x = np.array([9.0, 7.0, 1.0, 0.0, 2.0, 2.0, 5.0])
    weights = neighbours.on_grid(1, 7)
    uneven = neighbours.Neighbours(
        weights.indptr, weights.indices, np.linspace(1, 2, len(weights.data))
    )
    for w in (weights, uneven):
        answer = gi_star.gi_star(x, w, permutations=200_000, seed=3)
        for i in range(7):
            mine = slice(w.indptr[i], w.indptr[i + 1])
            seen = w.data[mine] @ x[w.indices[mine]]
            pool = np.delete(x, i)
            sums = [w.data[mine] @ o for o in orders_of(pool, int(mine.stop - mine.start))]
            assert answer.p_high[i] == pytest.approx(
                np.mean(np.array(sums) >= seen - 1e-9), abs=0.005
            )
            assert answer.p_low[i] == pytest.approx(
                np.mean(np.array(sums) <= seen + 1e-9), abs=0.005
            )


def bump(far2: float, h: float, kernel: str) -> float:
    if kernel == "gaussian":
        return exp(-far2 / (2 * h * h)) / (2 * pi * h * h)
    return 3 / (pi * h * h) * max(1 - far2 / (h * h), 0) ** 2


@st.composite
def events_on_grid(draw):
    rng = np.random.default_rng(draw(seeds))
    grid = density.Grid(
        draw(st.sampled_from([0.0, -5e5, 8_600_123.5])),
        draw(st.sampled_from([0.0, 1e6])),
        draw(st.sampled_from([7.0, 50.0])),
        draw(st.sampled_from([7.0, 60.0])),
        draw(st.integers(1, 7)),
        draw(st.integers(1, 7)),
    )
    wide, tall = grid.width * grid.columns, grid.height * grid.rows
    n = draw(st.integers(1, 12))
    x = grid.left + wide * rng.uniform(-0.5, 1.5, n)
    y = grid.bottom + tall * rng.uniform(-0.5, 1.5, n)
    if draw(st.booleans()):  # on centres, lines and corners, several at one point
        x = grid.left + grid.width / 2 * np.round((x - grid.left) / grid.width * 2)
        y = grid.bottom + grid.height / 2 * np.round((y - grid.bottom) / grid.height * 2)
    h = grid.width * draw(st.sampled_from([0.4, 1.0, 3.3, 12.0, 40.0, 300.0]))
    return x, y, rng.uniform(0, 3, n), grid, h


@given(events_on_grid(), st.sampled_from(["quartic", "gaussian"]))
@some
def test_the_density_on_a_grid_is_the_sum_of_kernels_to_a_thousandth_of_their_peak(given_, kernel):
    x, y, w, grid, h = given_
    slow = np.array(
        [
            [
                sum(
                    a * bump((u - p) ** 2 + (v - q) ** 2, h, kernel)
                    for p, q, a in zip(x, y, w, strict=True)
                )
                for u in grid.x
            ]
            for v in grid.y
        ]
    )
    answer = density.on_grid(x, y, grid, h, kernel=kernel, weights=w)
    assert np.abs(answer.values - slow).max() <= 1e-3 * bump(0, h, kernel) * w.sum() + 1e-300
    assert answer.total == pytest.approx(w.sum())
    east, north = (a.ravel() for a in np.meshgrid(grid.x, grid.y))
    there = density.at(x, y, east, north, h, kernel=kernel, weights=w)
    assert np.abs(there - slow.ravel()).max() <= 1e-7 * bump(0, h, kernel) * w.sum() + 1e-300


@given(st.integers(1, 5), st.integers(1, 5), seeds, st.sampled_from([0.8, 1.5, 4.0]))
@some
def test_the_share_inside_is_the_mass_of_the_kernel_over_the_cells_inside(rows, columns, seed, h):
    rng = np.random.default_rng(seed)
    held = rng.random((rows, columns)) < 0.6
    held[0, 0] = True
    grid = density.Grid(0, 0, 1, 1, rows, columns)
    fine = 40
    u, v = (np.arange(size * fine) / fine + 0.5 / fine for size in (columns, rows))
    mask = held.repeat(fine, 0).repeat(fine, 1)
    for kernel in ("quartic", "gaussian"):
        share = density.on_grid([0.5], [0.5], grid, h, kernel=kernel, inside=held).share
        for r, c in zip(*np.nonzero(held), strict=True):
            far2 = (u[None, :] - grid.x[c]) ** 2 + (v[:, None] - grid.y[r]) ** 2
            if kernel == "gaussian":
                k = np.exp(-far2 / (2 * h * h)) / (2 * pi * h * h)
            else:
                k = 3 / (pi * h * h) * np.maximum(1 - far2 / h**2, 0) ** 2
            assert share[r, c] == pytest.approx(min((k * mask).sum() / fine**2, 1), abs=4e-3)
        assert np.isnan(share[~held]).all()


@given(seeds, st.sampled_from(["least-squares", "likelihood"]))
@settings(max_examples=15, deadline=None)
def test_cross_validation_scores_as_leaving_out_each_event_in_turn_does(seed, rule):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 256, (2, 12)).astype(float)
    x[:2], y[:2] = (0, 255), (0, 255)  # the nodes then are the whole numbers
    answer = bandwidth.cross_validated(x, y, rule, "gaussian", [4, 9, 30, 80])
    for h, score in zip(answer.candidates, answer.scores, strict=True):
        far2 = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
        n = len(x)
        left_out = [
            sum(bump(far2[i, j], h, "gaussian") for j in range(n) if j != i) / (n - 1)
            for i in range(n)
        ]
        if rule == "likelihood":
            floor = 1e-12 * bump(0, h, "gaussian") / (n - 1)
            assert score == pytest.approx(sum(log(max(f, floor)) for f in left_out), abs=1e-2)
            continue
        # ∫f² over the plane: kernels of variance h² meet as one of 2 h²
        square = sum(bump(d, 2**0.5 * h, "gaussian") for d in far2.ravel()) / n**2
        assert score == pytest.approx(2 * sum(left_out) / n - square, rel=1e-6)
    assert answer.metres == answer.candidates[np.argmax(answer.scores)]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([0.0, 1.0, 2.5])), min_size=2, max_size=6)
)
@some
def test_each_cell_is_compared_with_the_rest_as_two_counts_are(cells):
    counts, years = (np.array(part, dtype=float) for part in zip(*cells, strict=True))
    if not years.any():
        with pytest.raises(ValueError, match="nobody is at risk"):
            cell_rates.cell_rates(counts, years)
        return
    answer = cell_rates.cell_rates(counts, years)
    lived = years > 0
    assert answer.unplaced == counts[~lived].sum()
    assert np.isnan(answer.rate[~lived]).all()
    if lived.sum() < 2:
        return
    for i in np.flatnonzero(lived):
        rest = lived & (np.arange(len(counts)) != i)
        slow = rates.compare_counts(
            int(counts[rest].sum()), int(counts[i]), years[rest].sum(), years[i]
        )
        assert answer.p[i] == pytest.approx(slow.p)
        assert answer.ratio[i] == pytest.approx(slow.ratio, nan_ok=True)
        assert answer.rate[i] == pytest.approx(1e5 * counts[i] / years[i])


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 2.0, float("nan")]), st.integers(0, 4)),
        min_size=2,
        max_size=6,
    ),
    st.data(),
)
@some
def test_hits_are_the_mean_over_all_ways_of_breaking_ties(cells, data):
    scores, counts = (np.array(part, dtype=float) for part in zip(*cells, strict=True))
    marked = data.draw(st.integers(1, len(cells) - 1))
    ranks = np.nan_to_num(scores, nan=-1.0)
    found = [
        sum(counts[i] for i in order[:marked])
        for order in orders_of(range(len(cells)))
        if all(ranks[a] >= ranks[b] for a, b in pairwise(order))
    ]
    answer = backtest.hits_of(scores, counts, np.ones(len(cells)), marked / len(cells))
    assert answer == pytest.approx(np.mean(found))


def filled(ranks, now, area, share: float) -> float:
    """Events of the highest ranks that find room, tied cells in equal parts."""
    room, got = share * sum(area), 0.0
    for level in sorted(set(ranks), reverse=True):
        tied = [c for c in range(len(ranks)) if ranks[c] == level]
        wide = sum(area[c] for c in tied)
        got += sum(now[c] for c in tied) * min(1.0, room / wide)
        room = max(0.0, room - wide)
    return got


@given(seeds, st.integers(2, 8), st.sampled_from([0, 5.0]), st.sampled_from([0.1, 0.25, 0.7]))
@some
def test_a_back_test_counts_as_period_by_period_loops_do(seed, periods, lag, share):
    rng = np.random.default_rng(seed)
    cells, n = 10, 120
    cell, day = rng.integers(-1, cells, n), rng.uniform(0, 200, n)
    day[0], cell[0] = 0.0, 3
    area = rng.uniform(0.5, 2, cells)
    edges = np.sort(rng.choice(np.arange(20, 200), periods + 1, replace=False)).astype(float)
    method = backtest.Method("all", lambda history: history.counts())
    answer = backtest.backtest(
        cell, day, edges, [method], cells=cells, area_share=share, area=area, lag=lag, seed=1
    ).results[0]
    hits = total = best = 0.0
    for first, end in pairwise(edges):
        past = [sum((cell == c) & (day < first - lag)) for c in range(cells)]
        now = [sum((cell == c) & (day >= first) & (day < end)) for c in range(cells)]
        hits += filled(past, now, area, share)
        best += filled([a / b for a, b in zip(now, area, strict=True)], now, area, share)
        total += sum(now)
    assert answer.n == total
    assert answer.hits == pytest.approx(hits)
    if total:
        assert answer.pai == pytest.approx(hits / total / share)
        assert answer.pei == pytest.approx(hits / best)
        assert answer.hits <= best + 1e-9
