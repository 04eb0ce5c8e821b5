"""Every act of upkeep: backups, their verification, what is cleared, what is stopped."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries as programme
from convive.kernel import jobs, journal, retention
from convive.kernel.errors import BadInput
from convive.kernel.home import Home
from convive.kernel.recipients import read_public
from convive.upkeep import queries
from convive.upkeep.backup import make as maker
from convive.upkeep.backup.make import Made, Progress
from convive.upkeep.backup.pruning import superfluous
from convive.upkeep.backup.store import Store
from convive.upkeep.models import Backup, Cleared

BACKUP = "upkeep.backup"  # the kinds of job
RETAIN = "upkeep.retain"
log = logging.getLogger(__name__)


def _silent(_phase: str, _done: int, _total: int | None) -> None:
    return None


def make_backup(
    *, by: Actor, folder: Path, recipient: Path, begin: bool, progress: Progress = _silent
) -> Made:
    """Make a backup now, into a folder of backups, sealed to the key in a file.

    begin : whether an empty folder may become one of backups; else it must be one, so that nothing
        is written where a disk should be attached.

    Raises BadInput where the folder or the key cannot be used.
    """
    require(by, Permission.KEEP_SYSTEM)
    home: Home = settings.HOME
    if folder.resolve().is_relative_to(home.root.resolve()):
        raise BadInput.at(
            folder,
            _("A backup inside the home is lost with it."),
            _("Name a folder on another disk."),
        )
    key = read_public(recipient)
    store = Store.create(folder) if begin else Store.at(folder)
    began = time.monotonic()
    made = maker.make(home, store, key, now=timezone.now(), progress=progress)
    _note_backup(by, store, made, round(time.monotonic() - began))
    return made


@transaction.atomic
def _note_backup(by: Actor, store: Store, made: Made, seconds: int) -> None:
    Backup.objects.create(
        name=made.id,
        store=store.name,
        folder=str(store.root.resolve())[:500],
        made_at=made.made_at,
        made_by=by.id,
        seconds=seconds,
        size=made.size,
        new_bytes=made.new_bytes,
        pieces=made.pieces,
        new_pieces=made.new_pieces,
        rows=made.rows,
        journal_seq=made.journal[0],
        journal_hash=made.journal[1],
        recipient=made.recipient,
    )
    journal.write(
        who=by.id,
        did="backup.made",
        kind="backup",
        subject=made.id,
        data={
            "recipient": made.recipient,
            "size": made.size,
            "pieces": made.pieces,
            "new_pieces": made.new_pieces,
            "journal": made.journal[0],
        },
    )


def prune(*, by: Actor, folder: Path) -> tuple[list[str], int]:
    """Drop the backups that the rule does not keep. Returns their names and the bytes freed."""
    require(by, Permission.KEEP_SYSTEM)
    store = Store.at(folder)
    with store.one_writer():
        made = {heading.id: heading.made_at for heading in store.headings()}
        names = superfluous(made, timezone.now())
        freed = store.drop(names)
    if names:
        with transaction.atomic():
            journal.write(
                who=by.id,
                did="backup.pruned",
                kind="store",
                subject=store.name,
                data={"backups": names, "bytes": freed},
            )
    return names, freed


@transaction.atomic
def note_verified(*, by: Actor, store: str, name: str) -> bool:
    """Keep that a backup was restored elsewhere and found whole. False where it is not ours."""
    require(by, Permission.KEEP_SYSTEM)
    noted = Backup.objects.filter(store=store, name=name).update(
        verified_at=timezone.now(), verified_by=by.id
    )
    if noted:
        journal.write(who=by.id, did="backup.verified", kind="backup", subject=name)
    return bool(noted)


@transaction.atomic
def order_backup(*, by: Actor) -> jobs.Job:
    """Order a backup as the settings say. Raises BadInput where they say nothing."""
    require(by, Permission.KEEP_SYSTEM)
    if not queries.is_backup_set_up():
        raise BadInput.at(
            "CONVIVE_BACKUP_DIR",
            _("Nobody has said where backups go, and to whom they are sealed."),
            _("Set CONVIVE_BACKUP_DIR and CONVIVE_BACKUP_RECIPIENT: docs/upkeep.md says how."),
        )
    waiting = jobs.latest(BACKUP, "")
    if waiting is not None and waiting.is_waited_for and not waiting.is_stuck:
        return waiting
    return jobs.order(BACKUP, by=by.id)


@transaction.atomic
def stop_job(*, by: Actor, job: int) -> jobs.Job:
    """Ask any job to stop, whoever ordered it. Raises Job.DoesNotExist."""
    require(by, Permission.KEEP_SYSTEM)
    return jobs.cancel(job, by=by.id)


def apply_retention(*, by: Actor, now: datetime, progress: Progress = _silent) -> dict[str, int]:
    """Delete or make anonymous what is older than the pack lets it be kept, class by class.

    now : the moment from which ages are counted.

    Returns how many of each class. Each class is a transaction of its own: one that fails takes
    nothing with it, and its error is raised when all others are done; of several, the first.
    """
    require(by, Permission.KEEP_SYSTEM)
    found = programme.programme()
    said = found.retention if found else {}
    classes = retention.classes()
    counts: dict[str, int] = {}
    failed: list[Exception] = []
    for number, each in enumerate(classes):
        progress(each.name, number, len(classes))
        try:
            counts[each.name] = _clear(by, each, now, each.kept(said))
        except Exception as error:
            log.exception("retention: the class %s failed", each.name)
            failed.append(error)
    if failed:
        raise failed[0]
    return counts


@transaction.atomic
def _clear(by: Actor, each: retention.Class, now: datetime, days: int) -> int:
    deleted = each.delete(now, days)
    Cleared.objects.get_or_create(
        name=each.name, defaults={"ran_at": now, "days": days, "deleted": 0}
    )
    Cleared.objects.filter(name=each.name).update(
        ran_at=now, days=days, deleted=deleted, total=F("total") + deleted
    )
    if deleted:
        journal.write(
            who=by.id,
            did="retention.applied",
            kind="retention",
            subject=each.name,
            data={"deleted": deleted, "days": days},
        )
    return deleted
