"""What became of those who completed, asked 3, 6 and 12 months after."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services.models import Enrolment
from convive.domain.services.vocabulary import MONTHS, Answer, Formality, Reply


class Outcome(models.Model):
    """What somebody said so many months after they completed; asked again, the newest word holds.

    work, school, business : "" where it was not asked. Who was not reached said nothing.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="outcomes")
    months = models.PositiveSmallIntegerField()
    reply = models.CharField(max_length=11, choices=Reply.choices)
    work = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")
    formality = models.CharField(max_length=8, choices=Formality.choices, blank=True, default="")
    hours = models.PositiveSmallIntegerField(null=True, blank=True)  # a week
    income = models.ForeignKey(
        CatalogueEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    school = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")
    business = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")
    asked_on = models.DateField()
    asked_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["months"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "months"], name="outcome_once"),
            models.CheckConstraint(condition=Q(months__in=MONTHS), name="outcome_months_known"),
            one_of("reply", Reply, "outcome_reply_known"),
            models.CheckConstraint(
                condition=Q(work="yes") | Q(formality="", hours=None, income=None),
                name="outcome_details_of_work",
            ),
            models.CheckConstraint(
                condition=Q(reply="reached") & ~Q(work="")
                | ~Q(reply="reached") & Q(work="", school="", business=""),
                name="outcome_said_by_who_was_reached",
            ),
        ]
