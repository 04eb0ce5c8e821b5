"""Referrals between bodies that share no file, and which of their services are full or closed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from convive.domain.people.models import Person, new_code
from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import CatalogueEntry, Organisation
from convive.domain.referrals.vocabulary import OPEN, Override, Reason, Room, Status
from convive.kernel.sealed import SealedText

_ANSWERED = (Status.ACCEPTED, Status.REJECTED, Status.DONE)
_ENDED = (Status.REJECTED, Status.DONE, Status.REVOKED)


class Referral(models.Model):
    """Somebody of the sender's register, whom another body is asked to attend.

    `copy` is all that the receiver is told of them; it is deleted when the referral ends.
    """

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    copy = SealedText()
    # The receiver has no account: it is handed a sheet, and the sender writes down its answer
    on_paper = models.BooleanField(default=False)
    is_override = models.BooleanField(default=False)
    override_reason = models.CharField(max_length=6, choices=Override.choices, blank=True)
    status = models.CharField(
        max_length=11, choices=Status.choices, default=Status.IN_PROGRESS.value
    )
    promised_on = models.DateField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    rejected_words = SealedText()
    suggestion = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=64)  # actor id
    responded_at = models.DateTimeField(null=True, blank=True)
    responded_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["receiver", "status", "-id"], name="referral_of_receiver"),
            models.Index(fields=["sender", "status", "-id"], name="referral_of_sender"),
        ]
        constraints = [
            one_of("status", Status, "referral_status_known"),
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")), name="referral_is_to_another"
            ),
            models.UniqueConstraint(
                fields=["person", "receiver", "service"],
                condition=Q(status__in=OPEN),
                name="referral_once_while_open",
            ),
            models.CheckConstraint(
                condition=Q(is_override=False, override_reason="")
                | Q(is_override=True, override_reason__in=Override.values),
                name="referral_override_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.REJECTED, rejected_reason__in=Reason.values)
                | (~Q(status=Status.REJECTED) & Q(rejected_reason="", suggestion=None)),
                name="referral_rejected_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.ACCEPTED, Status.DONE])
                | Q(promised_on__isnull=False),
                name="referral_accepted_with_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.IN_PROGRESS, responded_at=None)
                | Q(status__in=_ANSWERED, responded_at__isnull=False)
                | Q(status=Status.REVOKED),
                name="referral_answer_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, ended_at=None)
                | Q(status__in=_ENDED, ended_at__isnull=False),
                name="referral_end_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.code}"


class ServiceState(models.Model):
    """What an organisation says of one of its services: whether it takes people in."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    room = models.CharField(max_length=6, choices=Room.choices)
    since = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["organisation", "service"]
        constraints = [
            one_of("room", Room, "service_room_known"),
            models.UniqueConstraint(fields=["organisation", "service"], name="service_state_once"),
        ]
