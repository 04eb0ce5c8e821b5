"""The one task of django-tasks: it does a job and keeps how it went."""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from convive.kernel.errors import BadInput, NotAllowed, Problem
from convive.kernel.jobs.orders import end, enqueue
from convive.kernel.jobs.registry import Cancelled, Interrupted, kinds, load
from convive.kernel.jobs.running import Running
from convive.kernel.models import Job
from convive.kernel.occasion import because

log = logging.getLogger(__name__)
State = Job.State


@task()
def run_job(number: int) -> str:
    """Do the job of this number if it waits. Returns the state in which it is left."""
    job = _take(number)
    if job is None:
        return "left alone"
    running = Running(job)
    result: dict[str, Any] = {}
    problems: list[Problem] = []
    with translation.override(job.language or None), because(f"job {job.kind}"):
        try:
            with running.beating():
                result = kinds[job.kind].work(running, **job.arguments) or {}
            json.dumps(result)
            state = State.DONE
        except Interrupted:
            return _put_back(running)
        except Cancelled:
            state = State.CANCELLED
        except BadInput as error:
            state, problems = State.FAILED, error.problems
        except NotAllowed:
            state, problems = State.FAILED, [_not_allowed(job)]
        except Exception:
            _finish(running, State.FAILED, {}, [_broken(job)])
            raise
    return _finish(running, state, result, problems)


@transaction.atomic
def _take(number: int) -> Job | None:
    """The job, now running; None if it does not wait. A second task for it does nothing."""
    load()
    job = Job.objects.select_for_update().filter(pk=number, state=State.QUEUED).first()
    if job is None:
        return None
    if job.kind not in kinds:
        end(job, State.FAILED, [_unknown(job).as_json()])
        return None
    job.state = State.RUNNING
    job.run = secrets.token_hex(16)
    job.attempts += 1
    job.started_at = job.beat_at = timezone.now()
    job.save()
    return job


@transaction.atomic
def _finish(
    running: Running, state: Job.State, result: dict[str, Any], problems: list[Problem]
) -> str:
    """Keep how it ended, unless the job was taken back meanwhile."""
    job = running.mine().select_for_update().first()
    if job is None:
        log.warning("job %s: it was taken back; how it ended is not kept", running.job)
        return "taken back"
    job.phase, job.done, job.total = running.told
    job.state = state
    job.run = ""
    job.result = result
    job.problems = [problem.as_json() for problem in problems]
    job.finished_at = job.beat_at = timezone.now()
    job.save()
    return str(state.value)


@transaction.atomic
def _put_back(running: Running) -> str:
    """Leave it to the next worker: this one was told to stop, which counts for no attempt."""
    job = running.mine().select_for_update().first()
    if job is None:
        return "taken back"
    job.state = State.QUEUED
    job.run = ""
    job.attempts -= 1
    job.save()
    enqueue(job)
    return "put back"


def _where(job: Job) -> str:
    return _("job %(number)s") % {"number": job.pk}


def _not_allowed(job: Job) -> Problem:
    return Problem(
        _where(job),
        _("None of the roles of whoever ordered it permits it any more."),
        _("Ask whoever coordinates the programme."),
    )


def _broken(job: Job) -> Problem:
    return Problem(
        _where(job),
        _("Something in Convive failed. The log of the worker says what."),
        _("Order it again; if it fails again, tell whoever keeps the system."),
    )


def _unknown(job: Job) -> Problem:
    return Problem(
        _where(job),
        _("This version of Convive does not know this kind of work."),
        _("Start the worker of the version that ordered it, or order it again."),
    )
