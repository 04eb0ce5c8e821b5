"""The closed lists of words that plans use. The database refuses any other."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


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


class CommitmentState(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


def one_of(field: str, words: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A constraint by which the database itself refuses a word that is not in the list."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": words.values}), name=name)
