"""What people write into plans: commitments. What was achieved stands in `actions_values`."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.plans import queries
from convive.domain.plans.models import Commitment, Objective, Plan
from convive.domain.plans.vocabulary import CommitmentState
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput


@transaction.atomic
def make_commitment(
    *,
    by: Actor,
    plan: str,
    what: str,
    organisation: str,
    due: date,
    made_on: date | None = None,
    objective: str = "",
    district: str = "",
    is_public: bool = False,
    raised_by: tuple[str, str] | None = None,
) -> Commitment:
    """An organisation promises to do something by a day.

    plan, objective, organisation : codes; district : `SCHEME:CODE`, or empty for no one district.
    raised_by : kind and id of what it answers, such as ("concern", "17").

    Raises BadInput for what is unknown or out of order, NotAllowed outside the actor's scope.
    """
    body = programme.organisation(organisation)
    where = programme.place(district) if district else None
    require(by, Permission.MAKE_COMMITMENT, Scope(body.code, where.ref if where else None))
    made = made_on or programme.today()
    if due < made:
        raise BadInput.at(due, _("It would be due before it is made."), _("Give a later day."))
    if not what.strip():
        raise BadInput.at(_("what"), _("A commitment says what is done."), _("Write it."))
    found = _plan(plan)
    commitment = Commitment.objects.create(
        plan=found,
        objective=_objective(found, objective) if objective else None,
        what=what.strip(),
        organisation=body,
        district=where,
        made_on=made,
        due=due,
        is_public=is_public,
        raised_by_kind=raised_by[0] if raised_by else "",
        raised_by_id=raised_by[1] if raised_by else "",
    )
    journal.write(
        who=by.id,
        did="commitment.made",
        kind="commitment",
        subject=commitment.pk,
        data={
            "plan": found.code,
            "organisation": body.code,
            "district": where.ref if where else None,
            "due": due.isoformat(),
            "public": is_public,
            "raised_by": list(raised_by) if raised_by else None,
        },
    )
    return commitment


@transaction.atomic
def close_commitment(
    *, by: Actor, commitment: int, state: str, reason: str = "", on: date | None = None
) -> Commitment:
    """Say that a commitment was kept (`done`), or that it was not and why (`not_done`).

    Raises BadInput where it is closed already or the reason is missing.
    """
    found = queries.commitments().select_for_update(of=("self",)).filter(pk=commitment).first()
    if found is None:
        raise BadInput.at(commitment, _("There is no such commitment."), _("See the list."))
    require(by, Permission.MAKE_COMMITMENT, queries.scope_of(found))
    if found.state != CommitmentState.OPEN:
        raise BadInput.at(
            commitment, _("It was closed before."), _("Make a new one for what is still to do.")
        )
    if state not in (CommitmentState.DONE, CommitmentState.NOT_DONE):
        raise BadInput.at(state, _("This is no way to close it."), _("Write done or not_done."))
    if state == CommitmentState.NOT_DONE and not reason.strip():
        raise BadInput.at(
            _("reason"), _("Whoever raised it is owed the reason."), _("Say why it was not done.")
        )
    closed = on or programme.today()
    if closed < found.made_on:
        raise BadInput.at(closed, _("It was not made yet on that day."), _("Give a later day."))
    found.state, found.reason, found.closed_on = state, reason.strip(), closed
    found.save(update_fields=["state", "reason", "closed_on"])
    journal.write(
        who=by.id,
        did="commitment.closed",
        kind="commitment",
        subject=found.pk,
        data={"state": state, "on": closed.isoformat(), "in_time": closed <= found.due},
    )
    return found


def _plan(code: str) -> Plan:
    found = queries.plan(code) if code else None
    if found is None:
        raise BadInput.at(code, _("There is no plan of this code."), _("See the plans."))
    return found


def _objective(plan: Plan, code: str) -> Objective:
    found = plan.objectives.filter(code=code, retired_on=None).first()
    if found is None:
        raise BadInput.at(
            code, _("The plan has no objective of this code."), _("See the plan's objectives.")
        )
    return found
