"""Runs of a count: who was asked for a coded list, which lists came, what they add up to.

No name, no number of a person and no key is in these tables. The coded lists themselves lie sealed
in the home, and only until they are counted.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import Organisation
from convive.kernel.home import Home
from convive.kernel.models import Job
from convive.kernel.periods import Period


class RunState(models.TextChoices):
    KEY = "key"  # the agencies make their key, away from here
    LISTS = "lists"  # its name is known: lists are sent
    LINKING = "linking"  # handed to the worker
    DONE = "done"  # counted; the lists are deleted
    ABANDONED = "abandoned"


class Run(models.Model):
    """One count: from the making of the key to the answer, which holds counts alone."""

    State = RunState

    start = models.DateField()
    end = models.DateField()
    due = models.DateField()  # by when the lists are to be here
    state = models.CharField(max_length=9, choices=RunState.choices, default=RunState.KEY)
    key_id = models.CharField(max_length=16, blank=True)  # the name of the key; never the key
    # [{"indicator": code, "of": "all" or "young_women"}]: what the count is held against
    targets = models.JSONField(default=list)
    is_sample = models.BooleanField(default=False)  # a trial: made-up lists alone
    # A job that has ended is forgotten after a while; the answer stays
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    problems = models.JSONField(default=list)  # why it could not be counted: [{where, why, remedy}]
    answer = models.JSONField(default=dict)  # counts, small ones hidden already
    record = models.JSONField(default=dict)  # schema, sizes, threshold, errors: no encoding
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # when it entered this state
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="run_dates_in_order"),
            one_of("state", RunState, "run_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["key", "abandoned"]) | ~Q(key_id=""),
                name="run_lists_have_a_key",
            ),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False)
                | ~Q(state="done") & Q(finished_at=None),
                name="run_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.KEY, self.State.LISTS)

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.ABANDONED)

    @property
    def is_stuck(self) -> bool:
        """Whether it is being counted, and no worker can be at it."""
        if self.state != self.State.LINKING:
            return False
        return self.job is None or not self.job.is_waited_for or self.job.is_stuck


class RunList(models.Model):
    """What one organisation is asked for in a run, and what it sent."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lists")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=40, blank=True)  # names the sealed file, while it is here
    file_hash = models.CharField(max_length=64, blank=True)  # of the file as it was sent
    people = models.PositiveIntegerField(null=True, blank=True)
    with_dni = models.PositiveIntegerField(null=True, blank=True)
    refused = models.PositiveIntegerField(null=True, blank=True)  # without consent: only how many
    schema = models.CharField(max_length=64, blank=True)
    sent_by = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)  # the file, not this row
    key_deleted_by = models.CharField(max_length=64, blank=True)  # who said so for the organisation
    key_deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "organisation__code"]
        constraints = [
            models.UniqueConstraint(fields=["run", "organisation"], name="run_asks_once"),
            models.CheckConstraint(
                condition=Q(token="") | Q(sent_at__isnull=False, deleted_at=None),
                name="run_list_here_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"list {self.run_id} {self.organisation_id}"

    @property
    def is_here(self) -> bool:
        return bool(self.token)

    @property
    def path(self) -> Path:
        """Where the sealed file lies in the home, while it is here."""
        home: Home = settings.HOME
        return home.lists / self.token
