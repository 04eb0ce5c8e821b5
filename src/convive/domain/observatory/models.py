"""Questions of place and time with their answers. Place, never person: no position is kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from convive.domain.observatory.models_work import State, Worked
from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import Place
from convive.kernel.periods import Period


class Kind(models.TextChoices):
    HOTSPOTS = "hotspots"
    NEAR_REPEAT = "near-repeat"
    CLUSTERS = "clusters"
    AORISTIC = "aoristic"
    SERIES = "series"
    COMPARE = "compare"
    UNDERCOUNT = "undercount"


class Analysis(Worked):
    """One question to one state of the evidence. Its answer never changes: new evidence, new row.

    source : empty where the counts were given by hand: they are in the options then, and `version`
    is theirs.
    place : None for everything that the source holds.
    options : what was chosen on the form, as texts; `offence` among them.
    key : of the question and the version: asked again, the same row answers.
    """

    kind = models.CharField(max_length=12, choices=Kind.choices)
    source = models.CharField(max_length=60)
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    start = models.DateField()
    end = models.DateField()
    options = models.JSONField(default=dict)
    key = models.CharField(max_length=64, unique=True)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()

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


from convive.domain.observatory.models_evaluations import Design, Evaluation, Opening  # noqa: E402
from convive.domain.observatory.models_findings import Finding, Round  # noqa: E402

__all__ = [
    "Analysis",
    "Design",
    "Evaluation",
    "Finding",
    "Kind",
    "Opening",
    "Round",
    "State",
]
