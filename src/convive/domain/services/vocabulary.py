"""The closed lists of services: how far something is, who came, why somebody left."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Progress(models.TextChoices):
    """How far an activity is. It runs from the first session whose attendance is written down."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


PROGRESS_NAMES: dict[str, str | Promise] = {
    Progress.PLANNED: pgettext_lazy("activity", "planned"),
    Progress.RUNNING: pgettext_lazy("activity", "running"),
    Progress.CLOSED: pgettext_lazy("activity", "closed"),
}


class Standing(models.TextChoices):
    """How somebody stands in an activity."""

    WAITING = "waiting"
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    LEFT = "left"


STANDING_NAMES: dict[str, str | Promise] = {
    Standing.WAITING: _("on the waiting list"),
    Standing.ENROLLED: _("enrolled"),
    Standing.COMPLETED: _("completed"),
    Standing.LEFT: _("left before the end"),
}


class Came(models.TextChoices):
    """Whether somebody came to a session."""

    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


CAME_NAMES: dict[str, str | Promise] = {
    Came.PRESENT: _("Came"),
    Came.ABSENT: _("Did not come"),
    Came.EXCUSED: _("Excused"),
}


# What somebody thought of a service, as words and not as a number
RATING_NAMES: dict[int, str | Promise] = {
    5: _("Very good"),
    4: _("Good"),
    3: _("Neither good nor bad"),
    2: _("Bad"),
    1: _("Very bad"),
}

# After so many months, who completed is asked
MONTHS = (3, 6, 12)


class Reply(models.TextChoices):
    """Whether somebody who completed could be asked. Not to be reached is an answer of its own."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"


REPLY_NAMES: dict[str, str | Promise] = {
    Reply.REACHED: _("They answered"),
    Reply.UNREACHABLE: _("They could not be reached"),
    Reply.DECLINED: _("They prefer not to answer"),
}


class Answer(models.TextChoices):
    YES = "yes"
    NO = "no"


ANSWER_NAMES: dict[str, str | Promise] = {Answer.YES: _("Yes"), Answer.NO: _("No")}


class Formality(models.TextChoices):
    """Formal: with a contract or pay slip, as the person says it."""

    FORMAL = "formal"
    INFORMAL = "informal"
    UNKNOWN = "unknown"


FORMALITY_NAMES: dict[str, str | Promise] = {
    Formality.FORMAL: _("With a contract or pay slip"),
    Formality.INFORMAL: _("Without"),
    Formality.UNKNOWN: _("They do not know, or do not say"),
}


class ResourceKind(models.TextChoices):
    """What a place that helps gives. Figures of girls and young women are told by it."""

    EDUCATION = "education"
    HEALTH = "health"
    PROTECTION = "protection"
    LEGAL = "legal"
    WORK = "work"


RESOURCE_NAMES: dict[str, str | Promise] = {
    ResourceKind.EDUCATION: _("Education"),
    ResourceKind.HEALTH: pgettext_lazy("kind of help", "Health"),
    ResourceKind.PROTECTION: _("Protection from violence"),
    ResourceKind.LEGAL: _("Legal guidance"),
    ResourceKind.WORK: _("Training and work"),
}


class Reason(models.TextChoices):
    """Why somebody is no longer in an activity. No text: what is not asked cannot leak."""

    WORK = "work"
    STUDY = "study"
    CARE = "care"
    HOURS = "hours"
    COST = "cost"
    HEALTH = "health"
    SAFETY = "safety"
    MOVED = "moved"
    NOT_FOR_THEM = "not-for-them"
    LOST = "lost"  # nobody reached them: not known to have left
    MISTAKE = "mistake"  # never began: written down by mistake
    OTHER = "other"


REASON_NAMES: dict[str, str | Promise] = {
    Reason.WORK: _("Found work"),
    Reason.STUDY: _("Went back to study"),
    Reason.CARE: _("Looks after children or family"),
    Reason.HOURS: _("The hours do not suit"),
    Reason.COST: _("Fares or other costs"),
    Reason.HEALTH: _("Health"),
    Reason.SAFETY: _("It is not safe to come"),
    Reason.MOVED: _("Moved away"),
    Reason.NOT_FOR_THEM: _("It is not what they were looking for"),
    Reason.LOST: _("Nobody reaches them any more"),
    Reason.MISTAKE: _("Written down by mistake"),
    Reason.OTHER: _("Another reason"),
}
