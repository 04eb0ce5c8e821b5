"""What accounts leave behind: their sessions, what passed on, what was reviewed or opened.

Who acted is kept as the journal keeps it: `user:<id>`, or `cli` for the system itself.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

_WHO = 64  # characters of `user:<id>`, as in the journal


class OpenSession(models.Model):
    """One sign-in on one device. The session itself holds the number of this row.

    Of the device only the kind of browser and of system are kept; no address, no version.
    """

    user = models.ForeignKey("programme.User", on_delete=models.PROTECT, related_name="sessions")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    browser = models.CharField(max_length=20)
    system = models.CharField(max_length=20)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-seen_at"]


class HandOver(models.Model):
    """What somebody who left was holding, and to whom it went."""

    leaver = models.ForeignKey(
        "programme.User", on_delete=models.PROTECT, related_name="handed_over"
    )
    successor = models.ForeignKey(
        "programme.User", on_delete=models.PROTECT, related_name="taken_over"
    )
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()
    reason = models.TextField()
    counts = models.JSONField(default=dict)  # {"commitments": 3}: by part of the house

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(leaver=F("successor")), name="hand_over_to_somebody_else"
            )
        ]


class FactorRequest(models.Model):
    """Somebody lost their second factor. Two people must say that it is really them."""

    user = models.ForeignKey(
        "programme.User", on_delete=models.PROTECT, related_name="factor_requests"
    )
    asked_by = models.CharField(max_length=_WHO)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    first_by = models.CharField(max_length=_WHO, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    second_by = models.CharField(max_length=_WHO, blank=True)
    refused_by = models.CharField(max_length=_WHO, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # done, refused or out of time

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None), name="factor_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(second_by="") | ~Q(second_by=F("first_by")),
                name="factor_request_by_two_people",
            ),
        ]

    @property
    def state(self) -> str:
        """open, done, refused, or expired."""
        if self.closed_at is None:
            return "open"
        return "refused" if self.refused_by else "done" if self.second_by else "expired"


class AccessReview(models.Model):
    """The review of one quarter: every role in force is kept or removed by somebody else."""

    quarter = models.DateField(unique=True)  # its first day
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-quarter"]


class ReviewDecision(models.Model):
    """What a review said of one role."""

    class Verdict(models.TextChoices):
        KEEP = "keep"
        REMOVE = "remove"

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="decisions")
    membership = models.ForeignKey(
        "programme.Membership", on_delete=models.PROTECT, related_name="decisions"
    )
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "membership"], name="review_decides_once"),
            models.CheckConstraint(
                condition=Q(verdict="keep") | ~Q(reason=""), name="review_removes_with_reason"
            ),
        ]


class BreakGlass(models.Model):
    """Somebody opened what is closed to them: for reading, for a reason, for some hours."""

    user = models.ForeignKey(
        "programme.User", on_delete=models.PROTECT, related_name="broken_glasses"
    )
    district = models.ForeignKey(
        "programme.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        "programme.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField()
    opened_at = models.DateTimeField()
    until = models.DateTimeField()  # moved to the present where it is ended early
    seen_by = models.CharField(max_length=_WHO, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(district__isnull=False) | Q(organisation__isnull=False),
                name="break_glass_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("opened_at")), name="break_glass_times_in_order"
            ),
        ]

    @property
    def where(self) -> str:
        """What was opened, for a reader: the organisation, the district, or both."""
        return ", ".join(thing.name for thing in (self.organisation, self.district) if thing)

    def is_open(self, now: datetime) -> bool:
        return now < self.until


class DigestChoice(models.Model):
    """Somebody wants a letter that says how much waits for them. Without a row: none is sent."""

    class Every(models.TextChoices):
        DAY = "day"
        WEEK = "week"

    user = models.OneToOneField(
        "programme.User", on_delete=models.PROTECT, related_name="digest_choice"
    )
    every = models.CharField(max_length=4, choices=Every.choices)
    language = models.CharField(max_length=2)
    sent_on = models.DateField(null=True, blank=True)
