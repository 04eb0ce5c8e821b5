"""What may be said of a number, and against which months it is compared."""

from __future__ import annotations

from datetime import date
from math import inf, nan

import pytest

from convive.domain.observatory.rules import (
    Direction,
    Ratio,
    direction,
    firm_until,
    months_back,
    recent,
    same_months_before,
)
from convive.kernel.periods import Period


def between(first: str, last: str) -> Period:
    return Period.between(first, last)


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        (1.01, 1.4, Direction.UP),
        (0.5, 0.99, Direction.DOWN),
        (0.9, 1.2, Direction.UNCLEAR),
        (1.0, 2.0, Direction.UNCLEAR),
        (0.0, inf, Direction.UNCLEAR),
        (nan, nan, Direction.UNCLEAR),
    ],
)
def test_a_direction_is_said_only_where_the_interval_leaves_out_no_change(lower, upper, said):
    assert direction(lower, upper) is said


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (("2023-01", "2023-12"), ("2022-01", "2022-12")),
        (("2024-01", "2024-02"), ("2023-01", "2023-02")),
        (("2023-07", "2024-06"), ("2022-07", "2023-06")),
        (("2018-01", "2024-12"), ("2011-01", "2017-12")),
        (("2023-06", "2024-12"), ("2021-06", "2022-12")),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_the_months_before_are_the_same_months_and_never_overlap(later, earlier):
    assert same_months_before(between(*later)) == between(*earlier)


def test_february_of_a_leap_year_stays_whole():
    assert same_months_before(between("2025-02", "2025-02")) == between("2024-02", "2024-02")


def test_the_last_months_of_a_late_source_are_not_firm():
    assert firm_until(date(2024, 12, 31), 0) == date(2024, 12, 31)
    assert firm_until(date(2024, 12, 31), 2) == date(2024, 10, 31)


def test_a_month_that_the_records_cut_is_not_firm():
    assert firm_until(date(2024, 12, 15), 0) == date(2024, 11, 30)
    assert firm_until(date(2024, 12, 15), 1) == date(2024, 11, 30)
    assert firm_until(date(2024, 12, 15), 2) == date(2024, 10, 31)


def test_the_recent_months_are_the_last_twelve_that_no_longer_grow():
    period = between("2018-01", "2024-12")
    assert recent(period, date(2024, 10, 31)) == between("2023-11", "2024-10")
    assert recent(between("2024-01", "2024-06"), date(2024, 12, 31)) == between(
        "2024-01", "2024-06"
    )
    assert recent(between("2024-12", "2024-12"), date(2024, 10, 31)) == between(
        "2024-12", "2024-12"
    )


def test_counting_months_back_crosses_years():
    assert months_back(date(2024, 2, 15), 3) == date(2023, 11, 1)


def test_a_ratio_to_nothing_has_no_percentage():
    assert Ratio(inf, 0.5, inf).as_change() == (None, -50.0, None)
    assert Ratio(1.4, 0.38, 5.6).as_change()[0] == pytest.approx(40)
