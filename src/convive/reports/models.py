"""Reports that somebody asked for: what about, how far they are, and the file they became."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from convive.domain.programme.models import Place
from convive.kernel.home import Home
from convive.kernel.periods import Period
from convive.kernel.texts import LANGUAGES


class Report(models.Model):
    """One report: ordered, made in the background, and kept as a file named by its content."""

    class Kind(models.TextChoices):
        DIAGNOSIS = "diagnosis"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    # A report takes seconds: one that has not moved for this long lost its worker
    PATIENCE = timedelta(seconds=60)

    kind = models.CharField(max_length=12, choices=Kind.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    language = models.CharField(max_length=2)
    source = models.CharField(max_length=60, blank=True)
    internal = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    moved_at = models.DateTimeField()  # when it entered this state
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    # Why it could not be made, and what to do, in the words shown to whoever asked
    reason = models.TextField(blank=True)
    file_hash = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="report_dates_in_order"),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="report_language_known"
            ),
            models.CheckConstraint(
                condition=Q(state="done") & ~Q(file_hash="")
                | Q(state__in=["queued", "running", "failed"], file_hash=""),
                name="report_done_has_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="report_failed_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place_id} {self.period}"

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def is_waited_for(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has happened for so long that no worker can be at it."""
        return self.is_waited_for and timezone.now() - self.moved_at > self.PATIENCE

    @property
    def can_be_asked_again(self) -> bool:
        return self.state == self.State.FAILED or self.is_stuck

    @property
    def path(self) -> str:
        """Where the file lies in the home. Only where there is one."""
        home: Home = settings.HOME
        return str(home.documents / f"{self.file_hash}.pdf")

    @property
    def file_name(self) -> str:
        """The name under which a person keeps it."""
        kind = {"es": "diagnostico", "en": "diagnosis"}[self.language]
        return f"{kind}-{self.place.code}-{self.start:%Y-%m}-{self.end:%Y-%m}.pdf"
