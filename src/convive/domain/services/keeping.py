"""Which activity or enrolment somebody may write on: asked of by every write of services."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import queries as people
from convive.domain.people.vocabulary import Purpose
from convive.domain.services import queries
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.vocabulary import Standing
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed


def require_open(found: Activity) -> None:
    """Raises BadInput where the activity is over."""
    if found.is_closed:
        raise BadInput.at(found.code, _("This activity is closed."), _("Open another one."))


def require_activity(by: Actor, code: str) -> Activity:
    """An activity that this actor keeps, locked, so that no place is given twice."""
    rows = queries.activities_visible_to(by).select_for_update(of=("self",))
    found = rows.filter(code=code).first()
    if found is None:
        require(by, Permission.KEEP_SERVICES, Scope("-", "-"))
        raise BadInput.at(code, _("There is no such activity."), _("See the list of activities."))
    require(by, Permission.KEEP_SERVICES, queries.scope_of(found))
    if not queries.sees(by, found, Permission.KEEP_SERVICES):
        raise NotAllowed("a sensitive service, and not of its team")
    return found


def require_enrolment(by: Actor, code: str) -> Enrolment:
    """An enrolment of such an activity."""
    found = queries.enrolment(by, code)
    if found is None:
        require(by, Permission.KEEP_SERVICES, Scope("-", "-"))
        raise BadInput.at(code, _("There is no such enrolment."), _("Open the activity again."))
    activity = require_activity(by, found.activity.code)
    row = activity.enrolments.select_related("person__same_as").get(pk=found.pk)
    row.activity = activity
    return row


def move_up(by: str, found: Activity, day: date) -> None:
    """Whoever waits first and still agrees gets the place that is free. by : an actor's id."""
    waiting = found.enrolments.filter(state=Standing.WAITING).select_related("person__same_as")
    for row in waiting.order_by("asked_on", "pk"):
        if queries.free_places(found) == 0:
            return
        if not people.agrees(row.whom, Purpose.SERVICES):
            continue
        row.state, row.from_day = Standing.ENROLLED, day
        row.save()
        data = {"activity": found.code}
        journal.write(
            who=by, did="services.moved-up", kind="enrolment", subject=row.code, data=data
        )
