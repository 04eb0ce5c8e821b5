"""Every write of services: an activity opened, people enrolled, who came, who completed or left.

The journal names the activity and the enrolment by codes that say nothing: neither the service nor
the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import queries as people
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import User
from convive.domain.services import queries, rules
from convive.domain.services.models import Activity, Attendance, Enrolment, Session
from convive.domain.services.vocabulary import Came, Progress, Reason, Standing
from convive.kernel import journal, words
from convive.kernel.errors import BadInput, NotAllowed, Problem


@dataclass(frozen=True)
class Facts:
    """What an activity is. service : its code in the catalogue. district : `SCHEME:CODE`.

    completes_at : percent of the sessions to which somebody comes who completes.
    """

    service: str
    district: str
    title_es: str
    first_day: date
    last_day: date
    places: int
    title_en: str = ""
    completes_at: int = rules.COMPLETES_AT


@dataclass(frozen=True)
class Meeting:
    """A session to be held."""

    day: date
    hour: time
    place: str = ""


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
def open_activity(
    *,
    by: Actor,
    organisation: str,
    facts: Facts,
    team: Iterable[int] = (),
    is_sample: bool = False,
) -> Activity:
    """Open an activity. team : accounts that run it, beside whoever opens it.

    Raises BadInput, with every problem beside its field, where it cannot be kept.
    """
    body = programme.organisation(organisation)
    require(by, Permission.KEEP_SERVICES, Scope(body.code, facts.district))
    service = queries.service(facts.service)
    if problems := _problems(facts):
        raise BadInput(problems)
    made = Activity(
        service=service,
        organisation=body,
        district=programme.place(facts.district),
        title_es=" ".join(facts.title_es.split()),
        title_en=" ".join(facts.title_en.split()),
        first_day=facts.first_day,
        last_day=facts.last_day,
        places=facts.places,
        completes_at=facts.completes_at,
        is_sample=is_sample,
        opened_on=programme.today(),
        opened_by=by.id,
    )
    made.save()
    own = programme.account_of(by)
    made.team.set(_team(made, {*team, *([own.pk] if own else [])}))
    _journal(by, "services.opened", made, {"organisation": body.code})
    return made


@transaction.atomic
def set_team(*, by: Actor, activity: str, team: Iterable[int]) -> Activity:
    """Say who runs an activity. At least one does."""
    found = _kept(by, activity)
    wanted = _team(found, set(team))
    if not wanted:
        raise BadInput.at("team", _("Nobody would run it."), _("Choose at least one."))
    found.team.set(wanted)
    _journal(by, "services.team-set", found, {"accounts": len(wanted)})
    return found


@transaction.atomic
def pass_on(*, by: Actor, leaver: int, successor: int) -> int:
    """Pass on what somebody who leaves runs, by whoever manages accounts: they see no name."""
    require(by, Permission.MANAGE_MEMBERS)
    count = 0
    for found in queries.run_by(leaver):
        found.team.add(*_team(found, {successor}))
        found.team.remove(leaver)
        _journal(by, "services.handed-over", found, {"to": f"user:{successor}"})
        count += 1
    return count


@transaction.atomic
def add_sessions(*, by: Actor, activity: str, meetings: Iterable[Meeting]) -> list[Session]:
    """Add sessions. One that stands already at that day and hour stays as it is."""
    found = _kept(by, activity)
    _still_open(found)
    wanted = list(meetings)
    if not wanted or len(wanted) > rules.MOST_SESSIONS:
        raise BadInput.at(
            "weekdays",
            _("These are %(count)d sessions.") % {"count": len(wanted)},
            _("Choose days of the week that lie within the dates, %(most)d sessions at most.")
            % {"most": rules.MOST_SESSIONS},
        )
    for one in wanted:
        if not found.first_day <= one.day <= found.last_day:
            raise BadInput.at(
                "first",
                _("A session lies outside the days of the activity."),
                _("Choose days within them."),
            )
    there = set(found.sessions.values_list("day", "hour"))
    made = [
        Session(activity=found, day=one.day, hour=one.hour, place=" ".join(one.place.split()))
        for one in wanted
        if (one.day, one.hour) not in there
    ]
    Session.objects.bulk_create(made)
    _journal(by, "services.sessions-added", found, {"sessions": len(made)})
    return made


@transaction.atomic
def enrol(*, by: Actor, activity: str, person: str, on: date | None = None) -> Enrolment:
    """Enrol somebody who agrees to be attended. Where all places are taken, they wait in line.

    Somebody who left or was on the list before takes their old row up again.
    """
    found = _kept(by, activity)
    _still_open(found)
    one = people.person(person)
    if (
        one is None
        or one.is_erased
        or one.organisation_id != found.organisation_id
        or not people.people_visible_to(by).filter(pk=one.pk).exists()
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
    row = found.enrolments.filter(person=one).first()
    if row is not None and row.state != Standing.LEFT:
        raise BadInput.at(
            person, _("They are in this activity already."), _("See the list of the activity.")
        )
    row = row or Enrolment(activity=found, person=one)
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
    row = _kept_enrolment(by, enrolment)
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
    _move_up(by, row.activity, programme.today())
    return row


@transaction.atomic
def complete(*, by: Actor, enrolment: str) -> Enrolment:
    """Write down that somebody completed: who came to enough of the sessions, once the last was."""
    row = _kept_enrolment(by, enrolment)
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
    row.state, row.ended_on = Standing.COMPLETED, programme.today()
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
    found = _kept(by, activity)
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
        _journal(by, "services.attendance-written", found, {"session": one.pk, "n": len(written)})
    return written


@transaction.atomic
def close(*, by: Actor, activity: str) -> Activity:
    """Close an activity: nobody has a place any more, and nobody waits.

    Raises BadInput while somebody has neither completed nor left.
    """
    found = _kept(by, activity)
    _still_open(found)
    if count := found.enrolments.filter(state=Standing.ENROLLED).count():
        raise BadInput.at(
            activity,
            _("%(count)d of those enrolled have neither completed nor left.") % {"count": count},
            _("Say of each which it is, then close it."),
        )
    today = programme.today()
    waiting = found.enrolments.filter(state=Standing.WAITING)
    waiting.update(state=Standing.LEFT, reason=Reason.OTHER, ended_on=today)
    found.state = Progress.CLOSED
    found.save(update_fields=["state"])
    _journal(by, "services.closed", found, {})
    return found


def _problems(facts: Facts) -> list[Problem]:
    found = []
    if not facts.title_es.strip() or max(len(facts.title_es), len(facts.title_en)) > 120:
        found.append(
            Problem("title_es", _("There is no title, or it is too long."), _("Write a short one."))
        )
    if facts.last_day < facts.first_day:
        found.append(
            Problem("last_day", _("It ends before it begins."), _("Correct one of the two days."))
        )
    if not 1 <= facts.places <= 5000:
        found.append(Problem("places", _("It has no places."), _("Write a number from 1 to 5000.")))
    if not 1 <= facts.completes_at <= 100:
        found.append(
            Problem("completes_at", _("This is no share."), _("Write a number from 1 to 100."))
        )
    return found


def _team(found: Activity, accounts: set[int]) -> list[User]:
    rows = [programme.account(pk) for pk in sorted(accounts)]
    for row in rows:
        if not queries.may_be_of_team(found, row):
            raise BadInput.at(
                "team",
                _("This account does not run activities of this organisation and district."),
                _("Choose another."),
            )
    return rows


def _move_up(by: Actor, found: Activity, day: date) -> None:
    """Whoever waits first and still agrees gets the place that is free."""
    for row in found.enrolments.filter(state=Standing.WAITING).order_by("asked_on", "pk"):
        if queries.free_places(found) == 0:
            return
        if not people.agrees(row.person, Purpose.SERVICES):
            continue
        row.state, row.from_day = Standing.ENROLLED, day
        row.save()
        _note(by, "services.moved-up", row, {"activity": found.code})


def _still_open(found: Activity) -> None:
    if found.is_closed:
        raise BadInput.at(found.code, _("This activity is closed."), _("Open another one."))


def _kept(by: Actor, code: str) -> Activity:
    """An activity that this actor keeps, locked, so that no place is given twice."""
    rows = Activity.objects.select_related("service", "organisation", "district")
    found = rows.select_for_update(of=("self",)).filter(code=code).first()
    if found is None:
        require(by, Permission.KEEP_SERVICES, Scope("-", "-"))
        raise BadInput.at(code, _("There is no such activity."), _("See the list of activities."))
    require(by, Permission.KEEP_SERVICES, queries.scope_of(found))
    if not queries.sees(by, found, Permission.KEEP_SERVICES):
        raise NotAllowed("a sensitive service, and not of its team")
    return found


def _kept_enrolment(by: Actor, code: str) -> Enrolment:
    found = queries.enrolment(code)
    if found is None:
        require(by, Permission.KEEP_SERVICES, Scope("-", "-"))
        raise BadInput.at(code, _("There is no such enrolment."), _("Open the activity again."))
    activity = _kept(by, found.activity.code)
    row = activity.enrolments.select_related("person").get(pk=found.pk)
    row.activity = activity
    return row


def _journal(by: Actor, did: str, found: Activity, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="activity", subject=found.code, data=data)


def _note(by: Actor, did: str, row: Enrolment, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="enrolment", subject=row.code, data=data)
