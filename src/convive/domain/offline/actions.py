"""The one write of what phones send: an entry is kept by its kind, and its mark with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.offline.kinds import Entry, keeper
from convive.domain.offline.models import Receipt
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed


@transaction.atomic
def keep(*, by: Actor, entry: Entry) -> bool:
    """Keep an entry; False where it was kept before. It is kept whole or not at all.

    Raises what its kind raises: BadInput, Conflict or NotAllowed, and the mark stays free.
    """
    require(by, Permission.SEE_WORKSPACE)
    now = timezone.now()
    receipt, is_new = Receipt.objects.get_or_create(
        mark=entry.mark,
        defaults={"kind": entry.kind[:40], "kept_at": now, "kept_by": by.id},
    )
    if not is_new:
        if receipt.kept_by != by.id:
            raise BadInput.at(
                "mark",
                _("Something else was sent under this mark."),
                _("Write it down on its page."),
            )
        return False
    keeper(entry.kind)(by, entry)
    minutes = int((now - entry.taken_at).total_seconds() // 60)
    journal.write(
        who=by.id,
        did="offline.kept",
        kind="entry",
        subject=str(entry.mark),
        data={"of": entry.kind, "minutes_before": minutes},
    )
    return True


@transaction.atomic
def clear_receipts(*, by: Actor, now: datetime, days: int) -> int:
    """Forget the marks of what was kept so many days ago, by the clock; returns how many."""
    if not by.is_system:
        raise NotAllowed("done by the clock alone")
    old = Receipt.objects.filter(kept_at__lt=now - timedelta(days=days))
    count, _each = old.delete()
    if count:
        journal.write(
            who=by.id, did="offline.receipts-cleared", kind="entry", subject="-", data={"n": count}
        )
    return count
