"""What the access matrix shows on the pages of services: a body's activity in a place, with one
session and somebody enrolled. One of them is a sensitive service, which nobody of the cast runs."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from offered import make_catalogue

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts as PersonFacts
from convive.domain.programme import queries as programme
from convive.domain.services import actions
from convive.domain.services.actions import Facts, Meeting
from convive.domain.services.models import Activity


def activity(organisation: str, district: str) -> dict[str, Any]:
    """A plain activity of this organisation in this district."""
    return {"code": _activity(organisation, district).code}


def session(organisation: str, district: str) -> dict[str, Any]:
    found = _activity(organisation, district)
    return {"code": found.code, "number": found.sessions.get().pk}


def enrolment(organisation: str, district: str) -> dict[str, Any]:
    return {"code": _activity(organisation, district).enrolments.get().code}


def _activity(organisation: str, district: str) -> Activity:
    found = Activity.objects.filter(
        organisation__code=organisation,
        district=programme.place(district),
        service__code="vocational-training",
    ).first()
    if found is None:
        make_catalogue()
        for service in ("legal-aid", "vocational-training"):
            found = _made(service, organisation, district)
    assert found is not None
    return found


def _made(service: str, organisation: str, district: str) -> Activity:
    by, today = programme.SYSTEM, programme.today()
    facts = Facts(service, district, "Panadería", today - timedelta(days=9), today, 5)
    made = actions.open_activity(by=by, organisation=organisation, facts=facts)
    yesterday = Meeting(today - timedelta(days=1), time(16))
    actions.add_sessions(by=by, activity=made.code, meetings=[yesterday])
    somebody = people.register(
        by=by,
        organisation=organisation,
        facts=PersonFacts("Luz", "Vega", born=date(1990, 5, 1), sex="F", district=district),
        words=[Word("services", "self", True, "signed", today)],
        is_another=True,
    )
    actions.enrol(by=by, activity=made.code, person=somebody.code, on=made.first_day)
    return made
