"""Numbers and dates are written as look.md section 4 shows them, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from django.utils.translation import override

from convive.kernel import words
from convive.kernel.periods import Period

THIN, FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.fixture
def spanish():
    with override("es"):
        yield


@pytest.fixture
def english():
    with override("en"):
        yield


@pytest.mark.usefixtures("spanish")
def test_spanish_numbers_have_a_decimal_comma_a_thin_space_and_a_true_minus():
    assert words.number(38.6, 1) == "38,6"
    assert words.number(5180) == f"5{THIN}180"
    assert words.number(1234567.891, 2) == f"1{THIN}234{THIN}567,89"
    assert words.number(-3) == "−3"
    assert words.percent(0.17) == f"17{FIXED}%"
    assert words.percent(0.1234, 1) == f"12,3{FIXED}%"


@pytest.mark.usefixtures("english")
def test_english_numbers_have_a_decimal_point_and_a_comma():
    assert words.number(38.6, 1) == "38.6"
    assert words.number(5180) == "5,180"
    assert words.number(-1234.5, 1) == "−1,234.5"
    assert words.percent(0.17) == "17%"


@pytest.mark.usefixtures("english")
def test_halves_are_rounded_away_from_zero_and_zero_has_no_sign():
    assert [words.number(x) for x in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", "−3"]
    assert words.number(2.675, 2) == "2.68"
    assert words.number(-0.2) == "0"
    assert words.number(-0.2, signed=True) == "0"
    assert words.percent(0.145) == "15%"


@pytest.mark.usefixtures("english")
def test_decimals_and_numpy_numbers_are_written_like_any_other():
    assert words.number(Decimal("12.345"), 2) == "12.35"
    assert words.number(np.float64(12.5)) == "13"
    assert words.number(np.int64(12)) == "12"


@pytest.mark.usefixtures("spanish")
def test_a_change_always_has_its_sign():
    assert words.signed_percent(0.17) == f"+17{FIXED}%"
    assert words.signed_percent(-0.16) == f"−16{FIXED}%"
    assert words.signed_percent(0) == f"0{FIXED}%"
    assert words.change(0.84, 0.75, 0.95) == f"−16{FIXED}% (−25 a −5)"
    assert words.change(1.17, 1.05, 1.31) == f"+17{FIXED}% (+5 a +31)"
    assert words.change(float("inf"), 1.4, float("inf")) == "s/d (+40 o más)"


@pytest.mark.usefixtures("spanish")
def test_an_interval_names_both_ends():
    assert words.interval(35.8, 41.6, 1) == "35,8 a 41,6"
    assert words.between(35.8, 41.6, 1) == "entre 35,8 y 41,6"
    assert words.between(1218, 1359) == f"entre 1{THIN}218 y 1{THIN}359"
    assert words.percent_interval(-0.25, -0.05) == f"−25{FIXED}% a −5{FIXED}%"
    assert words.percent_interval(0.05, float("inf")) == f"5{FIXED}% o más"
    with override("en"):
        assert words.interval(35.8, 41.6, 1) == "35.8 to 41.6"
        assert words.between(35.8, 41.6, 1) == "between 35.8 and 41.6"
        assert words.interval(2, float("inf")) == "2 or more"


@pytest.mark.parametrize("language, said", [("es", "s/d"), ("en", "n/a")])
def test_what_is_missing_is_said_and_never_blank_or_zero(language, said):
    with override(language):
        nothing = [
            words.number(None), words.number(float("nan")), words.number(float("inf")),
            words.percent(None), words.signed_percent(float("nan")), words.interval(None, 3),
            words.between(1, None), words.percent_interval(1, float("nan")),
            words.change(None, 1, 2), words.day(None), words.month(None), words.long_month(None),
            words.moment(None), words.period(None),
        ]  # fmt: skip
    assert set(nothing) == {said}


def test_peru_writes_set_for_september():
    with override("es"):
        assert words.day(date(2016, 9, 14)) == "14 set 2016"
        assert words.day(date(2016, 9, 14), year=False) == "14 set"
        assert words.month(date(2014, 9, 1)) == "set 2014"
        assert words.long_month(date(2016, 6, 1)) == "junio de 2016"
    with override("en"):
        assert words.day(date(2016, 7, 14)) == "14 Jul 2016"
        assert words.month(date(2016, 9, 1)) == "Sep 2016"
        assert words.long_month(date(2016, 6, 1)) == "June 2016"


def test_the_head_of_a_month_grid_is_one_letter_a_month():
    with override("es"):
        assert "".join(words.month_name(m, "narrow") for m in range(1, 13)) == "EFMAMJJASOND"
    with override("en"):
        assert "".join(words.month_name(m, "narrow") for m in range(1, 13)) == "JFMAMJJASOND"


def test_a_moment_is_told_in_the_zone_of_the_programme():
    with override("es"):
        assert words.moment(datetime(2016, 9, 15, 1, 14, tzinfo=UTC)) == "14 set 2016, 20:14"


@pytest.mark.parametrize(
    "first, last, spanish, english",
    [
        ("2023", "2023", "2023", "2023"),
        ("2018", "2024", "2018 a 2024", "2018 to 2024"),
        ("2016-01", "2016-05", "ene–may 2016", "Jan–May 2016"),
        ("2016-07", "2016-07", "jul 2016", "Jul 2016"),
        ("2015-07", "2016-06", "jul 2015 a jun 2016", "Jul 2015 to Jun 2016"),
        ("2016-07-14", "2016-07-14", "14 jul 2016", "14 Jul 2016"),
        ("2016-07-03", "2016-07-14", "3–14 jul 2016", "3–14 Jul 2016"),
        ("2016-03-03", "2016-07-14", "3 mar a 14 jul 2016", "3 Mar to 14 Jul 2016"),
        ("2015-12-20", "2016-01-06", "20 dic 2015 a 6 ene 2016", "20 Dec 2015 to 6 Jan 2016"),
    ],
)
def test_a_period_is_named_as_shortly_as_it_can_be(first, last, spanish, english):
    span = Period.between(first, last)
    with override("es"):
        assert words.period(span) == spanish
    with override("en"):
        assert words.period(span) == english
