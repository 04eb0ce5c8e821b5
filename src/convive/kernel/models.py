"""The tables of the kernel: the journal, jobs, and what is done by the clock.

The journal is written by `convive.kernel.journal`, the others by `convive.kernel.jobs`, and by
nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone


class JournalEntry(models.Model):
    """One act: who, what, on what, when, why. Append-only; each carries the hash of the last."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=64)
    did = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    why = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["did", "at"], name="journal_did_at")]
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="journal_seq_from_one")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.did} {self.kind} {self.subject}"


class Job(models.Model):
    """Work that somebody ordered and does not wait for: how far it is, and how it ended."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    # A running job gives a sign of life every few seconds: one silent for this long lost its worker
    PATIENCE = timedelta(seconds=60)

    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=128, blank=True)
    arguments = models.JSONField(default=dict)
    language = models.CharField(max_length=10, blank=True)  # of whoever ordered: for its problems
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(max_length=60, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    run = models.CharField(max_length=32, blank=True)  # the one worker whose word counts
    task = models.UUIDField(null=True, blank=True)
    ordered_by = models.CharField(max_length=64)
    ordered_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    problems = models.JSONField(default=list, blank=True)  # [{where, why, remedy}]
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "ordered_at"], name="job_state_ordered"),
            models.Index(fields=["kind", "subject"], name="job_kind_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], finished_at=None)
                | models.Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | ~models.Q(run=""), name="job_running_is_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    @property
    def is_waited_for(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def is_stuck(self) -> bool:
        """Whether nobody is at it: its worker fell silent, or it waits and no worker lives."""
        now = timezone.now()
        if self.state == self.State.RUNNING:
            return now - (self.beat_at or self.ordered_at) > self.PATIENCE
        if self.state == self.State.QUEUED and now - self.ordered_at > self.PATIENCE:
            seen: datetime | None = (
                Schedule.objects.filter(name=Schedule.WORKER)
                .values_list("ran_at", flat=True)
                .first()
            )
            return seen is None or now - seen > self.PATIENCE
        return False


class Schedule(models.Model):
    """When work that is done by the clock was last done, and when it is due."""

    WORKER = "worker"  # the row that each tick leaves: a worker lived then

    name = models.CharField(max_length=64, primary_key=True)
    next_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)  # since when it fails

    def __str__(self) -> str:
        return self.name
