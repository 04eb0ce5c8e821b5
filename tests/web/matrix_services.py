"""What the access matrix shows on the pages of services: a body's activity in a place, with one
session and somebody enrolled. One of them is a sensitive service, which nobody of the cast runs."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from offered import make_catalogue

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts as PersonFacts
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import actions, actions_activities, actions_certificates
from convive.domain.services.actions import Word as Came
from convive.domain.services.actions_activities import Facts, Meeting
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models_certificates import Certificate
from convive.domain.services.models_opinions import Opinion
from convive.domain.services.models_received import Received


def activity(organisation: str, district: str) -> dict[str, Any]:
    """A plain activity of this organisation in this district."""
    return {"code": _activity(organisation, district).code}


def session(organisation: str, district: str) -> dict[str, Any]:
    found = _activity(organisation, district)
    return {"code": found.code, "number": found.sessions.get().pk}


def enrolment(organisation: str, district: str) -> dict[str, Any]:
    return {"code": _activity(organisation, district).enrolments.earliest("pk").code}


def certificate(organisation: str, district: str) -> dict[str, Any]:
    """Of somebody else than `enrolment`, who completed it."""
    found = _activity(organisation, district)
    one = Certificate.objects.filter(enrolment__activity=found).first()
    return {"code": (one or _certified(found)).code}


def outcome(organisation: str, district: str) -> dict[str, Any]:
    return {**enrolment(organisation, district), "months": 3}


def asked(organisation: str, district: str) -> dict[str, Any]:
    """An activity of which somebody wrote who came: since then people are asked."""
    certificate(organisation, district)
    return activity(organisation, district)


def opinion(organisation: str, district: str) -> dict[str, Any]:
    """One that is old enough to be shown."""
    found = _activity(organisation, district)
    one = found.opinions.first()
    if one is None:
        day = programme.today() - timedelta(days=20)
        one = Opinion(activity=found, rating=4, said_on=day, code_hash=found.code)
        one.save()
    return {"code": one.code}


def received(organisation: str, district: str) -> dict[str, Any]:
    """A plain resource; beside it stands a sensitive one, which nobody of the cast gave."""
    found = _activity(organisation, district).enrolments.earliest("pk").person
    for code, sensitive in (("shelter", True), ("clinic", False)):
        resource, _made = CatalogueEntry.objects.get_or_create(
            kind="resource",
            code=code,
            defaults={"data": {"kind": "health", "source": "x", "sensitive": sensitive}},
        )
        row, _made = Received.objects.get_or_create(
            person=found,
            resource=resource,
            defaults={"given_on": programme.today(), "given_by": "system"},
        )
    return {"code": row.code}


def _certified(found: Activity) -> Certificate:
    by = programme.SYSTEM
    row = _enrolled(found, "Eva")
    session = found.sessions.get().pk
    came = Came(row.code, "present", uuid4(), timezone.now())
    actions.record_attendance(by=by, activity=found.code, session=session, words=[came])
    actions.complete(by=by, enrolment=row.code)
    (one,) = actions_certificates.issue(by=by, activity=found.code, enrolments=[row.code], hours=20)
    return one


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
    made = actions_activities.open_activity(by=by, organisation=organisation, facts=facts)
    yesterday = Meeting(today - timedelta(days=1), time(16))
    actions_activities.add_sessions(by=by, activity=made.code, meetings=[yesterday])
    _enrolled(made, "Luz")
    return made


def _enrolled(found: Activity, given: str) -> Enrolment:
    by, where = programme.SYSTEM, found.district.ref
    somebody = people.register(
        by=by,
        organisation=found.organisation.code,
        facts=PersonFacts(given, "Vega", born=date(1990, 5, 1), sex="F", district=where),
        words=[Word("services", "self", True, "signed", programme.today())],
        is_another=True,
    )
    return actions.enrol(by=by, activity=found.code, person=somebody.code, on=found.first_day)
