"""Ordering a job, asking it to stop, finding it again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from convive.kernel import journal
from convive.kernel.jobs.registry import kinds, load
from convive.kernel.models import Job


@transaction.atomic
def order(kind: str, *, by: str, subject: str = "", **arguments: Any) -> Job:
    """Order a job. The worker takes it up once the caller's transaction is committed.

    by : the id of the actor who orders; whether they may is for the caller to require.
    subject : what it is about, `kind:id`, by which `latest` finds it.
    arguments : handed to the kind's function; what JSON can hold.

    Raises ValueError for a kind that nobody registered.
    """
    load()
    if kind not in kinds:
        raise ValueError(f"no job is of the kind {kind!r}")
    job = Job.objects.create(
        kind=kind,
        subject=subject,
        arguments=arguments,
        ordered_by=by,
        ordered_at=timezone.now(),
        language=get_language() or "",
    )
    enqueue(job)
    return job


def enqueue(job: Job) -> None:
    """Give the worker a task for it, in the caller's transaction: both stand or fall together."""
    from convive.kernel.jobs.work import run_job  # the task's module needs every app loaded

    job.task = run_job.enqueue(job.pk).id
    job.save(update_fields=["task"])


@transaction.atomic
def cancel(job: int, *, by: str) -> Job:
    """Ask a job to stop. One that waits ends now; one that runs ends at its next `progress`.

    A job that has ended is left as it is. Raises Job.DoesNotExist.
    """
    found = Job.objects.select_for_update().get(pk=job)
    if not found.is_waited_for or (found.cancel_asked and not found.is_stuck):
        return found
    found.cancel_asked = True
    if found.state == Job.State.QUEUED or found.is_stuck:
        end(found, Job.State.CANCELLED)
    else:
        found.save(update_fields=["cancel_asked"])
    journal.write(
        who=by, did="job.cancelled", kind="job", subject=found.pk, data={"kind": found.kind}
    )
    return found


def end(job: Job, state: Job.State, problems: list[dict[str, str]] | None = None) -> None:
    """End a job whose own function cannot: inside the caller's transaction, its row locked."""
    job.state = state
    job.run = ""
    job.finished_at = timezone.now()
    job.problems = problems or []
    job.save()
    load()
    known = kinds.get(job.kind)
    if known and known.ended:
        known.ended(job)


def get(job: int) -> Job | None:
    return Job.objects.filter(pk=job).first()


def latest(kind: str, subject: str) -> Job | None:
    """The newest job of this kind about this subject."""
    return Job.objects.filter(kind=kind, subject=subject).order_by("-pk").first()
