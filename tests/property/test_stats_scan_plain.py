"""The fast scan gives what a slow and obvious one gives, in the data and in every replica."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats import clusters, scan_search
from convive.stats.scan_search import Ground

START = date(2025, 1, 1)


def slow_llr(c: float, mu: float, total: float) -> float:
    value = c * math.log(c / mu) if c else 0.0
    return value + ((total - c) * math.log((total - c) / (total - mu)) if c < total else 0.0)


def slow_zones(points, weight, share, distance):
    """Each zone of each centre, as a list of places; points are sorted by name."""
    found = []
    limit = share * sum(weight)
    for centre in points:
        away = sorted(
            (math.sqrt(sum((a - b) ** 2 for a, b in zip(p, centre, strict=True))), tuple(p), i)
            for i, p in enumerate(points)
        )
        inside, nested = [], []
        for d, _point, i in away:
            if distance is not None and d > distance:
                break
            inside = [*inside, i]
            if sum(weight[j] for j in inside) > limit * (1 + 1e-12):
                break
            nested.append(inside)
        found.append(nested)
    return found


def slow_scan(counts, expected, zones, longest, alive, rates, least):
    """Largest statistic; both tables are (places, intervals), no `expected`: permutation."""
    total, intervals = counts.sum(), counts.shape[1]
    by_day = counts.sum(axis=0)
    best = 0.0
    for nested in zones:
        for zone in nested:
            for s in range(intervals):
                for e in range(s + 1, min(s + longest, intervals) + 1):
                    if alive and e < intervals:
                        continue
                    c = counts[zone, s:e].sum()
                    if expected is None:
                        mu = counts[zone].sum() * by_day[s:e].sum() / total
                    else:
                        mu = expected[zone, s:e].sum()
                    if not 0 < mu < total:
                        continue
                    high = c > mu and c >= least and rates in ("high", "both")
                    low = c < mu and rates in ("low", "both")
                    if high or low:
                        best = max(best, slow_llr(float(c), float(mu), float(total)))
    return best


@st.composite
def studies(draw):
    """Few places, often on one line or at one point, few days, few cases, some in a heap."""
    n = draw(st.integers(1, 7))
    grid = st.integers(0, 3)
    points = [(float(draw(grid)), float(draw(grid))) for _ in range(n)]
    days = draw(st.integers(2, 14))
    case = st.tuples(st.integers(0, n - 1), st.integers(0, days - 1))
    cases = draw(st.lists(case, min_size=2, max_size=40))
    heap = draw(st.integers(0, 30))
    cases += [cases[0]] * heap
    window = clusters.Window(
        START,
        START + timedelta(days=days - 1),
        max_population=draw(st.sampled_from([0.1, 0.3, 0.5, 1.0])),
        max_distance=draw(st.sampled_from([None, 0.0, 1.0, 1.5, 2.0])),
        max_time=draw(st.integers(1, days)),
        prospective=draw(st.booleans()),
        rates=draw(st.sampled_from(["high", "high", "low", "both"])),
        min_cases=draw(st.sampled_from([1, 2, 3])),
    )
    return points, cases, window, draw(st.integers(0, 2**40))


def ground_of(scan):
    """What a scan answers, and the `Ground` that it prepares."""
    caught: list[Ground] = []
    original = scan_search.ground

    def catching(*args):
        caught.append(original(*args))
        return caught[-1]

    scan_search.ground = catching
    try:
        answer = scan()
    finally:
        scan_search.ground = original
    return answer, caught[0]


def replica_counts(at: Ground, seed: int, number: int, places: int, weight) -> np.ndarray:
    where, column = scan_search.replica_cases(at, seed, number)
    when = at.intervals - 1 - column if at.alive else column
    held = np.flatnonzero(np.asarray(weight) > 0)
    counts = np.zeros((places, at.intervals), dtype=int)
    np.add.at(counts, (held[where], when), 1)
    return counts


def tables(points, cases):
    names = [f"p{i}" for i in range(len(points))]
    table = clusters.Cases(
        [names[p] for p, _d in cases], [START + timedelta(days=d) for _p, d in cases]
    )
    where = clusters.Places(names, [p[0] for p in points], [p[1] for p in points], unit="km")
    return table, where


def check(study, expected, weight, scan):
    points, cases, window, seed = study
    days = (window.end - window.start).days + 1
    counts = np.zeros((len(points), days), dtype=int)
    for p, d in cases:
        counts[p, d] += 1
    zones = slow_zones(points, weight, window.max_population, window.max_distance)
    limits = (int(window.max_time), window.prospective, window.rates, window.min_cases)
    answer, at = ground_of(scan)
    top = slow_scan(counts, expected, zones, *limits)
    if answer.clusters:
        assert answer.clusters[0].llr == pytest.approx(top, rel=1e-9, abs=1e-9)
    else:
        assert top == pytest.approx(0, abs=1e-9)
    for number, largest in enumerate(answer.maxima):
        drawn = replica_counts(at, seed, number, len(points), weight)
        slow = slow_scan(drawn, expected, zones, *limits)
        assert largest == pytest.approx(slow, rel=1e-9, abs=1e-9)
        assert drawn.sum() == len(cases)
        if expected is None:
            assert (drawn.sum(axis=0) == counts.sum(axis=0)).all()
            assert (drawn.sum(axis=1) == counts.sum(axis=1)).all()
    for one in answer.clusters:
        inside = [int(name[1:]) for name in one.locations]
        s, e = (one.start - START).days, (one.end - START).days + 1
        c = counts[inside, s:e].sum()
        assert one.cases == c
        assert one.llr == pytest.approx(slow_llr(float(c), one.expected, len(cases)), rel=1e-9)
        assert one.p == (1 + sum(m >= one.llr for m in answer.maxima)) / (1 + len(answer.maxima))
    names = [name for one in answer.clusters for name in one.locations]
    assert len(names) == len(set(names))


@given(studies())
@settings(max_examples=60, deadline=None)
def test_the_permutation_scan_and_its_replicas_equal_the_slow_one(study):
    points, cases, window, seed = study
    table, where = tables(points, cases)
    weight = [sum(p == i for p, _d in cases) for i in range(len(points))]
    check(
        study, None, weight,
        lambda: clusters.permutation(table, where, window, permutations=4, seed=seed),
    )  # fmt: skip


@given(studies(), st.data())
@settings(max_examples=60, deadline=None)
def test_the_poisson_scan_and_its_replicas_equal_the_slow_one(study, data):
    points, cases, window, seed = study
    days = (window.end - window.start).days + 1
    table, where = tables(points, cases)
    people = [
        (i, d, data.draw(st.integers(1, 50)))
        for i in range(len(points)) for d in (0, days - 1)
    ]  # fmt: skip
    population = clusters.Population(
        [f"p{i}" for i, _d, _n in people],
        [START + timedelta(days=d) for _i, d, _n in people],
        [n for _i, _d, n in people],
    )
    exact = np.zeros((len(points), days))
    for i in range(len(points)):
        first, last = (n for j, _d, n in people if j == i)
        for d in range(days):
            for part in range(1000):  # the integral, by its middle points
                at = d + (part + 0.5) / 1000
                exact[i, d] += (first + (last - first) * min(at / (days - 1), 1)) / 1000
    exact *= len(cases) / exact.sum()
    check(
        study, exact, exact.sum(axis=1),
        lambda: clusters.poisson(table, population, where, window, permutations=3, seed=seed),
    )  # fmt: skip
