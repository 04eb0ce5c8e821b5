"""How long the mark of an entry is kept: longer than a phone can still send it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from convive.domain.offline.reading import DAYS
from convive.domain.programme.queries import SYSTEM
from convive.kernel import retention


def clear(now: datetime, days: int) -> int:
    from convive.domain.offline import actions  # not ready before the apps are

    return actions.clear_receipts(by=SYSTEM, now=now, days=days)


def register() -> None:
    retention.register(
        retention.Class(
            "offline-marks",
            _(
                "Marks of what phones sent, so that nothing is kept twice: who sent it and when, "
                "and nothing of what it says."
            ),
            2 * DAYS,
            clear,
            least=DAYS + 1,
        )
    )
