"""What other systems recorded: where it comes from, and which imports are visible.

The records themselves stand in immutable Parquet files, named by their content.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from convive.domain.programme.models import Organisation
from convive.kernel.texts import Named, Retirable


class Shape(models.TextChoices):
    """What one row of a source is."""

    INCIDENTS = "incidents"
    COUNTS = "counts"
    SURVEY = "survey"


class Source(Named, Retirable):
    """A series that somebody else records, and how its files are read."""

    class Kind(models.TextChoices):
        POLICE = "police"
        PROSECUTOR = "prosecutor"
        FORENSIC = "forensic"
        HEALTH = "health"
        CEM = "cem"
        SURVEY = "survey"
        PROGRAMME = "programme"

    code = models.SlugField(unique=True, max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    shape = models.CharField(max_length=10, choices=Shape.choices)
    owner = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="sources"
    )
    # The whole of the pack's sources/<code>.toml, and the hash of what decides how rows are read
    spec = models.JSONField(default=dict)
    mapping_version = models.CharField(max_length=64)

    class Meta:
        ordering = ["code"]

    @property
    def is_sample(self) -> bool:
        return self.code.startswith("sample-")


class Offence(Retirable):
    """What a source calls an offence, and the ICCS class it belongs to."""

    # A source's code, or "*" for every source
    source_code = models.CharField(max_length=60)
    category = models.CharField(max_length=200)
    name_es = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    iccs = models.CharField(max_length=6, blank=True)
    flags = models.JSONField(default=list)  # e.g. ["no_small_area", "sensitive"]

    class Meta:
        ordering = ["source_code", "category"]
        constraints = [
            models.UniqueConstraint(fields=["source_code", "category"], name="offence_once")
        ]


class Batch(models.Model):
    """One import. Its Parquet file counts only while this row says so."""

    id = models.CharField(
        max_length=64, primary_key=True
    )  # hash of source bytes and mapping version
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    shape = models.CharField(max_length=10, choices=Shape.choices)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    mapping_version = models.CharField(max_length=64)
    spec = models.JSONField(
        default=dict
    )  # the mapping as it was: a batch is read as it was written
    read = models.PositiveBigIntegerField()
    accepted = models.PositiveBigIntegerField()
    rejected = models.PositiveBigIntegerField()
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    cut_off = models.DateField(null=True, blank=True)  # the day up to which records had come in
    notes = models.JSONField(default=dict)  # what else the receipt says; the areas it speaks for
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=64)
    visible = models.BooleanField(default=True)

    class Meta:
        ordering = ["-imported_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(read=F("accepted") + F("rejected")), name="batch_counts_every_row"
            ),
            models.CheckConstraint(
                condition=Q(first_day=None) | Q(last_day__gte=F("first_day")),
                name="batch_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.id[:12]
