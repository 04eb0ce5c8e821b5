"""How far an indicator has come: what was achieved, and the share of the way to its target.

What was achieved comes from the measure that the indicator's definition names, or, where it names
none, from the values that were accepted. Neither is ever typed over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.plans import queries, rules
from convive.domain.plans.models import Indicator, IndicatorVersion, Plan, Target, Value
from convive.domain.plans.vocabulary import AGGREGATION_NAMES, Aggregation, Unit
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status, figure
from convive.kernel.periods import Period

_PERCENT = "%"


@dataclass(frozen=True)
class Progress:
    """One indicator as a page shows it.

    version : the definition in force, or None before the first.
    target : the last one for this place, or None.
    achieved : the figure. share : the part of the way to the target, in percent.
    period : the days that `achieved` covers.
    """

    indicator: Indicator
    version: IndicatorVersion | None
    target: Target | None
    achieved: Figure
    share: Figure
    period: Period | None

    @property
    def name(self) -> str:
        return self.version.name if self.version else str(self.indicator)

    @property
    def bar(self) -> float | None:
        """How far a bar is filled, from 0 to 100; None where progress cannot be told."""
        return None if self.share.value is None else min(max(self.share.value, 0), 100)


def indicator_progress(
    indicator: Indicator, *, place: Place | None = None, as_of: date | None = None
) -> Progress:
    """What one indicator achieved by a day, and how far that is from baseline to target.

    place : by default the whole programme. as_of : by default today.
    """
    day = as_of or programme.today()
    plan = indicator.objective.plan
    version = queries.version_on(indicator, min(day, plan.end))
    if version is None:
        nothing = _missing(_("The indicator was not defined yet."), "", "")
        return Progress(indicator, None, None, nothing, _no_share(nothing), None)
    target = queries.target_of(indicator, place or programme.programme_place())
    period = _period(plan, day)
    if version.measure and period is not None:
        period = _whole_months(period)
    achieved = _achieved(version, plan, place, period)
    return Progress(indicator, version, target, achieved, _share(version, target, achieved), period)


def _period(plan: Plan, day: date) -> Period | None:
    """The days of the plan that have passed."""
    return Period(plan.start, min(plan.end, day)) if day >= plan.start else None


def _whole_months(period: Period) -> Period | None:
    """The months that lie wholly within: most sources count by month."""
    whole = [month for month in period.months() if month.within(period)]
    return Period(whole[0].start, whole[-1].end) if whole else None


def _achieved(
    version: IndicatorVersion, plan: Plan, place: Place | None, period: Period | None
) -> Figure:
    if period is None:
        why = _("No month of the plan has passed yet.")
        return _missing(why, unit_of(version), version.source)
    if version.measure:
        return _measured(version, place, period)
    return _recorded(version, queries.accepted(version, place=place, until=period.end))


def _measured(version: IndicatorVersion, place: Place | None, period: Period) -> Figure:
    """Ask the measure. What the data cannot carry is said, not shown as zero."""
    question = Question(period, place.ref if place else None, dict(version.filters))
    try:
        return figure(version.measure, question)
    except Refused as refusal:
        return _missing(str(refusal), unit_of(version), version.source)
    except BadInput as fault:
        # A source that the pack has not got yet, or a measure that comes with a later part
        return _missing(
            _("No data yet: %(why)s") % {"why": fault.problems[0].why},
            unit_of(version),
            version.source,
        )


def _recorded(version: IndicatorVersion, values: list[Value]) -> Figure:
    unit = Unit(version.unit)
    amount = rules.combine(
        [queries.reported(value) for value in values],
        across_periods=Aggregation(version.across_periods),
        across_places=Aggregation(version.across_places),
    )
    achieved = amount.value(unit) if amount else None
    if achieved is None and values:
        why = _("The values of several periods or places of this indicator are not put together.")
        return replace(_missing(why, unit_of(version), version.source), status=Status.UNDEFINED)
    if achieved is None:
        return _missing(_("No data yet: nothing was accepted."), unit_of(version), version.source)
    marks = (
        (Mark(MarkKind.SAMPLE, _("Sample: made-up values that show how the system works.")),)
        if any(value.is_sample for value in values)
        else ()
    )
    return Figure(
        value=achieved,
        unit=unit_of(version),
        method=_("Accepted values, across periods: %(periods)s; across places: %(places)s.")
        % {
            "periods": words_of(version.across_periods),
            "places": words_of(version.across_places),
        },
        source="; ".join(sorted({value.source for value in values})),
        n=len(values),
        as_of=max(value.end for value in values),
        marks=marks,
    )


def _share(version: IndicatorVersion, target: Target | None, achieved: Figure) -> Figure:
    """The part of the way from baseline to target, with its ends carried over from `achieved`."""
    if target is None or target.baseline is None or achieved.value is None:
        return _no_share(achieved, target)
    from_to = {"baseline": target.baseline, "target": target.value}
    share = rules.progress(achieved.value, **from_to)
    if share is None:
        why = _("Undefined: the target equals the baseline.")
        return replace(_missing(why, _PERCENT, achieved.source), status=Status.UNDEFINED, words=why)
    ends = sorted(
        100 * end
        for bound in (achieved.lower, achieved.upper)
        if bound is not None and (end := rules.progress(bound, **from_to)) is not None
    )
    return Figure(
        value=100 * share,
        unit=_PERCENT,
        lower=ends[0] if len(ends) == 2 else None,
        upper=ends[1] if len(ends) == 2 else None,
        method=_("(achieved − baseline) / (target − baseline)"),
        source=achieved.source,
        n=achieved.n,
        as_of=achieved.as_of,
        status=achieved.status,
        marks=achieved.marks,
        words=_said(version, share),
    )


def _said(version: IndicatorVersion, share: float) -> str:
    """Progress in words that know which way the indicator should go."""
    if share < 0:
        return (
            _("It fell, and should rise.") if version.ascending else _("It rose, and should fall.")
        )
    if share >= 1:
        return _("The target is reached.")
    values = {"share": words.percent(share)}
    if version.ascending:
        return _("%(share)s of the rise that was agreed.") % values
    return _("%(share)s of the fall that was agreed.") % values


def _no_share(achieved: Figure, target: Target | None = None) -> Figure:
    why = (
        _("No target was set for this place.")
        if target is None
        else _("No baseline was measured: progress cannot be told.")
        if target.baseline is None
        else achieved.method
    )
    return _missing(why, _PERCENT, achieved.source)


def _missing(why: str, unit: str, source: str) -> Figure:
    return Figure(None, unit, method=why, source=source, status=Status.MISSING, words=why)


def unit_of(version: IndicatorVersion) -> str:
    """The unit as a figure writes it."""
    return {
        Unit.NUMBER: "",
        Unit.PERCENTAGE: _PERCENT,
        Unit.RATE: _("per 100,000"),
    }[Unit(version.unit)]


def words_of(rule: str) -> str:
    """An aggregation rule in plain words."""
    return str(AGGREGATION_NAMES[rule])
