"""Pages of referrals: two agencies, one person, a loop that closes; and what nobody else learns."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta

import pytest
from cast import LA_ESPERANZA, actor, client_as, make_programme
from django.urls import reverse
from django.utils.translation import override
from shown import addresses_of, text

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals.models import Referral

pytestmark = pytest.mark.django_db

url = addresses_of("referrals")
NEEDED = ("services", "disclosure_other_orgs", "contact")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    for code, name in (("mentoring", "Mentoring"), ("tutoring", "Tutoring")):
        CatalogueEntry.objects.create(kind="service", code=code, name_es=name, name_en=name)
    neutral = {f"neutral_name_{language}": "Service A" for language in ("es", "en")}
    CatalogueEntry.objects.create(
        kind="service", code="mental-health", name_es="Mental health", name_en="Mental health",
        data={"sensitive": True, **neutral},
    )  # fmt: skip
    actor("other_agency_officer")  # unodc has somebody who answers


def somebody(agrees: bool = True) -> Person:
    words = [Word(each, "self", True, "signed", programme.today()) for each in NEEDED]
    facts = Facts(
        "Yomira", "Quispe", dni="70123456", born=date(2001, 7, 30), sex="F",
        district=LA_ESPERANZA, phone="944123456", calls="yes", functioning="112111",
    )  # fmt: skip
    return people.register(
        by=actor("case_worker"), organisation="unfpa", facts=facts,
        words=words if agrees else (), is_another=True,
    )  # fmt: skip


def sent(person: Person | None = None, service: str = "mentoring", **changes: str) -> Referral:
    person = person or somebody()
    answer = client_as("case_worker").post(
        url("new", query=f"?service={service}", code=person.code),
        {"receiver": "unodc", "note": "Wants to weld", **changes},
    )
    assert answer.status_code == 302, text(answer)
    return Referral.objects.latest("pk")


def in_days(days: int) -> str:
    return (programme.today() + timedelta(days=days)).isoformat()


def test_a_referral_goes_out_is_accepted_and_done_and_the_sender_learns_it():
    person = somebody()
    worker, other = client_as("case_worker"), client_as("other_agency_officer")
    page = text(worker.get(reverse("people:person", kwargs={"code": person.code})))
    assert f"/referrals/new/{person.code}/" in page
    first = text(worker.get(url("new", code=person.code)))
    assert 'value="mentoring"' in first and 'name="receiver"' not in first
    page = text(worker.get(url("new", query="?service=mentoring", code=person.code)))
    assert 'value="unodc"' in page and 'value="unfpa"' not in page
    assert 'name="override"' not in page
    found = sent(person)

    assert "Yomira Quispe" in text(other.get(url("list")))
    page = text(other.get(url("received", code=found.code)))
    for said in ("Yomira Quispe", "944123456", "Wants to weld", "UNFPA asks you"):
        assert said in page
    for kept in ("70123456", "some difficulty", person.code):
        assert kept not in page
    assert other.post(url("answer", code=found.code), {"answer": "accept"}).status_code == 422
    answered = {"answer": "accept", "promised_on": in_days(5)}
    assert other.post(url("answer", code=found.code), answered).status_code == 302
    assert "accepted" in text(worker.get(url("list", query="?of=sent")))
    other.post(url("done", code=found.code))
    page = text(worker.get(url("sent", code=found.code)))
    assert "attended" in page and "other_agency_officer" in page
    assert "Yomira" not in text(worker.get(url("list", query="?of=sent")))  # nothing waits any more
    assert "Yomira" in text(worker.get(url("list", query="?of=sent&all=1")))
    assert "Yomira" not in text(other.get(url("received", code=found.code)))


def test_a_no_has_its_reason_and_a_way_on():
    found = sent()
    other, worker = client_as("other_agency_officer"), client_as("case_worker")
    answered = {"answer": "reject", "reason": "full", "suggestion": "muni-la-esperanza"}
    assert other.post(url("answer", code=found.code), answered).status_code == 302
    page = text(worker.get(url("sent", code=found.code)))
    assert "There is no room now" in page and "They suggest Municipalidad de La Esperanza" in page
    assert f"/referrals/new/{found.person.code}/?service=mentoring" in page
    page = text(other.post(url("answer", code=found.code), answered))
    assert "moved on meanwhile" in page


def test_what_is_late_is_marked_on_both_sides():
    found = sent()
    other, worker = client_as("other_agency_officer"), client_as("case_worker")
    assert 'class="late"' not in text(other.get(url("list")))
    other.post(url("answer", code=found.code), {"answer": "accept", "promised_on": in_days(0)})
    Referral.objects.update(promised_on=date(2024, 1, 2))
    for page in (other.get(url("list")), worker.get(url("list", query="?of=sent"))):
        assert '<span class="late">was promised for 2 Jan 2024' in text(page)
    with override("en"):
        home = reverse("workspace:home")
    assert "the promised day has passed" in text(other.get(home))
    assert "Ask whether somebody was attended" in text(worker.get(home))


def test_withdrawn_consent_closes_the_copy_and_the_sheet():
    person = somebody()
    found = sent(person)
    words = [Word("disclosure_other_orgs", "self", False, "spoken", programme.today())]
    people.record_words(by=actor("case_worker"), person=person.code, words=words)
    other, worker = client_as("other_agency_officer"), client_as("case_worker")
    for page in (other.get(url("received", code=found.code)), other.get(url("list"))):
        assert "Yomira" not in text(page) and "944123456" not in text(page)
    assert "can no longer be read" in text(other.get(url("received", code=found.code)))
    assert "no longer reads who it is" in text(worker.get(url("sent", code=found.code)))
    assert "Yomira" not in text(worker.get(url("sheet", code=found.code)))
    worker.post(url("revoke", code=found.code))
    assert Referral.objects.get().status == "revoked"


def test_without_consent_only_whoever_may_override_it_sends():
    person = somebody(agrees=False)
    where = url("new", query="?service=mentoring", code=person.code)
    worker, lead = client_as("case_worker"), client_as("agency_officer")
    page = text(worker.get(where))
    assert "has not agreed" in page and 'name="override"' not in page
    forged = worker.post(where, {"receiver": "unodc", "override": "danger"})
    assert forged.status_code == 422 and "did not agree" in text(forged)
    assert lead.post(where, {"receiver": "unodc"}).status_code == 422
    assert lead.post(where, {"receiver": "unodc", "override": "danger"}).status_code == 302
    found = Referral.objects.get()
    page = text(client_as("other_agency_officer").get(url("received", code=found.code)))
    assert "without the person" in page and "is in danger now" in page


def test_a_receiver_without_an_account_gets_a_sheet_and_the_sender_writes_its_answer():
    found = sent(receiver="muni-el-porvenir")
    worker = client_as("case_worker")
    page = text(worker.get(url("sheet", code=found.code)))
    for said in ("Yomira Quispe", "<svg", found.code, "Your answer"):
        assert said in page
    assert "70123456" not in page
    assert "has no account" in text(worker.get(url("sent", code=found.code)))
    answered = {"answer": "accept", "promised_on": in_days(3)}
    assert worker.post(url("told", code=found.code), answered).status_code == 302
    worker.post(url("told", code=found.code), {"done": "1"})
    assert Referral.objects.get().status == "done"
    other = sent(somebody())  # unodc has accounts: its answer is not for the sender to write
    worker.post(url("told", code=other.code), {"answer": "reject", "reason": "full"})
    assert Referral.objects.get(pk=other.pk).status == "in_progress"


def test_a_number_that_must_not_be_called_leaves_the_page_and_the_sheet_at_once():
    person = somebody()
    found, paper = sent(person), sent(person, receiver="muni-el-porvenir")
    other, worker = client_as("other_agency_officer"), client_as("case_worker")
    pages = [(other, url("received", code=found.code)), (worker, url("sheet", code=paper.code))]
    for who, where in pages:
        assert "944123456" in text(who.get(where))
    facts = dataclasses.replace(people.facts_of(person), calls="no")
    people.correct(by=actor("case_worker"), person=person.code, facts=facts)
    for who, where in pages:
        page = text(who.get(where))
        assert "944123456" not in page and "Do not call" in page and "safe to call" not in page
    assert "No telephone is told" in text(worker.get(url("new", code=person.code)))


def test_what_a_sensitive_service_is_stands_beside_nobody_but_for_who_attends():
    person = somebody()
    found = sent(person, "mental-health")
    paper = sent(person, "mental-health", receiver="muni-el-porvenir")
    other, worker = client_as("other_agency_officer"), client_as("case_worker")
    lead = client_as("agency_officer")
    for who, where in (
        (worker, url("list", query="?of=sent&all=1")),
        (lead, url("list", query="?of=sent&all=1")),
        (other, url("list")),
        (lead, url("sent", code=found.code)),
        (worker, url("sheet", code=paper.code)),
        (lead, url("sheet", code=paper.code)),
    ):
        page = text(who.get(where))
        assert "Service A" in page and "Mental health" not in page and "mental-health" not in page
    for who, where in (
        (worker, url("sent", code=found.code)),
        (other, url("received", code=found.code)),
    ):
        assert "Mental health" in text(who.get(where))
    sheet = text(worker.get(url("sheet", code=paper.code)))
    assert "ask UNFPA, with this code" in sheet
    assert sheet.index("<svg") < sheet.index("Fold here") < sheet.index("Yomira Quispe")
    assert "Tell them in person" in text(worker.get(url("sent", code=paper.code)))
    assert "Tell them in person" not in text(lead.get(url("sent", code=paper.code)))
    answered = {"answer": "reject", "reason": "full"}
    assert other.post(url("answer", code=found.code), answered).status_code == 302
    page = text(lead.get(url("sent", code=found.code)))
    assert "Refer to another organisation" in page and "mental-health" not in page
    assert "?service=mental-health" in text(worker.get(url("sent", code=found.code)))


def test_services_that_are_full_or_closed_are_marked_where_one_chooses():
    other, worker = client_as("other_agency_officer"), client_as("case_worker")
    said = {"organisation": "unodc", "service": "mentoring", "room": "full", "note": "until June"}
    assert other.post(url("rooms"), said).status_code == 302
    person = somebody()
    page = text(worker.get(url("new", query="?service=mentoring", code=person.code)))
    assert re.search(r"UNODC – full: people wait, since [^<]*: until June", page)
    page = text(worker.get(url("new", query="?service=tutoring", code=person.code)))
    assert "full: people wait" not in page
    assert "until June" in text(worker.get(url("rooms")))
    assert other.post(url("rooms"), said | {"organisation": "unfpa"}).status_code == 422
    other.post(url("rooms"), said | {"room": "closed"})
    answer = worker.post(
        url("new", query="?service=mentoring", code=person.code), {"receiver": "unodc"}
    )
    assert answer.status_code == 422 and "closed there" in text(answer)


def test_nobody_else_learns_anything_whatever_they_ask():
    found = sent()
    for who in ("municipal_officer", "other_municipal_officer", "coordinator", "auditor"):
        asks = client_as(who)
        for view in ("sent", "sheet", "received", "answer", "told", "new"):
            real = asks.get(url(view, code=found.code))
            made_up = asks.get(url(view, code="zzzzzzzzzzzz"))
            assert real.status_code == made_up.status_code == 403
            assert real.content.replace(found.code.encode(), b"zzzzzzzzzzzz") == made_up.content
        for view in ("revoke", "done", "answer", "told"):
            assert asks.post(url(view, code=found.code), {"done": "1"}).status_code == 403
        for query in ("", "?all=1", "?of=sent", "?of=sent&all=1"):
            page = text(asks.get(url("list", query=query)))
            assert found.code not in page and "Yomira" not in page
    # Nor does either side open the other's page
    assert client_as("other_agency_officer").get(url("sent", code=found.code)).status_code == 403
    assert client_as("case_worker").get(url("received", code=found.code)).status_code == 403
    assert Referral.objects.get().status == "in_progress"
