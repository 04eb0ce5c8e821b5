"""Plans: objectives, indicators and their targets, and who promised what by when.

A joint logframe and a district's security plan are the same thing here.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.domain.plans.models_changes import MovedDate as MovedDate
from convive.domain.plans.models_changes import PeriodLock as PeriodLock
from convive.domain.plans.models_changes import Revision as Revision
from convive.domain.plans.vocabulary import (
    STATE_NAMES,
    Aggregation,
    CommitmentState,
    Cross,
    Level,
    Unit,
    ValueState,
    one_of,
)
from convive.domain.programme.models import Organisation, Place
from convive.kernel.periods import Period
from convive.kernel.texts import Named, Retirable, in_language


class Plan(Named, Retirable):
    """What is to be reached, for the whole programme or for one district, between two dates."""

    code = models.SlugField(unique=True)
    district = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    start = models.DateField()
    end = models.DateField()
    note_es = models.TextField(blank=True)  # what of it is assumed, and why
    note_en = models.TextField(blank=True)

    class Meta:
        ordering = ["start", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="plan_ends_after_start")
        ]

    @property
    def note(self) -> str:
        return in_language(self, "note")


class Objective(Named, Retirable):
    """One thing that the plan wants to reach, below another or at the top."""

    Level = Level

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="objectives")
    code = models.CharField(max_length=20)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    lead = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Human-security tags: dimensions (economic, personal…) and protection | empowerment | both
    dimensions = models.JSONField(default=list)
    strategy = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["plan", "code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="objective_code_once"),
            one_of("level", Level, "objective_level_known"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="objective_not_its_own_parent"
            ),
        ]


class Indicator(Retirable):
    """What is measured. Its words and rules stand in versions: a change never touches old data."""

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="indicators")
    code = models.SlugField(unique=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class IndicatorVersion(Named):
    """One definition of an indicator, in force from a date."""

    Unit = Unit
    Cross = Cross

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    definition_es = models.TextField()
    definition_en = models.TextField()
    unit = models.CharField(max_length=12, choices=Unit.choices)
    numerator_es = models.TextField()
    numerator_en = models.TextField()
    denominator_es = models.TextField(blank=True)
    denominator_en = models.TextField(blank=True)
    ascending = models.BooleanField()
    across_periods = models.CharField(max_length=8, choices=Aggregation.choices)
    across_places = models.CharField(max_length=8, choices=Aggregation.choices)
    disaggregation = models.CharField(max_length=8, choices=Cross.choices, default=Cross.NONE)
    categories = models.JSONField(default=list)  # e.g. ["sex", "age_band"]
    # A registered measure and its filters, or blank while data are entered by hand
    measure = models.CharField(max_length=80, blank=True)
    filters = models.JSONField(default=dict)
    standard = models.CharField(max_length=60, blank=True)  # e.g. "SDG 16.1.3"
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["indicator", "version"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "version"], name="indicator_version_once"),
            # A percentage or a rate of many is that of their summed parts, or none at all
            models.CheckConstraint(
                condition=Q(unit="number")
                | (
                    Q(across_periods__in=["ratio", "latest", "none"])
                    & Q(across_places__in=["ratio", "none"])
                    & ~Q(denominator_es="")
                ),
                name="percentage_is_never_averaged",
            ),
            models.CheckConstraint(
                condition=~Q(across_places="latest"), name="indicator_places_have_no_latest"
            ),
            models.CheckConstraint(
                condition=~(Q(across_periods="ratio") | Q(across_places="ratio"))
                | ~Q(denominator_es=""),
                name="ratio_has_a_denominator",
            ),
            one_of("unit", Unit, "indicator_unit_known"),
            one_of("across_periods", Aggregation, "indicator_across_periods_known"),
            one_of("across_places", Aggregation, "indicator_across_places_known"),
            one_of("disaggregation", Cross, "indicator_disaggregation_known"),
        ]

    @property
    def definition(self) -> str:
        return in_language(self, "definition")

    @property
    def numerator(self) -> str:
        return in_language(self, "numerator")

    @property
    def denominator(self) -> str:
        return in_language(self, "denominator")


class Combination(models.Model):
    """One cell of a disaggregation, such as sex=female. The total is a row too."""

    TOTAL = "total"

    # "total", "sex=female", "age_band=15-17;sex=female": keys in the order of the alphabet
    code = models.CharField(max_length=80, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="combination_is_named"),
        ]

    def __str__(self) -> str:
        return self.code


class Target(Retirable):
    """What an indicator should reach by a date, from which baseline."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    # Of the whole programme: `programme.queries.programme_place()`, never an empty place
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    combination = models.ForeignKey(Combination, on_delete=models.PROTECT, related_name="+")
    due = models.DateField()
    baseline_on = models.DateField(null=True, blank=True)
    baseline = models.FloatField(null=True, blank=True)
    value = models.FloatField()
    note_es = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    class Meta:
        ordering = ["indicator", "due"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "place", "combination", "due"], name="target_once"
            ),
            models.CheckConstraint(
                condition=Q(baseline=None, baseline_on=None)
                | Q(baseline__isnull=False, baseline_on__isnull=False, baseline_on__lt=F("due")),
                name="target_baseline_dated_before_due",
            ),
        ]

    @property
    def note(self) -> str:
        return in_language(self, "note")


class Value(models.Model):
    """What was achieved in one period, one place, one cell. Never cumulative: that is derived."""

    State = ValueState

    version = models.ForeignKey(IndicatorVersion, on_delete=models.PROTECT, related_name="values")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    combination = models.ForeignKey(Combination, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    numerator = models.FloatField()
    denominator = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ValueState.choices, default=ValueState.DRAFT)
    source = models.CharField(max_length=200)
    # Actor ids, as the journal writes them: whoever records a value never accepts it
    recorded_by = models.CharField(max_length=64)
    reviewed_by = models.CharField(max_length=64, blank=True)
    feedback = models.TextField(blank=True)  # why it was returned

    class Meta:
        ordering = ["version", "start", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "place", "start", "end", "combination", "organisation"],
                name="value_once",
            ),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="value_dates_in_order"),
            models.CheckConstraint(
                condition=Q(denominator=None) | Q(denominator__gt=0),
                name="value_denominator_positive",
            ),
            one_of("state", ValueState, "value_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"], reviewed_by="")
                | (Q(state__in=["returned", "accepted", "locked"]) & ~Q(reviewed_by="")),
                name="value_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="") | ~Q(reviewed_by=F("recorded_by")),
                name="value_never_reviewed_by_its_author",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(feedback=""), name="value_returned_with_reason"
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[self.state])

    @property
    def is_sample(self) -> bool:
        return self.source.startswith("sample-")


class Commitment(models.Model):
    """Who does what by when. It may answer something raised elsewhere, named by kind and id."""

    State = CommitmentState

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="commitments")
    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.PROTECT, related_name="commitments"
    )
    what = models.CharField(max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # Who sees to it within the organisation; nobody yet where it is empty
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    district = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_on = models.DateField()
    due = models.DateField()
    is_public = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=CommitmentState.choices, default=CommitmentState.OPEN
    )
    closed_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)  # what was done, or why it was not: always said
    raised_by_kind = models.CharField(max_length=40, blank=True)
    raised_by_id = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due__gte=F("made_on")), name="commitment_due_after_made"
            ),
            models.CheckConstraint(
                condition=Q(raised_by_kind="", raised_by_id="")
                | (~Q(raised_by_kind="") & ~Q(raised_by_id="")),
                name="commitment_raised_by_whole",
            ),
            one_of("state", CommitmentState, "commitment_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None)
                | (~Q(state="open") & Q(closed_on__isnull=False, closed_on__gte=F("made_on"))),
                name="commitment_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_done") | ~Q(reason=""),
                name="commitment_not_done_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def raised_by(self) -> tuple[str, str] | None:
        return (self.raised_by_kind, self.raised_by_id) if self.raised_by_kind else None
