"""The tables of a profile: what the page shows, and what may be downloaded."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation
from observatory_ground import make_ground

from convive.domain.observatory import tables
from convive.domain.observatory.parts import OffenceRow, PlaceProfile
from convive.domain.observatory.profile import place_profile
from convive.domain.observatory.tables import Cell, Column, Kind, Row, Table, Told

pytestmark = pytest.mark.django_db
LA_ESPERANZA = "PE-INEI:130105"


@pytest.fixture
def profile(tmp_path: Path) -> PlaceProfile:
    make_ground(tmp_path, "table", "sample-table")
    with translation.override("en"):
        yield place_profile(LA_ESPERANZA, source="table")


def lines(profile: PlaceProfile, name: str) -> tuple[list[list[str]], list[str], list[list[str]]]:
    """The lines before the table, its header, and its rows."""
    raw = tables.as_csv(profile, tables.table_of(profile, name))
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    empty = found.index([])
    return found[:empty], found[empty + 1], found[empty + 2 :]


def small(*values: int) -> Table:
    columns = (
        Column("Name", Kind.LABEL),
        Column("n", Kind.COUNT),
        Column("rate", Kind.DERIVED),
        Column("elsewhere", Kind.APART),
    )
    rows = tuple(
        Row((Cell(f"row {i}"), Cell(n), Cell(n / 2), Cell(7.0)), "all", 5)
        for i, n in enumerate(values)
    )
    return Table("small", "Small", "", columns, rows)


def test_a_small_count_is_hidden_with_all_that_is_computed_from_it():
    first = tables.released(small(3, 40, 50, 60)).rows[0].cells
    assert [cell.told for cell in first] == [
        Told.OK, Told.SUPPRESSED, Told.SUPPRESSED, Told.OK,
    ]  # fmt: skip
    assert first[1].value is None and first[2].value is None
    assert first[1].lower is not None


def test_a_second_count_is_hidden_so_that_the_first_cannot_be_worked_out():
    rows = tables.released(small(3, 40, 50, 60)).rows
    hidden = [row.cells[1].told is Told.SUPPRESSED for row in rows]
    assert hidden == [True, True, False, False]


def test_zero_is_told_and_nothing_is_hidden_without_need():
    rows = tables.released(small(0, 40, 50)).rows
    assert [row.cells[1].value for row in rows] == [0, 40, 50]


def test_the_page_shows_what_the_download_hides(profile: PlaceProfile):
    few = OffenceRow("homicidio", "Homicide", "0101", 3, 0.6, 8.8, 5)
    profile = replace(profile, offences=(*profile.offences[:2], few))
    assert tables.offences(profile).rows[-1].cells[2].value == 3
    _before, header, rows = lines(profile, "offences")
    told = dict(zip(header, rows[-1], strict=True))
    assert (told["Records"], told["Status"]) == ("", "suppressed")
    assert "3" not in rows[-1]


def test_sensitive_counts_are_hidden_below_ten(profile: PlaceProfile):
    by_name = {row.category: row.threshold for row in profile.offences}
    assert by_name["extorsion"] == 10
    assert by_name["robo"] == 5
    assert profile.threshold == 10


def test_no_small_count_of_any_table_leaves_the_house(profile: PlaceProfile):
    for name in tables.NAMES:
        table = tables.table_of(profile, name)
        for inside, outside in zip(table.rows, tables.released(table).rows, strict=True):
            for column, cell, told in zip(table.columns, inside.cells, outside.cells, strict=True):
                if column.kind is Kind.COUNT and cell.value and cell.value < inside.threshold:
                    assert told.value is None


def test_a_download_says_source_day_definition_and_the_status_of_each_cell(profile: PlaceProfile):
    before, header, rows = lines(profile, "months")
    told = dict(before)
    assert "Complaints of table" in told["Source"]
    assert told["Received up to"] == "2023-12-31"
    assert "Poisson" in told["Definition"]
    assert "another period" in told["Internal use"]
    assert "Sample" not in told
    status = header.index("Status")
    assert {row[status] for row in rows} <= {told.value for told in Told}
    assert len(rows) == 36


def test_a_sample_is_named_in_its_download(profile: PlaceProfile):
    with translation.override("es"):
        sample = place_profile(LA_ESPERANZA, source="sample-table")
        before, _header, _rows = lines(sample, "changes")
    assert dict(before)["Muestra"]


def test_no_text_of_a_download_begins_like_a_formula(profile: PlaceProfile):
    row = replace(profile.offences[0], name='=HYPERLINK("http://example.org")')
    _before, _header, rows = lines(replace(profile, offences=(row,)), "offences")
    assert rows[0][0].startswith("'=")


def counted(profile: PlaceProfile, name: str) -> dict[str, list[Cell]]:
    """The cells of a released table by the label in their first column."""
    table = tables.released(tables.table_of(profile, name))
    return {str(row.cells[0].value): list(row.cells) for row in table.rows}


def with_few(profile: PlaceProfile) -> PlaceProfile:
    """Florencia de Mora with 3 recent records, and El Porvenir, here, hidden to protect it."""
    few = {"PE-INEI:130103": 3, "PE-INEI:130105": 40, "PE-INEI:130102": 50, "PE-INEI:130101": 60}
    whole = sum(few.values())
    return replace(
        profile,
        map_rows=tuple(
            replace(row, n=few[row.ref]) if row.ref in few and not row.shared_with else row
            for row in profile.map_rows
        ),
        changes=tuple(replace(row, after=few.get(row.ref, whole)) for row in profile.changes),
    )


def test_what_one_download_hides_no_other_download_of_the_page_tells(profile: PlaceProfile):
    made = with_few(profile)
    districts, changes = counted(made, "districts"), counted(made, "changes")
    hidden = {name for name, cells in districts.items() if cells[2].told is Told.SUPPRESSED}
    assert "Florencia de Mora" in hidden and len(hidden) > 1
    for name in hidden & changes.keys():
        assert changes[name][2].value is None
    assert made.name in hidden
    assert changes["Trujillo"][2].value is None  # here can be added up from its months


def test_a_sum_is_not_told_where_the_rest_is_a_small_count():
    columns = (Column("Name", Kind.LABEL), Column("n", Kind.COUNT))

    def told(*parts: int, whole: int) -> list[object]:
        rows = [Row((Cell(f"p{i}"), Cell(n)), f"p{i}", 5) for i, n in enumerate(parts)]
        rows.append(Row((Cell("whole"), Cell(whole)), "whole", 5, is_whole=True))
        table = tables.released(Table("t", "", "", columns, tuple(rows)))
        return [row.cells[1].value for row in table.rows]

    assert told(3, 40, whole=43) == [None, 40, None]
    assert told(3, 40, whole=45) == [None, 40, None]
    assert told(30, 40, whole=73) == [30, 40, None]
    assert told(30, 40, whole=70) == [30, 40, 70]
    assert told(3, 40, whole=143) == [None, 40, 143]


def test_months_are_hidden_against_the_sums_that_the_table_of_changes_tells(
    profile: PlaceProfile,
):
    table = tables.months(profile)
    groups: dict[str, list[object]] = {}
    for row, point in zip(table.rows, profile.series, strict=True):
        groups.setdefault(row.group, []).append(point.month)
    for months in groups.values():
        assert len({month in profile.recent for month in months}) == 1
        assert len({month in profile.baseline for month in months}) == 1


def test_a_small_count_of_the_province_is_not_told_by_the_line_beside_it(profile: PlaceProfile):
    few = replace(profile.series[0], reference=1.5, reference_is_few=True)
    made = replace(profile, series=(few, *profile.series[1:]))
    cell = tables.released(tables.months(made)).rows[0].cells[-1]
    assert (cell.value, cell.told) == (None, Told.SUPPRESSED)
