"""Retention: a published table, a naive reference, and the ends where the formula has no answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.stats.retention import kaplan_meier

# Freireich et al. (1963), remission in weeks under 6-mercaptopurine; as tabled, with the interval
# by log(-log), in Kalbfleisch and Prentice and by the usual packages of survival analysis.
WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
GONE = [True] * 9 + [False] * 12
PUBLISHED = [
    (6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516),
    (7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228),
    (10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894),
    (13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491),
    (16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049),
    (22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468),
    (23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801),
]


def test_the_published_table_comes_out_equal():
    found = kaplan_meier(WEEKS, GONE)
    rows = zip(
        found.times, found.at_risk, found.left, found.share, found.error, found.lower, found.upper,
        strict=True,
    )  # fmt: skip
    assert [tuple(round(float(x), 4) for x in row) for row in rows] == PUBLISHED
    assert found.people == 21 and found.longest == 35
    assert found.at(15) == found.at(13) == pytest.approx((0.6902, 0.4316, 0.8491), abs=5e-5)
    assert found.at(36) is None


def naive(durations: list[int], left: list[bool], time: int) -> tuple[float, float]:
    """By hand: everybody is looked at anew on every day."""
    share, total = 1.0, 0.0
    for day in range(time + 1):
        there = sum(one >= day for one in durations)
        gone = sum(one == day and went for one, went in zip(durations, left, strict=True))
        if gone:
            share *= 1 - gone / there
            total += gone / (there * (there - gone)) if there > gone else 0.0
    return share, share * math.sqrt(total)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30))
def test_it_is_what_is_worked_out_by_hand(people: list[tuple[int, bool]]):
    durations, left = [one for one, _w in people], [went for _d, went in people]
    found = kaplan_meier(durations, left)
    for step, time in enumerate(found.times):
        share, error = naive(durations, left, int(time))
        assert found.share[step] == pytest.approx(share, abs=1e-12)
        if share > 1e-12:
            assert found.error[step] == pytest.approx(error, abs=1e-12)
        assert 0 <= found.lower[step] <= found.share[step] + 1e-12
        assert found.share[step] - 1e-12 <= found.upper[step] <= 1


def test_whoever_is_lost_is_not_taken_for_somebody_who_left():
    assert kaplan_meier([5, 5, 9], [True, False, False]).share[0] == pytest.approx(2 / 3)
    assert kaplan_meier([5, 5, 9], [True, True, False]).share[0] == pytest.approx(1 / 3)


def test_where_nobody_left_the_lower_end_is_exact():
    found = kaplan_meier([30, 40, 50], [False] * 3)
    assert found.times.size == 0
    assert found.at(30) == (1.0, pytest.approx(0.025 ** (1 / 3)), 1.0)
    assert found.at(45) == (1.0, pytest.approx(0.025), 1.0)


def test_where_nobody_is_left_there_is_still_an_upper_end():
    found = kaplan_meier([1, 2], [True, True])
    assert found.share.tolist() == [0.5, 0.0]
    assert found.lower[1] == 0 and found.upper[1] == found.upper[0] < 1
    alone = kaplan_meier([1, 1], [True, True])
    assert alone.upper[0] == pytest.approx(1 - 0.025**0.5)


def test_the_interval_holds_what_is_true_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    truth, held, runs = math.exp(-30 / 60), 0, 400
    for _run in range(runs):
        stays, seen = rng.exponential(60, 80), rng.uniform(10, 90, 80)
        told = kaplan_meier(np.minimum(stays, seen), stays <= seen).at(30)
        assert told is not None
        held += told[1] <= truth <= told[2]
    assert 0.92 <= held / runs <= 0.98


@pytest.mark.parametrize(
    ("durations", "left", "level"),
    [
        ([], [], 0.95),
        ([1], [], 0.95),
        ([-1], [True], 0.95),
        ([math.nan], [True], 0.95),
        ([1], [True], 1),
    ],
)
def test_what_is_no_data_is_refused(durations: list, left: list, level: float):
    with pytest.raises(ValueError, match=r"nobody|one duration|a duration|a level"):
        kaplan_meier(durations, left, level)
