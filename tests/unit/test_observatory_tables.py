"""The tables of a profile: what the page shows, and what may be downloaded."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation
from observatory_ground import make_ground

from convive.domain.observatory import leaving, tables
from convive.domain.observatory.parts import OffenceRow, PeerRow, PlaceProfile
from convive.domain.observatory.profile import place_profile
from convive.kernel.downloads import as_csv
from convive.kernel.leaving import Audience, Cell, Cleared, Kind, Told

pytestmark = pytest.mark.django_db
LA_ESPERANZA = "PE-INEI:130105"


@pytest.fixture
def profile(tmp_path: Path) -> PlaceProfile:
    make_ground(tmp_path, "table", "sample-table")
    with translation.override("en"):
        yield place_profile(LA_ESPERANZA, source="table")


def outside(profile: PlaceProfile) -> Cleared:
    return leaving.cleared(profile, Audience.OUTSIDE)


def lines(profile: PlaceProfile, name: str) -> tuple[list[list[str]], list[str], list[list[str]]]:
    """The lines before the table, its header, and its rows."""
    raw = as_csv(outside(profile), name, name=name, about=tables.about(profile)).content
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    empty = found.index([])
    return found[:empty], found[empty + 1], found[empty + 2 :]


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
        told = outside(profile).table(name)
        for inside, row in zip(table.rows, told.rows, strict=True):
            for column, cell, told in zip(table.columns, inside.cells, row.cells, strict=True):
                if column.kind is Kind.COUNT and cell.value and cell.value < inside.threshold:
                    assert told.value is None


def test_a_download_says_source_day_definition_and_the_status_of_each_cell(profile: PlaceProfile):
    before, header, rows = lines(profile, "months")
    told = dict(before)
    assert "Complaints of table" in told["Source"]
    assert told["Received up to"] == "2023-12-31"
    assert "Poisson" in told["Definition"]
    assert "another period" in told["Hidden"]
    assert "below 5 / 10" in told["Hidden"]
    assert "Internal use" not in told
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
    return {str(r.cells[0].value): list(r.cells) for r in outside(profile).table(name).rows}


def beside(profile: PlaceProfile, added: dict[str, int | None]) -> tuple[PeerRow, ...]:
    """The district and its peers with these counts."""
    return tuple(
        replace(row, found=replace(row.found, n=added.get(row.found.ref, row.found.n)))
        for row in profile.peers
    )


def with_few(profile: PlaceProfile) -> PlaceProfile:
    """Florencia de Mora with 3 recent records, the others of the province with many."""
    few = {"PE-INEI:130103": 3}
    added = {row.ref: few.get(row.ref, row.n) for row in profile.map_rows if not row.shared_with}
    whole = sum(n or 0 for n in added.values())
    return replace(
        profile,
        map_rows=tuple(
            replace(row, n=added[tables.counted_as(profile, row)]) for row in profile.map_rows
        ),
        changes=tuple(replace(row, after=added.get(row.ref, whole)) for row in profile.changes),
        peers=beside(profile, added),
        series=tuple(replace(point, in_province=None) for point in profile.series),
    )


def test_what_one_download_hides_no_other_download_of_the_page_tells(profile: PlaceProfile):
    made = with_few(profile)
    districts, changes = counted(made, "districts"), counted(made, "changes")
    hidden = {name for name, cells in districts.items() if cells[2].told is Told.SUPPRESSED}
    assert "Florencia de Mora" in hidden
    for name in hidden & changes.keys():
        assert changes[name][2].value is None
    assert len(hidden) > 1 or changes["Trujillo"][2].value is None


def test_the_sums_of_all_tables_are_one_attack(profile: PlaceProfile):
    """A month with 2 records: no other table, and no sum of two tables, tells it."""
    first, *rest = profile.series
    made = replace(profile, series=(replace(first, value=2), *rest))
    told = outside(made)
    assert told.is_hidden(tables.month_key(first.month))
    same_year = [p for p in rest if p.month.year == first.month.year]
    others = [tables.month_key(p.month) for p in same_year]
    assert told.is_hidden(*others, tables.year_key(first.month.year))


def test_a_small_count_of_the_province_is_not_told_by_the_line_beside_it(profile: PlaceProfile):
    first, *rest = profile.series
    few = replace(first, value=0, lower=0.0, upper=3.7, reference=1.5, in_province=3)
    cell = outside(replace(profile, series=(few, *rest))).table("months").rows[0].cells[-1]
    assert (cell.value, cell.told) == (None, Told.SUPPRESSED)


def test_what_is_left_of_the_province_beside_this_place_is_protected_too(profile: PlaceProfile):
    """38 here and 40 in the province: two records elsewhere, told by no table and by a line."""
    first, *rest = profile.series
    near = replace(first, value=38, reference=20.0, in_province=40)
    row = outside(replace(profile, series=(near, *rest))).table("months").rows[0]
    assert None in (row.cells[1].value, row.cells[-1].value)


# What somebody sees who works in some districts only


def test_ones_own_place_is_exact_and_the_neighbours_are_as_outside(profile: PlaceProfile):
    few = OffenceRow("homicidio", "Homicide", "0101", 3, 0.6, 8.8, 5)
    made = replace(with_few(profile), offences=(*profile.offences[:2], few))
    told = leaving.cleared(made, Audience.INSIDE, sees=[LA_ESPERANZA])
    assert told.is_internal
    assert told.table("offences").rows[-1].cells[2].value == 3
    assert told.is_hidden("after PE-INEI:130103")
    assert not told.is_hidden(f"after {LA_ESPERANZA}")
    assert told.numbers["after PE-INEI:1301"].value is None or told.is_hidden(
        "after PE-INEI:130101", "after PE-INEI:130102"
    )


def test_the_page_of_such_a_reader_shows_nothing_that_follows_from_what_is_hidden(
    profile: PlaceProfile,
):
    made = with_few(profile)
    told = leaving.cleared(made, Audience.INSIDE, sees=[LA_ESPERANZA])
    page = leaving.shown(made, told, sees=[LA_ESPERANZA])
    row = next(row for row in page.map_rows if row.ref == "PE-INEI:130103")
    assert (row.n, row.rate, row.lower, row.upper, row.rank) == (None,) * 5
    assert row.hidden is not None
    change = next(row for row in page.changes if row.ref == "PE-INEI:130103")
    assert change.is_hidden and change.figure is None and change.after is None
    assert page.lead == made.lead  # their own district
    peer = next(row for row in page.peers if row.found.ref == "PE-INEI:130103")
    assert peer.hidden is not None
    told_of, _, kept = page.peers_said.partition("Not told here: ")
    assert peer.found.place in kept and peer.found.place not in told_of


def test_whoever_sees_every_district_sees_every_number(profile: PlaceProfile):
    told = leaving.cleared(with_few(profile), Audience.INSIDE)
    assert not told.hides
    assert leaving.shown(profile, told) is profile


def test_outside_the_page_of_a_small_place_tells_neither_sentence_nor_rate(profile: PlaceProfile):
    tiny = replace(
        profile,
        changes=tuple(
            replace(row, after=3) if row.ref == LA_ESPERANZA else row for row in profile.changes
        ),
        map_rows=tuple(
            replace(row, n=3) if row.ref == LA_ESPERANZA else row for row in profile.map_rows
        ),
        series=tuple(
            replace(p, value=3 if p.month == profile.recent.start else 0, in_province=None)
            if p.month in profile.recent
            else p
            for p in profile.series
        ),
        offences=(),
        peers=beside(profile, {LA_ESPERANZA: 3}),
    )
    page = leaving.shown(tiny, outside(tiny))
    assert page.lead == leaving.too_few()
    assert all(h.figure.value is None for h in page.headlines if h.source == tiny.source)


def test_a_small_figure_of_another_source_is_hidden_where_nothing_else_is(profile: PlaceProfile):
    """Its tables are not on this page: it is told by its own count and its own threshold."""
    (first, *rest) = profile.headlines
    for n, threshold, is_told in ((2, 5, False), (7, 5, True), (7, 10, False), (0, 10, True)):
        other = replace(
            first, figure=replace(first.figure, n=n), source="elsewhere", threshold=threshold
        )
        made = replace(profile, headlines=(other, *rest))
        neighbour = ["PE-INEI:130102"]
        told = leaving.cleared(made, Audience.INSIDE, sees=neighbour)
        page = leaving.shown(made, told, sees=neighbour)
        assert (page.headlines[0].figure.value is not None) is is_told
        own = leaving.cleared(made, Audience.INSIDE, sees=[LA_ESPERANZA])
        assert leaving.shown(made, own, sees=[LA_ESPERANZA]).headlines[0] == other
