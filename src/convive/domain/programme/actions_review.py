"""The quarterly review of rights: every role in force is kept or removed, by somebody else."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may, require
from convive.domain.programme import queries, queries_access, rules, standing
from convive.domain.programme.models import Membership
from convive.domain.programme.models_access import AccessReview, ReviewDecision
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed

KEEP, REMOVE = ReviewDecision.Verdict.KEEP, ReviewDecision.Verdict.REMOVE


@transaction.atomic
def keep_role(*, by: Actor, membership: int) -> ReviewDecision:
    """Say in this quarter's review that a role is still needed."""
    _require_reviewer(by)
    return _decide(by, membership, KEEP, "")


@transaction.atomic
def remove_role(*, by: Actor, membership: int, reason: str) -> ReviewDecision:
    """Say in this quarter's review that a role is not needed: today is its last day."""
    _require_reviewer(by)
    if not reason.strip():
        raise BadInput.at("reason", _("The reason is missing."), _("Say why it is removed."))
    decision = _decide(by, membership, REMOVE, reason.strip())
    row = decision.membership
    row.valid_to = queries.today()
    row.save(update_fields=["valid_to"])
    return decision


@transaction.atomic
def reopen_for(*, by: Actor, membership: Membership) -> None:
    """Open this quarter's review again for a role with a say in the rights of others.

    A role that begins in a later quarter waits for the review of that one.
    """
    require(by, Permission.MANAGE_MEMBERS)
    quarter = rules.quarter_of(queries.today())
    if membership.role not in standing.POWERFUL_ROLES:
        return
    if rules.quarter_of(membership.valid_from) > quarter:
        return
    review = AccessReview.objects.filter(quarter=quarter).exclude(closed_at=None).first()
    if review is None:
        return
    review.closed_at = None
    review.save(update_fields=["closed_at"])
    journal.write(
        who=by.id,
        did="access_review.reopened",
        kind="access_review",
        subject=rules.quarter_name(quarter),
        data={"membership": membership.pk, "role": membership.role},
    )


def _decide(by: Actor, number: int, verdict: str, reason: str) -> ReviewDecision:
    today = queries.today()
    row = Membership.objects.select_for_update(of=("self",)).filter(pk=number).first()
    in_force = row is not None and queries.memberships_of(row.user, today).filter(pk=row.pk)
    if row is None or not in_force:
        raise BadInput.at(number, _("This role is not in force today."), "")
    if not queries_access.Reviewer(by).may_decide(row):
        raise NotAllowed("nobody reviews their own role; a reviewer's is for another to decide")
    quarter = rules.quarter_of(today)
    review, _new = AccessReview.objects.get_or_create(quarter=quarter)
    if review.decisions.filter(membership=row).exists():
        raise BadInput.at(number, _("This role was reviewed already in this quarter."), "")
    decision = ReviewDecision.objects.create(
        review=review,
        membership=row,
        verdict=verdict,
        reason=reason,
        by=by.id,
        at=timezone.now(),
    )
    journal.write(
        who=by.id,
        did="access_review.kept" if verdict == KEEP else "access_review.removed",
        kind="membership",
        subject=row.pk,
        data={
            "account": row.user_id,
            "role": row.role,
            "quarter": rules.quarter_name(quarter),
        },
    )
    if review.closed_at is None and queries_access.is_reviewed(quarter):
        review.closed_at = timezone.now()
        review.save(update_fields=["closed_at"])
        journal.write(
            who=by.id,
            did="access_review.closed",
            kind="access_review",
            subject=rules.quarter_name(quarter),
            data={"decisions": review.decisions.count()},
        )
    return decision


def _require_reviewer(by: Actor) -> None:
    """Reviewers, and system staff for the roles of reviewers."""
    if not may(by, Permission.MANAGE_MEMBERS):
        require(by, Permission.REVIEW_ACCESS)
