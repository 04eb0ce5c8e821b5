"""For how long reports are kept: they can be made again from the records."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from convive.kernel import retention


def clear_documents(now: datetime, days: int) -> int:
    """Delete reports that were made, or asked for in vain, so long ago, with their files."""
    from convive.reports.models import Report  # models are not ready before the apps are

    old = list(Report.objects.filter(moved_at__lt=now - timedelta(days=days)))
    gone = [report for report in old if not report.is_waited_for]
    Report.objects.filter(pk__in=[report.pk for report in gone]).delete()
    # The same content asked for twice is one file
    still = set(Report.objects.values_list("file_hash", flat=True))
    for report in gone:
        if report.file_hash and report.file_hash not in still:
            transaction.on_commit(partial(Path(report.path).unlink, missing_ok=True))
    return len(gone)


def register() -> None:
    retention.register(
        retention.Class(
            "documents",
            _("Reports that somebody asked for. They are deleted, and can be asked for again."),
            365,
            clear_documents,
            least=7,
        )
    )
