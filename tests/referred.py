"""Referrals of the small programme: two services, somebody who agrees, one that is sent. Any test
may borrow them."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

from cast import LA_ESPERANZA, actor, make_programme

from convive.access.rules import Actor
from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Programme
from convive.domain.referrals import actions, queries
from convive.domain.referrals.models import Referral

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


def make_ground() -> Programme:
    """The small programme with its services, and who moves referrals in it."""
    made = make_programme()
    make_services()
    for key in ("case_worker", "other_agency_officer", "municipal_officer"):
        actor(key)
    return made


def copy_for_receiver(found: Referral):
    """What the receiver reads of whom it is about."""
    row = queries.received_by(receiver()).get(pk=found.pk)
    return queries.told([row]).of(row)


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


AGREES = (word("services"), word("disclosure_other_orgs"), word("contact"))


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


def tomorrow() -> date:
    return programme.today() + timedelta(days=1)


DEEDS = {
    "accepted": lambda by, code: actions.accept(by=by, referral=code, promised_on=tomorrow()),
    "rejected": lambda by, code: actions.reject(by=by, referral=code, reason="full"),
    "done": lambda by, code: actions.done(by=by, referral=code),
    "revoked": lambda by, code: actions.revoke(by=by, referral=code),
}
