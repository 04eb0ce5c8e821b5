"""Somebody entered twice, and joined: the row that is kept speaks, and they count once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from cast import actor, make_programme, person
from django.utils import timezone, translation
from offered import make_activity, make_attended, make_catalogue, make_completed

from convive.domain.people import actions as people
from convive.domain.people.actions import Word as Said
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import (
    actions,
    actions_certificates,
    actions_outcomes,
    actions_received,
    certificates,
    outcomes,
    pages,
    queries,
    received,
    rules,
)
from convive.domain.services.actions import Word
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models_received import Received
from convive.kernel.errors import BadInput
from convive.kernel.figures import Question, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

ALL = ("services", "reporting", "contact")
REACHED = actions_outcomes.Said("reached", "yes")


@pytest.fixture(autouse=True)
def ground(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def join(double: Person, kept: Person) -> None:
    people.join(by=actor("agency_officer"), person=double.code, same_as=kept.code)


def withdraw(whom: Person, *purposes: str) -> None:
    no = [Said(each, "self", False, "spoken", programme.today()) for each in purposes]
    people.record_words(by=actor("case_worker"), person=whom.code, words=no)


def enrol(found: Activity, somebody: Person, **more: object) -> Enrolment:
    more.setdefault("on", found.first_day)
    return actions.enrol(by=actor("case_worker"), activity=found.code, person=somebody.code, **more)


def ask(name: str, **where: str):
    """A figure of the last and this month: whoever is completed here is so today."""
    today = programme.today()
    first = rules.after_months(today.replace(day=1), -1)
    last = rules.after_months(today.replace(day=1), 1) - timedelta(days=1)
    return figure(f"services.{name}", Question(Period(first, last), where=where))


def test_what_the_kept_row_takes_back_holds_for_its_doubles_at_once():
    found = make_activity(sessions=1, places=1)
    row, session = enrol(found, make_attended(0, agrees=ALL)), found.sessions.get()
    waits = enrol(found, make_attended(2, agrees=ALL))
    kept = make_attended(1, agrees=ALL)
    join(row.person, kept)
    row.refresh_from_db()
    assert [each.pk for each in queries.expected_at(session)] == [row.pk]
    assert pages.roll(session)[0][1] == kept.name
    withdraw(kept, *ALL)
    assert queries.expected_at(session) == [] and pages.sheet(found)["names"] == []
    word = Word(row.code, "present", uuid4(), timezone.now())
    with pytest.raises(BadInput, match="no longer agrees"):
        actions.record_attendance(
            by=actor("case_worker"), activity=found.code, session=session.pk, words=[word]
        )
    assert [each.lacks for each in pages.activity(found)["enrolled"]] == [True]
    double = waits.person
    join(double, make_attended(3, agrees=()))
    actions.leave(by=actor("case_worker"), enrolment=row.code, reason="work")
    waits.refresh_from_db()
    assert waits.state == "waiting"  # does not move up: the kept row does not agree


def test_nobody_is_called_or_named_against_the_word_of_the_kept_row():
    found = make_activity(sessions=1, places=9)
    row = make_completed(found, 0, agrees=ALL)
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    (paper,) = actions_certificates.issue(
        by=actor("case_worker"), activity=found.code, enrolments=[row.code], hours=20
    )
    kept, old = make_attended(1, agrees=ALL), row.person.name
    join(row.person, kept)
    told = queries.certificate(paper.code)
    assert certificates.told(told).initials == certificates.initials(kept)
    assert certificates.is_of(told, kept.name) and certificates.is_of(told, old)
    assert [each.months for each in outcomes.due(Activity.objects.all(), programme.today())] == [3]
    withdraw(kept, "services", "contact")
    told = queries.certificate(paper.code)
    assert certificates.told(told).initials == "" and not certificates.is_of(told, old)
    assert outcomes.due(Activity.objects.all(), programme.today()) == []
    assert not outcomes.may_be_called(queries.enrolment(actor("case_worker"), row.code).whom)
    with pytest.raises(BadInput, match="calls or writes"):
        actions_outcomes.record(by=actor("case_worker"), enrolment=row.code, months=3, said=REACHED)


def test_who_is_in_an_activity_under_another_row_is_not_enrolled_again():
    found = make_activity(places=9)
    row, kept = enrol(found, make_attended(0)), make_attended(1)
    join(row.person, kept)
    assert queries.find_to_enrol(actor("case_worker"), found, kept.name) == []
    with pytest.raises(BadInput, match="in this activity already"):
        enrol(found, kept)


def test_somebody_entered_twice_is_asked_once():
    found = make_activity(sessions=1, places=9)
    rows = [make_completed(found, number, agrees=ALL) for number in range(2)]
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    join(rows[0].person, rows[1].person)
    today = programme.today()
    assert len(outcomes.due(Activity.objects.all(), today)) == 1
    actions_outcomes.record(by=actor("case_worker"), enrolment=rows[1].code, months=3, said=REACHED)
    assert outcomes.due(Activity.objects.all(), today) == []


def test_figures_count_somebody_entered_twice_once():
    found = make_activity(sessions=1, places=99)
    rows = [make_completed(found, number) for number in range(14)]
    by = actor("case_worker")
    assert (ask("completion").n, ask("retention", days="5").n, ask("people").value) == (14, 14, 14)
    join(rows[13].person, rows[12].person)
    assert (ask("completion").n, ask("retention", days="5").n, ask("people").value) == (13, 13, 13)
    # Of two rows of one person, one of which was given up, the one that completed speaks
    Enrolment.objects.filter(pk=rows[12].pk).update(state="left", reason="other")
    told = ask("completion")
    assert (told.value, told.n) == (100.0, 13)
    withdraw(rows[12].person, "reporting")
    assert (ask("completion").n, ask("retention", days="5").n, ask("people").value) == (12, 12, 12)
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    for row in rows[:12]:
        people.record_words(
            by=by,
            person=row.person.code,
            words=[Said("contact", "self", True, "spoken", programme.today())],
        )
        actions_outcomes.record(by=by, enrolment=row.code, months=3, said=REACHED)
    join(rows[11].person, rows[10].person)
    assert ask("placement", months="3").n == 11


def test_an_answer_given_under_either_row_is_counted():
    found = make_activity(sessions=1, places=99)
    rows = [make_completed(found, number, agrees=ALL) for number in range(8)]
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    for row in rows[:7]:
        actions_outcomes.record(by=actor("case_worker"), enrolment=row.code, months=3, said=REACHED)
    join(rows[7].person, rows[0].person)
    told = ask("placement", months="3")
    assert (told.n, [mark.text for mark in told.marks]) == (7, ["Not reached: 0."])


def test_what_was_given_to_a_double_is_seen_by_who_attends_the_kept_row():
    data = {"kind": "protection", "sensitive": True, "source": "x", "phone": "1"}
    CatalogueEntry.objects.create(
        kind="resource", code="shelter", name_es="x", name_en="x", data=data
    )
    by, double, kept = actor("case_worker"), make_attended(0), make_attended(1)
    row = actions_received.give(by=by, person=double.code, resource="shelter", on=programme.today())
    join(double, kept)
    people.hand_over(
        by=actor("agency_officer"), people=[kept.code], worker=person("agency_officer").pk
    )
    assert received.given(actor("agency_officer"), row.code) == row
    assert received.given_to([double.pk], by) == [row]  # who gave it
    Received.objects.update(given_by="user:0")
    assert received.given_to([double.pk], by) == []  # who attended the double attends them no more
    assert received.given(by, row.code) is None
    assert received.given_to([double.pk], actor("agency_officer")) == [row]
