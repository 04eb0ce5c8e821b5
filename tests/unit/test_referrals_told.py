"""Referrals: what the receiver reads and for how long, and who reads what a service is."""

from __future__ import annotations

import dataclasses
import json

import pytest
from cast import LA_ESPERANZA, actor
from django.db import connection
from django.utils import translation
from referred import (
    DEEDS,
    copy_for_receiver,
    make_ground,
    receiver,
    sent,
    somebody,
    tomorrow,
    word,
)

from convive.domain.people import actions as people
from convive.domain.people.models import Person
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import actions, pages, queries
from convive.domain.referrals.models import Referral
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_ground()


def reread(found: Referral) -> Referral:
    return Referral.objects.get(pk=found.pk)


def corrected(person: Person, **changes: str) -> None:
    facts = dataclasses.replace(people.facts_of(person), **changes)
    people.correct(by=actor("case_worker"), person=person.code, facts=facts)


def accepted() -> Referral:
    return actions.accept(by=receiver(), referral=sent().code, promised_on=tomorrow())


# What the receiver reads


def test_the_receiver_reads_what_its_role_needs_and_no_more():
    found = sent()
    copy = copy_for_receiver(found)
    assert copy is not None
    assert (copy.name, copy.age_band, copy.sex) == ("Yomira Quispe Huamán", copy.age_band, "F")
    assert (copy.phone, copy.calls, copy.call_hours) == ("944123456", "hours", "after six")
    assert (copy.district, copy.language, copy.note) == (LA_ESPERANZA, "es", "Wants to weld")
    told = copy.as_text()
    for kept in ("70123456", "Aurelia", "Manuel", "112111", "2001-07"):
        assert kept not in told


@pytest.mark.parametrize("calls", ["no", "unasked"])
def test_no_telephone_goes_where_it_is_not_safe_to_call(calls):
    copy = copy_for_receiver(sent(somebody(calls=calls, call_hours="")))
    assert copy is not None and copy.phone == "" and copy.calls == calls
    assert "944123456" not in copy.as_text()


def test_a_number_that_must_not_be_called_any_more_is_told_to_nobody():
    """It may ring where the violent man hears it: what the register says today counts."""
    person = somebody(calls="yes", call_hours="")
    found = sent(person)
    corrected(person, phone="", calls="no", call_hours="")
    copy = copy_for_receiver(found)
    assert copy is not None and (copy.phone, copy.calls, copy.call_hours) == ("", "no", "")
    corrected(person, phone="955 000 111", calls="hours", call_hours="mornings")
    copy = copy_for_receiver(found)
    assert copy is not None and (copy.phone, copy.calls) == ("955000111", "hours")
    assert copy.call_hours == "mornings" and "955000111" in str(pages.sheet(reread(found))["copy"])
    assert "955000111" not in found.copy and "944123456" not in found.copy


@pytest.mark.parametrize("who", ["case_worker", "agency_officer"])
def test_nobody_is_called_who_does_not_agree_that_somebody_calls(who):
    person = somebody(calls="yes", call_hours="")
    found = sent(person, who=who)
    people.record_words(by=actor("case_worker"), person=person.code, words=[word("contact", False)])
    for copy in (copy_for_receiver(found), queries.told([reread(found)]).of(found)):
        assert copy is not None and (copy.phone, copy.calls) == ("", "no")
    assert not queries.is_reached(person)
    people.record_words(by=actor("case_worker"), person=person.code, words=[word("contact")])
    copy = copy_for_receiver(found)
    assert copy is not None and (copy.phone, copy.calls) == ("944123456", "yes")


def test_what_an_older_copy_kept_of_the_number_does_not_count():
    person = somebody(calls="no", call_hours="")
    found = sent(person)
    older = json.loads(found.copy) | {"phone": "944123456", "calls": "yes"}
    found.copy = json.dumps(older)
    found.save()
    copy = copy_for_receiver(found)
    assert copy is not None and (copy.phone, copy.calls) == ("", "no")


def test_the_copies_of_a_list_are_read_in_as_many_queries_as_one(django_assert_num_queries):
    for n in range(4):
        sent(somebody(given=f"Rosa{n}"))
    rows = list(queries.received_by(receiver()))
    for part in (rows[:1], rows):
        with django_assert_num_queries(2):
            told = queries.told(part)
            assert all(told.of(row) for row in part)


def test_the_copy_is_sealed_and_the_journal_names_nobody():
    found = sent(service="mental-health")
    actions.reject(by=receiver(), referral=found.code, reason="other", words="Lives with Aurelia")
    sent(somebody(given="Rosa"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_referral")
        row = b"|".join(
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for line in cursor.fetchall()
            for value in line
        )
    for text in b"Yomira Quispe Rosa 944123456 after weld Aurelia".split():
        assert text not in row
    told = json.dumps(
        [
            [entry.subject, entry.data, entry.why]
            for entry in JournalEntry.objects.filter(kind="referral")
        ]
    )
    deeds = list(JournalEntry.objects.filter(kind="referral").values_list("did", flat=True))
    assert sorted(deeds) == ["referrals.rejected", "referrals.sent", "referrals.sent"]
    people_codes = list(Person.objects.values_list("code", flat=True))
    for text in ("Yomira", "Rosa", "weld", "Aurelia", "mental", *people_codes):
        assert text not in told


@pytest.mark.parametrize("purpose", ["services", "disclosure_other_orgs"])
def test_consent_that_is_withdrawn_takes_the_copy_away_at_once(purpose):
    person = somebody()
    found = sent(person)
    assert copy_for_receiver(found) is not None
    people.record_words(by=actor("case_worker"), person=person.code, words=[word(purpose, False)])
    assert copy_for_receiver(found) is None
    assert pages.received_rows(queries.received_by(receiver()))[0].name == ""
    assert pages.sheet(found)["copy"] is None
    people.record_words(by=actor("case_worker"), person=person.code, words=[word(purpose)])
    assert copy_for_receiver(found) is not None


@pytest.mark.parametrize("deed", ["rejected", "done", "revoked"])
def test_the_copy_is_deleted_when_the_referral_ends(deed):
    found = accepted()
    DEEDS[deed](actor("case_worker") if deed == "revoked" else receiver(), found.code)
    assert Referral.objects.values_list("copy", flat=True).get(pk=found.pk) == b""
    assert copy_for_receiver(found) is None


def test_whoever_is_forgotten_is_forgotten_by_the_receiver_too():
    person = somebody()
    found = sent(person)
    people.erase(by=actor("agency_officer"), person=person.code, reason="asked")
    found.refresh_from_db()
    assert found.status == "revoked" and found.copy == ""
    assert copy_for_receiver(found) is None


def test_a_no_said_of_the_row_under_which_a_double_stands_counts():
    double, kept = somebody(), somebody(given="Jomira")
    found = sent(double)
    lead = actor("agency_officer")
    people.join(by=lead, person=double.code, same_as=kept.code)
    assert copy_for_receiver(found) is not None
    words = [word("disclosure_other_orgs", False)]
    people.record_words(by=lead, person=kept.code, words=words)
    assert copy_for_receiver(found) is None
    assert queries.sent_by(lead).get() == found


# Sensitive services


def test_lists_and_sheets_carry_the_neutral_name():
    found = sent(service="mental-health", receiver="muni-el-porvenir")
    assert pages.sent_rows([found])[0].service == "Service A"
    assert pages.sheet(found)["service"] == "Service A" and pages.sheet(found)["by_voice"]
    assert "Mental health" not in str(pages.sheet(found)).replace("Servicio A", "")
    assert "<svg" in pages.sheet(found)["qr"]


def test_what_a_sensitive_service_is_reads_who_sent_it_and_who_has_to_answer_it():
    found = sent(service="mental-health")
    assert pages.sent(found, actor("case_worker"))["service"] == "Mental health"
    colleague = pages.sent(found, actor("agency_officer"))
    assert (colleague["service"], colleague["again"]) == ("Service A", "")
    assert pages.received_rows([found])[0].service == "Service A"
    assert pages.received(found)["service"] == "Mental health"
    actions.reject(by=receiver(), referral=found.code, reason="full")
    found.refresh_from_db()
    assert pages.received(found)["service"] == "Service A"  # nobody has to attend any more
    plain = sent(service="mentoring")
    assert pages.sent(plain, actor("agency_officer"))["service"] == "Mentoring"


def test_a_sensitive_service_without_a_neutral_name_is_not_named():
    CatalogueEntry.objects.filter(code="mental-health").update(data={"sensitive": True})
    found = sent(service="mental-health")
    assert pages.sent_rows([found])[0].service == "Service"
