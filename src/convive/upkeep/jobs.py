"""What the worker does to keep the house: backups, and what was kept long enough."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.kernel import jobs
from convive.upkeep import actions, queries

WORKER = Actor(id="worker", label="worker", is_system=True)
_DAY = 24 * 3600


@jobs.kind(actions.BACKUP, title=_("A backup"), idempotent=True)
def back_up(running: jobs.Running) -> dict[str, Any]:
    """Make a backup as the settings say, then drop those that need not be kept."""
    folder = Path(settings.BACKUP_DIR)
    made = actions.make_backup(
        by=WORKER,
        folder=folder,
        recipient=Path(settings.BACKUP_RECIPIENT),
        begin=False,
        progress=running.progress,
    )
    dropped, _freed = actions.prune(by=WORKER, folder=folder)
    return {"backup": made.id, "new_bytes": made.new_bytes, "dropped": len(dropped)}


@jobs.kind(actions.RETAIN, title=_("Clearing what is kept only for a while"), idempotent=True)
def retain(running: jobs.Running) -> dict[str, Any]:
    """Delete or make anonymous what was kept long enough."""
    return dict(actions.apply_retention(by=WORKER, now=timezone.now(), progress=running.progress))


@jobs.every(actions.BACKUP, seconds=_DAY)
def order_backup(_now: datetime) -> None:
    if queries.is_backup_set_up():
        actions.order_backup(by=WORKER)


@jobs.every(actions.RETAIN, seconds=_DAY)
def order_retention(_now: datetime) -> None:
    jobs.order(actions.RETAIN, by=WORKER.id)
