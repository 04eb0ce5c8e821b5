"""What was done to keep the house: backups made and verified, old data cleared."""

from __future__ import annotations

from django.db import models


class Backup(models.Model):
    """A backup that was made of this home. The backup itself lies elsewhere, sealed."""

    name = models.CharField(max_length=24)  # in its store
    store = models.CharField(max_length=32)
    folder = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    seconds = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()  # bytes of the home as they are restored
    new_bytes = models.PositiveBigIntegerField()  # bytes that had to be written for it
    pieces = models.PositiveIntegerField()
    new_pieces = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField()
    journal_seq = models.BigIntegerField()
    journal_hash = models.CharField(max_length=64)
    recipient = models.CharField(max_length=16)  # fingerprint of the key that opens it
    verified_at = models.DateTimeField(null=True, blank=True)  # restored elsewhere, found whole
    verified_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="backup_once")]

    def __str__(self) -> str:
        return f"backup {self.name}"


class Cleared(models.Model):
    """When a class of data was last looked through for what is older than it is kept."""

    name = models.CharField(max_length=64, primary_key=True)
    ran_at = models.DateTimeField()
    days = models.PositiveIntegerField()
    deleted = models.PositiveIntegerField()  # then
    total = models.PositiveBigIntegerField(default=0)  # ever

    def __str__(self) -> str:
        return self.name
