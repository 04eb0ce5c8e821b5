"""The tick: what the worker does by the clock. Jobs of dead workers first, then what is due."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from convive.kernel import journal
from convive.kernel.errors import Problem
from convive.kernel.jobs.orders import end, enqueue
from convive.kernel.jobs.registry import Scheduled, kinds, load, schedule
from convive.kernel.jobs.running import is_dead
from convive.kernel.models import Job, Schedule
from convive.kernel.occasion import because

WHO = "worker"
TICK_SECONDS = 10
_ATTEMPTS = 2
_AGAIN = timedelta(minutes=5)  # after a failure, where the period is not shorter
log = logging.getLogger(__name__)


def tick(now: datetime) -> list[str]:
    """Do what is due at `now`. Returns the names of the scheduled works that ran.

    Safe to call from several workers at once: each row is locked by the one that acts on it. A
    scheduled work that fails is logged, tried again later, and keeps no other from running.
    """
    load()
    Schedule.objects.update_or_create(
        name=Schedule.WORKER, defaults={"ran_at": now, "next_at": now}
    )
    with because("tick"):
        reclaim(now)
        return [each.name for each in schedule.values() if _run(each, now)]


def worker_seen_at() -> datetime | None:
    """When a worker last ticked."""
    return Schedule.objects.filter(name=Schedule.WORKER).values_list("ran_at", flat=True).first()


def reclaim(now: datetime) -> int:
    """Take back jobs whose worker died: once more where the kind allows, else failed in words.

    Returns how many.
    """
    load()
    waited_for = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    old = waited_for.filter(ordered_at__lt=now - Job.PATIENCE).order_by("pk")
    return sum(_reclaim(number, now) for number in old.values_list("pk", flat=True))


@transaction.atomic
def _reclaim(number: int, now: datetime) -> bool:
    job = Job.objects.select_for_update().get(pk=number)
    tasks = DBTaskResult.objects.select_for_update()
    task = tasks.filter(pk=job.task).first() if job.task else None
    if job.state == Job.State.QUEUED:
        if task and not _is_lost(task, now):
            return False
    elif job.state != Job.State.RUNNING or not is_dead(job, now):
        return False
    if task and task.status == TaskResultStatus.RUNNING:
        task.status = TaskResultStatus.FAILED
        task.finished_at = now
        task.exception_class_path = task.traceback = ""
        task.save()
    known = kinds.get(job.kind)
    never_began = job.state == Job.State.QUEUED
    may_begin_again = known is not None and known.idempotent and job.attempts < _ATTEMPTS
    if job.cancel_asked:
        end(job, Job.State.CANCELLED)
    elif never_began or may_begin_again:
        job.state = Job.State.QUEUED
        job.run = ""
        job.beat_at = None
        job.save()
        enqueue(job)
    else:
        with translation.override(job.language or None):
            end(job, Job.State.FAILED, [_abandoned(job).as_json()])
    data = {"kind": job.kind, "state": str(job.state)}
    journal.write(who=WHO, did="job.reclaimed", kind="job", subject=job.pk, data=data)
    return True


def _is_lost(task: DBTaskResult[Any, Any], now: datetime) -> bool:
    """Whether no worker will begin a waiting job: its task was taken up, and nothing followed."""
    if task.status == TaskResultStatus.READY:
        return False
    return task.started_at is None or now - task.started_at > Job.PATIENCE


def _abandoned(job: Job) -> Problem:
    return Problem(
        _("job %(number)s") % {"number": job.pk},
        _("The worker stopped in the middle of it."),
        _("Look at what it had done, then order it again."),
    )


def _run(each: Scheduled, now: datetime) -> bool:
    """Call one scheduled work if it is due. Its effects and the note commit together."""
    try:
        with transaction.atomic():
            row, _made = Schedule.objects.select_for_update().get_or_create(
                name=each.name, defaults={"next_at": now}
            )
            if row.next_at > now:
                return False
            each.work(now)
            # The cadence is kept, and what a worker slept through is done once
            missed = (now - row.next_at) // each.period
            row.next_at += (missed + 1) * each.period
            row.ran_at = now
            row.failed_at = None
            row.save()
    except Exception:
        log.exception("scheduled work %s failed", each.name)
        again = now + min(_AGAIN, each.period)
        with transaction.atomic():
            Schedule.objects.update_or_create(
                name=each.name, defaults={"next_at": again, "failed_at": now}
            )
        return False
    return True
