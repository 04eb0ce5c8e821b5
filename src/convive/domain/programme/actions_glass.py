"""Break the glass: open what is closed, for reading, for a reason and three hours; others look."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries, queries_access
from convive.domain.programme.models import Place, User
from convive.domain.programme.models_access import BreakGlass
from convive.domain.programme.rules import (
    GLASS_LASTS,
    GLASSES_A_DAY,
    SHORTEST_REASON,
    account_of,
    not_to_oneself,
)
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed


@transaction.atomic
def break_glass(
    *, by: Actor, reason: str, district: str = "", organisation: str = ""
) -> BreakGlass:
    """Let a person read for three hours what is closed to them; at most five times in 24 hours.

    district : its ref; opens what belongs to nobody in particular there.
    organisation : its code; opens what is its own, in the district or in the person's districts.
    reason : at least 20 characters; whoever looks at it later reads it. The journal keeps its hash.
    """
    require(by, Permission.BREAK_GLASS)
    number = account_of(by.id)
    # Locked: two requests at once must not both find that one more is left
    locked = User.objects.select_for_update()
    user = locked.filter(pk=number).first() if number is not None else None
    if user is None:
        raise NotAllowed("the system needs no glass to break")
    text = reason.strip()
    if len(text) < SHORTEST_REASON:
        raise BadInput.at(
            "reason",
            _("The reason is too short."),
            _("Write at least %(count)s characters.") % {"count": SHORTEST_REASON},
        )
    if not queries_access.left_to_open(user):
        raise BadInput.at(
            "district",
            _("You have opened what is closed %(count)s times since yesterday.")
            % {"count": GLASSES_A_DAY},
            _("Ask the coordinator for a role that reaches what you need."),
        )
    now = timezone.now()
    row = BreakGlass.objects.create(
        user=user,
        district=_district(district),
        organisation=queries.organisation(organisation) if organisation else None,
        reason=text,
        opened_at=now,
        until=now + GLASS_LASTS,
    )
    journal.write(
        who=by.id,
        did="glass.broken",
        kind="break_glass",
        subject=row.pk,
        data={
            "district": district,
            "organisation": organisation,
            "until": row.until.isoformat(timespec="seconds"),
            "why_sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    return row


@transaction.atomic
def close_glass(*, by: Actor, number: int) -> BreakGlass:
    """Give back what one opened, before its time."""
    require(by, Permission.SEE_WORKSPACE)
    row = _glass(number)
    if row.user_id != account_of(by.id):
        raise NotAllowed("close what somebody else opened")
    now = timezone.now()
    if row.is_open(now):
        row.until = now
        row.save(update_fields=["until"])
        journal.write(who=by.id, did="glass.closed", kind="break_glass", subject=row.pk)
    return row


@transaction.atomic
def look_at_glass(*, by: Actor, number: int) -> BreakGlass:
    """Say that one has looked at what somebody else opened, and why."""
    require(by, Permission.REVIEW_ACCESS)
    row = _glass(number)
    not_to_oneself(by, row.user_id)
    if row.seen_at is None:
        row.seen_by, row.seen_at = by.id, timezone.now()
        row.save(update_fields=["seen_by", "seen_at"])
        journal.write(who=by.id, did="glass.looked-at", kind="break_glass", subject=row.pk)
    return row


def _glass(number: int) -> BreakGlass:
    row = queries_access.glasses().select_for_update(of=("self",)).filter(pk=number).first()
    if row is None:
        raise BadInput.at(number, _("Nothing was opened under this number."), "")
    return row


def _district(ref: str) -> Place | None:
    if not ref:
        return None
    found = queries.place(ref)
    if found.level != Place.Level.DISTRICT:
        raise BadInput.at(ref, _("This place is not a district."), _("Name a district."))
    return found
