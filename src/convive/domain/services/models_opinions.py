"""What somebody thought of a service: one question, no name and no link to a person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from convive.domain.people.models import new_code
from convive.domain.services.models import Activity
from convive.kernel.sealed import SealedText


class Opinion(models.Model):
    """Raised without an account, answered by the team. Nothing says who wrote it, or when exactly.

    rating : from 1, very bad, to 5, very good. code_hash : of the code that was told once.
    """

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="opinions")
    rating = models.PositiveSmallIntegerField()
    text = SealedText()
    said_on = models.DateField()
    code_hash = models.CharField(max_length=64, unique=True)
    answer = SealedText()
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)  # actor id

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="opinion_rating_known"
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None, answered_by="")
                | Q(answered_on__isnull=False) & ~Q(answered_by=""),
                name="opinion_raised_or_answered",
            ),
        ]

    @property
    def is_answered(self) -> bool:
        return self.answered_on is not None
