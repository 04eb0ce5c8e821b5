"""Periods: both ends included, as the field writes them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convive.kernel.errors import BadInput
from convive.kernel.periods import Period

# A busy machine is no fault of what is tested
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("text", "first", "last", "code"),
    [
        ("2018", date(2018, 1, 1), date(2018, 12, 31), "2018"),
        ("2018Q2", date(2018, 4, 1), date(2018, 6, 30), "2018Q2"),
        ("2018-02", date(2018, 2, 1), date(2018, 2, 28), "201802"),
        ("202002", date(2020, 2, 1), date(2020, 2, 29), "202002"),
        ("2018-01-05", date(2018, 1, 5), date(2018, 1, 5), "2018-01-05/2018-01-05"),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31), "999912"),
    ],
)
def test_a_period_is_read_and_has_a_code(text, first, last, code):
    period = Period.parse(text)
    assert (period.start, period.end, period.code) == (first, last, code)


@pytest.mark.parametrize("text", ["", "18", "2018-13", "2018-02-30", "2018Q5", "0000", "2018-1"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(BadInput):
        Period.parse(text)


def test_a_period_does_not_end_before_it_starts():
    with pytest.raises(BadInput):
        Period.between("2019", "2018")


def test_ends_belong_to_the_period():
    period = Period.between("2018-01", "2018-03")
    assert period.start in period and period.end in period and period.days == 90
    assert [str(month) for month in period.months()] == ["201801", "201802", "201803"]


@steady
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 800))
def test_months_cover_every_day_once_and_codes_read_back(start, days):
    end = date.fromordinal(start.toordinal() + days)
    period = Period(start, end)
    months = list(period.months())
    assert months[0].start <= start and months[-1].end >= end
    for before, after in pairwise(months):
        assert after.start.toordinal() == before.end.toordinal() + 1
    if period.is_whole_months:
        assert sum(month.days for month in months) == period.days
    if "/" not in period.code:
        assert Period.parse(period.code) == period


def test_a_year_before_1000_keeps_its_four_digits():
    for text in ("0001", "0987Q3", "099912"):
        assert Period.parse(text).code == text
