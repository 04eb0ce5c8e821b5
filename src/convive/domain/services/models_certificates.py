"""Certificates of those who completed: anybody who holds one has its code checked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from convive.domain.people.models import new_code
from convive.domain.services.models import Enrolment


class Certificate(models.Model):
    """That somebody completed an activity. The name is not kept twice: it is that of the register.

    code : printed on it; whoever reads it out learns what `certificates.told` says, and no name.
    """

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    hours = models.PositiveSmallIntegerField()
    issued_on = models.DateField()
    issued_by = models.CharField(max_length=64)  # actor id
    revoked_on = models.DateField(null=True, blank=True)  # written by mistake
    revoked_by = models.CharField(max_length=64, blank=True)  # actor id

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(revoked_on=None),
                name="certificate_one_that_is_valid",
            ),
            models.CheckConstraint(condition=Q(hours__gte=1), name="certificate_has_hours"),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_by="")
                | Q(revoked_on__isnull=False) & ~Q(revoked_by=""),
                name="certificate_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"certificate of enrolment {self.enrolment_id}"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_on is not None
