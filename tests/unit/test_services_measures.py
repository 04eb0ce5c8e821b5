"""Figures of services: who is counted, what is hidden, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from django.utils import timezone, translation
from offered import make_activity, make_attended, make_catalogue, meetings

from convive.domain.people import actions as people
from convive.domain.programme import queries as programme
from convive.domain.services import actions, actions_activities
from convive.domain.services.actions import Word
from convive.domain.services.models import Activity, Enrolment
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Question, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

PERIOD = Period(date(2024, 1, 1), date(2024, 12, 31))
FIRST = date(2024, 3, 4)


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def ask(name: str, *, place: str | None = None, period: Period = PERIOD, **where: str) -> Figure:
    return figure(f"services.{name}", Question(period, place, where))


def course(people_: int, *, men: int = 0, first: int = 0, **more: object) -> list[Enrolment]:
    """A course of two sessions in March 2024. Everybody came; the last `men` of them are men."""
    who = str(more.pop("who", "case_worker"))
    agrees = more.pop("agrees", ("services", "reporting"))
    found = make_activity(who, places=99, first_day=FIRST, last_day=date(2024, 6, 30), **more)
    place = {"organisation": found.organisation.code, "district": found.district.ref, "who": who}
    made = actions_activities.add_sessions(
        by=actor(who), activity=found.code, meetings=meetings(FIRST, FIRST + timedelta(days=2))
    )
    rows = []
    for number in range(first, first + people_):
        sex = "M" if number >= first + people_ - men else "F"
        somebody = make_attended(number, sex=sex, agrees=agrees, **place)
        rows.append(
            actions.enrol(by=actor(who), activity=found.code, person=somebody.code, on=FIRST)
        )
    for session in made:
        words = [Word(row.code, "present", uuid4(), timezone.now()) for row in rows]
        actions.record_attendance(
            by=actor(who), activity=found.code, session=session.pk, words=words
        )
    return rows


def test_people_who_came_are_counted_once_however_often():
    rows = course(12, men=5)
    told = ask("people")
    assert (told.value, told.unit, told.status) == (12, "people", "ok")
    assert told.source == "UNFPA" and told.words == "12 people."
    assert ask("people", sex="M").value == 5 and ask("people", sex="F").value == 7
    assert ask("people", service="vocational-training", sex="M").value == 5
    assert ask("people", place=LA_ESPERANZA).value == 12
    assert ask("people", place=EL_PORVENIR).value == 0
    assert ask("people", service="mentoring").value == 0
    assert ask("people", age_band="15–17").value == 0
    assert ask("people", age_band="30+").status == "suppressed"  # 8: else 4 of 25–29 are told
    people.join(by=actor("agency_officer"), person=rows[0].person.code, same_as=rows[1].person.code)
    assert ask("people").value == 11


def test_only_who_agrees_to_be_counted_and_who_was_forgotten():
    rows = course(6)
    course(3, first=10, agrees=("services",))
    assert ask("people").value == 6
    people.erase(by=actor("agency_officer"), person=rows[0].person.code, reason="asked")
    assert ask("people").value == 6


def test_small_counts_are_hidden_and_cannot_be_worked_out():
    course(9, men=1)
    told = {sex: ask("people", sex=sex).value for sex in "FM"}
    assert ask("people").value == 9
    assert told == {"F": None, "M": None}  # the women too: else the man is the difference
    assert ask("people", sex="M").status == "suppressed"
    assert ask("people", sex="M").words == "Too few people to be told."


def test_of_a_sensitive_service_more_is_hidden():
    course(9, service="legal-aid")
    assert ask("people", service="legal-aid").status == "suppressed"
    assert ask("people").status == "suppressed"
    course(1, service="legal-aid", first=20)
    assert ask("people", service="legal-aid").value == 10


def test_what_nobody_wrote_down_is_missing_and_not_zero():
    make_activity(sessions=2)
    assert ask("people").status == "missing"
    assert ask("completion").status == "missing"
    assert ask("retention").status == "missing"


def test_two_organisations_are_said_to_count_twice():
    course(6)
    course(6, organisation="unodc", district=EL_PORVENIR, who="other_agency_officer")
    told = ask("people")
    assert told.value == 12 and "reach.people" in told.marks[0].text
    assert ask("people", place=EL_PORVENIR).value == 6


def test_few_men_are_not_told_by_the_women_and_the_whole_that_are_told_of_the_same_people():
    course(15, men=3)
    course(20, first=20, service="mentoring")
    assert ask("people", service="vocational-training").value == 15
    for where in ({}, {"service": "vocational-training"}):
        told = {sex: ask("people", sex=sex, **where).value for sex in ("F", "M")}
        assert told == {"F": None, "M": None}, where
    assert ask("people", service="mentoring", sex="F").value == 20
    assert ask("people").value == 35


def test_sample_people_are_marked():
    course(6)
    Activity.objects.update(is_sample=True)
    assert ask("people").is_sample


def test_completion_is_of_those_whose_time_ended():
    rows = course(20)
    for row in rows[:8]:
        actions.complete(by=actor("case_worker"), enrolment=row.code)
    Enrolment.objects.filter(state="completed").update(ended_on=date(2024, 6, 28))
    leave(rows[8:14], "work", date(2024, 5, 2))
    leave(rows[14:15], "mistake", date(2024, 5, 2))  # never began
    told = ask("completion")
    assert told.n == 14 and told.value == pytest.approx(100 * 8 / 14)
    assert told.lower == pytest.approx(28.86, abs=0.01)
    assert told.upper == pytest.approx(82.34, abs=0.01)
    assert ask("completion", service="vocational-training").n == 14
    assert ask("completion", place=EL_PORVENIR).status == "missing"
    assert ask("completion", period=Period(date(2024, 6, 1), date(2024, 6, 30))).n == 8


def test_completion_of_few_is_hidden():
    rows = course(12)
    for row in rows[:9]:
        actions.complete(by=actor("case_worker"), enrolment=row.code)
    Enrolment.objects.filter(state="completed").update(ended_on=date(2024, 6, 28))
    leave(rows[9:], "work", date(2024, 5, 2))
    assert ask("completion").status == "suppressed"


def test_retention_takes_the_lost_as_censored():
    rows = course(20)
    leave(rows[:5], "work", FIRST + timedelta(days=30))
    leave(rows[5:10], "lost", FIRST + timedelta(days=80))  # last seen on the second day
    told = ask("retention")
    assert told.n == 20 and told.value == pytest.approx(100 * 10 / 15)
    assert told.lower is not None and told.lower < told.value < (told.upper or 0)
    assert ask("retention", days="20").value == 100
    assert ask("retention", days="3650").status == "undefined"
    assert ask("retention", place=LA_ESPERANZA).n == 20
    leave(rows[10:11], "care", FIRST + timedelta(days=10))
    assert ask("retention", days="20").status == "suppressed"  # one who left would be told


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("people", {"sex": "F", "age_band": "30+"}),
        ("people", {"sex": "W"}),
        ("people", {"service": "none"}),
        ("people", {"sex": "F", "place": LA_ESPERANZA}),
        ("people", {"period": Period(date(2024, 1, 1), date(2024, 1, 30))}),
        ("completion", {"service": "mentoring", "place": LA_ESPERANZA}),
        ("retention", {"days": "soon"}),
        ("retention", {"days": "0"}),
    ],
)
def test_what_would_tell_too_much_or_makes_no_sense_is_refused(name: str, more: dict):
    with pytest.raises(BadInput):
        ask(name, **more)


def leave(rows: list[Enrolment], reason: str, on: date) -> None:
    assert on <= programme.today()
    for row in rows:
        actions.leave(by=actor("case_worker"), enrolment=row.code, reason=reason, on=on)
