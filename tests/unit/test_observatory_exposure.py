"""Counts are divided by people within the same boundaries, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from convive.domain.observatory.exposure import (
    Census,
    Drawings,
    Split,
    person_years,
    spans,
)
from convive.kernel.periods import Period

OLD, NEW = "pe-2017", "pe-2024"
PORVENIR, ALTO, ESPERANZA, PROVINCE = "PE:02", "PE:12", "PE:05", "PE:00"
DIVIDED = Drawings((Split(OLD, NEW, PORVENIR, frozenset({PORVENIR, ALTO})),))


def census(rows: dict, sources: tuple[str, ...] = ("MINSA",)) -> Census:
    districts = {PROVINCE: (PORVENIR, ESPERANZA, ALTO)}
    return Census(rows, sources, DIVIDED, districts)


def test_the_same_boundaries_are_used_as_they_stand():
    known = census({(PORVENIR, 2023, "MINSA", OLD): 244_413})
    people = known.people(PORVENIR, 2023, OLD)
    assert people is not None
    assert (people.value, people.edition, people.places) == (244_413, OLD, (PORVENIR,))


def test_older_counts_are_divided_by_the_people_of_all_the_parts():
    known = census({(PORVENIR, 2024, "MINSA", NEW): 153_192, (ALTO, 2024, "MINSA", NEW): 85_582})
    people = known.people(PORVENIR, 2024, OLD)
    assert people is not None
    assert people.value == 153_192 + 85_582
    assert people.places == (PORVENIR, ALTO)


def test_one_part_alone_is_never_taken_for_the_whole():
    known = census({(PORVENIR, 2024, "MINSA", NEW): 153_192})
    assert known.people(PORVENIR, 2024, OLD) is None


def test_newer_counts_are_not_divided_by_the_undivided_people_of_before():
    known = census({(PORVENIR, 2023, "MINSA", OLD): 244_413})
    assert known.people(PORVENIR, 2023, NEW) is None
    assert known.people(ALTO, 2023, NEW) is None


def test_a_place_that_nobody_divided_is_the_same_in_every_drawing():
    known = census({(ESPERANZA, 2024, "MINSA", NEW): 238_502})
    people = known.people(ESPERANZA, 2024, OLD)
    assert people is not None
    assert people.value == 238_502


def test_the_preferred_source_wins_and_the_next_stands_in():
    rows = {(ESPERANZA, 2023, "INEI", OLD): 1, (ESPERANZA, 2023, "MINSA", OLD): 2}
    rows[ESPERANZA, 2022, "INEI", OLD] = 3
    known = census(rows, ("MINSA", "INEI"))
    assert [known.people(ESPERANZA, year, OLD).source for year in (2023, 2022)] == ["MINSA", "INEI"]
    assert known.years(ESPERANZA, OLD) == [2022, 2023]


def test_a_province_without_a_row_is_the_sum_of_all_its_districts():
    rows = {(PORVENIR, 2024, "MINSA", NEW): 100, (ALTO, 2024, "MINSA", NEW): 50}
    assert census(rows).people(PROVINCE, 2024, OLD) is None
    rows[ESPERANZA, 2024, "MINSA", NEW] = 200
    for edition in (OLD, NEW):
        people = census(rows).people(PROVINCE, 2024, edition)
        assert people is not None
        assert people.value == 350


def test_the_older_drawing_counts_the_part_within_the_whole():
    assert DIVIDED.within(ALTO, OLD) == PORVENIR
    assert DIVIDED.within(ALTO, NEW) is None
    assert DIVIDED.within(PORVENIR, OLD) is None
    assert DIVIDED.holds(PORVENIR, OLD) == (ALTO,)
    assert DIVIDED.holds(PORVENIR, NEW) == ()


def test_a_period_is_cut_at_years_and_at_the_day_of_a_new_drawing():
    period = Period(date(2022, 12, 1), date(2024, 2, 29))
    cut = list(spans(period, {date(2024, 2, 1): NEW}, OLD))
    assert [(span.year, span.edition, span.days) for span in cut] == [
        (2022, OLD, 31),
        (2023, OLD, 365),
        (2024, OLD, 31),
        (2024, NEW, 29),
    ]


@pytest.mark.parametrize(
    ("year", "first", "last", "expected"),
    [(2023, "01-01", "12-31", 1000.0), (2024, "01-01", "01-31", 1000 * 31 / 366)],
)
def test_person_years_are_people_times_the_covered_part_of_the_year(year, first, last, expected):
    period = Period.between(f"{year}-{first}", f"{year}-{last}")
    known = census({(ESPERANZA, year, "MINSA", OLD): 1000})
    parts = {span: known.people(ESPERANZA, year, OLD) for span in spans(period, {}, OLD)}
    assert person_years(parts) == pytest.approx(expected)
