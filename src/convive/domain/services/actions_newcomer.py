"""Somebody who is not on the register yet is written down and enrolled, both or neither."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import actions as people
from convive.domain.people.consent import Word
from convive.domain.people.facts import Facts
from convive.domain.services import actions, queries
from convive.domain.services.models import Enrolment
from convive.kernel.errors import BadInput


@transaction.atomic
def enrol_newcomer(
    *,
    by: Actor,
    activity: str,
    facts: Facts,
    words: Iterable[Word],
    worker: int | None = None,
    is_another: bool = False,
    on: date | None = None,
) -> Enrolment:
    """Write somebody down on the register of an activity's organisation, and enrol them there.

    The arguments are those of `people.actions.register` and `services.actions.enrol`. Raises what
    either raises, LikelyDouble among them; then neither is written.
    """
    require(by, Permission.KEEP_SERVICES)
    found = queries.activity(by, activity)
    if found is None:
        require(by, Permission.KEEP_SERVICES, Scope("-", "-"))
        raise BadInput.at(
            activity, _("There is no such activity."), _("See the list of activities.")
        )
    require(by, Permission.KEEP_SERVICES, queries.scope_of(found))
    made = people.register(
        by=by,
        organisation=found.organisation.code,
        facts=facts,
        words=words,
        worker=worker,
        is_another=is_another,
        is_sample=found.is_sample,
    )
    return actions.enrol(by=by, activity=activity, person=made.code, on=on)
