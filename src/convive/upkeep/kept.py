"""What belongs to no other part and is kept only for a while: ended work, sessions, leftovers."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from convive.kernel import retention
from convive.kernel.home import Home
from convive.kernel.models import Job

# Half-made files of killed imports, backups and restores; what a killed query spilled to the disk
_LEFTOVERS = (
    ".backup-*",
    ".verify-*",
    "work/*",
    "evidence/.work-*",
    "evidence/duckdb_temp*",
)


def clear_jobs(now: datetime, days: int) -> int:
    """Delete jobs and tasks that ended so long ago."""
    before = now - timedelta(days=days)
    tasks, _rows = DBTaskResult.objects.finished().filter(finished_at__lt=before).delete()
    ended, _rows = Job.objects.filter(finished_at__lt=before).delete()
    return ended + tasks


def clear_sessions(now: datetime, days: int) -> int:
    """Delete sessions that ended so long ago."""
    deleted, _rows = Session.objects.filter(expire_date__lt=now - timedelta(days=days)).delete()
    return deleted


def clear_leftovers(now: datetime, days: int) -> int:
    """Delete half-made files that nobody has touched for so long."""
    before = (now - timedelta(days=days)).timestamp()
    old = [path for path in _leftovers(settings.HOME) if _touched(path) < before]
    for path in old:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)


def _leftovers(home: Home) -> Iterator[Path]:
    for pattern in _LEFTOVERS:
        yield from home.root.glob(pattern)


def _touched(path: Path) -> float:
    """When it, or anything in it, was last written. Gone meanwhile: in no past.

    Whoever works in it may take a file away while we look: then it is in use, and not left over.
    """
    inside = (Path(folder, name) for folder, subs, names in os.walk(path) for name in subs + names)
    times = []
    for each in (path, *inside):
        with contextlib.suppress(FileNotFoundError):
            times.append(each.lstat().st_mtime)
    return max(times, default=math.inf)


def register() -> None:
    retention.register(
        retention.Class(
            "jobs",
            _("Ended work: who ordered it, when, and how it went. It is deleted."),
            30,
            clear_jobs,
        )
    )
    retention.register(
        retention.Class(
            "sessions",
            _("Sessions that have ended. They are deleted."),
            1,
            clear_sessions,
        )
    )
    retention.register(
        retention.Class(
            "leftovers",
            _("Half-made files of work that was killed. They are deleted."),
            1,
            clear_leftovers,
        )
    )
