"""Every write on people in activities: enrolled, who came, who completed or left.

The journal names the activity and the enrolment by codes that say nothing: neither the service nor
the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.people import queries as people
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.services import queries, rules
from convive.domain.services.keeping import (
    move_up,
    require_activity,
    require_enrolment,
    require_open,
)
from convive.domain.services.models import Attendance, Enrolment
from convive.domain.services.vocabulary import Came, Progress, Reason, Standing
from convive.kernel import journal, words
from convive.kernel.errors import BadInput


@dataclass(frozen=True)
class Word:
    """Whether somebody came. mark : of this word alone; sent twice, it is written once.

    at : when it was written down, which may be before it arrives.
    """

    enrolment: str
    state: str
    mark: UUID
    at: datetime


@transaction.atomic
def enrol(*, by: Actor, activity: str, person: str, on: date | None = None) -> Enrolment:
    """Enrol somebody who agrees to be attended. Where all places are taken, they wait in line.

    Somebody who left or was on the list before takes their old row up again; that they left stays
    written down, unless it was because the row was a mistake.
    """
    found = require_activity(by, activity)
    require_open(found)
    one = people.person(by, person)
    if (
        one is None
        or one.is_erased
        or one.same_as is not None
        or one.organisation_id != found.organisation_id
    ):
        raise BadInput.at(
            person,
            _("There is nobody of this code in the register of this organisation."),
            _("Look for the person by name."),
        )
    if not people.agrees(one, Purpose.SERVICES):
        raise BadInput.at(
            person,
            _("It is not written down that they agree to be attended."),
            _("Ask them, write their answer on their page, and enrol them then."),
        )
    today = on or programme.today()
    if today > programme.today():
        raise BadInput.at("on", _("This day is still to come."), _("Correct the day."))
    rows = list(found.enrolments.filter(Q(person=one) | Q(person__same_as=one)))
    if any(row.state != Standing.LEFT for row in rows):
        raise BadInput.at(
            person, _("They are in this activity already."), _("See the list of the activity.")
        )
    own = [row for row in rows if row.person_id == one.pk]
    row = own[0] if own else Enrolment(activity=found, person=one)
    if own:
        _keep_stay(row, today)
    has_place = queries.free_places(found) > 0
    row.state = Standing.ENROLLED if has_place else Standing.WAITING
    row.asked_on, row.from_day = today, today if has_place else None
    row.ended_on, row.reason, row.enrolled_by = None, "", by.id
    row.save()
    _note(by, "services.enrolled", row, {"activity": found.code, "waits": not has_place})
    return row


@transaction.atomic
def leave(*, by: Actor, enrolment: str, reason: str, on: date | None = None) -> Enrolment:
    """Write down that somebody left, and why. Whoever waits first gets the place."""
    row = require_enrolment(by, enrolment)
    day = on or programme.today()
    if row.state not in (Standing.ENROLLED, Standing.WAITING):
        raise BadInput.at(
            "reason", _("They completed or left already."), _("Reload the page of the activity.")
        )
    if reason not in Reason.values:
        raise BadInput.at("reason", _("This is not in the list."), _("Choose one that is."))
    if day > programme.today() or (row.from_day and day < row.from_day):
        raise BadInput.at(
            "on",
            _("On this day they were not in the activity, or it is still to come."),
            _("Correct the day."),
        )
    row.state, row.ended_on, row.reason = Standing.LEFT, day, reason
    row.save()
    _note(by, "services.left", row, {"activity": row.activity.code})
    move_up(by.id, row.activity, programme.today())
    return row


@transaction.atomic
def complete(*, by: Actor, enrolment: str, on: date | None = None) -> Enrolment:
    """Write down that somebody completed: who came to enough of the sessions, once the last was.

    on : the day on which they did, today where none is given; not before the last session.
    """
    row = require_enrolment(by, enrolment)
    if row.state != Standing.ENROLLED:
        raise BadInput.at(
            enrolment, _("They have no place, or completed or left."), _("Reload the page.")
        )
    if to_come := queries.next_session(row.activity):
        raise BadInput.at(
            enrolment,
            _("Sessions are still to come, the next on %(day)s.") % {"day": words.day(to_come.day)},
            _("Write it down after the last one."),
        )
    came = rules.presence(row.attendance.values_list("state", flat=True))
    if not rules.meets(came, row.activity.completes_at):
        raise BadInput.at(
            enrolment,
            _("They came to %(present)d of %(held)d sessions; %(percent)d %% complete it.")
            % {
                "present": came.present,
                "held": came.counted,
                "percent": row.activity.completes_at,
            },
            _("Write down the sessions that are missing, or that they left."),
        )
    day, today = on or programme.today(), programme.today()
    if day > today or row.activity.sessions.filter(day__gt=day).exists():
        raise BadInput.at(
            "on", _("This day is still to come, or before the last session."), _("Correct the day.")
        )
    row.state, row.ended_on = Standing.COMPLETED, day
    row.save()
    _note(by, "services.completed", row, {"activity": row.activity.code})
    return row


@transaction.atomic
def record_attendance(
    *, by: Actor, activity: str, session: int, words: Iterable[Word]
) -> list[Attendance]:
    """Write down who came to a session; returns what is new.

    Of two words on one person the later holds, by the time it was taken, in whichever order they
    arrive. A word that was sent before (the same mark) changes nothing.
    """
    found = require_activity(by, activity)
    one = queries.session(found, session)
    if one is None:
        raise BadInput.at(session, _("There is no such session."), _("Open the activity again."))
    if one.day > programme.today():
        raise BadInput.at(
            session, _("This session is still to come."), _("Write down who came on its day.")
        )
    now, said = timezone.now(), list(words)
    known = {row.code: row for row in queries.expected_at(one)}
    if any(word.enrolment not in known or word.state not in Came.values for word in said):
        raise BadInput.at(
            session,
            _("Somebody had no place on that day, or no longer agrees to be attended."),
            _("Open the list again, and write down who is on it."),
        )
    before = {row.enrolment_id: row for row in one.attendance.select_for_update()}
    sent = queries.by_mark(word.mark for word in said)
    written = []
    for word in said:
        row, at = known[word.enrolment], min(word.at, now)  # a clock that runs ahead wins nothing
        old = before.get(row.pk)
        if word.mark in sent or (old and not queries.is_newer(at, word.mark, old)):
            continue
        kept = old or Attendance(session=one, enrolment=row)
        kept.state, kept.mark, kept.taken_at = word.state, word.mark, at
        kept.recorded_at, kept.recorded_by = now, by.id
        kept.save()
        before[row.pk] = kept
        sent.add(word.mark)
        written.append(kept)
    if written:
        one.recorded_at = one.recorded_at or now
        one.save(update_fields=["recorded_at"])
        if found.state == Progress.PLANNED:
            found.state = Progress.RUNNING
            found.save(update_fields=["state"])
        data = {"session": one.pk, "n": len(written)}
        journal.write(
            who=by.id,
            did="services.attendance-written",
            kind="activity",
            subject=found.code,
            data=data,
        )
    return written


def _keep_stay(row: Enrolment, day: date) -> None:
    """Keep the time that ended, before its row is taken up again on a day."""
    if row.from_day is None or row.ended_on is None or row.reason == Reason.MISTAKE:
        return
    if day < row.ended_on:
        raise BadInput.at(
            "on",
            _("They were in the activity until %(day)s.") % {"day": words.day(row.ended_on)},
            _("Write the day on which they came back."),
        )
    row.earlier.create(from_day=row.from_day, ended_on=row.ended_on, reason=row.reason)


def _note(by: Actor, did: str, row: Enrolment, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="enrolment", subject=row.code, data=data)
