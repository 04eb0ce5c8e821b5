"""Services: places and the waiting list, who came, who completed or left, who sees none of it.

Every part goes on with the course and the people at its head; so it stays whole.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from cast import EL_PORVENIR, actor, make_person, make_programme, person
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from offered import make_activity, make_attended, make_catalogue, meetings

from convive.domain.people import actions as people
from convive.domain.people.actions import Word as Said
from convive.domain.programme import queries as programme
from convive.domain.services import actions, actions_activities, queries, rules
from convive.domain.services.actions import Word
from convive.domain.services.duties import Activities
from convive.domain.services.models import Activity, Attendance, Enrolment
from convive.domain.services.rules import Presence, Spell, Time
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

MONDAY = date(2024, 5, 6)


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def enrolled(found: Activity, number: int = 0, who: str = "case_worker", **more: object):
    code = make_attended(number).code
    more.setdefault("on", found.first_day)
    return actions.enrol(by=actor(who), activity=found.code, person=code, **more)


def came(row: Enrolment, session: int, state: str, *, mark=None, at=None, who="case_worker"):
    word = Word(row.code, state, mark or uuid4(), at or timezone.now())
    return actions.record_attendance(
        by=actor(who), activity=row.activity.code, session=session, words=[word]
    )


def state(row: Enrolment) -> str:
    return Enrolment.objects.get(pk=row.pk).state


def where(caught) -> list[str]:
    return [problem.where for problem in caught.value.problems]


# Rules


def test_who_completes_is_told_in_whole_numbers():
    assert rules.meets(Presence(4, 1), 80)
    assert not rules.meets(Presence(3, 1), 80)
    assert rules.meets(Presence(4, 1, 5), 80)  # what is excused is not asked of them
    assert not rules.meets(Presence(0, 0, 3), 1)
    assert rules.presence(["present", "absent", "present", "excused"]) == Presence(2, 1, 1)


@pytest.mark.parametrize(
    ("row", "spell"),
    [
        (("enrolled", MONDAY, None, ""), Spell(100, False)),
        (("completed", MONDAY, MONDAY + timedelta(days=60), ""), Spell(60, False)),
        (("left", MONDAY, MONDAY + timedelta(days=20), "work"), Spell(20, True)),
        (("left", MONDAY, MONDAY + timedelta(days=90), "lost"), Spell(14, False)),
        (("left", MONDAY, MONDAY + timedelta(days=120), "work"), Spell(100, False)),
        (("enrolled", MONDAY + timedelta(days=101), None, ""), None),
    ],
)
def test_how_long_somebody_was_seen(row: tuple, spell: Spell | None):
    seen, until = MONDAY + timedelta(days=14), MONDAY + timedelta(days=100)
    assert rules.spell(Time(*row, seen), until) == spell


def test_days_of_the_week():
    found = rules.days_of(MONDAY, MONDAY + timedelta(days=8), [0, 2])
    assert [day.day for day in found] == [6, 8, 13]


# Opening


def test_an_activity_is_opened_by_whoever_runs_it():
    found = make_activity()
    assert list(found.team.all()) == [person("case_worker")]
    assert (found.state, found.completes_at) == ("planned", 80)
    assert found.service_name == "Vocational training"
    assert str(found) == f"activity {found.code}" and "Bak" not in str(found)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "none"}, "service"),
        ({"title_es": "  "}, "title_es"),
        ({"title_es": "a" * 121}, "title_es"),
        ({"places": 0}, "places"),
        ({"completes_at": 101}, "completes_at"),
        ({"last_day": date(2000, 1, 1)}, "last_day"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(changes: dict, field: str):
    with pytest.raises(BadInput) as caught:
        make_activity(**changes)
    assert where(caught) == [field]
    assert not Activity.objects.exists()


def test_nobody_opens_an_activity_of_another_organisation_or_district():
    for who in ("other_agency_officer", "municipal_officer", "coordinator", "analyst", "auditor"):
        with pytest.raises(NotAllowed):
            make_activity(who)
    with pytest.raises(NotAllowed):
        make_activity(district=EL_PORVENIR)
    with pytest.raises(BadInput, match="does not run activities"):
        actions_activities.set_team(
            by=actor("case_worker"), activity=make_activity().code, team=[person("analyst").pk]
        )


def test_sessions_lie_within_the_activity_and_stand_once():
    found = make_activity(sessions=3)
    days = [one.day for one in found.sessions.all()]
    by = actor("case_worker")
    again = actions_activities.add_sessions(by=by, activity=found.code, meetings=meetings(*days))
    assert again == [] and found.sessions.count() == 3
    with pytest.raises(BadInput, match="outside the days"):
        actions_activities.add_sessions(
            by=by, activity=found.code, meetings=meetings(date(2000, 1, 3))
        )
    with pytest.raises(BadInput, match="0 sessions"):
        actions_activities.add_sessions(by=by, activity=found.code, meetings=[])


# Places and the waiting list


def test_who_asks_when_all_places_are_taken_waits_and_moves_up_in_order():
    found = make_activity(places=2)
    one, two, three, four = (enrolled(found, number) for number in range(4))
    assert [row.state for row in (one, two, three, four)] == ["enrolled"] * 2 + ["waiting"] * 2
    assert three.from_day is None
    actions.leave(by=actor("case_worker"), enrolment=one.code, reason="work")
    assert (state(one), state(three), state(four)) == ("left", "enrolled", "waiting")
    assert Enrolment.objects.get(pk=three.pk).from_day == programme.today()
    actions.leave(by=actor("case_worker"), enrolment=four.code, reason="hours")
    assert state(four) == "left"
    back = actions.enrol(by=actor("case_worker"), activity=found.code, person=one.person.code)
    assert back.pk == one.pk and back.state == "waiting" and back.reason == ""


def test_whoever_no_longer_agrees_does_not_move_up():
    found = make_activity(places=1)
    one, two, three = (enrolled(found, number) for number in range(3))
    no = Said("services", "self", False, "spoken", programme.today())
    people.record_words(by=actor("case_worker"), person=two.person.code, words=[no])
    actions.leave(by=actor("case_worker"), enrolment=one.code, reason="moved")
    assert (state(two), state(three)) == ("waiting", "enrolled")


def test_only_people_of_the_organisation_who_agree_are_enrolled_and_once():
    found, by = make_activity(), actor("case_worker")
    silent = make_attended(1, agrees=("reporting",))
    with pytest.raises(BadInput, match="not written down that they agree"):
        actions.enrol(by=by, activity=found.code, person=silent.code)
    other = make_attended(2, organisation="unodc", district=EL_PORVENIR, who="other_agency_officer")
    for code in (other.code, "nobody"):
        with pytest.raises(BadInput, match="nobody of this code"):
            actions.enrol(by=by, activity=found.code, person=code)
    row = enrolled(found, 3)
    with pytest.raises(BadInput, match="already"):
        actions.enrol(by=by, activity=found.code, person=row.person.code)
    gone = make_attended(4)
    people.erase(by=actor("agency_officer"), person=gone.code, reason="asked")
    with pytest.raises(BadInput, match="nobody of this code"):
        actions.enrol(by=by, activity=found.code, person=gone.code)
    with pytest.raises(BadInput, match="still to come"):
        enrolled(found, 5, on=programme.today() + timedelta(days=1))


def test_leaving_has_a_reason_of_the_list_and_a_day_that_was():
    row = enrolled(make_activity())
    by = actor("case_worker")
    for reason, on in (("bored", None), ("", None)):
        with pytest.raises(BadInput) as caught:
            actions.leave(by=by, enrolment=row.code, reason=reason, on=on)
        assert where(caught) == ["reason"]
    for on in (date(2000, 1, 1), programme.today() + timedelta(days=1)):
        with pytest.raises(BadInput) as caught:
            actions.leave(by=by, enrolment=row.code, reason="work", on=on)
        assert where(caught) == ["on"]
    actions.leave(by=by, enrolment=row.code, reason="work")
    with pytest.raises(BadInput, match="completed or left already"):
        actions.leave(by=by, enrolment=row.code, reason="work")


# Who came


def test_a_word_that_is_sent_twice_is_written_once():
    found = make_activity(sessions=2)
    row, session = enrolled(found), found.sessions.first()
    mark, at = uuid4(), timezone.now()
    assert len(came(row, session.pk, "present", mark=mark, at=at)) == 1
    assert came(row, session.pk, "present", mark=mark, at=at) == []
    assert Attendance.objects.count() == 1
    assert JournalEntry.objects.filter(did="services.attendance-written").count() == 1
    assert Activity.objects.get().state == "running"
    session.refresh_from_db()
    assert session.recorded_at is not None


@pytest.mark.parametrize("late_first", [True, False])
def test_the_later_word_holds_in_whichever_order_they_arrive(late_first: bool):
    found = make_activity(sessions=1)
    row, session = enrolled(found), found.sessions.get()
    early = ("absent", uuid4(), timezone.now() - timedelta(hours=2))
    late = ("excused", uuid4(), timezone.now() - timedelta(hours=1))
    for said, mark, at in (late, early) if late_first else (early, late):
        came(row, session.pk, said, mark=mark, at=at)
    came(row, session.pk, "absent", mark=early[1], at=early[2])  # sent once more
    assert queries.attendance(session) == {row.pk: "excused"}


def test_two_words_of_one_moment_end_alike_on_either_way():
    found = make_activity(sessions=1)
    row, session = enrolled(found), found.sessions.get()
    at = timezone.now() - timedelta(hours=1)
    words = [("present", uuid4(), at), ("absent", uuid4(), at)]
    ends = []
    for order in (words, words[::-1]):
        for said, mark, when in order:
            came(row, session.pk, said, mark=mark, at=when)
        ends.append(queries.attendance(session))
        Attendance.objects.all().delete()
    assert ends[0] == ends[1]


def test_a_clock_that_runs_ahead_does_not_win_for_ever():
    found = make_activity(sessions=1)
    row, session = enrolled(found), found.sessions.get()
    came(row, session.pk, "absent", at=timezone.now() + timedelta(days=400))
    came(row, session.pk, "present")
    assert queries.attendance(session) == {row.pk: "present"}


def test_who_had_no_place_on_that_day_is_not_written_down():
    found = make_activity(sessions=2, places=1)
    first, last = found.sessions.all()
    by = actor("case_worker")
    row, waiting = enrolled(found), enrolled(found, 1)
    with pytest.raises(BadInput, match="no place"):
        came(waiting, first.pk, "present")
    with pytest.raises(BadInput, match="no place"):
        came(row, first.pk, "perhaps")
    actions.leave(by=by, enrolment=row.code, reason="care", on=first.day)
    assert [one.pk for one in queries.expected_at(first)] == [row.pk]
    assert queries.expected_at(last) == []
    future = actions_activities.add_sessions(
        by=by, activity=found.code, meetings=meetings(programme.today() + timedelta(days=3))
    )
    with pytest.raises(BadInput, match="still to come"):
        came(row, future[0].pk, "present")
    other = make_activity(sessions=1).sessions.get()
    with pytest.raises(BadInput, match="no such session"):
        came(row, other.pk, "present")


def test_a_consent_withdrawn_holds_at_once():
    found = make_activity(sessions=1)
    row, session = enrolled(found), found.sessions.get()
    no = Said("services", "self", False, "spoken", programme.today())
    people.record_words(by=actor("case_worker"), person=row.person.code, words=[no])
    assert queries.expected_at(session) == []
    with pytest.raises(BadInput, match="no longer agrees"):
        came(row, session.pk, "present")


def test_completing_asks_for_enough_sessions_and_closing_for_a_word_on_each():
    found = make_activity(sessions=5)
    by, row, other = actor("case_worker"), enrolled(found), enrolled(found, 1)
    sessions = list(found.sessions.all())
    for number, session in enumerate(sessions):
        came(row, session.pk, "absent" if number == 0 else "present")
        came(other, session.pk, "present" if number < 3 else "absent")
    with pytest.raises(BadInput, match="3 of 5 sessions; 80 % complete"):
        actions.complete(by=by, enrolment=other.code)
    tomorrow = meetings(programme.today() + timedelta(days=1))
    late = actions_activities.add_sessions(by=by, activity=found.code, meetings=tomorrow)
    with pytest.raises(BadInput, match="still to come, the next on"):
        actions.complete(by=by, enrolment=row.code)
    late[0].delete()
    last = sessions[-1].day
    for day in (last - timedelta(days=1), programme.today() + timedelta(days=1)):
        with pytest.raises(BadInput, match="before the last session"):
            actions.complete(by=by, enrolment=row.code, on=day)
    assert actions.complete(by=by, enrolment=row.code, on=last).ended_on == last
    assert state(row) == "completed"
    with pytest.raises(BadInput, match="1 of those enrolled"):
        actions_activities.close(by=by, activity=found.code)
    waiting = enrolled(found, 2)
    actions.leave(by=by, enrolment=other.code, reason="lost")
    assert state(waiting) == "enrolled"
    last = enrolled(found, 3)
    assert last.state == "waiting"
    actions.leave(by=by, enrolment=waiting.code, reason="mistake")
    actions.leave(by=by, enrolment=last.code, reason="study")
    actions_activities.close(by=by, activity=found.code)
    with pytest.raises(BadInput, match="closed"):
        enrolled(found, 4)


def test_retention_counts_whoever_is_lost_as_censored():
    found = make_activity(places=10, sessions=3)
    rows = [enrolled(found, number) for number in range(4)]
    by = actor("case_worker")
    today, begun = programme.today(), found.first_day
    came(rows[0], found.sessions.last().pk, "present")
    actions.leave(by=by, enrolment=rows[0].code, reason="lost")
    actions.leave(by=by, enrolment=rows[1].code, reason="work", on=begun + timedelta(days=10))
    told = queries.retention(found.enrolments.all(), today)
    assert told is not None and told.share.tolist() == [0.75]
    assert queries.spells(found.enrolments.filter(pk=rows[0].pk), today) == [Spell(29, False)]
    assert queries.retention(Enrolment.objects.none(), today) is None


# The database itself


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "left", "reason": "", "ended_on": MONDAY},
        {"state": "enrolled", "reason": "work"},
        {"state": "completed", "ended_on": None},
        {"state": "waiting"},
        {"state": "unknown"},
        {"state": "left", "reason": "bored", "ended_on": MONDAY},
    ],
)
def test_the_database_refuses_what_cannot_be(changes: dict):
    row = enrolled(make_activity())
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=row.pk).update(**changes)


def test_nobody_is_enrolled_or_written_down_twice():
    found = make_activity(sessions=1)
    row = enrolled(found)
    kept = came(row, found.sessions.get().pk, "present")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(
            session=kept.session, enrolment=row, state="absent", mark=uuid4(),
            taken_at=kept.taken_at, recorded_at=kept.recorded_at, recorded_by="cli",
        )  # fmt: skip
    row.pk, row.code = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


# Seen by whom


def test_only_the_organisation_in_its_district_sees_an_activity():
    found = make_activity()
    make_activity(service="mentoring")
    for who in ("case_worker", "agency_officer"):
        assert queries.activities_visible_to(actor(who)).count() == 2
        assert queries.sees(actor(who), found)
    for who in (
        *("other_agency_officer", "municipal_officer", "coordinator", "analyst", "auditor"),
        *("funder", "system_staff"),
    ):
        assert not queries.activities_visible_to(actor(who)).exists()
        assert not queries.sees(actor(who), found)


def test_a_sensitive_service_is_seen_by_its_team_alone():
    found = make_activity(service="legal-aid", sessions=1)
    row = enrolled(found)
    officer = actor("agency_officer")
    assert found.service_name == "Guidance service A"
    with translation.override("es"):
        assert found.service_name == "Servicio de orientación A"
    assert queries.activities_visible_to(actor("case_worker")).get() == found
    assert not queries.activities_visible_to(officer).exists()
    assert not queries.sees(officer, found)
    code, session = found.code, found.sessions.get().pk
    for act in (
        lambda: actions_activities.set_team(
            by=officer, activity=code, team=[person("agency_officer").pk]
        ),
        lambda: actions.enrol(by=officer, activity=code, person=row.person.code),
        lambda: actions.leave(by=officer, enrolment=row.code, reason="work"),
        lambda: actions.complete(by=officer, enrolment=row.code),
        lambda: actions_activities.close(by=officer, activity=code),
        lambda: came(row, session, "present", who="agency_officer"),
    ):
        with pytest.raises(NotAllowed):
            act()
    both = [person("case_worker").pk, person("agency_officer").pk]
    actions_activities.set_team(by=actor("case_worker"), activity=code, team=both)
    assert queries.activities_visible_to(officer).get() == found


def test_the_journal_tells_neither_the_service_nor_the_person():
    found = make_activity(service="legal-aid", sessions=1)
    row = enrolled(found)
    came(row, found.sessions.get().pk, "absent")
    actions.leave(by=actor("case_worker"), enrolment=row.code, reason="safety")
    entries = JournalEntry.objects.filter(did__startswith="services.")
    assert entries.count() == 5
    told = repr([(entry.data, entry.subject) for entry in entries])
    for text in ("legal", "Panad", "Bakery", "safety", "Ana", row.person.code):
        assert text not in told


# What waits, and what passes on


def test_sessions_that_nobody_wrote_down_wait_for_the_team():
    found = make_activity(sessions=2)
    who, today = actor("case_worker"), programme.today()
    assert list(Activities().waiting(who, today)) == []  # nobody is enrolled yet
    enrolled(found, 1, on=today)
    assert list(Activities().waiting(who, today)) == []  # nor had a place on those days
    row = enrolled(found)
    duties = list(Activities().waiting(who, today))
    assert [duty.title for duty in duties] == ["Write down who came to “Bakery”"] * 2
    assert duties[0].due == today - timedelta(days=2)
    came(row, found.sessions.first().pk, "present")
    assert len(list(Activities().waiting(who, today))) == 1
    assert list(Activities().waiting(actor("agency_officer"), today)) == []


def test_what_a_leaver_runs_passes_on_without_saying_what_it_is():
    found = make_activity(service="legal-aid")
    leaver, staff = person("case_worker").pk, actor("system_staff")
    held = list(Activities().held_by(leaver))
    assert [duty.id for duty in held] == [found.code] and "Bakery" not in held[0].title
    with pytest.raises(NotAllowed):
        actions_activities.pass_on(by=actor("case_worker"), leaver=leaver, successor=leaver)
    with pytest.raises(BadInput, match="does not run activities"):
        Activities().hand_over(by=staff, leaver=leaver, successor=person("analyst").pk)
    successor = make_person("agency_officer").pk
    assert Activities().hand_over(by=staff, leaver=leaver, successor=successor) == 1
    assert [one.pk for one in found.team.all()] == [successor]
    assert list(Activities().held_by(leaver)) == []
