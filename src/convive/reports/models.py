"""Reports that somebody asked for: what about, how far they are, and the file they became."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from convive.domain.programme.models import Place
from convive.kernel.home import Home
from convive.kernel.models import Job
from convive.kernel.periods import Period
from convive.kernel.texts import LANGUAGES
from convive.reports.orders import Kind


class Report(models.Model):
    """One report: ordered, made in the background, and kept as a file named by its content."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Kind])
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    language = models.CharField(max_length=2)
    source = models.CharField(max_length=60, blank=True)
    internal = models.BooleanField(default=False)
    # The job that makes it. A job that has ended is forgotten after a while; the file stays
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    moved_at = models.DateTimeField()  # when it was asked for, then when it was made
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    file_hash = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    is_sample = models.BooleanField(default=False)
    # Numbers of the imports that it read: one that is withdrawn later is told on its page
    batches = models.JSONField(default=list)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="report_dates_in_order"),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="report_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place_id} {self.period}"

    @property
    def title(self) -> str:
        """What it is, for a reader."""
        if self.kind == Kind.REACH:
            return _("People reached, each counted once")
        words = _("Brief of %(name)s") if self.kind == Kind.BRIEF else _("Diagnosis of %(name)s")
        return words % {"name": self.place.name}

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def state(self) -> State:
        """How far it is: what its job says, unless there is a file."""
        if self.file_hash:
            return self.State.DONE
        if self.job is None or self.job.state in (Job.State.DONE, Job.State.CANCELLED):
            return self.State.FAILED
        return self.State(self.job.state)

    @property
    def reason(self) -> str:
        """Why it could not be made, and what to do, in the words shown to whoever asked."""
        if self.state != self.State.FAILED:
            return ""
        if self.job is None:
            return _("Nothing is known about it any more. Ask for it again.")
        if not self.job.problems:
            return _("It was stopped. Ask for it again.")
        return " ".join(f"{each['why']} {each['remedy']}".strip() for each in self.job.problems)

    @property
    def is_waited_for(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def is_stuck(self) -> bool:
        """Whether it is waited for, and no worker can be at it."""
        return self.is_waited_for and self.job is not None and self.job.is_stuck

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
        if self.kind == Kind.BRIEF:
            kind = {"es": "informe", "en": "brief"}[self.language]
            return f"{kind}-{self.place.code}-{self.start:%Y-%m}.pdf"
        if self.kind == Kind.REACH:
            kind = {"es": "personas-alcanzadas", "en": "people-reached"}[self.language]
            return f"{kind}-{self.start:%Y-%m}-{self.end:%Y-%m}.pdf"
        kind = {"es": "diagnostico", "en": "diagnosis"}[self.language]
        return f"{kind}-{self.place.code}-{self.start:%Y-%m}-{self.end:%Y-%m}.pdf"
