"""The measures on small counts: numbers, marks, refusals, and words that claim no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation
from observatory_ground import OFFENCES, Row, add_source, add_survey, make_ground

from convive.domain.programme.models import Place, Population
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Figure, MarkKind, Question, Status, figure
from convive.kernel.periods import Period
from convive.stats.rates import compare_counts

pytestmark = pytest.mark.django_db
EL_PORVENIR, ALTO_TRUJILLO = "PE-INEI:130102", "PE-INEI:130112"
LA_ESPERANZA, PROVINCE = "PE-INEI:130105", "PE-INEI:1301"
WORKED = ("130102", "130103", "130105")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def ask(name: str, place: str | None, first: str, last: str = "", **where: str) -> Figure:
    period = Period.between(first, last or first)
    filters = {key.replace("_from", "-from").replace("_to", "-to"): v for key, v in where.items()}
    return figure(f"observatory.{name}", Question(period, place, filters))


def few(before: int, after: int) -> list[Row]:
    """So many homicides in La Esperanza in 2021 and in 2022, and one theft in each month."""
    thefts = [Row("130105", y, m, "hurto", 1) for y in (2021, 2022) for m in range(1, 13)]
    return [
        *thefts,
        Row("130105", 2021, 6, "homicidio", before),
        Row("130105", 2022, 6, "homicidio", after),
    ]


def test_seven_against_five_is_no_evidence_of_change(tmp_path: Path):
    make_ground(tmp_path)
    add_source(tmp_path, "few", few(5, 7))
    found = ask("change", LA_ESPERANZA, "2022", source="few", offence="0101")
    assert found.n == 7
    assert found.lower < 0 < found.upper
    assert "7 complaints in 2022 against 5 in 2021: no evidence of change" in found.words
    assert "rise" not in found.words and "fall" not in found.words


def test_a_change_from_nothing_has_no_percentage(tmp_path: Path):
    make_ground(tmp_path)
    add_source(tmp_path, "few", few(0, 7))
    found = ask("change", LA_ESPERANZA, "2022", source="few", offence="0101")
    assert (found.value, found.status) == (None, Status.UNDEFINED)
    assert "evidence of a rise" in found.words
    assert "no percentage" in found.words


def test_nothing_against_nothing_says_nothing(tmp_path: Path):
    make_ground(tmp_path)
    add_source(tmp_path, "few", few(0, 0))
    found = ask("change", LA_ESPERANZA, "2022", source="few", offence="0101")
    assert found.status is Status.UNDEFINED
    assert "nothing to compare" in found.words


def test_a_clear_fall_is_said_with_its_direction(tmp_path: Path):
    make_ground(tmp_path)
    add_source(tmp_path, "few", few(60, 20))
    found = ask("change", LA_ESPERANZA, "2022", source="few", offence="0101")
    assert found.upper < 0
    assert "evidence of a fall" in found.words
    assert "Rates are compared" in found.method


def test_a_year_beyond_the_source_is_missing_and_never_zero(tmp_path: Path):
    make_ground(tmp_path, "table")
    for name in ("count", "rate"):
        found = ask(name, LA_ESPERANZA, "2023-07", "2024-06", source="table")
        assert (found.value, found.status) == (None, Status.MISSING)
        assert any("The source covers 2021 to 2023" in mark.text for mark in found.marks)
        assert any("Jan–Jun 2024" in mark.text for mark in found.marks)


def test_a_place_of_which_the_source_says_nothing_is_missing(tmp_path: Path):
    make_ground(tmp_path, "table")
    Place.objects.create(
        scheme="PE-INEI", code="150101", level="district", name_es="Lima", name_en="Lima"
    )
    assert ask("count", "PE-INEI:150101", "2022", source="table").status is Status.MISSING


def test_the_whole_programme_is_counted_together(tmp_path: Path):
    make_ground(tmp_path, "table")
    found = ask("rate", None, "2023", source="table")
    parts = [ask("count", f"PE-INEI:{code}", "2023", source="table").n for code in WORKED]
    assert found.n == sum(parts)
    people = 153_000 + 86_000 + 58_000 + 238_500
    assert found.value == pytest.approx(100_000 * found.n / people)


def test_a_rate_divides_by_the_people_of_both_districts(tmp_path: Path):
    make_ground(tmp_path, "table")
    found = ask("rate", EL_PORVENIR, "2023", source="table")
    assert found.value == pytest.approx(100_000 * found.n / (153_000 + 86_000))
    assert "El Porvenir + Alto Trujillo" in found.method
    assert "Censo" in found.method and "pe-2024" in found.method
    assert any("still include Alto Trujillo" in mark.text for mark in found.marks)


def test_newer_counts_are_divided_by_the_people_of_the_smaller_district(tmp_path: Path):
    make_ground(tmp_path, "moving")
    found = ask("rate", EL_PORVENIR, "2023", source="moving")
    assert found.value == pytest.approx(100_000 * found.n / 153_000)
    assert not any("still include" in mark.text for mark in found.marks)


def test_a_rate_without_people_of_the_same_boundaries_is_refused(tmp_path: Path):
    make_ground(tmp_path, "table")
    Population.objects.filter(place__code="130112").delete()
    with pytest.raises(Refused, match=r"boundaries pe-2017.*2021, 2022"):
        ask("rate", EL_PORVENIR, "2023", source="table")


def test_a_place_that_the_source_does_not_count_apart_is_refused(tmp_path: Path):
    make_ground(tmp_path, "table", "moving")
    with pytest.raises(Refused, match="still counts it within El Porvenir"):
        ask("count", ALTO_TRUJILLO, "2022", source="table")
    with pytest.raises(Refused, match=r"Ask for El Porvenir \(PE-INEI:130102\)"):
        ask("count", ALTO_TRUJILLO, "2022-06", "2023-06", source="moving")


def test_a_boundary_change_is_marked_and_never_crossed(tmp_path: Path):
    make_ground(tmp_path, "moving")
    found = ask("count", EL_PORVENIR, "2022-07", "2023-06", source="moving")
    assert [(m.kind, m.on) for m in found.marks if m.on] == [(MarkKind.BOUNDARY, date(2023, 1, 1))]
    with pytest.raises(Refused, match="1 Jan 2023"):
        ask("change", EL_PORVENIR, "2023", source="moving")


def test_a_place_that_nobody_divided_is_compared_across_the_new_map(tmp_path: Path):
    make_ground(tmp_path, "moving")
    assert ask("change", LA_ESPERANZA, "2023", source="moving").status is Status.OK


def test_a_method_change_is_marked_everywhere_and_never_crossed(tmp_path: Path):
    make_ground(tmp_path, "remade")
    found = ask("count", LA_ESPERANZA, "2022", source="remade")
    assert [mark.kind for mark in found.marks] == [MarkKind.METHOD]
    with pytest.raises(Refused, match="A new form"):
        ask("change", LA_ESPERANZA, "2022", source="remade")


def test_rates_are_not_compared_where_the_people_were_counted_anew(tmp_path: Path):
    make_ground(tmp_path, "table")
    found = ask("change", LA_ESPERANZA, "2023", source="table")
    assert "Numbers are compared, not rates" in found.method
    assert "Rates are compared" in ask("change", LA_ESPERANZA, "2022", source="table").method


def test_the_last_months_of_a_late_source_are_provisional(tmp_path: Path):
    make_ground(tmp_path, "late")
    assert ask("count", LA_ESPERANZA, "2023-10", source="late").status is Status.OK
    found = ask("count", LA_ESPERANZA, "2023", source="late")
    assert found.status is Status.PROVISIONAL
    assert [(m.kind, m.on) for m in found.marks] == [(MarkKind.PROVISIONAL, date(2023, 11, 1))]


def test_a_sample_says_that_it_is_one(tmp_path: Path):
    make_ground(tmp_path, "sample-table")
    for name in ("count", "rate", "change"):
        assert ask(name, LA_ESPERANZA, "2022", source="sample-table").is_sample


def test_a_capped_export_carries_counts_but_no_trend(tmp_path: Path):
    make_ground(tmp_path, "capped")
    assert any("cut off" in m.text for m in ask("count", PROVINCE, "2022", source="capped").marks)
    for name in ("rate", "change"):
        with pytest.raises(Refused, match="number of rows"):
            ask(name, PROVINCE, "2022", source="capped")


def test_a_share_is_of_all_that_the_source_counts(tmp_path: Path):
    make_ground(tmp_path, "table")
    whole = ask("count", LA_ESPERANZA, "2022", source="table")
    part = ask("count", LA_ESPERANZA, "2022", source="table", category="robo")
    found = ask("share", LA_ESPERANZA, "2022", source="table", category="Robo")
    assert found.value == pytest.approx(100 * part.n / whole.n)
    assert found.n == part.n
    with pytest.raises(BadInput, match="offence=ICCS"):
        ask("share", LA_ESPERANZA, "2022", source="table")


def test_an_offence_is_asked_for_by_the_beginning_of_its_class(tmp_path: Path):
    make_ground(tmp_path, "table")
    robbery = ask("count", PROVINCE, "2022", source="table", offence="04")
    assert robbery.value == ask("count", PROVINCE, "2022", source="table", category="robo").value
    assert any("ICCS 04" in m.text and "Robbery" in m.text for m in robbery.marks)


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ({}, "one must be named.*table"),
        ({"source": "tabel"}, "no source of this name"),
        ({"source": "table", "offence": "0302"}, "records no offence"),
        ({"source": "table", "category": "estafa"}, "no category of this name.*robo"),
        ({"source": "table", "sex": "female"}, "does not record this"),
        ({"source": "table", "colour": "blue"}, "does not know this filter"),
    ],
)
def test_what_is_not_recorded_is_refused_and_never_zero(tmp_path: Path, where, why):
    make_ground(tmp_path, "table")
    assert set(OFFENCES) == {"robo", "hurto", "homicidio", "extorsion"}
    with pytest.raises(BadInput, match=f"(?s){why}"):
        ask("count", LA_ESPERANZA, "2022", **where)


def test_days_are_refused_where_only_months_are_known(tmp_path: Path):
    make_ground(tmp_path, "table")
    with pytest.raises(Refused, match="counts by month"):
        ask("count", LA_ESPERANZA, "2022-01-05", source="table")


def test_overlapping_periods_are_not_compared(tmp_path: Path):
    make_ground(tmp_path, "table")
    for where in ({"against_from": "2021-06", "against_to": "2022-03"}, {"against_from": "2021"}):
        with pytest.raises(BadInput):
            ask("change", LA_ESPERANZA, "2022", source="table", **where)


def test_unlike_months_are_compared_by_day(tmp_path: Path):
    make_ground(tmp_path, "table")
    where = {"source": "table", "against_from": "2022-01", "against_to": "2022-12"}
    found = ask("change", LA_ESPERANZA, "2023-01", "2023-06", **where)
    before = ask("count", LA_ESPERANZA, "2022", source="table").value
    assert found.value == pytest.approx(100 * (found.n / 181 / (before / 365) - 1))


def test_a_survey_answers_with_its_estimate_and_never_with_a_count(tmp_path: Path):
    make_ground(tmp_path)
    add_survey(tmp_path)
    found = ask("estimate", LA_ESPERANZA, "2022", source="asked", question="fear")
    assert (found.value, found.lower, found.upper, found.n) == (61.5, 57.1, 65.8, 412)
    with pytest.raises(Refused, match=r"observatory\.estimate"):
        ask("count", LA_ESPERANZA, "2022", source="asked")
    with pytest.raises(BadInput, match="fear"):
        ask("estimate", LA_ESPERANZA, "2022", source="asked")


def test_a_survey_without_error_says_so_and_invents_none(tmp_path: Path):
    make_ground(tmp_path)
    add_survey(tmp_path)
    found = ask("estimate", "PE-INEI:13", "2022", source="asked", question="trust-police")
    assert (found.value, found.lower, found.upper) == (17.4, None, None)
    assert "no published margin of error" in found.words
    elsewhere = ask("estimate", PROVINCE, "2022", source="asked", question="trust-police")
    assert elsewhere.status is Status.MISSING


def test_other_months_of_the_year_are_compared_without_a_direction(tmp_path: Path):
    make_ground(tmp_path, "table")
    more = {"against-from": "2022-01", "against-to": "2022-02"}
    found = ask("change", PROVINCE, "2022-11", "2022-12", source="table", **more)
    assert found.value is not None
    assert "a season may explain" in found.words
    assert "evidence of a" not in found.words


def test_a_change_is_not_told_before_two_years_of_months_are_known(tmp_path: Path):
    make_ground(tmp_path, "table")
    found = ask("change", LA_ESPERANZA, "2022-01", "2022-06", source="table")
    assert "too few months are known" in found.words and "evidence of a" not in found.words


def test_months_that_vary_more_than_chance_are_judged_by_how_they_vary(tmp_path: Path):
    """Robberies come in bursts of three months: a year of them may well differ by a third."""
    chance = np.random.default_rng(11)
    months = [
        (year, month) for year in (2018, 2019, 2020, 2021, 2022, 2023) for month in range(1, 13)
    ]
    bursts = np.repeat(chance.gamma(2.0, 30.0, len(months) // 3), 3)
    make_ground(tmp_path, "table")
    drawn = zip(months, chance.poisson(bursts), strict=True)
    rows = [Row("130105", year, month, "robo", int(n)) for (year, month), n in drawn]
    add_source(tmp_path, "late", rows)
    told = [ask("change", LA_ESPERANZA, str(year), source="late") for year in (2020, 2021, 2022)]
    for found in told:
        before = found.n / (1 + found.value / 100)
        exact = compare_counts(round(before), found.n)
        assert found.lower < 100 * (exact.lower - 1) and found.upper > 100 * (exact.upper - 1)
        assert "times as much as chance alone" in found.method
    assert any("no evidence of change" in found.words for found in told)
