"""A wall: records of survivors of violence that only the browsers of one unit can open.

Here lie public keys, private keys that are wrapped by a passphrase or sealed to a member, and
sealed records. In clear stand codes that say nothing, the month of the interview and the district.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from convive.domain.programme.models import Organisation, Place, User


class Unit(models.Model):
    """A protection unit: a team of one organisation, with a register that nobody else opens."""

    code = models.CharField(max_length=12, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    opened_on = models.DateField()
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return f"unit {self.code}"


class UnitMember(models.Model):
    """Somebody of a unit. `wrapped` : their private key, as their passphrase alone opens it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    public_key = models.CharField(max_length=88, blank=True)
    wrapped = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "user"], condition=Q(left_on=None), name="unit_member_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("since")),
                name="unit_member_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(public_key=""),
                name="unit_member_who_left_has_no_key",
            ),
        ]


class UnitKey(models.Model):
    """The public half of a key of a unit; the newest seals. need of parts : its recovery shares."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="keys")
    number = models.PositiveSmallIntegerField()
    public_key = models.CharField(max_length=88)
    need = models.PositiveSmallIntegerField()
    parts = models.PositiveSmallIntegerField()
    made_on = models.DateField()

    class Meta:
        ordering = ["unit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="unit_key_number_once"),
            models.CheckConstraint(
                condition=Q(need__gte=2, parts__gte=F("need"), parts__lte=20),
                name="unit_key_shares_make_sense",
            ),
        ]


class KeyCopy(models.Model):
    """The private half of a key of a unit, sealed to the key of one member."""

    key = models.ForeignKey(UnitKey, on_delete=models.PROTECT, related_name="copies")
    member = models.ForeignKey(UnitMember, on_delete=models.PROTECT, related_name="copies")
    sealed = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "member"], name="unit_key_copy_once")]


class Record(models.Model):
    """One incident. All that says something of it lies sealed in its versions."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="records")
    code = models.CharField(max_length=12, unique=True)
    survivor = models.CharField(max_length=12)  # the same for each incident of one person
    month = models.CharField(max_length=7)  # of the interview: 2026-05
    district = models.ForeignKey(  # None: outside the programme
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    @property
    def first_day(self) -> date:
        """Of its month."""
        return date.fromisoformat(f"{self.month}-01")

    class Meta:
        ordering = ["-month", "code"]
        indexes = [models.Index(fields=["unit", "-month"], name="record_of_unit")]


class Version(models.Model):
    """A record as it was kept or corrected, sealed to a key of the unit."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    key = models.ForeignKey(UnitKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.TextField()

    class Meta:
        ordering = ["record", "number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="record_version_once")
        ]
