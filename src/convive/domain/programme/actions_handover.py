"""Somebody leaves: what they hold passes to a named successor, and their account closes."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries, queries_access, sessions
from convive.domain.programme.models import Membership, User
from convive.domain.programme.models_access import HandOver
from convive.domain.programme.rules import SHORTEST_REASON, not_to_oneself
from convive.kernel import journal
from convive.kernel.errors import BadInput


@transaction.atomic
def hand_over(*, by: Actor, leaver: int, successor: int, why: str) -> HandOver:
    """Pass on all that a leaver holds, end their roles and suspend their account: all or nothing.

    leaver, successor : numbers of their accounts.
    why : said to whoever reads it later; at least 20 characters. The journal keeps its hash.

    Raises BadInput where the successor may not hold one of the things, NotAllowed for oneself.
    """
    require(by, Permission.MANAGE_MEMBERS)
    gone, comes = _people(by, leaver, successor)
    reason = _reason(why)
    counts = {
        part.name: part.hand_over(by=by, leaver=gone.pk, successor=comes.pk)
        for part in duties.parts()
    }
    ended = _end_roles(gone)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    sessions.end_all(gone)
    row = HandOver.objects.create(
        leaver=gone, successor=comes, by=by.id, at=timezone.now(), reason=reason, counts=counts
    )
    journal.write(
        who=by.id,
        did="account.handed_over",
        kind="account",
        subject=gone.pk,
        data={
            "successor": comes.pk,
            "passed_on": counts,
            "roles_ended": ended,
            "hand_over": row.pk,
            "why_sha256": hashlib.sha256(reason.encode()).hexdigest(),
        },
    )
    return row


def _people(by: Actor, leaver: int, successor: int) -> tuple[User, User]:
    gone = queries_access.account_or_bad_input(leaver)
    not_to_oneself(by, gone.pk)
    comes = queries_access.successors(gone).filter(pk=successor).first()
    if comes is None:
        raise BadInput.at(
            "successor",
            _("The successor needs an account in use and a role today."),
            _("Choose somebody else, or give them a role first."),
        )
    return gone, comes


def _reason(why: str) -> str:
    reason = why.strip()
    if len(reason) < SHORTEST_REASON:
        raise BadInput.at(
            "why",
            _("The reason is too short."),
            _("Write at least %(count)s characters.") % {"count": SHORTEST_REASON},
        )
    return reason


def _end_roles(user: User) -> list[int]:
    """Let every role end today at the latest; one that begins later ends on its first day."""
    today = queries.today()
    ended = []
    for row in Membership.objects.filter(user=user).order_by("pk"):
        if row.valid_to is None or row.valid_to > today:
            row.valid_to = max(today, row.valid_from)
            row.save(update_fields=["valid_to"])
            ended.append(row.pk)
    return ended
