"""Every write of activities themselves: opened, who runs them, when they meet, closed.

The journal names the activity by a code that says nothing of the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.programme import queries as programme
from convive.domain.programme.models import User
from convive.domain.services import queries, rules
from convive.domain.services.keeping import require_activity, require_open
from convive.domain.services.models import Activity, Session
from convive.domain.services.vocabulary import Progress, Reason, Standing
from convive.kernel import journal
from convive.kernel.errors import BadInput, Problem


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
    found = require_activity(by, activity)
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
    found = require_activity(by, activity)
    require_open(found)
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
def close(*, by: Actor, activity: str) -> Activity:
    """Close an activity: nobody has a place any more, and nobody waits.

    Raises BadInput while somebody has neither completed nor left.
    """
    found = require_activity(by, activity)
    require_open(found)
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


def _journal(by: Actor, did: str, found: Activity, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="activity", subject=found.code, data=data)
