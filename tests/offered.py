"""Services, activities and people of the small programme. Any test may borrow them."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import uuid4

from cast import LA_ESPERANZA, actor
from django.utils import timezone

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts as PersonFacts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import actions, actions_activities
from convive.domain.services.actions import Word as Came
from convive.domain.services.actions_activities import Facts, Meeting
from convive.domain.services.models import Activity, Enrolment

_NAMES = ("Ana", "Rosa", "Luz", "Nélida", "Carmen", "Julia", "Elsa", "Marta", "Inés", "Sofía")


def make_catalogue() -> None:
    """A plain service, one that never says whether it is sensitive, and a sensitive one."""
    for code, name_es, name_en, data in (
        (
            "vocational-training",
            "Capacitación laboral",
            "Vocational training",
            {"sensitive": False},
        ),
        ("mentoring", "Mentoría", "Mentoring", {}),
        (
            "legal-aid",
            "Orientación y defensa legal",
            "Legal aid",
            {
                "sensitive": True,
                "neutral_name_es": "Servicio de orientación A",
                "neutral_name_en": "Guidance service A",
            },
        ),
    ):
        CatalogueEntry.objects.get_or_create(
            kind="service",
            code=code,
            defaults={"name_es": name_es, "name_en": name_en, "data": data},
        )


def make_activity(
    who: str = "case_worker",
    *,
    service: str = "vocational-training",
    organisation: str = "unfpa",
    district: str = LA_ESPERANZA,
    places: int = 2,
    sessions: int = 0,
    **changes: object,
) -> Activity:
    """An activity that began thirty days ago, with so many sessions on the days before today."""
    today = programme.today()
    facts: dict[str, object] = {
        "service": service,
        "district": district,
        "title_es": "Panadería",
        "title_en": "Bakery",
        "first_day": today - timedelta(days=30),
        "last_day": today + timedelta(days=30),
        "places": places,
        **changes,
    }
    made = actions_activities.open_activity(
        by=actor(who), organisation=organisation, facts=Facts(**facts)
    )
    if sessions:
        days = [today - timedelta(days=back) for back in range(sessions, 0, -1)]
        actions_activities.add_sessions(by=actor(who), activity=made.code, meetings=meetings(*days))
    return made


def meetings(*days: date) -> list[Meeting]:
    return [Meeting(day, time(16), "Local comunal") for day in days]


def make_attended(
    number: int = 0, *, agrees: tuple[str, ...] = ("services", "reporting"), sex: str = "F",
    organisation: str = "unfpa", district: str = LA_ESPERANZA, who: str = "case_worker",
) -> Person:  # fmt: skip
    """Somebody on the register, who agreed to these purposes."""
    today = programme.today()
    facts = PersonFacts(
        given=_NAMES[number % len(_NAMES)],
        paternal=f"Quispe{'abcdefghij'[number // len(_NAMES)]}",
        born=date(1990 + number % 9, 1 + number % 12, 3),
        sex=sex,
        district=district,
    )
    return people.register(
        by=actor(who),
        organisation=organisation,
        facts=facts,
        words=[Word(purpose, "self", True, "signed", today) for purpose in agrees],
        is_another=True,
    )


def make_completed(
    found: Activity, number: int = 0, *, who: str = "case_worker", **person: object
) -> Enrolment:
    """Somebody who came to every session of an activity, and completed it today."""
    by = actor(who)
    somebody = make_attended(number, who=who, **person)
    row = actions.enrol(by=by, activity=found.code, person=somebody.code, on=found.first_day)
    for one in found.sessions.filter(day__lte=programme.today()):
        came = Came(row.code, "present", uuid4(), timezone.now())
        actions.record_attendance(by=by, activity=found.code, session=one.pk, words=[came])
    return actions.complete(by=by, enrolment=row.code)
