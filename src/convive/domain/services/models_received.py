"""What somebody was given outside an activity: a place or line of help to which they were led."""

from __future__ import annotations

from django.db import models

from convive.domain.people.models import Person, new_code
from convive.domain.programme.models import CatalogueEntry


class Received(models.Model):
    """Somebody was given a resource on a day. Of a sensitive one only who attends them sees it."""

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField()
    given_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-given_on", "-pk"]
        indexes = [models.Index(fields=["given_on"], name="received_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "resource", "given_on"], name="received_once_a_day"
            )
        ]

    @property
    def whom(self) -> Person:
        """The row of the register under which a double stands: its word counts."""
        return self.person.same_as or self.person

    @property
    def is_sensitive(self) -> bool:
        return bool(self.resource.data.get("sensitive"))
