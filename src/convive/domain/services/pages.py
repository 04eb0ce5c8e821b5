"""What the pages of services show: the list, one activity, the roll of a session, the sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.services import queries, rules
from convive.domain.services.models import Activity, Enrolment, Session
from convive.domain.services.rules import Presence
from convive.domain.services.vocabulary import (
    PROGRESS_NAMES,
    REASON_NAMES,
    STANDING_NAMES,
    Standing,
)
from convive.kernel import words
from convive.stats.retention import Retention

# Of these, the longest that was seen is told
_HORIZONS = (30, 60, 90, 180, 365)
_ON_A_SHEET = 5  # sessions


@dataclass(frozen=True)
class Row:
    """Somebody in an activity."""

    enrolment: Enrolment
    name: str
    standing: str | Promise
    reason: str | Promise
    came: Presence
    completes: bool
    lacks: bool  # they do not agree, or no longer, to be attended


def name_of(found: Person) -> str:
    """Their name; where they were forgotten, that."""
    return found.name or (_("forgotten") if found.is_erased else found.code)


def rows(activities: Iterable[Activity]) -> list[tuple[Activity, str | Promise]]:
    return [(one, PROGRESS_NAMES[one.state]) for one in activities]


def activity(found: Activity) -> dict[str, Any]:
    """The page of an activity."""
    presence = queries.presence(found)
    every = list(queries.enrolments(found))
    agreeing = {one.pk for one in queries.still_agreeing(every)}
    is_over = queries.next_session(found) is None
    people = [
        _row(one, presence.get(one.pk, Presence()), one.pk not in agreeing, is_over)
        for one in every
    ]
    by_state = {
        state: [row for row in people if row.enrolment.state == state] for state in Standing.values
    }
    return {
        "activity": found,
        "state": PROGRESS_NAMES[found.state],
        "sessions": list(queries.sessions(found)),
        "team": list(found.team.order_by("name")),
        "enrolled": sorted(by_state[Standing.ENROLLED], key=lambda row: row.name),
        "waiting": by_state[Standing.WAITING],  # in the order in which they asked
        "over": by_state[Standing.COMPLETED] + by_state[Standing.LEFT],
        "free": queries.free_places(found),
        "retention": retention_said(queries.retention(found.enrolments.all(), _until(found))),
        "today": programme.today(),
    }


def retention_said(found: Retention | None) -> str:
    """How many of those who began stayed, as one sentence; nothing while it is too early."""
    seen = [days for days in _HORIZONS if found is not None and days <= found.longest]
    if found is None or not seen:
        return ""
    told = found.at(seen[-1])
    if told is None:
        return ""
    share, lower, upper = told
    return _(
        "%(share)s of those who began were still there after %(days)d days (%(interval)s)."
    ) % {
        "share": words.percent(share),
        "days": seen[-1],
        "interval": words.percent_interval(lower, upper),
    }


def roll(one: Session) -> list[tuple[Enrolment, str]]:
    """Whoever is asked about at a session, by name."""
    found = [(row, name_of(row.whom)) for row in queries.expected_at(one)]
    return sorted(found, key=lambda each: each[1])


def sheet(found: Activity) -> dict[str, Any]:
    """The printed sheet: who is enrolled, and the next sessions to sign for."""
    rows = queries.enrolments(found).filter(state=Standing.ENROLLED)
    todo = found.sessions.filter(recorded_at=None)[:_ON_A_SHEET]
    return {
        "activity": found,
        "names": sorted(name_of(row.whom) for row in queries.still_agreeing(rows)),
        "sessions": list(todo),
    }


def _row(one: Enrolment, came: Presence, lacks: bool, is_over: bool) -> Row:
    return Row(
        one,
        name_of(one.whom),
        STANDING_NAMES[one.state],
        REASON_NAMES.get(one.reason, ""),
        came,
        is_over and one.state == Standing.ENROLLED and rules.meets(came, one.activity.completes_at),
        lacks and one.ended_on is None,
    )


def _until(found: Activity) -> date:
    return min(programme.today(), found.last_day)
