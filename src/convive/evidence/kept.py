"""What of the evidence is kept only for a while: files on the desk, rejected rows, scans."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from convive.kernel import retention
from convive.kernel.home import Home

YEARS = 365


def clear_uploads(now: datetime, days: int) -> int:
    from convive.evidence.desk import clearing  # models are not ready before the apps are

    return clearing.clear_uploads(now, days)


def clear_rejects(now: datetime, days: int) -> int:
    """Delete the lists of rejected rows of imports that are so old; their receipts stay."""
    from convive.evidence import store
    from convive.evidence.models import Batch

    home: Home = settings.HOME
    old = Batch.objects.filter(rejected__gt=0, imported_at__lt=now - timedelta(days=days))
    cleared = 0
    for number in old.values_list("pk", flat=True):
        paths = (store.rejects_path(home, number), store.rejected_rows_path(home, number))
        there = [path for path in paths if path.exists()]
        _delete_after_commit(there)
        cleared += bool(there)
    return cleared


def clear_scans(now: datetime, days: int) -> int:
    """Delete the scans of keyed tables that are so old; number, date and hash stay."""
    from convive.evidence.models import KeyedTable

    old = KeyedTable.objects.exclude(scan_token="").filter(
        moved_at__lt=now - timedelta(days=days), state=KeyedTable.State.CONFIRMED
    )
    tables = list(old.select_for_update())
    _delete_after_commit([table.scan_path for table in tables])
    for table in tables:
        table.scan_token = ""
        table.save(update_fields=["scan_token"])
    return len(tables)


def _delete_after_commit(paths: list[Path]) -> None:
    """A file whose row came back with a rollback would be missed; a stray file is not."""
    for path in paths:
        transaction.on_commit(partial(path.unlink, missing_ok=True))


def register() -> None:
    retention.register(
        retention.Class(
            "uploads",
            _("Files that somebody began to bring in and did not finish. They are deleted."),
            settings.UPLOAD_DAYS,
            clear_uploads,
        )
    )
    retention.register(
        retention.Class(
            "rejects",
            _("Rejected rows of an import, with their reasons. They are deleted; counts stay."),
            180,
            clear_rejects,
            least=14,
        )
    )
    retention.register(
        retention.Class(
            "scans",
            _("Scanned documents behind tables that were typed in. They are deleted."),
            5 * YEARS,
            clear_scans,
            least=YEARS,
        )
    )
