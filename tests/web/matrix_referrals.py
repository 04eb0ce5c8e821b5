"""What the access matrix shows on the pages of referrals: of a body and a place, and to a body."""

from __future__ import annotations

from typing import Any

from cast import LA_ESPERANZA
from matrix_people import person

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.vocabulary import Voice, Way
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import actions, queries
from convive.domain.referrals.models import Referral

__all__ = ["person", "received", "sent"]
THIRD = "muni-el-porvenir"  # nobody of the matrix is of it


def sent(organisation: str, district: str) -> dict[str, Any]:
    """What this organisation sent of somebody in this district."""
    code = person(organisation, district)["code"]
    return {"code": _sent(code, "unodc" if organisation == THIRD else THIRD)}


def received(organisation: str) -> dict[str, Any]:
    """What was sent to this organisation, by another."""
    sender = "unodc" if organisation == THIRD else THIRD
    return {"code": _sent(person(sender, LA_ESPERANZA)["code"], organisation)}


def _sent(code: str, receiver: str) -> str:
    found = Referral.objects.filter(person__code=code, receiver__code=receiver).first()
    if found is None:
        CatalogueEntry.objects.get_or_create(
            kind="service",
            code="mentoring",
            defaults={"name_es": "Mentoría", "name_en": "Mentoring"},
        )
        words = [
            Word(purpose, Voice.SELF, True, Way.SIGNED, programme.today())
            for purpose in queries.NEEDED
        ]
        people.record_words(by=programme.SYSTEM, person=code, words=words)
        found = actions.send(
            by=programme.SYSTEM, person=code, receiver=receiver, service="mentoring"
        )
    return found.code
