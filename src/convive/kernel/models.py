"""The journal's table. Written by `convive.kernel.journal` and by nothing else."""

from __future__ import annotations

from django.db import models


class JournalEntry(models.Model):
    """One act: who, what, on what, when, why. Append-only; each carries the hash of the last."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=64)
    did = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    why = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["did", "at"], name="journal_did_at")]
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="journal_seq_from_one")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.did} {self.kind} {self.subject}"
