"""Whether what was done worked: designs that are set down before their result, and results."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q

from convive.domain.observatory.models_work import Worked
from convive.domain.plans.vocabulary import one_of
from convive.kernel.periods import Period


class Method(models.TextChoices):
    SDID = "sdid"
    SC = "sc"
    DID = "did"


class Scale(models.TextChoices):
    """How the outcome is compared: as a share of what would have been, or in incidents."""

    SHARE = "share"
    COUNT = "count"


class Pool(models.TextChoices):
    """The rule by which the places to compare with are found, before anything is counted."""

    PROVINCE = "province"
    REGION = "region"
    CHOSEN = "chosen"


class Sealed(TypeError):
    """Something that was set down for good was to be changed."""


class SealedSet(models.QuerySet[Any]):
    """Rows that are written once: nothing changes or deletes them, one or many at a time."""

    def update(self, **_changes: Any) -> NoReturn:
        raise Sealed("what was set down is never changed; set down another version")

    def bulk_update(self, *_rows: Any, **_options: Any) -> NoReturn:
        raise Sealed("what was set down is never changed; set down another version")

    def delete(self) -> NoReturn:
        raise Sealed("what was set down is never deleted")


class Evaluation(models.Model):
    """One thing that was done, and the question whether it changed anything.

    finding, commitment : what led to it; both None where somebody just asks.
    reason : why nobody evaluates it.
    """

    finding = models.ForeignKey(
        "observatory.Finding", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    commitment = models.ForeignKey(
        "plans.Commitment", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    set_aside_by = models.CharField(max_length=64, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        app_label = "observatory"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["commitment"], name="commitment_evaluated_once"),
            models.CheckConstraint(
                condition=Q(set_aside_at=None, set_aside_by="", reason="")
                | (Q(set_aside_at__isnull=False) & ~Q(set_aside_by="") & ~Q(reason="")),
                name="evaluation_set_aside_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"evaluation {self.pk}"


class Design(models.Model):
    """One version of a design, as it was set down. It never changes; a change is a new version.

    title : the question in one sentence. what : what was done. why : why it is asked so.
    first : first day of the first month in which it was done. before : first day of the months that
    tell how things went until then. until : last day of the months that are looked at.
    treated, buffer, pool : places as `SCHEME:CODE`; next door; to compare with. rule : how the pool
    was found. left_out : places that the rule meets and that cannot be compared.
    known_until : last day of the evidence when it was set down.
    others_seen : evaluations of these places whose result had been opened by then.
    reason : why it differs from the version before. after_result : whether a result had been seen.
    seal : SHA-256 of all of this and of the seal before; the journal holds it too.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="designs")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    what = models.TextField()
    why = models.TextField()
    source = models.CharField(max_length=60)
    offence = models.CharField(max_length=200, blank=True)
    treated = models.JSONField()
    buffer = models.JSONField(default=list)
    rule = models.CharField(max_length=8, choices=Pool.choices)
    pool = models.JSONField()
    left_out = models.JSONField(default=list)
    before = models.DateField()
    first = models.DateField()
    until = models.DateField()
    method = models.CharField(max_length=4, choices=Method.choices)
    scale = models.CharField(max_length=5, choices=Scale.choices)
    known_until = models.DateField(null=True, blank=True)
    others_seen = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    after_result = models.BooleanField(default=False)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, unique=True)

    objects = SealedSet.as_manager()

    class Meta:
        app_label = "observatory"
        ordering = ["evaluation", "version"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "version"], name="design_version_once"),
            one_of("rule", Pool, "design_rule_known"),
            one_of("method", Method, "design_method_known"),
            one_of("scale", Scale, "design_scale_known"),
            models.CheckConstraint(
                condition=Q(before__lt=F("first"), until__gt=F("first")),
                name="design_months_in_order",
            ),
            models.CheckConstraint(
                condition=Q(version=1, reason="", previous="", after_result=False)
                | (Q(version__gt=1) & ~Q(reason="") & ~Q(previous="")),
                name="design_changed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"design {self.version} of {self.evaluation_id}"

    @property
    def period(self) -> Period:
        return Period(self.before, self.until)

    @property
    def places(self) -> list[str]:
        """Every place whose months are read."""
        return [*self.treated, *self.buffer, *self.pool]

    def sealed(self) -> str:
        """The seal of what stands here: SHA-256 of the canonical JSON of every other field, and of
        what led to it, whose sheets tell the dose."""
        told = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if field.attname not in ("id", "seal")
        }
        told["finding"] = self.evaluation.finding_id
        told["commitment"] = self.evaluation.commitment_id
        for name, value in told.items():
            if isinstance(value, date):
                told[name] = value.isoformat()  # moments too: they are in UTC
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise Sealed("a design that was set down is never changed; set down another version")
        super().save(*args, **options)

    def delete(self, *_args: Any, **_options: Any) -> NoReturn:
        raise Sealed("a design that was set down is never deleted")


class Opening(Worked):
    """The result of one version of a design on one state of the evidence, opened by somebody.

    What came out never changes: newer evidence, another opening.
    """

    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="openings")
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()

    class Meta:
        app_label = "observatory"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["design", "version"], name="design_opened_once"),
        ]

    def __str__(self) -> str:
        return f"result of {self.design}"

    def digest(self) -> str:
        """SHA-256 of what came out, as the journal holds it."""
        return hashlib.sha256(json.dumps(self.result, sort_keys=True).encode()).hexdigest()
