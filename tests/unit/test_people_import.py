"""A file of people: read as it comes, taken or told why not, written once, given back whole.

Every part brings in rows like those at its head; so it stays whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from cast import LA_ESPERANZA, actor, make_programme
from django.db import connection
from django.utils import translation

from convive.domain.people import actions, actions_import, importing, queries
from convive.domain.people.facts import Facts
from convive.domain.people.models import Consent, Import, Person
from convive.evidence.columns import Rows
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

HEAD = "Nombres,Apellido Paterno,Apellido Materno,DNI,Fecha de Nacimiento,Sexo,Distrito"
ROSA = "Rosa,Flores,Vega,70999999,02/01/1990,F,La Esperanza"
YOMIRA = "Yomira,Quispe,Huamán,70123456,30/07/2001,Mujer,130105"


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


@pytest.fixture
def file(tmp_path: Path):
    def written(*lines: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return written


def rows(path: Path) -> Rows:
    return importing.read(path)[0]


def planned(path: Path, who: str = "case_worker") -> importing.Plan:
    return importing.plan(actor(who), "unfpa", rows(path))


def brought_in(path: Path, who: str = "case_worker") -> Import:
    found, file_hash = importing.read(path)
    made = actions_import.read_in(
        by=actor(who), organisation="unfpa", rows=found, file_hash=file_hash
    )
    return actions_import.take(by=actor(who), code=made.code)


def facts(path: Path) -> list[Facts]:
    found = planned(path)
    assert not found.refused, found.rejects()
    return [each.said.facts for each in found.taken]


def refused(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(planned(path).rejects())))


def workbook(path: Path, sheet: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for i, row in enumerate(sheet):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(i, j, value, day)
                else:
                    page.write(i, j, value)
    return path


# Read


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), (";", "latin-1")])
def test_a_list_is_read_whatever_its_separator_and_encoding(file, separator, encoding):
    lines = [line.replace(",", separator) for line in (HEAD, YOMIRA, ROSA)]
    one, two = facts(file(*lines, encoding=encoding))
    assert one == Facts(
        "Yomira", "Quispe", "Huamán", "70123456", date(2001, 7, 30), sex="F", district=LA_ESPERANZA
    )
    assert (two.given, two.born, two.sex, two.district) == (
        "Rosa", date(1990, 1, 2), "F", LA_ESPERANZA,
    )  # fmt: skip


def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path):
    path = workbook(
        tmp_path / "list.xlsx",
        [
            ["Lista de beneficiarias 2024"],
            HEAD.split(","),
            ["Yomira", "Quispe", "Huamán", 70123456, date(2001, 7, 30), "F", "La Esperanza"],
        ],
    )
    (one,) = facts(path)
    assert (one.dni, one.born, one.paternal) == ("70123456", date(2001, 7, 30), "Quispe")


def test_a_row_is_told_by_its_number_in_the_file(tmp_path, file):
    path = file(HEAD, ROSA, "", "Ana,Díaz,,12,01/02/1999,F,")
    assert [each["row"] for each in refused(path)] == ["4"]
    head, bad = HEAD.split(","), ["Ana", "Díaz", "", "12", "01/02/1999", "F", ""]
    path = workbook(tmp_path / "list.xlsx", [["Lista"], head, ROSA.split(","), [], bad])
    assert [each["row"] for each in refused(path)] == ["5"]


@pytest.mark.parametrize(
    ("head", "row", "names"),
    [
        ("apellidos,nombres", "De la Cruz Huamán,Ana", ("Ana", "De la Cruz", "Huamán")),
        ("apellidos,nombres", "Ponce de León Ruiz,Ana", ("Ana", "Ponce de León", "Ruiz")),
        ("apellidos,nombres", "Quispe,Ana", ("Ana", "Quispe", "")),
        ("apellidos y nombres", '"Quispe Huamán, Ana María"', ("Ana María", "Quispe", "Huamán")),
        ("nombre completo", "Ana María Quispe Huamán", ("Ana María Quispe Huamán", "", "")),
        ("given_name,middle_name,surname", "Ana,María,Quispe", ("Ana María", "Quispe", "")),
    ],
)
def test_names_are_parted_where_that_is_certain(file, head, row, names):
    (one,) = facts(file(f"{head},edad", f"{row},17"))
    assert (one.given, one.paternal, one.maternal) == names
    assert one.age_band == "15–17"


@pytest.mark.parametrize(
    ("sexes", "told"),
    [(("F", "M"), ("F", "M")), (("M", "H"), ("F", "M")), (("mujer", "otro"), ("F", "X"))],
)
def test_the_letters_of_sex_depend_on_the_whole_column(file, sexes, told):
    path = file("nombres,edad,sexo", f"Ana,20,{sexes[0]}", f"Luis,30,{sexes[1]}")
    assert tuple(each.sex for each in facts(path)) == told


def test_what_is_written_beside_who_it_is(file):
    head = (
        "nombres,age_band,telefono,calls,call_hours,apoderado,idioma,seeing,hearing,barrio,"
        "tipo_documento,documento"
    )
    (one,) = facts(file(head, "Ana,15-17,944 123 456,horas,tarde,Luz,quechua,3,,Wichanzao,CE,0012"))
    assert (one.phone, one.calls, one.call_hours) == ("944 123 456", "hours", "tarde")
    assert (one.guardian, one.language, one.functioning) == ("Luz", "qu", "300000")
    assert (one.neighbourhood, one.dni, one.age_band) == ("Wichanzao", "", "15–17")


KOBO = {
    "_id": 91,
    "formhub/uuid": "3f",
    "who/given": "Yomira",
    "who/paternal": "Quispe",
    "who/born": "2001-07-30",
    "place/district": "130105",
    "agree/consent": "services linkage",
    "agree/consent_way": "spoken",
    "agree/consent_on": "2024-01-02",
    "_attachments": [],
    "meta/instanceID": "uuid:3f",
}


@pytest.mark.parametrize("wrapped", [False, True])
def test_submissions_of_kobotoolbox_are_read(file, wrapped):
    sent = [KOBO, KOBO | {"_id": 92, "who/given": "Rosa", "who/paternal": "Flores"}]
    found = planned(
        file(json.dumps({"count": 2, "next": None, "results": sent} if wrapped else sent))
    )
    assert not found.refused
    one = found.taken[0].said
    assert (one.facts.given, one.facts.district) == ("Yomira", LA_ESPERANZA)
    assert [(word.purpose, word.agrees) for word in one.words] == [
        ("services", True), ("linkage", True),
    ]  # fmt: skip


def test_submissions_of_odk_with_nested_groups_are_read(file):
    sent = [{"__id": "uuid:1", "who": {"given": "Yomira", "age_band": "18–24"}, "place": {}}]
    (one,) = facts(file(json.dumps({"value": sent})))
    assert (one.given, one.age_band) == ("Yomira", "18–24")


# Told why not


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("Ana,Díaz,,7012,01/02/1999,F,", "DNI", "eight digits"),
        ("Ana,Díaz,,,31/02/1999,F,", "Fecha de Nacimiento", "no day"),
        ("Ana,Díaz,,,,F,", "Fecha de Nacimiento", "Neither a birth date"),
        ("Ana,Díaz,,,01/02/1999,Z,", "Sexo", "not in the list"),
        ("Ana,Díaz,,,01/02/1999,F,Lima", "Distrito", "no district"),
        (",,,,01/02/1999,F,", "Nombres", "no name"),
        ("Ana,Díaz,,,01/02/1999,F", "the whole row", "6 cells"),
        ("Ana,Díaz,,,01/02/1999,F,,more", "the whole row", "8 cells"),
        ("Ana,Díaz,,,01/02/1999,F,El Porvenir", "Distrito", "You do not write down"),
    ],
)
def test_a_row_that_is_not_taken_says_where_why_and_what_to_do(file, line, column, reason):
    path = file(HEAD, ROSA, line)
    found = planned(path)
    assert (found.read, len(found.taken), len(found.refused)) == (2, 1, 1)
    (told,) = refused(path)
    assert told["column"] == column and reason in told["reason"]
    assert told["remedy"]


def test_every_fault_of_a_row_is_told_at_once(file):
    (told,) = refused(file(HEAD, "Ana,Díaz,,7012,31/02/1999,Z,Lima"))
    assert set(told["column"].split(" | ")) == {
        "DNI", "Fecha de Nacimiento", "Sexo", "Distrito",
    }  # fmt: skip


def test_refused_rows_speak_the_language_of_the_reader(file):
    with translation.override("es"):
        found = planned(file(HEAD, "Ana,Díaz,,7012,01/02/1999,F,"))
        head, row = found.rejects().splitlines()
        assert head.startswith("fila,columna,motivo,qué hacer,Nombres,")
        assert "ocho" in row


@pytest.mark.parametrize("lines", [["dni,edad", "70123456,3"], ["a"], [""], [HEAD]])
def test_a_file_that_is_no_list_of_people_is_refused_whole(file, lines):
    with pytest.raises(BadInput):
        planned(file(*lines))


def test_a_broken_workbook_is_refused_whole(tmp_path):
    path = workbook(tmp_path / "list.xlsx", [HEAD.split(","), ROSA.split(",")])
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(BadInput):
        planned(path)


def test_too_many_rows_are_refused_whole(file, monkeypatch):
    monkeypatch.setattr(importing, "MOST_ROWS", 1)
    with pytest.raises(BadInput, match="2 rows"):
        planned(file(HEAD, ROSA, YOMIRA))


# Consent

AGREED = (
    "nombres,edad,consent_services,consent_linkage,consent_voice,consent_way,consent_on,apoderado"
)


def agreed(path: Path) -> list[tuple[str, str, bool]]:
    found = planned(path)
    assert not found.refused, found.rejects()
    return [(word.purpose, word.voice, word.agrees) for word in found.taken[0].said.words]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Ana,20,si,no,,firmado,2024-01-02,",
         [("services", "self", True), ("linkage", "self", False)]),
        ("Ana,15,sí,,ambos,huella,02/01/2024,Rosa",
         [("services", "guardian", True), ("services", "assent", True)]),
        ("Ana,20,,,,,,", []),
        ("Ana,20,no,no,,,,", []),
    ],
)  # fmt: skip
def test_consent_is_taken_as_it_was_said(file, row, told):
    assert agreed(file(AGREED, row)) == told


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Ana,20,si,,,,2024-01-02,", "consent_way"),
        ("Ana,20,si,,,firmado,,", "consent_on"),
        ("Ana,15,si,,,firmado,2024-01-02,", "consent_voice"),
        ("Ana,20,quizás,,,firmado,2024-01-02,", "consent_services"),
        ("Ana,20,si,,guardian,firmado,2024-01-02,", "consent_voice"),
        ("Ana,20,si,,,firmado,2099-01-02,", "consent_on"),
        ("Ana,15,si,,self,firmado,2024-01-02,Rosa", "consent_voice"),
        ("Ana,15,si,,ambos,firmado,2024-01-02,", "apoderado"),
    ],
)
def test_a_consent_that_is_not_whole_is_none(file, row, column):
    (told,) = refused(file(AGREED, row))
    assert told["column"] == column


# Somebody twice


def test_whoever_is_on_the_register_perhaps_is_not_written_down(file):
    known = actions.register(
        by=actor("case_worker"),
        organisation="unfpa",
        facts=Facts("Jomira", "Kispe", "Guaman", born=date(2001, 7, 30)),
    )
    (told,) = refused(file(HEAD, ROSA, YOMIRA))
    assert known.code in told["reason"] and told["row"] == "3"
    assert planned(file(HEAD, YOMIRA)).doubles == 1
    other = file(f"{HEAD},is_another", f"{YOMIRA},yes")
    assert not planned(other).refused


def test_somebody_twice_in_one_file_is_written_down_once(file):
    like = ("Jomira,Kispe,Guaman,,30/07/2001,F,", "Otra,,,70123456,1/1/1980,F,")
    path = file(HEAD, YOMIRA, ROSA, *like)
    told = refused(path)
    assert [each["row"] for each in told] == ["4", "5"]
    assert all("row 2" in each["reason"] for each in told)


def test_the_same_file_writes_nobody_twice(file):
    path = file(f"{HEAD},is_another", f"{YOMIRA},", f"{ROSA},yes")
    assert brought_in(path).accepted == 2
    second = brought_in(path)
    assert (second.accepted, second.doubles, Person.objects.count()) == (0, 2, 2)
    person = Person.objects.get(pk=Person.objects.latest("pk").pk)
    actions.correct(
        by=actor("case_worker"),
        person=person.code,
        facts=Facts("Rosa", "Flores", "Vega", born=date(1990, 1, 2)),
    )
    assert brought_in(path).accepted == 0
    # Saved anew by a spreadsheet: other bytes, the same people
    assert brought_in(file(f"{HEAD},is_another", f"{YOMIRA},yes")).accepted == 0


# Written down


def test_people_are_written_down_with_their_words_and_one_entry(file):
    path = file(
        f"{HEAD},consent_services,consent_way,consent_on",
        f"{YOMIRA},si,signed,2024-01-02",
        f"{ROSA},,,",
        "Ana,,,12,,,,,,",
    )
    made = brought_in(path)
    assert (made.read, made.accepted, made.rejected, made.doubles) == (3, 2, 1, 0)
    people = list(Person.objects.order_by("pk"))
    assert [each.name for each in people] == ["Yomira Quispe Huamán", "Rosa Flores Vega"]
    assert queries.agrees(people[0], "services") and not queries.agrees(people[1], "services")
    assert {each.worker.name for each in people} == {actor("case_worker").label}
    assert queries.find(actor("case_worker"), "jomira kispe") == [people[0]]
    entry = JournalEntry.objects.get(did="people.imported")
    assert entry.data["accepted"] == 2 and entry.data["rejected"] == 1
    assert not JournalEntry.objects.filter(did="people.registered").exists()
    assert actions_import.take(by=actor("case_worker"), code=made.code).accepted == 2
    assert Person.objects.count() == 2


def test_what_was_written_down_meanwhile_counts(file):
    found, file_hash = importing.read(file(HEAD, YOMIRA, ROSA))
    who = actor("case_worker")
    made = actions_import.read_in(by=who, organisation="unfpa", rows=found, file_hash=file_hash)
    assert made.accepted == 2
    actions.register(
        by=who,
        organisation="unfpa",
        facts=Facts("Yomira", "Quispe", dni="70123456", age_band="18–24"),
    )
    done = actions_import.take(by=who, code=made.code)
    assert (done.accepted, done.doubles, Person.objects.count()) == (1, 1, 2)


def test_nothing_is_half_written(file, monkeypatch):
    found, file_hash = importing.read(file(HEAD, YOMIRA, ROSA))
    who = actor("case_worker")
    made = actions_import.read_in(by=who, organisation="unfpa", rows=found, file_hash=file_hash)
    real, calls = actions._consents, []

    def falls(*given: object) -> list[Consent]:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return real(*given)

    monkeypatch.setattr(actions, "_consents", falls)
    with pytest.raises(OSError, match="disk"):
        actions_import.take(by=who, code=made.code)
    assert not Person.objects.exists() and not Consent.objects.exists()
    assert not Import.objects.get().is_done


def test_the_database_holds_no_text_of_the_file(file):
    found, file_hash = importing.read(file(HEAD, YOMIRA, "Ana,Mendoza,,12,,,"))
    actions_import.read_in(
        by=actor("case_worker"), organisation="unfpa", rows=found, file_hash=file_hash
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_import")
        kept = b"|".join(
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for value in cursor.fetchone()
        )
    for text in ("Yomira", "Quispe", "70123456", "Mendoza", "Nombres"):
        assert text.encode() not in kept
    assert "Mendoza" in Import.objects.get().rejects


def test_the_refused_rows_once_mended_are_taken(file, tmp_path):
    made = brought_in(file(HEAD, YOMIRA, "Ana,Mendoza,,12,01/02/1999,F,"))
    mended = tmp_path / "mended.csv"
    mended.write_text(made.rejects.replace(",12,", ",70555555,"))
    found = brought_in(mended)
    assert (found.read, found.accepted) == (1, 1)
    assert Person.objects.latest("pk").dni == "70555555"


def test_only_whoever_brought_it_in_goes_on_with_it(file):
    found, file_hash = importing.read(file(HEAD, YOMIRA))
    made = actions_import.read_in(
        by=actor("case_worker"), organisation="unfpa", rows=found, file_hash=file_hash
    )
    for act in (actions_import.take, actions_import.give_up):
        with pytest.raises(NotAllowed):
            act(by=actor("agency_officer"), code=made.code)
    assert queries.import_of(actor("agency_officer"), made.code) is None
    with pytest.raises(NotAllowed):
        actions_import.read_in(
            by=actor("case_worker"), organisation="unodc", rows=found, file_hash=file_hash
        )


def test_what_is_given_up_leaves_nothing(file):
    found, file_hash = importing.read(file(HEAD, YOMIRA))
    who = actor("case_worker")
    made = actions_import.read_in(by=who, organisation="unfpa", rows=found, file_hash=file_hash)
    actions_import.give_up(by=who, code=made.code)
    assert not Import.objects.exists() and not Person.objects.exists()
    done = brought_in(file(HEAD, YOMIRA, "Ana,,,12,,,"))
    actions_import.give_up(by=who, code=done.code)
    kept = Import.objects.get()
    assert (kept.table, kept.rejects, kept.accepted) == ("", "", 1)
