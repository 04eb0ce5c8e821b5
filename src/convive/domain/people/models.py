"""People whom an organisation attends, what they agreed to, and by what they are found again.

Names, numbers, contacts and health are sealed: a copy of the database tells none of them. In clear
stands what is counted: sex, month of birth, district, language, whether there is a disability.
Each organisation has a register of its own; nobody is on two of them in one row.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.domain.people.vocabulary import (
    Calls,
    Language,
    Purpose,
    Sex,
    Voice,
    Way,
)
from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import Organisation, Place
from convive.kernel import codes, scans
from convive.kernel.sealed import SealedBytes, SealedText

new_code = codes.new_name  # as migrations know it


class Person(models.Model):
    """Somebody on the register of one organisation."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    given = SealedText()
    paternal = SealedText()
    maternal = SealedText()
    dni = SealedText()
    born = SealedText()  # the day, as 2001-07-30
    neighbourhood = SealedText()
    phone = SealedText()
    call_hours = SealedText()
    guardian = SealedText()
    guardian_phone = SealedText()
    functioning = SealedText()  # the six answers of the Washington Group, as digits
    # What is counted
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True, default="")
    birth_month = models.DateField(null=True, blank=True)  # its first day
    age_band = models.CharField(max_length=8, blank=True)  # where no birth date is known
    age_band_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.SPANISH)
    has_disability = models.BooleanField(null=True, blank=True)
    calls = models.CharField(max_length=7, choices=Calls.choices, default=Calls.UNASKED)
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_sample = models.BooleanField(default=False)
    registered_on = models.DateField()
    registered_by = models.CharField(max_length=64)  # actor id
    # Somebody entered twice: this row is the other, whose own row stands under none
    same_as = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="doubles"
    )
    # ... and the row of which somebody said so, which may stand under that other by now
    joined_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="joined"
    )
    erased_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # A page of the register, and how many there are, by these alone
            models.Index(
                fields=["organisation", "same_as", "erased_on", "-id", "district"],
                name="person_of_organisation",
            ),
            models.Index(
                fields=["worker", "same_as", "erased_on", "organisation", "-id"],
                name="person_of_worker",
            ),
        ]
        constraints = [
            one_of("sex", Sex, "person_sex_known"),
            one_of("language", Language, "person_language_known"),
            one_of("calls", Calls, "person_calls_known"),
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")), name="person_is_no_double_of_self"
            ),
            models.CheckConstraint(
                condition=Q(age_band="") | Q(age_band_on__isnull=False),
                name="person_band_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.code}"

    @property
    def name(self) -> str:
        """As it is written: given names, then surnames."""
        return " ".join(filter(None, (self.given, self.paternal, self.maternal)))

    @property
    def is_erased(self) -> bool:
        return self.erased_on is not None


class PersonToken(models.Model):
    """A keyed hash by which somebody is found: see `search`."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    token = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "person"], name="person_token_once")
        ]


class Consent(models.Model):
    """One word of one voice on one purpose. A later one on the same takes its place."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=21, choices=Purpose.choices)
    voice = models.CharField(max_length=8, choices=Voice.choices)
    agrees = models.BooleanField()
    way = models.CharField(max_length=11, choices=Way.choices)
    given_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["person", "pk"]
        constraints = [
            one_of("purpose", Purpose, "consent_purpose_known"),
            one_of("voice", Voice, "consent_voice_known"),
            one_of("way", Way, "consent_way_known"),
        ]


class ConsentScan(models.Model):
    """The paper on which somebody agreed, scanned or photographed. Deleted with the person."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="scans")
    given_on = models.DateField()  # as the words that the paper bears
    kind = models.CharField(max_length=15)  # media type
    content = SealedBytes()
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[scans.PDF, scans.JPEG]), name="consent_scan_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"scan {self.code}"


class Import(models.Model):
    """A file of people that somebody brings in: what it says is sealed, and emptied when it is
    done, given up or forgotten; that it came, and how many were written down, stays.
    """

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    file_hash = models.CharField(max_length=64)
    table = SealedText()  # JSON: headers and rows, until they are written down
    rejects = SealedText()  # CSV of the rows that were not taken, with reasons
    read = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    doubles = models.PositiveIntegerField()  # of those not taken
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)  # actor id
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["organisation", "file_hash"], name="import_of_file"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(read__gte=F("accepted") + F("doubles")), name="import_counts_add_up"
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.code}"

    @property
    def rejected(self) -> int:
        return self.read - self.accepted

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
