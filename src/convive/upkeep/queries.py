"""Every read of upkeep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from convive.domain.programme import queries as programme
from convive.kernel import jobs, retention
from convive.kernel.models import Job
from convive.upkeep.models import Backup, Cleared

OLD = timedelta(hours=48)  # without a good backup for so long, those who keep the system are told


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
    """Whether there is no good backup of the last 48 hours."""
    last = last_backup()
    return last is None or (now or timezone.now()) - last.made_at > OLD


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
