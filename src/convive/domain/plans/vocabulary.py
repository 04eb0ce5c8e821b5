"""The closed lists of words that plans use. The database refuses any other."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.TextChoices):
    """Where an objective stands: activities below outputs, outputs below outcomes."""

    IMPACT = "impact"
    OUTCOME = "outcome"
    OUTPUT = "output"
    ACTIVITY = "activity"


class Unit(models.TextChoices):
    NUMBER = "number"
    PERCENTAGE = "percentage"  # 100 x numerator / denominator
    RATE = "rate"  # 100,000 x numerator / denominator


class Aggregation(models.TextChoices):
    """How values combine across periods or places. `none`: they do not."""

    SUM = "sum"
    MAX = "max"
    AVERAGE = "avg"
    LATEST = "latest"
    RATIO = "ratio"  # of summed numerators and denominators: the only rule for percentages
    NONE = "none"


class Cross(models.TextChoices):
    """How an indicator is broken down."""

    NONE = "none"
    PARALLEL = "parallel"  # by sex; by age
    CROSSED = "crossed"  # by sex and age


class ValueState(models.TextChoices):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    LOCKED = "locked"


STATE_NAMES: dict[str, str | Promise] = {
    ValueState.DRAFT: _("a draft"),
    ValueState.SUBMITTED: _("waiting to be accepted"),
    ValueState.RETURNED: pgettext_lazy("value", "returned"),
    ValueState.ACCEPTED: _("accepted"),
    ValueState.LOCKED: _("locked"),
}


class CommitmentState(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


def one_of(field: str, words: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A constraint by which the database itself refuses a word that is not in the list."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": words.values}), name=name)


class Part(models.TextChoices):
    """What of a plan was changed on a page."""

    PLAN = "plan"
    OBJECTIVE = "objective"
    INDICATOR = "indicator"
    TARGET = "target"


PART_NAMES: dict[str, str | Promise] = {
    Part.PLAN: _("Plan"),
    Part.OBJECTIVE: _("Objective"),
    Part.INDICATOR: _("Indicator"),
    Part.TARGET: _("Target"),
}
UNIT_NAMES: dict[str, str | Promise] = {
    Unit.NUMBER: _("a number"),
    Unit.PERCENTAGE: _("a percentage"),
    Unit.RATE: _("a rate per 100,000"),
}
AGGREGATION_NAMES: dict[str, str | Promise] = {
    Aggregation.SUM: _("added up"),
    Aggregation.MAX: _("the greatest"),
    Aggregation.AVERAGE: _("the average"),
    Aggregation.LATEST: _("the latest"),
    Aggregation.RATIO: _("summed numerators over summed denominators"),
    Aggregation.NONE: _("not put together"),
}
CROSS_NAMES: dict[str, str | Promise] = {
    Cross.NONE: _("not broken down"),
    Cross.PARALLEL: _("by each one apart, such as by sex and by age"),
    Cross.CROSSED: _("by all of them together, such as by sex within age"),
}
