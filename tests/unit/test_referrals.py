"""Referrals: who moves one where, what the receiver reads and for how long, what is journalled.

Every part moves the same referral between the two bodies at its head; so it stays whole.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from cast import EL_PORVENIR, actor
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from referred import (
    AGREES,
    DEEDS,
    YOMIRA,
    copy_for_receiver,
    make_ground,
    receiver,
    sent,
    somebody,
    tomorrow,
    word,
)

from convive.access.rules import Actor
from convive.domain.people import actions as people
from convive.domain.programme import queries as programme
from convive.domain.referrals import actions, queries, rules
from convive.domain.referrals.duties import Referrals
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import Reason, Side, Status
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_ground()


def accepted() -> Referral:
    return actions.accept(by=receiver(), referral=sent().code, promised_on=tomorrow())


# Moves


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("side", Side.values)
def test_every_move_is_open_to_one_side_and_no_other(status, side):
    wanted = {
        ("in_progress", "receiver"): {"accepted", "rejected"},
        ("accepted", "receiver"): {"done", "rejected"},
        ("in_progress", "sender"): {"revoked"},
        ("accepted", "sender"): {"revoked"},
    }
    assert rules.moves(status, side) == wanted.get((status, side), set())
    both = wanted.get((status, "sender"), set()) | wanted.get((status, "receiver"), set())
    told = rules.moves(status, side, on_paper=True)
    assert told == (both if side == "sender" else wanted.get((status, side), set()))


def in_state(status: str) -> Referral:
    found = sent()
    way = {
        "in_progress": (),
        "accepted": ("accepted",),
        "rejected": ("rejected",),
        "done": ("accepted", "done"),
        "revoked": ("revoked",),
    }[status]
    for deed in way:
        by = actor("case_worker") if deed == "revoked" else receiver()
        DEEDS[deed](by, found.code)
    return Referral.objects.get(pk=found.pk)


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("deed", DEEDS)
def test_the_record_follows_the_rules(status, deed):
    found = in_state(status)
    assert found.status == status
    side, other = (
        (actor("case_worker"), receiver())
        if deed == "revoked"
        else (receiver(), actor("case_worker"))
    )
    for nobody in (other, actor("municipal_officer"), actor("coordinator"), actor("auditor")):
        with pytest.raises(NotAllowed):
            DEEDS[deed](nobody, found.code)
    name = "sender" if deed == "revoked" else "receiver"
    if deed in rules.moves(status, name):
        assert DEEDS[deed](side, found.code).status == deed
    else:
        with pytest.raises(BadInput, match="moved on"):
            DEEDS[deed](side, found.code)
        assert Referral.objects.get(pk=found.pk).status == status


def test_whoever_sent_it_speaks_for_a_receiver_without_an_account():
    found = sent(receiver="muni-el-porvenir")
    assert found.on_paper
    worker = actor("case_worker")
    actions.accept(by=worker, referral=found.code, promised_on=tomorrow())
    with pytest.raises(NotAllowed):
        actions.done(by=receiver(), referral=found.code)
    assert actions.done(by=worker, referral=found.code).status == "done"
    actor("other_municipal_officer")
    assert not sent(somebody(given="Rosa"), receiver="muni-el-porvenir").on_paper


def test_an_answer_has_its_day_its_reason_and_a_way_on():
    found = sent()
    for day, said in ((programme.today() - timedelta(days=1), "over"),):
        with pytest.raises(BadInput, match=said):
            actions.accept(by=receiver(), referral=found.code, promised_on=day)
    with pytest.raises(BadInput, match="reason is missing"):
        actions.reject(by=receiver(), referral=found.code, reason="")
    with pytest.raises(BadInput, match="reason is missing"):
        actions.reject(by=receiver(), referral=found.code, reason="other", words=" ")
    for body in ("unfpa", "unodc"):
        with pytest.raises(BadInput, match="sent by or to"):
            actions.reject(by=receiver(), referral=found.code, reason="full", suggestion=body)
    actions.reject(
        by=receiver(), referral=found.code, reason="other", words="Only from March",
        suggestion="muni-la-esperanza",
    )  # fmt: skip
    found.refresh_from_db()
    assert found.rejected_words == "Only from March"
    assert found.suggestion is not None and found.suggestion.code == "muni-la-esperanza"
    assert found.responded_at == found.ended_at or found.responded_at < found.ended_at


def test_what_was_accepted_can_be_rejected_and_counts_as_answered_when_it_was():
    found = accepted()
    first = found.responded_at
    actions.reject(by=receiver(), referral=found.code, reason=Reason.NOT_REACHED)
    found.refresh_from_db()
    assert found.status == "rejected" and found.responded_at == first and found.copy == ""


# Consent and its override


def test_nobody_is_referred_who_did_not_agree():
    for words in ((), (word("services"),), (word("disclosure_other_orgs"),)):
        with pytest.raises(BadInput, match="did not agree"):
            sent(somebody(words=words))
    minor = somebody(born=date(2015, 1, 1), words=())
    voices = [word(p, voice="guardian") for p in ("services", "disclosure_other_orgs")]
    people.record_words(by=actor("case_worker"), person=minor.code, words=voices)
    with pytest.raises(BadInput, match="did not agree"):
        sent(minor)
    voices = [word(p, voice="assent") for p in ("services", "disclosure_other_orgs")]
    people.record_words(by=actor("case_worker"), person=minor.code, words=voices)
    assert not sent(minor).is_override


def test_an_override_is_a_right_of_its_own_with_a_reason_in_the_journal():
    person = somebody(words=())
    with pytest.raises(NotAllowed):
        sent(person, override="danger")
    with pytest.raises(BadInput, match="reason is missing"):
        sent(person, who="agency_officer", override="because")
    found = sent(person, who="agency_officer", override="danger")
    assert found.is_override and found.override_reason == "danger"
    entry = JournalEntry.objects.filter(did="referrals.sent").get()
    assert entry.data == {"to": "unodc", "override": "danger"}
    assert copy_for_receiver(found) is not None


def test_a_no_after_an_override_ends_it():
    person = somebody(words=(word("disclosure_other_orgs", False),))
    found = sent(person, who="agency_officer", override="danger")
    assert copy_for_receiver(found) is not None  # the no was known when it was overridden
    words = [word("disclosure_other_orgs", False)]
    people.record_words(by=actor("case_worker"), person=person.code, words=words)
    assert copy_for_receiver(found) is None


def test_an_override_that_is_not_needed_is_none():
    found = sent(who="agency_officer", override="danger")
    assert not found.is_override and found.override_reason == ""


# Who sees it


def test_only_the_two_sides_see_a_referral():
    found = sent()
    assert list(queries.sent_by(actor("case_worker"))) == [found]
    assert list(queries.received_by(receiver())) == [found]
    for key in ("municipal_officer", "coordinator", "analyst", "auditor", "system_staff"):
        who = actor(key)
        assert not queries.sent_by(who).exists() and not queries.received_by(who).exists()
    assert not queries.received_by(actor("case_worker")).exists()
    assert not queries.sent_by(receiver()).exists()


def test_nobody_refers_people_of_another_organisation_or_district():
    person = somebody()
    for who in ("other_agency_officer", "municipal_officer", "coordinator"):
        with pytest.raises(NotAllowed):
            sent(person, who=who, receiver="muni-el-porvenir")
    far = people.register(
        by=programme.SYSTEM, organisation="unfpa", words=AGREES,
        facts=dataclasses.replace(YOMIRA, district=EL_PORVENIR), is_another=True,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        sent(far)


def test_the_same_is_asked_once_while_it_is_open_and_not_of_oneself_or_a_funder():
    person = somebody()
    found = sent(person)
    with pytest.raises(BadInput, match="already asked"):
        sent(person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.create(
            person=person, sender=found.sender, receiver=found.receiver, service=found.service,
            sent_at=timezone.now(), sent_by="x",
        )  # fmt: skip
    for body in ("unfpa", "untfhs"):
        with pytest.raises(BadInput, match="from here"):
            sent(person, receiver=body)
    actions.reject(by=receiver(), referral=found.code, reason="full")
    assert sent(person).pk != found.pk


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "lost"},
        {"status": "done", "ended_at": timezone.now(), "responded_at": timezone.now()},
        {"status": "rejected", "ended_at": timezone.now(), "responded_at": timezone.now()},
        {"status": "accepted", "promised_on": date(2024, 1, 1)},
        {"status": "revoked"},
        {"rejected_reason": "full"},
        {"is_override": True},
        {"override_reason": "danger"},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(wrong):
    found = sent()
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=found.pk).update(**wrong)


# Services that are full or closed


def test_nobody_is_sent_to_a_closed_door():
    actions.say_room(by=receiver(), organisation="unodc", service="mentoring", room="closed")
    with pytest.raises(BadInput, match="closed there"):
        sent()
    state = actions.say_room(
        by=receiver(), organisation="unodc", service="mentoring", room="full", note="until June"
    )
    assert state.since == programme.today()
    assert queries.narrowed(queries.service("mentoring"), somebody())["unodc"].note == "until June"
    assert sent().status == "in_progress"
    with pytest.raises(NotAllowed):
        actions.say_room(
            by=actor("case_worker"), organisation="unodc", service="mentoring", room="open"
        )


# Duties


def later(found: Referral, days: int) -> date:
    return timezone.localdate(found.sent_at) + timedelta(days=days)


def test_each_side_is_reminded_in_time():
    part = Referrals()
    found = sent()

    def waits(who: Actor, day: date) -> list[str]:
        return [duty.title for duty in part.waiting(who, day)]

    here, there = actor("case_worker"), receiver()
    assert waits(there, later(found, 0)) == ["Answer a referral"]
    assert waits(here, later(found, rules.ANSWER_WITHIN)) == []
    assert waits(here, later(found, rules.ANSWER_WITHIN + 1)) == ["Ask for an answer to a referral"]
    actions.accept(by=there, referral=found.code, promised_on=later(found, 10))
    assert waits(there, later(found, 6)) == []
    assert "is near" in waits(there, later(found, 7))[0]
    assert "has passed" in waits(there, later(found, 11))[0]
    assert waits(here, later(found, 10)) == [] and len(waits(here, later(found, 11))) == 1
    actions.done(by=there, referral=found.code)
    assert waits(there, later(found, 20)) == waits(here, later(found, 20)) == []
    assert waits(actor("municipal_officer"), later(found, 20)) == []
