"""Reads of what people thought: who may say it, when it is shown, and to whom."""

from __future__ import annotations

from datetime import date, timedelta

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.services import queries
from convive.domain.services.models import Activity
from convive.domain.services.models_opinions import Opinion
from convive.kernel import codes

TOGETHER = 5  # shown at once, so that nobody tells who wrote which
WAIT = timedelta(days=14)  # after which fewer are shown too
OPEN_FOR = timedelta(days=60)  # after the last day of an activity
PURPOSE = "opinion"
LONGEST = 1000


def is_open(found: Activity, today: date) -> bool:
    """Whether anybody may say what they thought: since the first session, and a while after."""
    held = found.sessions.filter(recorded_at__isnull=False).exists()
    return held and today <= found.last_day + OPEN_FOR


def shown(found: Activity, today: date) -> list[Opinion]:
    """Those that the team may read: in whole groups, or after two weeks, ordered by what they say
    and not by when."""
    rows = list(found.opinions.all())
    whole = len(rows) // TOGETHER * TOGETHER
    kept = [row for at, row in enumerate(rows) if at < whole or row.said_on + WAIT <= today]
    return sorted(kept, key=lambda row: (row.is_answered, row.rating, row.code))


def by_code(code: str) -> Opinion | None:
    """By the code that was told to whoever wrote it."""
    rows = Opinion.objects.select_related(
        "activity__service", "activity__organisation", "activity__district"
    )
    return rows.filter(code_hash=codes.code_hash(code, purpose=PURPOSE)).first()


def opinion(who: Actor, code: str) -> Opinion | None:
    """By its code, of the activities of whose team this actor is."""
    rows = Opinion.objects.select_related(
        "activity__service", "activity__organisation", "activity__district"
    )
    own = queries.run_now_by(who).order_by().values("pk")
    return rows.filter(code=code, activity__in=own).first()


def reads(who: Actor, found: Activity, permission: Permission = Permission.KEEP_SERVICES) -> bool:
    """Its own team alone, whatever the service."""
    return queries.sees(who, found, permission) and queries.is_of_team(who, found)


def waiting(account: int, today: date) -> list[tuple[Activity, int]]:
    """The activities that somebody runs with opinions to be answered, and how many."""
    rows = Activity.objects.filter(team=account, opinions__answered_on=None, opinions__isnull=False)
    found = []
    for activity in rows.select_related("service").distinct():
        count = sum(not each.is_answered for each in shown(activity, today))
        if count:
            found.append((activity, count))
    return found
