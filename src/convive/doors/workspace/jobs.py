"""What the workspace does by the clock: the letters that say how much waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.domain.programme import queries
from convive.domain.programme.actions_account import note_digest_sent
from convive.doors.workspace import digest
from convive.kernel import jobs
from convive.kernel.jobs import Running

WORKER = Actor(id="worker", label="worker", is_system=True)


@jobs.every("letters.digest", seconds=900)
def order_letters(now: datetime) -> None:
    """Order the letters of this morning. Noted as sent first: rather none than two."""
    today = timezone.localdate(now)
    for choice in digest.due(now):
        note_digest_sent(by=WORKER, account=choice.user_id, on=today)
        jobs.order(
            "letters.digest",
            by=WORKER.id,
            subject=f"account:{choice.user_id}",
            account=choice.user_id,
        )


@jobs.kind("letters.digest", title=_("Letters that say what waits"))
def send_letter(running: Running, *, account: int) -> dict[str, Any]:
    """Write one letter."""
    return digest.send(account, queries.today())
