"""Every read of upkeep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from convive.domain.programme import queries as programme
from convive.kernel import jobs, retention
from convive.kernel.models import Job
from convive.upkeep.backup.store import Store
from convive.upkeep.models import Backup, Cleared

OLD = timedelta(hours=48)  # without a backup for so long, those who keep the system are told
GOOD = timedelta(days=100)  # after a trial: a quarter, and some days to come round to it


def is_backup_set_up() -> bool:
    return bool(settings.BACKUP_DIR and settings.BACKUP_RECIPIENT)


def backups() -> QuerySet[Backup]:
    """Those that were made, the newest first."""
    return Backup.objects.all()


def last_backup() -> Backup | None:
    return Backup.objects.first()


def last_verified() -> Backup | None:
    return Backup.objects.filter(verified_at__isnull=False).order_by("-verified_at").first()


def is_backup_overdue(now: datetime | None = None) -> bool:
    """Whether there is no backup of the last 48 hours: none was made, or it is not where it was."""
    recent = Backup.objects.filter(made_at__gte=(now or timezone.now()) - OLD)
    return not any(map(is_there, recent))


def is_there(backup: Backup) -> bool:
    """Whether the folder that the settings name holds it; also true where they name none."""
    if not settings.BACKUP_DIR:
        return True
    try:
        return Store.file(Path(settings.BACKUP_DIR), backup.name).is_file()
    except OSError:
        return False


def is_trial_due(now: datetime | None = None) -> bool:
    """Whether there are backups, and none was restored on trial within 100 days."""
    verified = last_verified()
    if verified is None or verified.verified_at is None:
        return last_backup() is not None
    return (now or timezone.now()) - verified.verified_at > GOOD


def failed_work(kind: str) -> Job | None:
    """The job of this kind that ended last, where it failed."""
    last = Job.objects.filter(kind=kind, finished_at__isnull=False).order_by("-pk").first()
    return last if last is not None and last.state == Job.State.FAILED else None


def work_of(kind: str) -> Job | None:
    """The newest job of this kind, however it ended."""
    return jobs.latest(kind, "")


def all_jobs() -> QuerySet[Job]:
    return Job.objects.all()


@dataclass(frozen=True)
class Kept:
    """A class of data, how long it is kept here, and when it was last looked through."""

    found: retention.Class
    days: int
    cleared: Cleared | None


def kept() -> list[Kept]:
    """Every class of data that is kept only for a while."""
    said = getattr(programme.programme(), "retention", {})
    runs = {row.name: row for row in Cleared.objects.all()}
    return [Kept(each, each.kept(said), runs.get(each.name)) for each in retention.classes()]
