"""Referrals: who moves one where, what the receiver reads and for how long, what is journalled.

Every part moves the same referral between the two bodies at its head; so it stays whole.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from convive.access.rules import Actor
from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import actions, measures, pages, queries, rules
from convive.domain.referrals.duties import Referrals
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import Reason, Side, Status
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.figures import Question, figure
from convive.kernel.figures import Status as Told
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

YOMIRA = Facts(
    given="Yomira",
    paternal="Quispe",
    maternal="Huamán",
    dni="70123456",
    born=date(2001, 7, 30),
    sex="F",
    district=LA_ESPERANZA,
    neighbourhood="Manuel Arévalo",
    phone="944 123 456",
    calls="hours",
    call_hours="after six",
    guardian="Aurelia",
    functioning="112111",
)
TODAY = Period.parse("2024").end


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        made = make_programme()
        make_services()
        for key in ("case_worker", "other_agency_officer", "municipal_officer"):
            actor(key)
        yield made


def make_services() -> None:
    for code, name, data in (
        ("mentoring", "Mentoring", {}),
        (
            "mental-health",
            "Mental health",
            {"sensitive": True, "neutral_name_es": "Servicio A", "neutral_name_en": "Service A"},
        ),
    ):
        CatalogueEntry.objects.create(
            kind="service", code=code, name_es=name, name_en=name, data=data
        )


def word(purpose: str, agrees: bool = True, voice: str = "self") -> Word:
    return Word(purpose, voice, agrees, "signed", programme.today())


AGREES = (word("services"), word("disclosure_other_orgs"))


def somebody(*, words: tuple[Word, ...] = AGREES, **changes: object) -> Person:
    facts = dataclasses.replace(YOMIRA, **changes)
    return people.register(
        by=actor("case_worker"), organisation="unfpa", facts=facts, words=words, is_another=True
    )


def sent(found: Person | None = None, who: str = "case_worker", **more: object) -> Referral:
    asked = {"receiver": "unodc", "service": "mentoring", "note": "Wants to weld", **more}
    return actions.send(by=actor(who), person=(found or somebody()).code, **asked)


def receiver() -> Actor:
    return actor("other_agency_officer")


def copy_for_receiver(found: Referral):
    row = queries.received_by(receiver()).get(pk=found.pk)
    return queries.told([row]).of(row)


def tomorrow() -> date:
    return programme.today() + timedelta(days=1)


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


DEEDS = {
    "accepted": lambda by, code: actions.accept(by=by, referral=code, promised_on=tomorrow()),
    "rejected": lambda by, code: actions.reject(by=by, referral=code, reason="full"),
    "done": lambda by, code: actions.done(by=by, referral=code),
    "revoked": lambda by, code: actions.revoke(by=by, referral=code),
}


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


# Counted


def ask(name: str, **where: str):
    return figure(name, Question(Period.between("2020", "2100"), where=where))


def spread_out(count: int) -> list[Referral]:
    """Referrals sent 100 days ago, the nth answered after n days and done after 2n."""
    start = timezone.now() - timedelta(days=100)
    made = []
    for n in range(1, count + 1):
        found = sent(somebody(given=f"Rosa{n}"))
        DEEDS["accepted"](receiver(), found.code)
        DEEDS["done"](receiver(), found.code)
        Referral.objects.filter(pk=found.pk).update(
            sent_at=start,
            responded_at=start + timedelta(days=n),
            ended_at=start + timedelta(days=2 * n),
        )
        made.append(found)
    return made


def test_days_are_counted_with_their_interval():
    spread_out(10)
    found = ask("referrals.median_days")
    assert (found.value, found.lower, found.upper, found.n) == (5, 2, 9, 10)  # X(2) to X(9)
    assert ask("referrals.median_days", stage="done").value == 10
    assert ask("referrals.p90_days").value == 9
    assert ask("referrals.p90_days").upper == float("inf")
    for where in ({"receiver": "unodc"}, {"sender": "unfpa"}, {"sex": "F"}):
        assert ask("referrals.median_days", **where).n == 10
    assert ask("referrals.median_days", sex="M").status is Told.MISSING
    assert ask("referrals.open").value == 0


def test_whoever_still_waits_is_not_left_out():
    spread_out(5)
    for n in range(5):
        found = sent(somebody(given=f"Ana{n}"))
        Referral.objects.filter(pk=found.pk).update(sent_at=timezone.now() - timedelta(days=90))
    found = ask("referrals.median_days")
    assert found.value == 5 and found.n == 10 and found.upper == float("inf")
    assert "Kaplan" in found.method
    assert ask("referrals.p90_days").status is Told.UNDEFINED
    assert ask("referrals.open").value == 5


def test_few_are_not_told():
    spread_out(4)
    found = sent(somebody(given="Ana"))
    assert ask("referrals.open").status is Told.SUPPRESSED
    assert ask("referrals.median_days", stage="done").status is Told.OK
    actions.reject(by=receiver(), referral=found.code, reason="full")
    assert ask("referrals.median_days", stage="done").status is Told.SUPPRESSED
    assert ask("referrals.median_days").status is Told.OK
    with pytest.raises(BadInput, match="no stage"):
        ask("referrals.median_days", stage="dinner")
    place = Question(Period.between("2020", "2100"), place=EL_PORVENIR)
    assert figure("referrals.median_days", place).status is Told.MISSING


def test_a_sensitive_service_is_guarded_by_the_higher_threshold():
    for n in range(6):
        sent(somebody(given=f"Rosa{n}"), service="mental-health")
    assert ask("referrals.open").value == 6
    assert ask("referrals.open", service="mental-health").status is Told.SUPPRESSED


def test_lists_and_sheets_carry_the_neutral_name():
    found = sent(service="mental-health")
    assert pages.sent_rows([found])[0].service == "Service A"
    assert pages.sheet(found)["service"] == "Service A"
    assert "<svg" in pages.sheet(found)["qr"]
    assert measures.STAGES == ("response", "done")
