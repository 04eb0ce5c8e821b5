"""The closed lists of words that referrals use. The database refuses any other.

The words of the state are those of Primero v2, in which child protection and survivors' services
refer people: in_progress, accepted, rejected, done, revoked.
"""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    IN_PROGRESS = "in_progress"  # sent, and not answered yet
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DONE = "done"
    REVOKED = "revoked"  # taken back by whoever sent it


STATUS_NAMES: dict[str, str | Promise] = {
    Status.IN_PROGRESS: _("waits for an answer"),
    Status.ACCEPTED: pgettext_lazy("referral", "accepted"),
    Status.REJECTED: pgettext_lazy("referral", "not accepted"),
    Status.DONE: pgettext_lazy("referral", "attended"),
    Status.REVOKED: pgettext_lazy("referral", "taken back"),
}
OPEN = (Status.IN_PROGRESS, Status.ACCEPTED)


class Side(models.TextChoices):
    """On whose side of a referral somebody acts."""

    SENDER = "sender"
    RECEIVER = "receiver"


class Reason(models.TextChoices):
    """Why a referral is not accepted."""

    FULL = "full"
    NOT_OFFERED = "not_offered"
    NOT_ELIGIBLE = "not_eligible"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    ATTENDED = "attended"
    OTHER = "other"


REASON_NAMES: dict[str, str | Promise] = {
    Reason.FULL: _("There is no room now"),
    Reason.NOT_OFFERED: _("We do not offer this service"),
    Reason.NOT_ELIGIBLE: _("The person does not meet what the service asks for"),
    Reason.NOT_REACHED: _("We could not reach the person"),
    Reason.DECLINED: _("The person does not want it"),
    Reason.ATTENDED: _("We attend the person already"),
    Reason.OTHER: _("Another reason, written below"),
}


class Override(models.TextChoices):
    """Why somebody is referred who did not agree to it."""

    DANGER = "danger"
    MINOR = "minor"
    LAW = "law"
    UNABLE = "unable"


OVERRIDE_NAMES: dict[str, str | Promise] = {
    Override.DANGER: _("Somebody's life or health is in danger now"),
    Override.MINOR: _("A minor must be protected, and nobody can agree for them"),
    Override.LAW: _("The law obliges us to tell it"),
    Override.UNABLE: _("The person cannot answer now, and waiting would harm them"),
}


class Room(models.TextChoices):
    """Whether a service takes people in."""

    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"


ROOM_NAMES: dict[str, str | Promise] = {
    Room.OPEN: pgettext_lazy("service", "takes people in"),
    Room.FULL: pgettext_lazy("service", "full: people wait"),
    Room.CLOSED: pgettext_lazy("service", "closed"),
}
