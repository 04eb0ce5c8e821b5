"""Keeping the desk clear: what was begun and left is deleted after some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from convive.domain.programme.queries import SYSTEM
from convive.evidence import actions_uploads
from convive.evidence.desk import store as uploads_store
from convive.evidence.desk import uploads
from convive.evidence.models import KeyedTable, Upload
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

# A file may lie here before its row does: for as long as it takes to come in over a slow line
_ARRIVING = timedelta(days=1)


@transaction.atomic
def clear_uploads(now: datetime, days: int | None = None) -> int:
    """Delete the files that nobody finished bringing in within `days`, and stray ones.

    days : by default those of the setting `UPLOAD_DAYS`.

    Returns how many uploads were deleted. What is a batch, and what the worker is at, stays.
    """
    cleared = 0
    kept = settings.UPLOAD_DAYS if days is None else days
    for upload in uploads.untouched_since(now - timedelta(days=kept)):
        try:
            actions_uploads.discard(by=SYSTEM, upload=upload, did="upload.cleared")
        except BadInput:  # somebody has just handed it over
            continue
        cleared += 1
    strays = _clear_strays(now)
    if strays:
        journal.write(
            who=SYSTEM.id, did="upload.strays-cleared", kind="home", subject="uploads",
            data={"files": strays},
        )  # fmt: skip
    return cleared


def _clear_strays(now: datetime) -> int:
    home: Home = settings.HOME
    known = set(Upload.objects.exclude(state=Upload.State.DONE).values_list("token", flat=True))
    known |= set(KeyedTable.objects.values_list("scan_token", flat=True))
    found = uploads_store.strays(home, known, now - _ARRIVING)
    for path in found:
        uploads_store.forget(path)
    return len(found)
