"""Near repeat gives what counting every pair under every permutation gives."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats import near_repeat_pairs as pairs
from convive.stats.near_repeat import knox, open_windows

PERMUTATIONS = 140  # more than one batch of lanes

edges = st.lists(st.integers(0, 9), min_size=2, max_size=5, unique=True).map(sorted)


@st.composite
def questions(draw):
    n = draw(st.integers(2, 25))
    few = st.lists(st.integers(0, 6), min_size=n, max_size=n)
    last = draw(st.sampled_from([[], [math.inf]]))
    return {
        "x": draw(few),
        "y": draw(few),
        "day": draw(st.lists(st.integers(-20, 20), min_size=n, max_size=n)),
        "distances": draw(edges) + last,
        "days": draw(edges) + draw(st.sampled_from([[], [math.inf]])),
        "strata": draw(st.none() | st.lists(st.sampled_from("ab"), min_size=n, max_size=n)),
        "metric": draw(st.sampled_from(["euclidean", "manhattan"])),
        "closed": draw(st.booleans()),
        "seed": draw(st.integers(0, 2**40)),
        "far": draw(st.sampled_from([1, 1_000, 70_000_000])),
    }


def bin_of(value: float, bounds: list[float], closed: bool) -> int | None:
    for b, (low, high) in enumerate(pairwise(bounds)):
        if closed:
            if low < value <= high or (b == 0 and value == low):
                return b
        elif low <= value < high:
            return b
    return None


def table(q, day) -> np.ndarray:
    found = np.zeros((len(q["distances"]) - 1, len(q["days"]) - 1), dtype=int)
    for i in range(len(day)):
        for j in range(i):
            dx, dy = abs(q["x"][i] - q["x"][j]), abs(q["y"][i] - q["y"][j])
            apart = dx + dy if q["metric"] == "manhattan" else math.sqrt(dx * dx + dy * dy)
            row = bin_of(apart, q["distances"], q["closed"])
            column = bin_of(abs(day[i] - day[j]), q["days"], q["closed"])
            if row is not None and column is not None:
                found[row, column] += 1
    return found


def permutations(q) -> list[np.ndarray]:
    """Whose day each event gets, in each permutation."""
    n = len(q["x"])
    strata = np.unique(q["strata"] or ["a"] * n, return_inverse=True)[1].astype(np.int64)
    reach = float(np.nextafter(q["distances"][-1], np.inf) if q["closed"] else q["distances"][-1])
    order = pairs.grid(np.array(q["x"], float), np.array(q["y"], float), reach).order
    dealt = pairs.in_strata(np.arange(n, dtype=np.int16), strata, order)
    whose = []
    for first in range(0, PERMUTATIONS + 1, pairs.LANES):
        rows = np.empty((n, pairs.LANES), dtype=np.int16)
        pairs._permute(*dealt, q["seed"], first, rows)
        for lane in range(pairs.LANES):
            of_event = np.empty(n, dtype=int)
            of_event[order] = rows[:, lane]
            whose.append(of_event)
    assert (whose[0] == np.arange(n)).all()
    for one in whose:
        assert sorted(one) == list(range(n))
        assert (strata[one] == strata).all()
    return whose[1 : PERMUTATIONS + 1]


def by_hand(p: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg: the least of p·m/rank over this rank and all after it."""
    flat = p.ravel()
    order = np.argsort(flat, kind="stable")
    m, least, out = len(flat), 1.0, np.empty(len(flat))
    for rank in range(m, 0, -1):
        least = min(least, flat[order[rank - 1]] * m / rank)
        out[order[rank - 1]] = least
    return out.reshape(p.shape)


@given(questions())
@settings(max_examples=60, deadline=None)
def test_every_figure_of_a_knox_table_equals_that_of_counting_all_pairs(q):
    far = q.pop("far")  # days years apart, where an edge is inf and where it is not
    q["day"] = [d + (far if d > 10 else 0) for d in q["day"]]
    if far > 1e6 and math.isinf(q["days"][-1]):
        q["day"] = [d % 50_000 for d in q["day"]]
    answer = knox(**q, permutations=PERMUTATIONS, threads=1)
    day = np.array(q["day"])
    observed = table(q, day)
    permuted = np.array([table(q, day[whose]) for whose in permutations(q)])
    assert (answer.observed == observed).all()
    assert answer.expected == pytest.approx(permuted.mean(axis=0))
    for ratio, below in (
        (answer.ratio, permuted.mean(axis=0)),
        (answer.median_ratio, np.median(permuted, axis=0)),
    ):
        with np.errstate(all="ignore"):
            assert ratio == pytest.approx(observed / below, nan_ok=True)
    p = (1 + (permuted >= observed).sum(axis=0)) / (1 + PERMUTATIONS)
    assert answer.p == pytest.approx(p)
    assert answer.p_adjusted == pytest.approx(by_hand(p))
    assert answer.observed.shape == (len(answer.distance_bins), len(answer.day_bins))


@given(questions(), st.integers(-25, 40))
@settings(max_examples=60, deadline=None)
def test_windows_are_open_on_the_days_of_cells_that_count(q, today):
    q.pop("far")
    answer = knox(**q, permutations=19, threads=1)
    opened = open_windows(q["x"], q["y"], q["day"], answer, today, alpha=0.6)
    found = {int(e): k for k, e in enumerate(opened.event)}
    for i, day in enumerate(q["day"]):
        column = bin_of(today - day, q["days"], q["closed"]) if today >= day else None
        rows = [] if column is None else np.flatnonzero(answer.p_adjusted[:, column] <= 0.6)
        if not len(rows) or math.isinf(q["days"][column + 1]):
            assert i not in found
            continue
        k = found[i]
        end = rows[0]
        while end in rows:
            end += 1
        assert opened.inner[k] == q["distances"][rows[0]]
        assert opened.radius[k] == q["distances"][end]
        assert opened.until[k] >= today
        later = open_windows(q["x"], q["y"], q["day"], answer, int(opened.until[k]), alpha=0.6)
        assert i in later.event
        after = open_windows(q["x"], q["y"], q["day"], answer, int(opened.until[k]) + 1, alpha=0.6)
        if i in after.event:
            wide = int(np.flatnonzero(after.event == i)[0])
            assert after.inner[wide] > opened.inner[k] or after.radius[wide] < opened.radius[k]


@pytest.mark.parametrize("strata", [[0, 0, 0, 0], [0, 0, 1, 1]])
def test_every_order_of_the_days_is_as_likely_as_any_other(strata):
    rows = np.empty((4, pairs.LANES), dtype=np.int16)
    counts: Counter[bytes] = Counter()
    for first in range(pairs.LANES, pairs.LANES * 101, pairs.LANES):
        dealt = pairs.in_strata(np.arange(4, dtype=np.int16), np.array(strata), np.arange(4))
        pairs._permute(*dealt, 5, first, rows)
        counts.update(rows[:, k].tobytes() for k in range(pairs.LANES))
    orders = 24 if len(set(strata)) == 1 else 4
    mean = 100 * pairs.LANES / orders
    assert len(counts) == orders
    chi2 = sum((c - mean) ** 2 / mean for c in counts.values())
    assert chi2 < orders - 1 + 5 * math.sqrt(2 * (orders - 1))


def test_many_days_dealt_to_heaps_are_all_there_and_go_anywhere():
    n = pairs._MANY * 2
    days, out = np.arange(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    pairs._shuffle(days, out, np.uint64(11))
    assert (np.sort(out) == days).all()
    went = np.bincount(out // (n // 64) * 64 + np.arange(n) // (n // 64), minlength=64 * 64)
    mean = n / 64**2
    assert ((went - mean) ** 2 / mean).sum() < 63**2 + 5 * math.sqrt(2 * 63**2)
    assert (out == days).sum() < 12  # as many as chance leaves in place: one, in the mean


def test_a_random_pattern_shows_repeats_no_more_often_than_it_may():
    found = 0
    for seed in range(200):
        draw = np.random.default_rng(seed)
        x, y, day = (
            draw.uniform(0, 3000, 250),
            draw.uniform(0, 3000, 250),
            draw.integers(0, 365, 250),
        )
        answer = knox(
            x,
            y,
            day,
            distances=[0, 200, 400],
            days=[0, 7, 14],
            permutations=199,
            threads=1,
            seed=seed,
        )
        found += bool((answer.p_adjusted <= 0.05).any())
    assert found <= 10 + 2 * math.sqrt(200 * 0.05 * 0.95)


def test_planted_repeats_are_found():
    found = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        x, y, day = (
            draw.uniform(0, 5000, 400),
            draw.uniform(0, 5000, 400),
            draw.integers(0, 365, 400),
        )
        x[:20], y[:20] = x[20:40] + draw.normal(0, 60, 20), y[20:40] + draw.normal(0, 60, 20)
        day[:20] = day[20:40] + draw.integers(0, 7, 20)  # one event in twenty is a repeat
        answer = knox(
            x, y, day, distances=[0, 200, 400], days=[0, 7, 14], permutations=199, seed=seed
        )
        found += bool(answer.p_adjusted[0, 0] <= 0.05)
    assert found >= 36
