"""What was changed of plans and commitments, with its reason: what it was stays readable."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from convive.domain.plans.vocabulary import PART_NAMES, Part
from convive.kernel.periods import Period


class MovedDate(models.Model):
    """A commitment's day was moved, and why. What was promised first stays readable."""

    commitment = models.ForeignKey(
        "plans.Commitment", on_delete=models.PROTECT, related_name="moves"
    )
    was = models.DateField()
    now = models.DateField()
    reason = models.TextField()
    moved_on = models.DateField()
    moved_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(was=F("now")), name="moved_date_is_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="moved_date_with_reason"),
        ]


class Revision(models.Model):
    """One change of a plan through its pages: what it was, what it is, and why."""

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="revisions")
    kind = models.CharField(max_length=10, choices=Part.choices)
    subject = models.CharField(max_length=200)  # the code; of a target also place, cell and day
    fields = models.JSONField(default=dict)  # name -> [old, new], as the pack writes them
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="revision_with_reason"),
        ]

    @property
    def kind_name(self) -> str:
        return str(PART_NAMES[self.kind])


class PeriodLock(models.Model):
    """A closed period of a plan: nothing is recorded or accepted in it until it is opened."""

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="locks")
    start = models.DateField()
    end = models.DateField()
    reason = models.TextField()
    locked_on = models.DateField()
    locked_by = models.CharField(max_length=64)  # actor id
    opened_on = models.DateField(null=True, blank=True)
    opened_by = models.CharField(max_length=64, blank=True)
    opened_because = models.TextField(blank=True)

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    class Meta:
        ordering = ["-start", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="lock_dates_in_order"),
            models.CheckConstraint(
                condition=Q(opened_on=None, opened_by="", opened_because="")
                | (Q(opened_on__isnull=False) & ~Q(opened_by="") & ~Q(opened_because="")),
                name="lock_opened_by_somebody_with_reason",
            ),
        ]
