"""What the access matrix shows on the pages of the register: somebody of a body and a place."""

from __future__ import annotations

from datetime import date
from typing import Any

from convive.domain.people import actions, actions_scans
from convive.domain.people.consent import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import ConsentScan, Person
from convive.domain.programme import queries as programme


def person(organisation: str, district: str) -> dict[str, Any]:
    """Somebody whom this organisation attends in this district."""
    place = programme.place(district)
    found = Person.objects.filter(
        organisation__code=organisation, district=place, same_as=None, erased_on=None
    ).first()
    if found is None:
        facts = Facts("Rosa", "Flores", born=date(1990, 5, 1), sex="F", district=district)
        found = actions.register(
            by=programme.SYSTEM, organisation=organisation, facts=facts, is_another=True
        )
    return {"code": found.code}


def scan(organisation: str, district: str) -> dict[str, Any]:
    """The paper that they signed."""
    where = person(organisation, district)
    found = ConsentScan.objects.filter(person__code=where["code"]).first()
    if found is None:
        word = Word("services", "self", True, "signed", date(2024, 1, 2))
        found = actions_scans.record_on_paper(
            by=programme.SYSTEM, person=where["code"], words=[word], scan=b"%PDF-1.7 signed"
        )
    return where | {"scan": found.code}
