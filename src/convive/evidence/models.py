"""What other systems recorded: where it comes from, and which imports are visible.

The records themselves stand in immutable Parquet files, named by their content.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from convive.domain.programme.models import Organisation
from convive.kernel.texts import Named, Retirable


class Shape(models.TextChoices):
    """What one row of a source is."""

    INCIDENTS = "incidents"
    COUNTS = "counts"
    SURVEY = "survey"
    MICRODATA = "microdata"


class Origin(models.TextChoices):
    """Who said it: the pack's files, or a person on a page. A pack retires only its own."""

    PACK = "pack"
    PAGE = "page"


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
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.PACK)

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
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.PACK)

    class Meta:
        ordering = ["source_code", "category"]
        constraints = [
            models.UniqueConstraint(fields=["source_code", "category"], name="offence_once")
        ]


class Correction(models.TextChoices):
    """What a later file does to the one that it mends, where `releases` says otherwise."""

    ADDS = "adds"  # some rows more: it replaces single records alone, never days or areas
    REPLACES = "replaces"  # the whole file again: the other counts no longer


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
    # The day of the release that this file is, where its sender said so. A file that holds several
    # releases leaves it empty; they stand in its notes
    vintage = models.DateField(null=True, blank=True)
    # A later file that mends an earlier one, and whether it adds to it or takes its place. One that
    # adds to none in particular: a table of single cells, typed in
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    correction = models.CharField(max_length=8, choices=Correction.choices, blank=True)
    notes = models.JSONField(default=dict)  # what else the receipt says; the areas it speaks for
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=64)
    visible = models.BooleanField(default=True)  # False while it is withdrawn, and only then

    class Meta:
        ordering = ["-imported_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects=None, correction__in=["", "adds"])
                | Q(corrects__isnull=False) & ~Q(correction=""),
                name="batch_corrects_in_one_way",
            ),
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

    @property
    def withdrawal(self) -> Withdrawal | None:
        """The withdrawal that is in force."""
        if self.visible:
            return None
        return next((row for row in self.withdrawals.all() if row.restored_at is None), None)


class Withdrawal(models.Model):
    """A batch taken out of every figure, why, and perhaps put back. Its file stays."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="withdrawals")
    at = models.DateTimeField()
    by = models.CharField(max_length=64)
    why = models.TextField()
    restored_at = models.DateTimeField(null=True, blank=True)
    restored_by = models.CharField(max_length=64, blank=True)
    restored_why = models.TextField(blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"], condition=Q(restored_at=None), name="batch_withdrawn_once"
            ),
            models.CheckConstraint(
                condition=Q(restored_at=None, restored_by="", restored_why="")
                | Q(restored_at__gte=F("at")) & ~Q(restored_by="") & ~Q(restored_why=""),
                name="withdrawal_restored_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.on}"

    @property
    def on(self) -> date:
        """The day of it, where the house is."""
        return timezone.localtime(self.at).date()


# The tables of the desk stand in a file of their own; Django looks for every model here
from convive.evidence.models_desk import KeyedTable, Upload  # noqa: E402

__all__ = ["Batch", "KeyedTable", "Offence", "Origin", "Shape", "Source", "Upload"]
