"""The register of sources: terms, what is expected, what is late, and for whom it waits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cast import actor, make_programme
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from recorded import COUNTS, receive, source, spec_of, table

from convive.access import duties
from convive.domain.programme import queries as programme
from convive.evidence import queries
from convive.evidence.models import Batch, Source
from convive.evidence.register import entries as register
from convive.evidence.register.agreement import Agreement
from convive.evidence.register.duties import Sources
from convive.evidence.spec import SourceSpec, from_json, read_source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

TERMS = """
    [agreement]
    document = "Oficio 114-2024"
    given_by = "Región Policial La Libertad"
    signed_on = 2024-03-01
    until = {until}
    every = {every}
    contact_role = "Oficina de estadística"
    purpose_es = "Contar denuncias."
    purpose_en = "Count complaints."
"""
ROWS = ("place,year,month,offence,n", "130105,2023,1,robo,7")


def terms(until="2026-02-28", every='"month"'):
    return COUNTS + TERMS.format(until=until, every=every)


def entry(code="proof", today=None):
    return register.entry(queries.source_row(code), today or programme.today())


def aged(days):
    """As if everything had been imported so many days ago."""
    Batch.objects.update(imported_at=timezone.now() - timedelta(days=days))


# The terms of a source


def test_the_terms_are_read_from_the_source_s_file(tmp_path):
    agreement = spec_of(tmp_path, terms()).agreement
    assert agreement == Agreement(
        document="Oficio 114-2024",
        given_by="Región Policial La Libertad",
        signed_on=date(2024, 3, 1),
        until=date(2026, 2, 28),
        every=31,
        contact_role="Oficina de estadística",
        purpose_es="Contar denuncias.",
        purpose_en="Count complaints.",
    )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('every = "weekly"', "how often"),
        ("every = -3", "how often"),
        ("until = 2020-01-01\n    signed_on = 2021-01-01", "before it was signed"),
        ('until = "soon"', "not a date"),
        ('signed_by = "Rosa"', "not known here"),
        ('purpose_es = "Contar."', "one language alone"),
    ],
)
def test_a_fault_in_the_terms_is_told_at_its_line(tmp_path, line, fault):
    file = tmp_path / "proof.toml"
    text = COUNTS.format(code="proof", more="") + f"    [agreement]\n    {line}\n"
    file.write_text("\n".join(part.strip() for part in text.splitlines()))
    _spec, problems = read_source(file)
    (problem,) = problems
    key = line.split(" ")[0]
    number = (
        file.read_text()
        .splitlines()
        .index(next(row for row in file.read_text().splitlines() if row.startswith(key)))
    )
    assert fault in problem.why and problem.where == f"{file}:{number + 1}" and problem.remedy


def test_other_terms_are_no_other_way_of_reading(tmp_path):
    plain, with_terms = spec_of(tmp_path, COUNTS), spec_of(tmp_path, terms())
    assert plain.mapping_version == with_terms.mapping_version


def test_a_source_without_terms_is_written_as_before(tmp_path):
    assert "agreement" not in spec_of(tmp_path, COUNTS).as_json()


days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(
    every=st.sampled_from([0, 1, 7, 31, 92, 366, 400]),
    signed=st.none() | days,
    until=st.none() | days,
    document=st.sampled_from(["", "Oficio 1"]),
)
def test_terms_survive_being_written_and_read(every, signed, until, document):
    if signed and until and until < signed:
        signed, until = until, signed
    agreement = Agreement(document=document, signed_on=signed, until=until, every=every)
    spec = SourceSpec("a", "a", "a", "incidents", "police", agreement=agreement)
    data = spec.as_json() | {"columns": {"period": "p", "place": "q", "category": "c"}}
    data["place"] = {"scheme": "X"}
    assert from_json(data).agreement == agreement


# What is expected


def test_the_next_file_is_expected_one_interval_after_the_last(tmp_path):
    source(tmp_path, terms())
    receive(table(tmp_path, ROWS))
    today = programme.today()
    assert entry().expected == register.Expected(today, today + timedelta(days=31), 0)
    late = entry(today=today + timedelta(days=40))
    assert (late.expected.overdue, late.is_late) == (9, True)


def test_before_anything_came_it_is_expected_one_interval_after_the_signature(tmp_path):
    source(tmp_path, terms())
    found = entry(today=date(2024, 4, 10)).expected
    assert found == register.Expected(None, date(2024, 4, 1), 9)


def test_where_nobody_said_how_often_nothing_is_ever_late(tmp_path):
    source(tmp_path)
    receive(table(tmp_path, ROWS))
    aged(4000)
    assert entry().expected.due is None and not entry().is_late


def test_an_agreement_waits_from_sixty_days_before_its_end(tmp_path):
    source(tmp_path, terms())
    last = date(2026, 2, 28)
    for left, waits, ended in ((61, False, False), (60, True, False), (-1, True, True)):
        found = entry(today=last - timedelta(days=left))
        assert (found.days_left, found.ends_soon, found.has_ended) == (left, waits, ended)


def test_a_withdrawn_file_was_not_received(tmp_path):
    source(tmp_path, terms())
    receive(table(tmp_path, ROWS))
    Batch.objects.update(visible=False)
    assert entry().expected.last is None


def test_what_is_most_overdue_stands_first(tmp_path):
    for code, every in (("a", "400"), ("b", "5"), ("c", "20"), ("d", "0")):
        spec = COUNTS + f"    [agreement]\n    every = {every}\n"
        source(tmp_path, spec, code=code)
        receive(table(tmp_path, ROWS, f"{code}.csv"), code)
    aged(30)
    found = register.late_first([entry(code) for code in "abcd"])
    assert [one.view.code for one in found] == ["b", "c", "a", "d"]


# For whom it waits


@pytest.fixture
def late(tmp_path):
    make_programme()
    soon = programme.today() + timedelta(days=10)
    source(tmp_path, terms(until=soon), more='owner = "muni-la-esperanza"')
    receive(table(tmp_path, ROWS))
    aged(40)


@pytest.mark.parametrize(
    ("who", "waits"),
    [
        ("municipal_officer", True),
        ("analyst", True),
        ("coordinator", True),
        ("other_municipal_officer", False),
        ("agency_officer", False),
        ("auditor", False),
        ("funder", False),
    ],
)
def test_what_is_late_waits_for_the_officers_of_its_owner_and_the_analysts(late, who, waits):
    found = list(Sources().waiting(actor(who), programme.today()))
    assert [duty.id for duty in found] == (["late:proof", "agreement:proof"] if waits else [])


def test_the_duty_says_whom_to_ask_and_since_when(late):
    first, second = Sources().waiting(actor("analyst"), programme.today())
    assert first.title == "Ask for the next file of Counts"
    assert first.detail == "9 days overdue · Oficina de estadística"
    assert first.url == "/en/evidence/sources/proof/"
    assert second.title == "Renew the agreement on Counts"
    assert second.due == programme.today() + timedelta(days=10)


def test_the_register_is_one_of_the_parts_that_are_asked_what_waits(late):
    found = duties.waiting(actor("analyst"), programme.today())
    assert {"late:proof", "agreement:proof"} <= {duty.id for duty in found}


def test_a_source_with_a_faulty_description_keeps_nobody_from_the_rest(late, tmp_path):
    Source.objects.filter(code="proof").update(spec={})
    assert list(Sources().waiting(actor("analyst"), programme.today())) == []


def test_nobody_holds_a_source(late):
    assert list(Sources().held_by(1)) == []
    assert Sources().hand_over(by=programme.SYSTEM, leaver=1, successor=2) == 0
