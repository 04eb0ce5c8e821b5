"""What is on the desk: files that somebody is bringing in, and small tables that are typed in."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from convive.domain.programme.models import Organisation
from convive.kernel.home import Home


class Upload(models.Model):
    """A file on its way in: from the page on which it was chosen to the batch that it became."""

    class State(models.TextChoices):
        DRAFT = "draft"  # here; how it is read is being settled
        SENT = "sent"  # handed to the worker
        DONE = "done"  # a batch; the file itself is gone
        FAILED = "failed"  # the worker could not take it, for the reasons in `problems`

    token = models.CharField(max_length=40, unique=True)  # names the file in the home
    file_name = models.CharField(max_length=200)  # as the person called it: shown, never used
    file_hash = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    # Whose colleagues may go on with it; nobody's: whoever uploaded it alone
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.ForeignKey(
        "evidence.Source", null=True, blank=True, on_delete=models.PROTECT, related_name="uploads"
    )
    about = models.JSONField(default=dict)  # of a source that does not exist yet: names, kind…
    suggestion = models.JSONField(default=dict)  # what the file seems to hold
    choices = models.JSONField(default=dict)  # what a person chose instead
    spec = models.JSONField(default=dict)  # how it will be read; empty: as its source says
    look = models.JSONField(default=dict)  # what the last dry run found
    offences = models.JSONField(default=list)  # classes that a person confirmed
    is_keyed = models.BooleanField(default=False)  # written by us out of a keyed table
    vintage = models.DateField(null=True, blank=True)  # the day as of which the file speaks
    document_number = models.CharField(max_length=80, blank=True)
    document_date = models.DateField(null=True, blank=True)
    corrects = models.ForeignKey(
        "evidence.Batch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    correction = models.CharField(max_length=8, blank=True)  # as of Batch
    job = models.PositiveBigIntegerField(null=True, blank=True)
    problems = models.JSONField(default=list)
    batch = models.ForeignKey(
        "evidence.Batch", null=True, blank=True, on_delete=models.PROTECT, related_name="uploads"
    )
    uploaded_by = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # when it entered this state or was last worked on

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", batch__isnull=False)
                | Q(state__in=["draft", "sent", "failed"], batch=None),
                name="upload_done_has_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def path(self) -> Path:
        """Where the file lies in the home, until it is done."""
        home: Home = settings.HOME
        return home.uploads / self.token


class KeyedTable(models.Model):
    """A small table of counts that one person types in and another confirms."""

    class State(models.TextChoices):
        ENTERED = "entered"
        WAITING = "waiting"  # for a second person
        RETURNED = "returned"  # with a reason
        CONFIRMED = "confirmed"

    source = models.ForeignKey(
        "evidence.Source", on_delete=models.PROTECT, related_name="keyed_tables"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    places = models.JSONField(default=list)  # ["PE-INEI:130105", …]
    months = models.JSONField(default=list)  # ["2024-01", …]
    categories = models.JSONField(default=list)  # what the source calls the offences
    # "place|month|category" -> n; what is not known is absent
    cells = models.JSONField(default=dict)
    document_number = models.CharField(max_length=80)
    document_date = models.DateField()
    scan_token = models.CharField(max_length=40, blank=True)  # names the sealed scan in the home
    scan_type = models.CharField(max_length=20, blank=True)
    scan_hash = models.CharField(max_length=64, blank=True)  # of what was sealed
    state = models.CharField(max_length=9, choices=State.choices, default=State.ENTERED)
    entered_by = models.CharField(max_length=64)  # who began it, or changed its numbers last
    typists = models.JSONField(default=list)  # every account that typed any of its numbers
    entered_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)  # why it was returned
    upload = models.OneToOneField(
        Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="keyed_table"
    )

    class Meta:
        ordering = ["-entered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="keyed_returned_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | ~Q(decided_by="") & ~Q(decided_by=models.F("entered_by")),
                name="keyed_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"keyed table {self.pk}"

    @property
    def scan_path(self) -> Path:
        home: Home = settings.HOME
        return home.scans / self.scan_token
