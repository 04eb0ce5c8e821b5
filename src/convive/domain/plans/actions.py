"""What people write into plans: commitments. What was achieved stands in `actions_values`."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, require
from convive.domain.plans import queries
from convive.domain.plans.models import Commitment, MovedDate, Plan
from convive.domain.plans.vocabulary import CommitmentState
from convive.domain.programme import queries as programme
from convive.domain.programme.models import User
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
        objective=queries.objective(found, objective) if objective else None,
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
    found = _open(by, commitment)
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


@transaction.atomic
def take_commitment(*, by: Actor, commitment: int) -> Commitment:
    """The person who acts sees to it from now on. Raises BadInput for the system, or if closed."""
    found = _open(by, commitment)
    account = programme.account_of(by)
    if account is None:
        raise BadInput.at(by.id, _("Only a person sees to a commitment."), _("Sign in first."))
    return _pass_on(by, found, account)


@transaction.atomic
def leave_commitment(*, by: Actor, commitment: int) -> Commitment:
    """Nobody in particular sees to it any more: it waits for the whole organisation again."""
    return _pass_on(by, _open(by, commitment), None)


@transaction.atomic
def move_date(*, by: Actor, commitment: int, due: date, reason: str) -> Commitment:
    """Promise another day, with the reason. The days promised before stay readable.

    Raises BadInput where it is closed, the day is the same or too early, or no reason is given.
    """
    found = _open(by, commitment)
    if not reason.strip():
        raise BadInput.at(_("reason"), _("Whoever waits is owed the reason."), _("Say why."))
    if due == found.due:
        raise BadInput.at(due, _("It is due on that day already."), _("Give another day."))
    if due < found.made_on:
        raise BadInput.at(due, _("It would be due before it is made."), _("Give a later day."))
    move = MovedDate.objects.create(
        commitment=found,
        was=found.due,
        now=due,
        reason=reason.strip(),
        moved_on=programme.today(),
        moved_by=by.id,
    )
    found.due = due
    found.save(update_fields=["due"])
    journal.write(
        who=by.id,
        did="commitment.moved",
        kind="commitment",
        subject=found.pk,
        data={"was": move.was.isoformat(), "now": due.isoformat()},
    )
    return found


@transaction.atomic
def hand_over_commitments(*, by: Actor, leaver: int, successor: int) -> int:
    """Everything that one account sees to passes to another; returns how many.

    Raises BadInput where the successor may not see to one of them.
    """
    require(by, Permission.MANAGE_MEMBERS)
    held = queries.held_by(leaver).select_for_update(of=("self",))
    account = programme.account(successor)
    who = programme.actor_of(account)
    for commitment in held:
        if not may(who, Permission.MAKE_COMMITMENT, queries.scope_of(commitment)):
            raise BadInput.at(
                commitment.pk,
                _("The successor may not see to the commitments of %(name)s there.")
                % {"name": commitment.organisation.name},
                _("Give them that role first, or name somebody else."),
            )
        _pass_on(by, commitment, account)
    return len(held)


def _open(by: Actor, pk: int) -> Commitment:
    """The commitment, still open, which the actor may change."""
    found = queries.commitments().select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise BadInput.at(pk, _("There is no such commitment."), _("See the list."))
    require(by, Permission.MAKE_COMMITMENT, queries.scope_of(found))
    if found.state != CommitmentState.OPEN:
        raise BadInput.at(
            pk, _("It was closed before."), _("Make a new one for what is still to do.")
        )
    return found


def _pass_on(by: Actor, commitment: Commitment, account: User | None) -> Commitment:
    if commitment.holder == account:
        return commitment
    was, commitment.holder = commitment.holder_id, account
    commitment.save(update_fields=["holder"])
    journal.write(
        who=by.id,
        did="commitment.passed_on",
        kind="commitment",
        subject=commitment.pk,
        data={"was": was, "now": account.pk if account else None},
    )
    return commitment


def _plan(code: str) -> Plan:
    found = queries.plan(code) if code else None
    if found is None:
        raise BadInput.at(code, _("There is no plan of this code."), _("See the plans."))
    return found
