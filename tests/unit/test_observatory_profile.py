"""The profile of a place: one number everywhere, breaks where they belong, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from observatory_ground import ROWS, Row, add_source, add_survey, make_ground

from convive.domain.observatory import drawings
from convive.domain.observatory.profile import place_profile
from convive.domain.programme.models import Population
from convive.kernel.errors import Refused
from convive.kernel.figures import MarkKind, Question, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
EL_PORVENIR, ALTO_TRUJILLO = "PE-INEI:130102", "PE-INEI:130112"
LA_ESPERANZA, PROVINCE = "PE-INEI:130105", "PE-INEI:1301"
FLORENCIA = "PE-INEI:130103"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_every_figure_is_the_one_that_its_measure_answers(tmp_path: Path):
    make_ground(tmp_path, "table")
    for place in (LA_ESPERANZA, EL_PORVENIR, PROVINCE):
        profile = place_profile(place, source="table")
        where = {"source": "table"}
        headlines = [headline.figure for headline in profile.headlines]
        question = Question(profile.recent, place, where)
        assert headlines[0] == figure("observatory.rate", question)
        homicides = Question(profile.recent, place, {**where, "offence": "0101"})
        assert headlines[1] == figure("observatory.rate", homicides)
        for row in profile.changes:
            assert row.figure == figure(
                "observatory.change", Question(profile.recent, row.ref, where)
            )
        for row in profile.map_rows:
            if not row.shared_with:
                asked = figure("observatory.rate", Question(profile.recent, row.ref, where))
                assert (row.n, row.rate) == (asked.n, asked.value)


def test_months_grid_and_offences_add_up_to_the_rows(tmp_path: Path):
    make_ground(tmp_path, "table")
    profile = place_profile(LA_ESPERANZA)
    mine = [row for row in ROWS if row.place == "130105"]
    assert sum(point.value for point in profile.series) == sum(row.n for row in mine)
    cells = [cell for row in profile.grid for cell in row.cells if cell]
    assert [cell.value for cell in cells] == [point.value for point in profile.series]
    recent = sum(row.n for row in mine if row.year == 2023)
    assert sum(row.value for row in profile.offences) == recent


def test_the_series_breaks_where_the_map_was_drawn_anew(tmp_path: Path):
    make_ground(tmp_path, "moving")
    here = place_profile(EL_PORVENIR)
    assert [(b.kind, b.on) for b in here.breaks] == [(MarkKind.BOUNDARY, date(2023, 1, 1))]
    mine = next(row for row in here.changes if row.is_here)
    assert mine.figure is None and "cannot be compared" in mine.refusal
    assert "cannot be compared" in here.lead
    assert place_profile(LA_ESPERANZA).breaks == ()


def test_no_recent_figure_mixes_both_sides_of_a_break(tmp_path: Path):
    make_ground(tmp_path, "moving", "remade")
    half = Period.between("2021", "2023-06")
    for place in (EL_PORVENIR, LA_ESPERANZA, PROVINCE):  # one map, so one window for all
        profile = place_profile(place, half, source="moving")
        assert profile.recent == Period.between("2023-01", "2023-06")
        assert all(row.rate is not None for row in profile.map_rows)
    until = Period.between("2021", "2022-09")
    assert place_profile(LA_ESPERANZA, until, source="remade").recent == Period.between(
        "2022-07", "2022-09"
    )


def test_a_place_is_profiled_from_the_day_on_which_it_is_counted_apart(tmp_path: Path):
    make_ground(tmp_path, "moving")
    assert place_profile(ALTO_TRUJILLO).period == Period.between("2023", "2023")
    with pytest.raises(Refused, match="still counts it within El Porvenir"):
        place_profile(ALTO_TRUJILLO, Period.between("2022", "2023"))


def test_outlines_that_the_source_counts_together_share_one_value(tmp_path: Path):
    make_ground(tmp_path, "table")
    profile = place_profile(EL_PORVENIR)
    rows = {row.ref: row for row in profile.map_rows}
    alto = rows[ALTO_TRUJILLO]
    assert alto.shared_with == "El Porvenir"
    assert (alto.rate, alto.rank) == (rows[EL_PORVENIR].rate, rows[EL_PORVENIR].rank)
    assert "both outlines share one value" in profile.map_note
    assert ALTO_TRUJILLO not in {row.ref for row in profile.changes}


def test_the_dashed_line_parts_where_other_people_are_counted_and_loses_no_month(tmp_path: Path):
    make_ground(tmp_path, "table")
    profile = place_profile(LA_ESPERANZA)
    drawn = drawings.series_of(profile).compared
    assert [point.month for point in drawn if point.anew] == [date(2023, 1, 1)]
    assert all(point.value is not None for point in drawn)


def test_without_people_the_profile_counts_and_says_why(tmp_path: Path):
    make_ground(tmp_path, "table")
    Population.objects.all().delete()
    profile = place_profile(LA_ESPERANZA)
    assert profile.headlines[0].figure.unit == "complaints"
    assert profile.reference_name == ""
    assert any("people" in caveat for caveat in profile.caveats)
    assert all(row.rate is None for row in profile.map_rows)


def test_provisional_months_are_drawn_but_not_compared(tmp_path: Path):
    make_ground(tmp_path, "late")
    profile = place_profile(LA_ESPERANZA)
    assert [p.month for p in profile.series if p.provisional] == [
        date(2023, 11, 1), date(2023, 12, 1),
    ]  # fmt: skip
    assert profile.recent == Period.between("2022-11", "2023-10")
    assert any("Nov–Dec 2023" in caveat for caveat in profile.caveats)


def test_real_records_are_shown_first_and_never_with_a_sample(tmp_path: Path):
    make_ground(tmp_path, "sample-table", "table")
    real, sample = place_profile(LA_ESPERANZA), place_profile(LA_ESPERANZA, source="sample-table")
    assert (real.source, real.is_sample) == ("table", False)
    assert sample.is_sample and all(h.figure.is_sample for h in sample.headlines)
    assert not any(h.figure.is_sample for h in real.headlines)


def test_a_survey_of_the_same_family_gives_a_headline(tmp_path: Path):
    make_ground(tmp_path, "table")
    add_survey(tmp_path)
    profile = place_profile(LA_ESPERANZA)
    assert profile.headlines[2].figure.value == 61.5
    assert {used.code for used in profile.sources} == {"table", "asked"}


def test_the_lead_names_chance_where_the_difference_may_be_chance(tmp_path: Path):
    make_ground(tmp_path)
    rows = [Row("130105", y, m, "robo", 3) for y in (2021, 2022) for m in range(1, 13)]
    add_source(tmp_path, "even", [*rows, Row("130105", 2022, 6, "hurto", 2)])
    assert "may be chance" in place_profile(LA_ESPERANZA, source="even").lead


def test_months_that_are_not_covered_are_named_and_not_zero(tmp_path: Path):
    make_ground(tmp_path, "table")
    profile = place_profile(LA_ESPERANZA, Period.between("2023-07", "2024-03"), source="table")
    assert [p.value for p in profile.series[-3:]] == [None, None, None]
    assert any("Jan–Mar 2024" in caveat for caveat in profile.caveats)


def test_a_year_that_is_missing_before_is_named_once_and_by_its_months(tmp_path: Path):
    make_ground(tmp_path)
    add_source(tmp_path, "table", [row for row in ROWS if row.year == 2023])
    profile = place_profile(LA_ESPERANZA, Period.between("2023", "2023"))
    row = next(row for row in profile.changes if row.is_here)
    assert row.refusal.startswith("Not covered: 2022.") and "La Esperanza" not in row.refusal
    assert row.figure.words == "La Esperanza, 2022: no data. This does not mean zero."


@pytest.mark.parametrize(
    ("source", "code"), [("municipal", "130105"), ("municipal-reniec", "120111")]
)
def test_a_source_of_one_district_speaks_there_and_for_no_wider_place(
    tmp_path: Path, source: str, code: str
):
    make_ground(tmp_path)
    add_source(tmp_path, source, [replace(r, place=code) for r in ROWS if r.place == "130105"])
    profile = place_profile(LA_ESPERANZA)
    assert profile.source == source
    assert sum(point.value for point in profile.series) == sum(
        row.n for row in ROWS if row.place == "130105"
    )
    assert all(point.reference is None for point in profile.series)
    known = {row.ref for row in profile.changes if not row.refusal}
    assert known == {LA_ESPERANZA}
    for elsewhere in (FLORENCIA, PROVINCE):
        with pytest.raises(Refused, match="No source has records of this place"):
            place_profile(elsewhere)


def test_a_place_without_records_is_refused_with_a_way_on(tmp_path: Path):
    make_ground(tmp_path)
    with pytest.raises(Refused, match="convive evidence import"):
        place_profile(LA_ESPERANZA)
