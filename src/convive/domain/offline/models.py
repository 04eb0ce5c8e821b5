"""Which entries of phones were kept, so that what is sent again is not kept again."""

from __future__ import annotations

from django.db import models


class Receipt(models.Model):
    """One entry that was kept. What it said lies where its kind keeps it."""

    mark = models.UUIDField(unique=True)
    kind = models.CharField(max_length=40)
    kept_at = models.DateTimeField(db_index=True)
    kept_by = models.CharField(max_length=64)  # actor id
