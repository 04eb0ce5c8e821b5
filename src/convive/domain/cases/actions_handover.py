"""Cases pass on with the people: when somebody's worker changes, when somebody leaves, and when a
person is forgotten."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.cases import held, queries
from convive.domain.cases.models import Case
from convive.domain.cases.vocabulary import Reason, State
from convive.domain.people import forgetting, passing
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput


def join_the_register() -> None:
    """What happens to a person's cases when the register passes them on or forgets them."""
    passing.register(_pass_with_the_person)
    forgetting.register(_forget)


@transaction.atomic
def pass_on(*, by: Actor, leaver: int, successor: int) -> int:
    """Give every part that somebody has in open cases to another account; returns how many cases.

    By whoever manages accounts: they learn no name. Raises BadInput where the successor may not
    have that part, or would supervise their own work.
    """
    require(by, Permission.MANAGE_MEMBERS)
    found = list(queries.held_by(leaver))
    for case in found:
        _give(by, case, leaver, successor)
    return len(found)


def _pass_with_the_person(person: Person, leaver: int, successor: int, by: Actor) -> None:
    for case in queries.led_for(person, leaver):
        _give(by, case, leaver, successor)


def _give(by: Actor, case: Case, leaver: int, successor: int) -> None:
    team = set(case.team.values_list("pk", flat=True))
    if leaver in team:
        team = (team - {leaver}) | {successor}
    worker = successor if case.worker_id == leaver else case.worker_id
    supervisor = successor if case.supervisor_id == leaver else case.supervisor_id
    try:
        held.take_parts(case, worker, team, supervisor)
    except BadInput:
        raise BadInput.at(
            "successor",
            _("This account cannot take over all that is passed on."),
            _("Choose another account, or pass it on in parts."),
        ) from None
    case.save()
    case.team.set(team)
    _journal(by, "cases.passed-on", case, to=f"user:{successor}")


def _forget(person: Person, by: str) -> None:
    """What was told of somebody is deleted. That they came and left, and the tier, stay: they are
    counted, and say nothing of whom."""
    today = programme.today()
    for case in Case.objects.filter(person=person).select_for_update():
        case.reason = case.needs = ""
        case.state, case.screen_by = State.CLOSED.value, None
        case.save()
        case.stays.filter(ended_on=None).update(ended_on=today, reason=Reason.OTHER)
        for goal in case.goals.all():
            goal.steps.all().delete()
        for rows in (case.goals, case.notes, case.reviews, case.closures, case.screenings):
            rows.all().delete()


def _journal(by: Actor, did: str, found: Case, **data: Any) -> None:
    journal.write(who=by.id, did=did, kind="case", subject=found.code, data=data)
