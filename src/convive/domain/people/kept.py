"""How long a file of people waits to be written down, and its refused rows to be mended."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from convive.domain.programme.queries import SYSTEM
from convive.kernel import retention

DAYS = 2


def clear(now: datetime, days: int) -> int:
    from convive.domain.people import actions_import  # not ready before the apps are

    return actions_import.clear_imports(by=SYSTEM, now=now, days=days)


def register() -> None:
    retention.register(
        retention.Class(
            "people-files",
            _(
                "Files of people that somebody brings in, sealed. What they say is deleted when it "
                "is written down or given up, and otherwise after so long."
            ),
            DAYS,
            clear,
        )
    )
