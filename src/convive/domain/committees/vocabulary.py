"""The closed lists of words that committees use. The database refuses any other."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    STEERING = "steering"
    TECHNICAL = "technical"
    CODISEC = "codisec"  # district committee of citizen security, Ley 27933
    OTHER = "other"


class Post(models.TextChoices):
    """The part of a seat in its committee."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"


class SessionState(models.TextChoices):
    PLANNED = "planned"
    HELD = "held"
    NOT_HELD = "not_held"


class Presence(models.TextChoices):
    """Who sat in a seat: the one appointed to it, or the alternate."""

    TITULAR = "titular"
    ALTERNATE = "alternate"


class How(models.TextChoices):
    CONSENSUS = "consensus"
    VOTE = "vote"


KIND_NAMES: dict[str, str | Promise] = {
    Kind.STEERING: _("Steering committee"),
    Kind.TECHNICAL: _("Technical committee"),
    Kind.CODISEC: _("District committee of citizen security (CODISEC)"),
    Kind.OTHER: _("Other committee"),
}
POST_NAMES: dict[str, str | Promise] = {
    Post.CHAIR: _("chairs"),
    Post.SECRETARY: _("keeps the secretariat"),
    Post.MEMBER: _("member"),
}
STATE_NAMES: dict[str, str | Promise] = {
    SessionState.PLANNED: _("planned"),
    SessionState.HELD: _("held"),
    SessionState.NOT_HELD: _("not held"),
}
PRESENCE_NAMES: dict[str, str | Promise] = {
    Presence.TITULAR: _("present"),
    Presence.ALTERNATE: _("the alternate is present"),
}
HOW_NAMES: dict[str, str | Promise] = {
    How.CONSENSUS: _("by consensus"),
    How.VOTE: _("by vote"),
}
