"""Certificates: to whom they are issued, what anybody learns by their code, and on paper."""

from __future__ import annotations

import io

import pytest
from cast import actor, make_programme
from django.utils import translation
from offered import make_activity, make_catalogue, make_completed
from pypdf import PdfReader

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.programme import queries as programme
from convive.domain.services import actions_certificates as actions
from convive.domain.services import certificates
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models_certificates import Certificate
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def issue(row: Enrolment, who: str = "case_worker", **more: object) -> Certificate:
    facts = {"hours": 24, **more}
    made = actions.issue(by=actor(who), activity=row.activity.code, enrolments=[row.code], **facts)
    return made[0]


def test_who_completed_gets_one_and_nobody_else():
    found = make_activity(sessions=1)
    done = make_completed(found)
    one = issue(done)
    assert certificates.told(one) == certificates.Told(
        certificates.spoken(one.code), "Vocational training", "Bakery", "UNFPA", "La Esperanza",
        found.first_day, programme.today(), 24, programme.today(), None, "A. Q.", False,
    )  # fmt: skip
    with pytest.raises(BadInput, match="has a certificate"):
        issue(done)
    with pytest.raises(BadInput, match="Choose of those"):
        actions.issue(by=actor("case_worker"), activity=found.code, enrolments=["x"], hours=3)
    with pytest.raises(BadInput, match="no number of hours"):
        issue(make_completed(make_activity(sessions=1), 1), hours=0)
    with pytest.raises(NotAllowed):
        issue(make_completed(make_activity(sessions=1), 2), "analyst")
    assert Certificate.objects.count() == 1
    entry = JournalEntry.objects.get(did="services.certificate-issued")
    assert entry.subject == done.code and one.code not in str(entry.data)


def test_a_sensitive_service_gives_them_to_who_asks_and_says_its_neutral_name():
    row = make_completed(make_activity(service="legal-aid", sessions=1))
    with pytest.raises(BadInput) as caught:
        issue(row)
    assert [each.where for each in caught.value.problems] == ["wished"]
    said = certificates.told(issue(row, wished=True))
    assert (said.service, said.title) == ("Guidance service A", "")


def test_one_that_was_written_by_mistake_is_told_so_and_another_may_follow():
    row = make_completed(make_activity(sessions=1))
    one = issue(row)
    with pytest.raises(NotAllowed):
        actions.revoke(by=actor("other_agency_officer"), certificate=one.code)
    actions.revoke(by=actor("case_worker"), certificate=one.code)
    one.refresh_from_db()
    assert certificates.told(one).revoked_on == programme.today()
    with pytest.raises(BadInput, match="withdrawn already"):
        actions.revoke(by=actor("case_worker"), certificate=one.code)
    with pytest.raises(NotAllowed):
        actions.revoke(by=actor("case_worker"), certificate="no-such")
    assert issue(row).code != one.code


@pytest.mark.parametrize(
    ("name", "agrees"),
    [
        ("Ana Quispea", True),
        ("QUISPEA, ana", True),
        ("Ana Kispea", True),
        ("Ana", False),
        ("Quispea", False),
        ("Ana Rosa Quispea", False),
        ("Ana Flores", False),
        ("", False),
    ],
)
def test_a_name_is_compared_and_never_told(name: str, agrees: bool):
    one = issue(make_completed(make_activity(sessions=1)))
    assert certificates.is_of(one, name) is agrees
    assert "Quispe" not in str(certificates.told(one))


def test_who_takes_back_their_consent_or_is_forgotten_is_named_no_more():
    row, other = (make_completed(make_activity(sessions=1), n) for n in (0, 1))
    for each in (row, other):
        issue(each)
    no = Word("services", "self", False, "spoken", programme.today())
    people.record_words(by=actor("case_worker"), person=row.person.code, words=[no])
    people.erase(by=actor("agency_officer"), person=other.person.code, reason="asked")
    for each, name in ((row, "Ana Quispea"), (other, "Rosa Quispea")):
        one = Certificate.objects.get(enrolment=each)
        assert certificates.told(one).initials == "" and not certificates.is_of(one, name)
    assert not certificates.told(one).revoked_on


def test_the_code_is_read_as_people_write_it():
    assert certificates.spoken("bcdfghjkmnpq") == "bcdf-ghjk-mnpq"
    assert certificates.read(" BCDF ghjk-mnpq. ") == "bcdfghjkmnpq"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_paper_is_one_page_for_a_screen_reader_too(language: str):
    one = issue(make_completed(make_activity(sessions=1)))
    with translation.override(language):
        content = certificates.pdf(one)
        assert certificates.pdf(one) == content
        reader = PdfReader(io.BytesIO(content))
        (page,) = reader.pages
        text = page.extract_text()
        title = "Certificate" if language == "en" else "Constancia"
    assert reader.trailer["/Root"]["/Lang"] == language and reader.metadata.title == title
    assert "Ana Quispea" in text and certificates.spoken(one.code) in text and "24" in text
    assert "/StructTreeRoot" in reader.trailer["/Root"]


def test_a_made_up_certificate_says_so():
    one = issue(make_completed(make_activity(sessions=1)))
    Activity.objects.update(is_sample=True)
    (page,) = PdfReader(io.BytesIO(certificates.pdf(Certificate.objects.get()))).pages
    assert "made up" in page.extract_text() and one.code
