"""Who left an activity and came back: that they left stays, on lists and in figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from cast import actor, make_programme
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from offered import make_activity, make_attended, make_catalogue, meetings

from convive.domain.people import actions as people
from convive.domain.people import beside
from convive.domain.programme import queries as programme
from convive.domain.services import actions, actions_activities, queries, rules
from convive.domain.services.actions import Word
from convive.domain.services.duties import Activities
from convive.domain.services.models import Activity, Attendance, EarlierStay, Enrolment
from convive.domain.services.rules import Spell, Time
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Question, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

FIRST = date(2024, 3, 4)


@pytest.fixture(autouse=True)
def ground(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def course(people_: int = 1) -> tuple[Activity, list[Enrolment]]:
    found = make_activity(places=99, first_day=FIRST, last_day=date(2024, 12, 31))
    rows = [enrol(found, make_attended(number).code, FIRST) for number in range(people_)]
    return found, rows


def enrol(found: Activity, person: str, on: date) -> Enrolment:
    return actions.enrol(by=actor("case_worker"), activity=found.code, person=person, on=on)


def leave(row: Enrolment, reason: str, on: date) -> None:
    actions.leave(by=actor("case_worker"), enrolment=row.code, reason=reason, on=on)


def came(row: Enrolment, on: date) -> None:
    by, code = actor("case_worker"), row.activity.code
    actions_activities.add_sessions(by=by, activity=code, meetings=meetings(on))
    session = row.activity.sessions.get(day=on)
    word = Word(row.code, "present", uuid4(), timezone.now())
    actions.record_attendance(by=by, activity=code, session=session.pk, words=[word])


def ask(name: str, first: date, last: date, **where: str) -> Figure:
    return figure(f"services.{name}", Question(Period(first, last), where=where))


# Rules


def test_times_that_overlap_are_those_of_somebody_entered_twice():
    short = Time("left", day(0), day(5), "other")
    goes_on = Time("enrolled", day(3), None)
    done = Time("completed", day(1), day(40))
    again = Time("left", day(50), day(60), "work")
    assert rules.joined([goes_on, short]) == [Time("enrolled", day(0), None)]
    assert rules.joined([again, done, short]) == [Time("completed", day(0), day(40)), again]
    back = Time("enrolled", day(5), None)  # on the very day on which they left
    assert rules.joined([short, back]) == [short, back]
    gone = Time("left", day(1), day(9), "lost", day(4))
    assert rules.joined([short, gone]) == [Time("left", day(0), day(9), "lost", day(4))]


# What stays


def test_that_somebody_left_stays_when_they_come_back():
    found, (row,) = course()
    leave(row, "work", day(20))
    back = enrol(found, row.person.code, day(20))
    assert (back.pk, back.state, back.from_day) == (row.pk, "enrolled", day(20))
    stay = EarlierStay.objects.get()
    assert (stay.from_day, stay.ended_on, stay.reason) == (FIRST, day(20), "work")
    rows = found.enrolments.all()
    assert queries.spells(rows, programme.today()) == [Spell(20, True)]
    leave(back, "lost", day(50))
    enrol(found, row.person.code, day(60))
    assert EarlierStay.objects.count() == 2
    assert queries.spells(rows, programme.today()) == [Spell(20, True)]


def test_who_was_lost_is_seen_up_to_the_last_session_before():
    found, (row,) = course()
    came(row, day(7))
    leave(row, "lost", day(30))
    back = enrol(found, row.person.code, day(60))
    came(back, day(61))
    assert queries.spells(found.enrolments.all(), programme.today()) == [Spell(7, False)]


def test_what_was_a_mistake_or_a_wait_is_no_time_in_the_activity():
    found, (row,) = course()
    leave(row, "mistake", day(3))
    enrol(found, row.person.code, FIRST)
    assert not EarlierStay.objects.exists()
    full = make_activity(places=1, first_day=FIRST, last_day=date(2024, 12, 31))
    enrol(full, make_attended(3).code, FIRST)
    waits = enrol(full, make_attended(4).code, FIRST)
    leave(waits, "hours", day(2))
    enrol(full, waits.person.code, day(1))
    assert not EarlierStay.objects.exists()


def test_nobody_comes_back_before_they_left():
    found, (row,) = course()
    leave(row, "work", day(20))
    with pytest.raises(BadInput, match="until 24 Mar 2024"):
        enrol(found, row.person.code, day(19))
    row.refresh_from_db()
    assert row.state == "left" and not EarlierStay.objects.exists()


def test_sessions_of_the_time_before_are_still_written_down():
    found, (row,) = course()
    by = actor("case_worker")
    actions_activities.add_sessions(
        by=by, activity=found.code, meetings=meetings(day(7), day(40), day(61))
    )
    leave(row, "work", day(20))
    enrol(found, row.person.code, day(60))
    early, between, late = found.sessions.all()
    assert [[one.pk for one in queries.expected_at(each)] for each in (early, between, late)] == [
        [row.pk], [], [row.pk]
    ]  # fmt: skip
    waiting = [each.id for each in Activities().waiting(by, programme.today())]
    assert waiting == [str(early.pk), str(late.pk)]


def test_figures_of_past_months_keep_who_left():
    found, rows = course(20)
    march = (date(2024, 3, 1), date(2024, 3, 31))
    for row in rows[:6]:
        leave(row, "work", day(20))
    leave(rows[19], "mistake", day(20))
    before = ask("retention", *march, days="30"), ask("completion", *march)
    for row in rows[:6]:
        enrol(found, row.person.code, day(60))
    after = ask("retention", *march, days="30"), ask("completion", *march)
    assert before == after
    assert (after[0].n, after[1].n) == (19, 6)
    assert after[0].value == pytest.approx(100 * 13 / 19) and after[1].value == 0
    Enrolment.objects.exclude(state="left").update(state="completed", ended_on=date(2024, 6, 28))
    june, year = date(2024, 6, 1), (date(2024, 1, 1), date(2024, 12, 31))
    assert ask("completion", june, date(2024, 6, 30)).n == 19
    told = ask("completion", *year)  # each once: who came back completed it
    assert (told.n, told.value) == (19, 100.0)
    assert ask("retention", *year, days="30").n == 19


def test_somebody_forgotten_left_and_is_counted_as_before():
    found, (row,) = course()
    leave(row, "work", day(20))
    enrol(found, row.person.code, day(60))
    (part,) = beside.sections(row.person, actor("case_worker"))
    assert [line.detail for line in part.lines] == [
        "Vocational training · enrolled, 3 May 2024",
        "Vocational training · left before the end, 24 Mar 2024",
    ]
    people.erase(by=actor("agency_officer"), person=row.person.code, reason="asked")
    assert queries.spells(found.enrolments.all(), programme.today()) == [Spell(20, True)]
    row.refresh_from_db()
    assert (row.state, row.reason) == ("left", "lost")


# The database


def test_the_database_keeps_days_in_order_and_known_reasons():
    _found, (row,) = course()
    for wrong in (
        {"ended_on": FIRST - timedelta(days=1), "reason": "work"},
        {"ended_on": FIRST, "reason": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.earlier.create(from_day=FIRST, **wrong)


def test_what_earlier_rows_tell_of_a_time_before_is_kept_by_the_migration():
    _found, (back, waits, stays) = course(3)
    for row in (back, waits, stays):
        came(row, day(2))
        came(row, day(9))
    # As a return was written until now
    Enrolment.objects.filter(pk=back.pk).update(from_day=day(60), asked_on=day(60))
    Enrolment.objects.filter(pk=waits.pk).update(from_day=None, state="waiting")
    migration = import_module("convive.domain.services.migrations.0003_earlier_stays")
    migration.keep_what_is_known(apps, None)
    assert set(EarlierStay.objects.values_list("enrolment", "from_day", "ended_on", "reason")) == {
        (back.pk, day(2), day(9), "lost"),
        (waits.pk, day(2), day(9), "lost"),
    }
    assert Attendance.objects.count() == 6
