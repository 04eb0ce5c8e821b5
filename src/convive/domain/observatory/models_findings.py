"""What somebody keeps of an answer, and the rounds that are made because of it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from convive.domain.plans.vocabulary import one_of


class FindingState(models.TextChoices):
    KEPT = "kept"
    CONFIRMED = "confirmed"
    SET_ASIDE = "set_aside"


class Finding(models.Model):
    """An answer that is to be acted upon. What it rests on stands in its analysis, which never
    changes: evidence version, method, parameters, figures, sentence.

    why : what it means here, in the words of whoever kept it. sectors : cells to go to, the most
    urgent first. first_hour, last_hour : when, both ends; None for the whole day.
    valid_until : its last day. reason : why it was set aside.
    """

    analysis = models.ForeignKey(
        "observatory.Analysis", on_delete=models.PROTECT, related_name="findings"
    )
    state = models.CharField(max_length=9, choices=FindingState.choices, default=FindingState.KEPT)
    why = models.TextField()
    sectors = models.JSONField(default=list)
    first_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    last_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_until = models.DateField()
    kept_by = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        app_label = "observatory"
        ordering = ["-kept_at", "-pk"]
        constraints = [
            one_of("state", FindingState, "finding_state_known"),
            models.CheckConstraint(
                condition=Q(first_hour=None, last_hour=None)
                | Q(first_hour__lte=23, last_hour__lte=23),
                name="finding_hours_of_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state=FindingState.KEPT, decided_at=None)
                | (~Q(state=FindingState.KEPT) & Q(decided_at__isnull=False)),
                name="finding_decided_with_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.SET_ASIDE) | ~Q(reason=""),
                name="finding_set_aside_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"finding {self.pk} of {self.analysis}"

    def is_valid_on(self, day: date) -> bool:
        return self.state != FindingState.SET_ASIDE and day <= self.valid_until


class Round(models.Model):
    """Whether somebody went to a sector on a day: the dose for the later question of effect."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="rounds")
    sector = models.CharField(max_length=20)
    day = models.DateField()
    was_done = models.BooleanField()
    told_by = models.CharField(max_length=64)
    told_at = models.DateTimeField()

    class Meta:
        app_label = "observatory"
        ordering = ["-day", "sector"]
        constraints = [
            models.UniqueConstraint(F("finding"), F("sector"), F("day"), name="round_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.sector} {self.day}"
