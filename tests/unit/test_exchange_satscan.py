"""SaTScan's files: read as they are, refused by line with what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from convive.exchange import satscan
from convive.exchange.satscan import BadLine

NEAR = date(1980, 1, 1)


def test_cases_are_read_with_their_groups():
    table = satscan.read_cases("Grant 1 1977 2 2\n\n SanJuan\t3 1974, 8 2 \n")
    assert table.place == ["Grant", "SanJuan"]
    assert table.count == [1, 3]
    assert table.date == [date(1977, 1, 1), date(1974, 1, 1)]
    assert table.group == ["2 2", "8 2"]
    assert table.precision == "year"


def test_cases_without_groups_have_none():
    assert satscan.read_cases(["a 1 2025/06/30"]).group is None


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2025/06/30", date(2025, 6, 30), "day"),
        ("2025-6-3", date(2025, 6, 3), "day"),
        ("6/30/2025", date(2025, 6, 30), "day"),
        ("2025/6", date(2025, 6, 1), "month"),
        ("6/2025", date(2025, 6, 1), "month"),
        ("2025", date(2025, 1, 1), "year"),
        ("73", date(1973, 1, 1), "year"),
        ("05", date(2005, 1, 1), "year"),
        ("73/12/31", date(1973, 12, 31), "day"),
    ],
)
def test_a_date_is_read_in_every_form_that_satscan_takes(text, day, precision):
    table = satscan.read_cases([f"a 1 {text}"], near=NEAR)
    assert (table.date[0], table.precision) == (day, precision)


def test_the_coarsest_date_decides_the_precision():
    assert satscan.read_cases(["a 1 2025/1/1", "a 1 2025/2"]).precision == "month"


def test_a_population_of_a_year_is_that_of_its_middle():
    table = satscan.read_population(["a 73 100 1 2", "a 1982/3 90.5 1 2"], near=NEAR)
    assert table.date == [date(1973, 7, 1), date(1982, 3, 15)]
    assert table.count == [100, 90.5]
    assert table.group == ["1 2", "1 2"]


def test_latitude_comes_first_and_x_first_where_the_coordinates_are_projected():
    degrees = satscan.read_places('"San Juan" -12.1 -77\nb 1 2')
    assert (degrees.place, degrees.x, degrees.y) == (["San Juan", "b"], [-77, 2], [-12.1, 1])
    metres = satscan.read_places("a 500000 8600000", unit="m")
    assert (metres.x, metres.y, metres.unit) == ([500000], [8600000], "m")


def test_bytes_with_a_mark_or_of_old_windows_are_read():
    assert satscan.read_places("\ufeffñaña 1 2".encode()).place == ["ñaña"]
    assert satscan.read_places("ñaña 1 2".encode("cp1252")).place == ["ñaña"]


@pytest.mark.parametrize(
    ("read", "text", "line", "why"),
    [
        (satscan.read_cases, "", 1, "no row at all"),
        (satscan.read_cases, "a 1 2025\nb 1", 2, "2 columns"),
        (satscan.read_cases, "a 1 2025\nb 1 2025 3", 2, "4 columns where the lines above have 3"),
        (satscan.read_cases, "a 1.5 2025", 1, "not a whole number"),
        (satscan.read_cases, "a -1 2025", 1, "fewer than none"),
        (satscan.read_cases, "a 1 2025/13", 1, "no day of the calendar"),
        (satscan.read_cases, "a 1 2025/2/30", 1, "no day of the calendar"),
        (satscan.read_cases, "a 1 soon", 1, "not a date"),
        (satscan.read_cases, "a 1 73", 1, "two digits"),
        (satscan.read_cases, "a 1 123", 1, "not a year"),
        (satscan.read_places, "a 1 2\n\na 3 4", 3, "coordinates in line 1 already"),
        (satscan.read_places, "a -77 -182", 1, "not a latitude and a longitude"),
        (satscan.read_places, "a 1 x", 1, "not a number"),
        (satscan.read_places, "a 1 nan", 1, "not a number"),
        (satscan.read_population, "a 2020 -5", 1, "fewer than none"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_by_its_number(read, text, line, why):
    with pytest.raises(BadLine, match=why) as told:
        read(text)
    assert told.value.line == line
    assert told.value.remedy
    assert str(told.value).startswith(f"line {line}: ")


def test_a_unit_that_is_none_is_refused():
    with pytest.raises(ValueError, match="none of"):
        satscan.read_places("a 1 2", unit="miles")


def test_the_files_beside_the_project_are_read_whole(shared: Path):
    data = shared / "methods" / "scan"
    cases = satscan.read_cases((data / "nm.cas").read_bytes(), near=NEAR)
    population = satscan.read_population((data / "nm.pop").read_bytes(), near=NEAR)
    places = satscan.read_places((data / "nm.geo").read_bytes())
    assert (sum(cases.count), len(places.place), len(population.place)) == (1175, 32, 3456)
    assert set(cases.place) <= set(places.place)
    assert {day.year for day in population.date} == {1973, 1982, 1991}
