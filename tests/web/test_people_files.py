"""Files of people on pages: sent, seen, written down, given back; and what nobody else learns."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from cast import LA_ESPERANZA, actor, client_as, make_programme
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from shown import addresses_of, text

from convive.domain.people import actions, queries
from convive.domain.people.consent import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Import, Person
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

url = addresses_of("people")

HEAD = "Nombres;Apellido Paterno;Apellido Materno;DNI;Fecha de Nacimiento;Sexo;Distrito"
BAD = "Ana;Mendoza;;12;01/02/1999;F;"
GIVEN = ["Ana", "Rosa", "Luz", "Inés", "Flor", "Nélida", "Carmen", "Julia", "Elena", "Sofía"]
SURNAMES = ["Quispe", "Huamán", "Ñique", "Flores", "Vega", "Rojas", "Díaz", "Paredes", "Cruz"]
SURNAMES += ["Mendoza", "Salas", "Ríos"]


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()


def many(count: int) -> list[str]:
    """Rows of people who are all different, as a spreadsheet in Peru saves them."""
    rows = []
    for n in range(count):
        given, more = GIVEN[n % 10], SURNAMES[n // 10 % 12]
        other = SURNAMES[(n // 10 + n // 120 + 1) % 12]
        born = date(1980 + n % 40, n % 12 + 1, n % 28 + 1)
        rows.append(f"{given};{more};{other};{70000000 + 37 * n};{born:%d/%m/%Y};M;La Esperanza")
    return rows


def sent(client: Client, content: bytes, name: str = "lista.csv") -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    return client.post(url("import"), {"file": file})


def as_csv(*rows: str) -> bytes:
    return "\r\n".join((HEAD, *rows)).encode("latin-1")


def test_three_hundred_rows_of_a_spreadsheet_in_latin_1() -> None:
    client = client_as("case_worker")
    answer = sent(client, as_csv(*many(300), BAD))
    assert answer.status_code == 302 and answer.url == url("import")
    page = text(client.get(url("import")))
    assert "300 people would be written down" in page and "1 row would not be taken" in page
    assert "eight digits" in page and "Mendoza" not in page
    assert not Person.objects.exists()
    assert client.post(url("import"), {"take": ""}).status_code == 302
    page = text(client.get(url("import")))
    assert "300 people written down" in page and "1 row not taken" in page
    assert Person.objects.count() == 300
    assert Person.objects.filter(district__code="130105").count() == 300
    [found] = queries.find(actor("case_worker"), "70000074")
    assert found.name == "Luz Quispe Huamán"


def test_rows_not_taken_come_back_and_are_taken_once_mended() -> None:
    client = client_as("case_worker")
    sent(client, as_csv(*many(2), BAD))
    client.post(url("import"), {"take": ""})
    answer = client.get(url("rejects"))
    assert "attachment" in answer["Content-Disposition"]
    content = answer.content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(content))
    assert (row["row"], row["column"], row["Apellido Paterno"]) == ("4", "DNI", "Mendoza")
    client.post(url("import"), {"close": ""})
    assert client.get(url("rejects")).status_code == 302
    assert Import.objects.get().rejects == ""
    sent(client, content.replace(",12,", ",70555555,").encode(), "mended.csv")
    client.post(url("import"), {"take": ""})
    assert Person.objects.count() == 3 and Person.objects.latest("pk").name == "Ana Mendoza"


def test_the_same_file_writes_nobody_twice() -> None:
    client = client_as("case_worker")
    for _time in range(2):
        sent(client, as_csv(*many(5)))
        client.post(url("import"), {"take": ""})
        page = text(client.get(url("import")))
        client.post(url("import"), {"close": ""})
    assert "0 people written down" in page and "5 rows not taken" in page
    assert Person.objects.count() == 5


def test_a_file_may_be_left() -> None:
    client = client_as("case_worker")
    sent(client, as_csv(*many(3)))
    client.post(url("import"), {"close": ""})
    assert not Person.objects.exists() and not Import.objects.exists()
    assert 'type="file"' in text(client.get(url("import")))


def test_another_file_takes_the_place_of_one_that_waits() -> None:
    client = client_as("case_worker")
    sent(client, as_csv(*many(3)))
    sent(client, as_csv(*many(5)))
    assert "5 people would be written down" in text(client.get(url("import")))
    assert Import.objects.count() == 1
    assert sent(client, b"nothing").status_code == 422
    assert "5 people would be written down" in text(client.get(url("import")))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\x03\x04 no workbook at all", "lista.xlsx"),
        (b"nothing", "lista.csv"),
        (b"dni;edad\r\n70123456;12", "lista.csv"),
        (b"", "lista.csv"),
    ],
)
def test_a_broken_file_is_told_beside_its_field(content: bytes, name: str) -> None:
    answer = sent(client_as("case_worker"), content, name)
    assert answer.status_code == 422 and 'id="id_file-error"' in text(answer)
    assert not Import.objects.exists()


def test_no_file_lies_in_clear_between_the_steps() -> None:
    client = client_as("case_worker")
    sent(client, as_csv("Zoraida;Mendoza;;;01/02/1999;F;", BAD))
    for root in (Path(settings.HOME.root), Path(settings.FILE_UPLOAD_TEMP_DIR)):
        for path in root.rglob("*"):
            if path.is_file():
                kept = path.read_bytes()
                assert b"Zoraida" not in kept and b"Mendoza" not in kept, path


def test_a_file_is_seen_by_whoever_brought_it_in_alone() -> None:
    sent(client_as("case_worker"), as_csv(*many(3), BAD))
    other = client_as("agency_officer")
    assert 'type="file"' in text(other.get(url("import")))
    assert other.get(url("rejects")).status_code == 302


# Taken away

YOMIRA = Facts(
    "Yomira", "Quispe", "Huamán", "70123456", date(2001, 7, 30), sex="F", district=LA_ESPERANZA,
    neighbourhood="Manuel Arévalo", phone="+51 944 123 456", calls="hours", call_hours="after six",
    functioning="112301", language="qu",
)  # fmt: skip
CHILD = Facts(
    "Luz", "=1+1", age_band="12–14", guardian="Rosa Vega", guardian_phone="944000111", sex="X"
)


def register_two() -> list[Person]:
    by, said = actor("case_worker"), {"way": "signed", "on": date(2024, 1, 2)}
    one = [Word("services", "self", True, **said), Word("contact", "self", False, **said)]
    two = [Word("services", voice, True, **said) for voice in ("guardian", "assent")]
    return [
        actions.register(by=by, organisation="unfpa", facts=facts, words=words)
        for facts, words in ((YOMIRA, one), (CHILD, two))
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_what_is_taken_away_is_read_again_as_it_was(kind: str) -> None:
    people = register_two()
    before = [actions.facts_of(one) for one in people]
    client = client_as("case_worker")
    answer = client.post(url("export"), {"kind": kind})
    assert answer.status_code == 200 and f".{kind}" in answer["Content-Disposition"]
    entry = JournalEntry.objects.get(did="people.exported")
    assert (entry.data, entry.who) == ({"people": 2}, actor("case_worker").id)
    for one in people:
        actions.erase(by=actor("agency_officer"), person=one.code, reason="mistake")
    sent(client, answer.content, f"people.{kind}")
    client.post(url("import"), {"take": ""})
    again = list(Person.objects.filter(erased_on=None).order_by("pk"))
    assert [actions.facts_of(one) for one in again] == before
    assert queries.agrees(again[0], "services") and queries.agrees(again[1], "services")
    assert not queries.agrees(again[0], "contact")
    assert again[0].consents.filter(purpose="contact", agrees=False).exists()
    assert not again[0].consents.filter(purpose="linkage").exists()


def test_no_cell_is_a_formula() -> None:
    register_two()
    content = client_as("case_worker").post(url("export"), {"kind": "csv"}).content.decode()
    assert "'=1+1" in content and ",=1+1" not in content


def test_nobody_of_another_organisation_or_district_is_taken_away() -> None:
    register_two()
    other = client_as("other_agency_officer")
    with_people = other.post(url("export"), {"kind": "csv"})
    assert with_people.status_code == 200 and b"Yomira" not in with_people.content
    forged = other.post(url("export"), {"kind": "csv", "organisation": "unfpa"})
    assert b"Yomira" not in forged.content


def test_the_form_for_telephones_is_a_workbook() -> None:
    answer = client_as("case_worker").get(url("form"))
    assert answer.content.startswith(b"PK") and "xlsx" in answer["Content-Disposition"]


def test_a_list_as_a_spreadsheet_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "lista.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate((HEAD, *many(4))):
            sheet.write_row(i, 0, row.split(";"))
    client = client_as("case_worker")
    sent(client, path.read_bytes(), "lista.xlsx")
    assert "4 people would be" in text(client.get(url("import")))
