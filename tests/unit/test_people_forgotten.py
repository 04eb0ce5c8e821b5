"""Whoever is forgotten waits in no file: nobody is written down anew of what was kept of them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from cast import LA_ESPERANZA, actor, make_programme
from django.utils import translation

from convive.domain.people import actions, actions_import
from convive.domain.people.facts import Facts
from convive.domain.people.models import Import, Person
from convive.evidence.columns import Rows
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

HEAD = ("nombres", "apellido_paterno", "apellido_materno", "dni", "fecha_nacimiento", "notas")
YOMIRA = ["Jomira", "Kispe", "Guaman", "", "30/07/2001", "PLANTED"]
SISTER = ["Rosa", "Quispe", "Huamán", "", "1/2/1999", ""]
ROWS = (
    ["Ana", "Vega", "Díaz", "", "5/6/1990", ""],
    YOMIRA,
    SISTER,
    ["Eva", "Ríos", "Soto", "12", "5/6/1991", ""],
)


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def registered(**changes: object) -> Person:
    facts = {
        "given": "Yomira", "paternal": "Quispe", "maternal": "Huamán", "dni": "70123456",
        "born": date(2001, 7, 30), "sex": "F", "district": LA_ESPERANZA, **changes,
    }  # fmt: skip
    who = actor("case_worker")
    return actions.register(by=who, organisation="unfpa", facts=Facts(**facts), is_another=True)


def read_in(*rows: list[str], who: str = "case_worker", file: str = "a") -> Import:
    told = Rows(HEAD, list(enumerate(rows, 2)))
    organisation = "unfpa" if who == "case_worker" else "unodc"
    return actions_import.read_in(
        by=actor(who), organisation=organisation, rows=told, file_hash=file * 64
    )


def erase(person: Person) -> None:
    actions.erase(by=actor("agency_officer"), person=person.code, reason="asked")


def take(found: Import) -> Import:
    return actions_import.take(by=actor("case_worker"), code=found.code)


def now(found: Import) -> Import:
    return Import.objects.get(pk=found.pk)


def holds(found: Import, *texts: str) -> bool:
    row = now(found)
    return any(text in row.table + row.rejects for text in texts)


def test_somebody_forgotten_is_not_written_down_from_a_file_that_waited():
    person, found = registered(), read_in(*ROWS)
    assert (found.accepted, found.read, found.doubles) == (2, 4, 1)
    erase(person)
    assert not holds(found, "Jomira", "Guaman", "PLANTED")
    waits = now(found)
    assert (waits.accepted, waits.read) == (2, 4)
    done = take(found)
    names = {row.name for row in Person.objects.filter(erased_on=None)}
    assert names == {"Ana Vega Díaz", "Rosa Quispe Huamán"}  # a sister is another person
    assert (done.accepted, done.rejected, done.read) == (2, 2, 4)
    lines = done.rejects.splitlines()
    assert lines[1].startswith('3,the whole row,"It may be about somebody who was forgotten since')
    assert "PLANTED" not in done.rejects and "Ríos" in done.rejects


def test_a_row_that_would_have_been_taken_is_refused_too():
    found = read_in(YOMIRA, SISTER)
    assert (found.accepted, found.rejects) == (2, "")
    erase(registered())
    waits = now(found)
    assert (waits.accepted, waits.rejected) == (1, 1)
    assert not holds(found, "Jomira") and holds(found, "Rosa")
    assert waits.rejects.startswith("row,column,reason,remedy,nombres")
    assert take(found).rejected == 1 and Person.objects.filter(erased_on=None).count() == 1


def test_rows_that_were_not_taken_are_forgotten_after_it_was_done():
    person, found = registered(), read_in(*ROWS)
    take(found)
    assert holds(found, "Jomira", "PLANTED")
    erase(person)
    done = now(found)
    assert not holds(found, "Jomira", "PLANTED") and holds(found, "Ríos")
    assert (done.read, done.accepted, done.rejected) == (4, 2, 2)


@pytest.mark.parametrize(
    "row",
    [
        ["Yomira Quispe", "Huamán", "30/07/2001"],  # too few cells
        ["x", "", "", "DNI 70123456", "", "", ""],  # too many
        ["Otra", "Persona", "", "70123456", "1/1/1980", ""],
        ["Yomira", "Quispe", "Huamán", "", "", ""],
        ["Yomira", "Quispe", "Huamán", "", "no day", ""],
    ],
)
def test_what_cannot_be_told_apart_is_emptied(row):
    person, found = registered(), read_in(row, SISTER)
    erase(person)
    said = set(row) - {"", "x", *SISTER}
    assert not holds(found, *said) and holds(found, "Rosa")


def test_a_joined_row_is_looked_for_as_well():
    person = registered()
    other = registered(
        given="Micaela", paternal="Ortiz", maternal="", dni="", born=date(1990, 1, 1)
    )
    found = read_in(["Micaela", "Ortiz", "", "", "1/1/1990", ""])
    actions.join(by=actor("agency_officer"), person=other.code, same_as=person.code)
    erase(person)
    assert not holds(found, "Micaela", "Ortiz")


def test_files_of_others_stay_and_the_journal_tells_no_name():
    person, found = registered(), read_in(*ROWS)
    of_others = read_in(YOMIRA, who="other_agency_officer")
    without = read_in(SISTER, file="b")
    erase(person)
    assert holds(of_others, "Jomira")
    entry = JournalEntry.objects.get(did="people.file-rows-forgotten")
    assert (entry.kind, entry.subject, entry.data) == ("import", found.code, {"rows": 1})
    assert now(without).accepted == 1
    told = json.dumps(list(JournalEntry.objects.values_list("data", flat=True)))
    assert not any(text in told for text in ("Jomira", "Kispe", "Yomira", "PLANTED"))
