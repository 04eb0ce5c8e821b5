"""How long what people asked about their own data is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from convive.kernel import retention

DAYS = 365  # long enough to complain about an answer


def empty_old(now: datetime, days: int) -> int:
    """Delete what was asked and answered longer ago than this; that it was asked stays."""
    from convive.domain.privacy.models import DataRequest  # not ready before the apps are

    old = DataRequest.objects.filter(answered_at__lt=now - timedelta(days=days), emptied_at=None)
    return old.update(text="", answer="", emptied_at=now)


def register() -> None:
    retention.register(
        retention.Class(
            "data-requests",
            _(
                "What people asked about their own data, and the answer. Both texts are deleted; "
                "that something was asked and answered stays."
            ),
            DAYS,
            empty_old,
            least=30,
        )
    )
