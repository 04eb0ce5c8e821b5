"""Papers on pages: sent with what they say, opened safely, told on the sheet, shown to no other."""

from __future__ import annotations

import pytest
from cast import client_as, make_programme
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from offered import make_attended
from papers import PDF, photo, picture
from shown import addresses_of, text

from convive.domain.people import queries
from convive.domain.people.models import ConsentScan, Person
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

url = addresses_of("people")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()


def send(
    person: Person, content: bytes, name: str = "IMG_2041.jpg", who: str = "case_worker", **more
) -> HttpResponse:
    said = {
        "purposes": ["services", "contact"], "voice": "self", "way": "signed",
        "given_on": "2024-01-02", **more,
    }  # fmt: skip
    said["scan"] = SimpleUploadedFile(name, content, content_type="image/jpeg")
    return client_as(who).post(url("consent", person.code), said)


def test_a_photograph_is_sent_listed_opened_and_told_on_the_sheet():
    person, worker = make_attended(), client_as("case_worker")
    page = text(worker.get(url("consent", person.code)))
    assert 'type="file" name="scan"' in page and "multipart/form-data" in page
    assert send(person, photo()).status_code == 302
    assert not list(settings.HOME.uploads.glob("*.upload*"))  # nothing lies in clear on the disk
    found = ConsentScan.objects.get()
    where = url("scan", person.code, found.code)
    assert where in text(worker.get(url("person", person.code)))
    answer = worker.get(where)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert picture(answer.content).size == (2000, 1333)
    assert answer["Content-Disposition"] == f'inline; filename="consent-{found.code.lower()}.jpg"'
    assert "sandbox" in answer["Content-Security-Policy"].split("; ")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert JournalEntry.objects.filter(did="people.scan-opened").count() == 1
    sheet = text(worker.get(url("sheet", person.code)))
    assert "sealed scan of the paper that you signed on 2 Jan 2024" in sheet


def test_a_pdf_is_saved_and_never_shown_whatever_its_name_and_type_say():
    person = make_attended()
    assert send(person, PDF, name="foto.jpg").status_code == 302
    found = ConsentScan.objects.get()
    answer = client_as("agency_officer").get(url("scan", person.code, found.code))
    assert answer["Content-Type"] == "application/pdf" and answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer["Content-Security-Policy"].split("; ")


@pytest.mark.parametrize(
    ("content", "changes", "told"),
    [
        (b"GIF89a", {}, "neither PDF nor JPEG nor PNG"),
        (b"", {}, "neither PDF nor JPEG nor PNG"),
        (PDF, {"way": "spoken"}, "These words stand on no paper."),
    ],
)
def test_what_cannot_be_filed_is_told_beside_its_field_and_nothing_is_written(
    content, changes, told
):
    person = make_attended()
    answer = send(person, content, **changes)
    assert answer.status_code == 422 and told in text(answer)
    assert not ConsentScan.objects.exists() and not queries.agrees(person, "contact")


def test_words_without_a_paper_are_written_as_before():
    person = make_attended()
    said = {"purposes": ["contact"], "voice": "self", "way": "signed", "given_on": "2024-01-02"}
    assert client_as("case_worker").post(url("consent", person.code), said).status_code == 302
    assert queries.agrees(person, "contact") and not ConsentScan.objects.exists()


def test_a_wrong_paper_is_taken_out():
    person = make_attended()
    send(person, PDF)
    found, worker = ConsentScan.objects.get(), client_as("case_worker")
    drop = url("drop_scan", person.code, found.code)
    assert drop in text(worker.get(url("person", person.code)))
    assert worker.get(drop).status_code == 405
    assert worker.post(drop).status_code == 302 and not ConsentScan.objects.exists()
    assert worker.get(url("scan", person.code, found.code)).status_code == 403


def test_no_other_organisation_and_no_other_person_opens_a_paper():
    one, two = make_attended(), make_attended(1)
    send(one, PDF)
    found = ConsentScan.objects.get()
    other = client_as("other_agency_officer")
    known = other.get(url("scan", one.code, found.code))
    unknown = other.get(url("scan", one.code, "none"))
    assert known.status_code == unknown.status_code == 403
    assert text(known).replace(found.code, "none") == text(unknown)
    assert client_as("case_worker").get(url("scan", two.code, found.code)).status_code == 403
    assert client_as("analyst").get(url("scan", one.code, found.code)).status_code == 403
    assert not JournalEntry.objects.filter(did="people.scan-opened").exists()


def test_it_is_told_in_spanish():
    person = make_attended()
    send(person, PDF)
    sheet = client_as("case_worker").get(url("sheet", person.code, language="es"))
    assert "un escaneo del papel que usted firmó el 2 ene 2024" in text(sheet)
