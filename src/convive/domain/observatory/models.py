"""Questions of place and time with their answers. Place, never person: no position is kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import Place
from convive.kernel.models import Job
from convive.kernel.periods import Period


class Kind(models.TextChoices):
    HOTSPOTS = "hotspots"
    NEAR_REPEAT = "near-repeat"
    CLUSTERS = "clusters"
    AORISTIC = "aoristic"
    SERIES = "series"
    COMPARE = "compare"
    UNDERCOUNT = "undercount"


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Analysis(models.Model):
    """One question to one state of the evidence. Its answer never changes: new evidence, new row.

    source : empty where the counts were given by hand: they are in the options then, and `version`
    is theirs.
    place : None for everything that the source holds.
    options : what was chosen on the form, as texts; `offence` among them.
    version : of the evidence that was read. batches : its imports.
    key : of the question and the version: asked again, the same row answers.
    result : `numbers`, and in each language `sentence` and `caveats`.
    """

    kind = models.CharField(max_length=12, choices=Kind.choices)
    source = models.CharField(max_length=60)
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    start = models.DateField()
    end = models.DateField()
    options = models.JSONField(default=dict)
    version = models.CharField(max_length=64)
    batches = models.JSONField(default=list)
    key = models.CharField(max_length=64, unique=True)
    is_sample = models.BooleanField(default=False)
    # The job that works it out. A job that has ended is forgotten after a while; the answer stays
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            one_of("kind", Kind, "analysis_kind_known"),
            models.CheckConstraint(
                condition=Q(end__gte=F("start")), name="analysis_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source} {self.period}"

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def state(self) -> State:
        """How far it is: what its job says, unless there is an answer."""
        if self.answered_at:
            return State.DONE
        if self.job is None or self.job.state in (Job.State.DONE, Job.State.CANCELLED):
            return State.FAILED
        return State(self.job.state)

    @property
    def is_waited_for(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def is_stuck(self) -> bool:
        """Whether it is waited for, and no worker can be at it."""
        return self.is_waited_for and self.job is not None and self.job.is_stuck

    @property
    def can_be_asked_again(self) -> bool:
        return self.state == State.FAILED or self.is_stuck

    @property
    def reason(self) -> str:
        """Why there is no answer, in the words shown to whoever asked."""
        if self.state != State.FAILED:
            return ""
        if self.job is None:
            return _("Nothing is known about it any more. Ask again.")
        if not self.job.problems:
            return _("It was stopped. Ask again when you need it.")
        return " ".join(f"{each['why']} {each['remedy']}".strip() for each in self.job.problems)


from convive.domain.observatory.models_findings import Finding, Round  # noqa: E402

__all__ = ["Analysis", "Finding", "Kind", "Round", "State"]
