"""How long coded lists wait for a count that nobody finishes."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from convive.domain.programme.queries import SYSTEM
from convive.kernel import retention

DAYS = 30


def clear(now: datetime, days: int) -> int:
    from convive.domain.reach import actions  # not ready before the apps are

    return actions.clear_lists(by=SYSTEM, now=now, days=days)


def register() -> None:
    retention.register(
        retention.Class(
            "coded-lists",
            _(
                "Coded lists of people for a count. They are deleted when it is done or given up, "
                "and otherwise after so long."
            ),
            DAYS,
            clear,
        )
    )
