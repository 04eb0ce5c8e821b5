"""Activities to try, with who came, who completed and what became of them.

The people are those of the registers of two agencies: nobody of them exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import numpy as np
from django.db import transaction
from numpy.random import Generator

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.services import (
    actions,
    actions_activities,
    actions_certificates,
    actions_outcomes,
    actions_received,
    outcomes,
    queries,
)
from convive.domain.services.actions import Word
from convive.domain.services.actions_activities import Facts, Meeting
from convive.domain.services.actions_outcomes import Said
from convive.domain.services.models import Activity, Enrolment, Session
from convive.domain.services.vocabulary import Came, Reason, Standing


@dataclass(frozen=True)
class Course:
    """A course of the demo, one session a week. began : days before the demo is built."""

    organisation: str
    service: str
    district: str
    title: str
    began: int
    sessions: int
    places: int


COURSES = (
    Course("unfpa", "school-return", "PE-INEI:130105", "Vuelvo al colegio", 190, 8, 18),
    Course("unfpa", "sexual-and-reproductive-health", "PE-INEI:130102", "Martes", 60, 6, 12),
    Course("unfpa", "mentoring", "PE-INEI:130103", "Mentoras de Florencia", 21, 8, 12),
    Course("undp", "vocational-training", "PE-INEI:130102", "Electricidad", 200, 10, 20),
    Course("undp", "enterprise", "PE-INEI:130105", "Mi negocio", 35, 8, 15),
    Course("undp", "vocational-training", "PE-INEI:130103", "Confección", -10, 8, 15),
)


def hold(officers: Mapping[str, Actor]) -> None:
    """Open rules-made courses as the officers of two agencies do."""
    draw = np.random.default_rng(rules.SEED + 7)
    today = programme.today()
    used: set[int] = set()
    for course in COURSES:
        with transaction.atomic():
            _hold(course, officers[course.organisation], today, draw, used)
    _give(officers["unfpa"], today)


def _hold(course: Course, by: Actor, today: date, draw: Generator, used: set[int]) -> None:
    first = today - timedelta(days=course.began)
    meetings = [Meeting(first + timedelta(weeks=week), time(16)) for week in range(course.sessions)]
    found = actions_activities.open_activity(
        by=by,
        organisation=course.organisation,
        facts=Facts(
            service=course.service,
            district=course.district,
            title_es=f"Muestra: {course.title}",
            first_day=first,
            last_day=meetings[-1].day,
            places=course.places,
        ),
        is_sample=True,
    )
    sessions = actions_activities.add_sessions(by=by, activity=found.code, meetings=meetings)
    wanted = _people(by, course.district, used)
    waiting = 2 if meetings[-1].day >= today else 0
    for _place, person in zip(range(course.places + waiting), wanted, strict=False):
        used.add(person.pk)
        actions.enrol(by=by, activity=found.code, person=person.code, on=min(first, today))
    for number, held in enumerate(each for each in sessions if each.day <= today):
        _write_down(by, found, held, draw)
        if number == rules.LEAVE_AFTER:
            _leave(by, found, held.day)
    if meetings[-1].day < today:
        _end(by, found, meetings[-1].day, today, draw)


def _people(by: Actor, district: str, used: set[int]) -> Iterator[Person]:
    """Those of a register who live there and are young enough, the first written down first."""
    rows = people.people_visible_to(by).filter(district=programme.place(district)).order_by("pk")
    day = programme.today()
    for row in rows.iterator():
        if row.pk not in used and people.age_band(row, day) in rules.COURSE_AGES:
            yield row


def _write_down(by: Actor, found: Activity, held: Session, draw: Generator) -> None:
    at = datetime.combine(held.day, time(23), UTC)
    words = [
        Word(
            row.code,
            Came.PRESENT if draw.random() < rules.COMES else Came.ABSENT,
            UUID(bytes=draw.bytes(16)),
            at,
        )
        for row in queries.expected_at(held)
    ]
    actions.record_attendance(by=by, activity=found.code, session=held.pk, words=words)


def _enrolled(found: Activity) -> list[Enrolment]:
    return list(queries.enrolments(found).filter(state=Standing.ENROLLED))


def _leave(by: Actor, found: Activity, day: date) -> None:
    for row in _enrolled(found)[:: rules.LEAVES_ONE_OF]:
        actions.leave(by=by, enrolment=row.code, reason=Reason.WORK, on=day)


def _end(by: Actor, found: Activity, last: date, today: date, draw: Generator) -> None:
    """Who came often enough completed; nobody reached the others again."""
    came = queries.presence(found)
    completed = []
    for row in _enrolled(found):
        if came[row.pk].present >= came[row.pk].counted * found.completes_at / 100:
            actions.complete(by=by, enrolment=row.code, on=last)
            completed.append(row.code)
        else:
            actions.leave(by=by, enrolment=row.code, reason=Reason.LOST, on=last)
    if completed and not found.is_sensitive:
        actions_certificates.issue(
            by=by, activity=found.code, enrolments=completed, hours=rules.COURSE_HOURS
        )
    actions_activities.close(by=by, activity=found.code)
    bands = [row.code for row in outcomes.bands()]
    for due in outcomes.due(Activity.objects.filter(pk=found.pk), today):
        if draw.random() < rules.ANSWERS_LATER:
            said = _said(draw, bands)
            actions_outcomes.record(
                by=by, enrolment=due.enrolment.code, months=due.months, said=said
            )


def _said(draw: Generator, bands: list[str]) -> Said:
    if draw.random() >= rules.HAS_WORK:
        return Said("reached", work="no", school="yes", business="no")
    return Said(
        "reached",
        work="yes",
        formality=str(draw.choice(["formal", "informal"])),
        hours=int(draw.integers(10, 49)),
        income=str(draw.choice(bands)),
        school="no",
        business="no",
    )


def _give(by: Actor, today: date) -> None:
    """Girls and young women who were taken to a place of the pack."""
    rows = people.people_visible_to(by).filter(sex="F").order_by("-pk")
    young = (row for row in rows.iterator() if people.age_band(row, today) in rules.COURSE_AGES)
    for number, row in zip(range(rules.GIVEN), young, strict=False):
        actions_received.give(
            by=by,
            person=row.code,
            resource=rules.GIVEN_RESOURCE,
            on=today - timedelta(days=number),
        )
