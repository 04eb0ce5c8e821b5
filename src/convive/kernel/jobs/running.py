"""A job at work: it tells how far it is, shows that its worker lives, and hears when to stop."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from convive.kernel.jobs.registry import Cancelled, Interrupted, kinds
from convive.kernel.models import Job

_LOOK_SECONDS = 1.0  # between two looks at the flag, and between two notes of progress
_BEAT_SECONDS = 5.0  # between two signs of life where nothing else is to be noted
worker_stops = threading.Event()  # set where this process was told to end
log = logging.getLogger(__name__)


class Running:
    """What the function of a job is given.

    job : its number. by : the actor id of whoever ordered it. subject : what it is about.
    attempt : 1, or 2 where a worker died at the first.
    """

    def __init__(self, job: Job) -> None:
        self.job = job.pk
        self.by = job.ordered_by
        self.subject = job.subject
        self.attempt = job.attempts
        self._may_begin_again = kinds[job.kind].idempotent
        self._run = job.run
        self._told = (job.phase, job.done, job.total)
        self._written = self._told
        self._looked = 0.0
        self._has_a_beat = False
        self._stop = False

    def progress(self, phase: str, done: int, total: int | None = None) -> None:
        """Say how far the work is. Call it often: it costs a query once a second at most.

        phase : one word of the kind's own, such as `read`; done, total : steps of it.

        Raises Cancelled where somebody asked the job to stop, where it was taken back because its
        worker seemed dead, or where the worker stops and the job may be begun again. May be called
        inside a transaction.
        """
        self._told = (phase, done, total)
        if self._stop:
            raise Cancelled
        if self._may_begin_again and worker_stops.is_set():
            raise Interrupted
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        if not self._has_a_beat:
            self._note()
        if self._must_stop():
            self._stop = True
            raise Cancelled

    @property
    def told(self) -> tuple[str, int, int | None]:
        """Phase, done, total, as last said."""
        return self._told

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Note progress and signs of life from a thread of its own while the work lasts.

        Its connection waits for the one writer of SQLite so that the work never has to. Inside a
        transaction (as in most tests) or in memory there is no second connection that could see
        the job: progress is then noted by the work itself.
        """
        if connection.in_atomic_block or is_in_memory():
            yield
            return
        self._has_a_beat = True
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=[ended], name="convive-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._has_a_beat = False

    def _beat(self, ended: threading.Event) -> None:
        beaten = time.monotonic()
        try:
            while not ended.wait(_LOOK_SECONDS):
                is_due = time.monotonic() - beaten >= _BEAT_SECONDS
                if is_due or self._told != self._written:
                    try:
                        self._note()
                        beaten = time.monotonic()
                    except DatabaseError:  # locked: the next look tries again
                        log.info("job %s: no sign of life could be written", self.job)
                        connection.close()
        finally:
            connection.close()

    def _note(self) -> None:
        told = self._told
        phase, done, total = told
        self.mine().update(phase=phase[:60], done=done, total=total, beat_at=timezone.now())
        self._written = told

    def _must_stop(self) -> bool:
        asked = self.mine().values_list("cancel_asked", flat=True).first()
        return asked is None or asked

    def mine(self) -> QuerySet[Job]:
        """The job while it is this worker's: a job that was taken back is no longer."""
        return Job.objects.filter(pk=self.job, run=self._run, state=Job.State.RUNNING)


def is_dead(job: Job, now: datetime) -> bool:
    """Whether a running job has been silent for so long that its worker cannot live."""
    return job.beat_at is None or now - job.beat_at > Job.PATIENCE


def is_in_memory() -> bool:
    """Whether the database lives in this process alone: no second connection sees the same."""
    return connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"])
