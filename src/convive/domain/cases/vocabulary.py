"""The closed lists of words that cases use. The database refuses any other."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    OPEN = "open"
    CLOSED = "closed"


STATE_NAMES: dict[str, str | Promise] = {
    State.OPEN: pgettext_lazy("case", "open"),
    State.CLOSED: pgettext_lazy("case", "closed"),
}


class Need(models.TextChoices):
    """What somebody needs. Sealed in the row of the case, so none of these is in the database."""

    SAFETY = "safety"
    PAPERS = "papers"
    FAMILY = "family"
    HOUSING = "housing"
    FOOD = "food"
    SCHOOL = "school"
    WORK = "work"
    HEALTH = "health"
    MIND = "mind"
    DRUGS = "drugs"
    LAW = "law"
    BELONGING = "belonging"


NEED_NAMES: dict[str, str | Promise] = {
    Need.SAFETY: _("to be safe"),
    Need.PAPERS: _("papers: DNI, birth certificate"),
    Need.FAMILY: _("family and care"),
    Need.HOUSING: _("somewhere to live"),
    Need.FOOD: pgettext_lazy("need", "food"),
    Need.SCHOOL: _("school and studies"),
    Need.WORK: _("work and income"),
    Need.HEALTH: _("health"),
    Need.MIND: _("mental health"),
    Need.DRUGS: _("alcohol and drugs"),
    Need.LAW: _("legal help"),
    Need.BELONGING: _("friends, sport, something to belong to"),
}


class Plan(models.TextChoices):
    """Where the plan of a case stands between its team and its supervisor."""

    DRAFT = "draft"
    ASKED = "asked"
    CHANGES = "changes"
    AGREED = "agreed"


PLAN_NAMES: dict[str, str | Promise] = {
    Plan.DRAFT: _("plan being written"),
    Plan.ASKED: _("plan to be reviewed"),
    Plan.CHANGES: _("changes asked for"),
    Plan.AGREED: _("plan agreed"),
}


class Aim(models.TextChoices):
    """How far a goal is."""

    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"


AIM_NAMES: dict[str, str | Promise] = {
    Aim.OPEN: pgettext_lazy("goal", "under way"),
    Aim.MET: pgettext_lazy("goal", "reached"),
    Aim.DROPPED: pgettext_lazy("goal", "given up"),
}


class Doer(models.TextChoices):
    """Who takes a step."""

    TEAM = "team"
    PERSON = "person"
    FAMILY = "family"
    OTHER = "other"


DOER_NAMES: dict[str, str | Promise] = {
    Doer.TEAM: _("we"),
    Doer.PERSON: _("the person attended"),
    Doer.FAMILY: _("the family"),
    Doer.OTHER: _("another organisation"),
}


class Verdict(models.TextChoices):
    """What a supervisor says."""

    AGREES = "agrees"
    CHANGES = "changes"


VERDICT_NAMES: dict[str, str | Promise] = {
    Verdict.AGREES: _("I agree"),
    Verdict.CHANGES: _("I ask for changes"),
}


class Reason(models.TextChoices):
    """Why a case is closed."""

    MET = "met"
    MOVED = "moved"
    DECLINED = "declined"
    LOST = "lost"
    ELSEWHERE = "elsewhere"
    DIED = "died"
    OTHER = "other"


REASON_NAMES: dict[str, str | Promise] = {
    Reason.MET: _("The goals are reached"),
    Reason.MOVED: pgettext_lazy("case", "The person moved away"),
    Reason.DECLINED: pgettext_lazy("case", "The person does not want to go on"),
    Reason.LOST: pgettext_lazy("case", "Nobody reaches the person any more"),
    Reason.ELSEWHERE: _("Another organisation attends the person now"),
    Reason.DIED: _("The person died"),
    Reason.OTHER: pgettext_lazy("case", "Another reason, written below"),
}


class Answer(models.TextChoices):
    """What a screening says of one factor."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


ANSWER_NAMES: dict[str, str | Promise] = {
    Answer.YES: _("Yes"),
    Answer.NO: _("No"),
    Answer.UNKNOWN: _("Not known"),
}
