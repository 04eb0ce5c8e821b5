"""Rules for the plan: the tree of objectives, indicators and their targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from convive.domain.plans.models import Combination
from convive.domain.plans.vocabulary import Aggregation, Level, Unit
from convive.domain.programme.models import Place as Ground
from convive.kernel.errors import Problem
from convive.kernel.figures import measures
from convive.pack import records
from convive.pack.contents import Pack
from convive.pack.faults import repeated, stranger, unknown
from convive.pack.records import Indicator, Objective, Target
from convive.pack.values import suggest

_DEPTH = {level: depth for depth, level in enumerate(Level.values)}


def plans(pack: Pack) -> Iterator[Problem]:
    found = pack.all(records.Plan)
    yield from repeated(found, lambda plan: plan.code)
    for plan in found:
        yield from unknown(pack, plan, "district", records.Place)
        if plan.end <= plan.start:
            yield Problem(
                plan.spot.at("end"),
                _("The plan ends before it starts."),
                _("Correct start or end."),
            )


def objectives(pack: Pack) -> Iterator[Problem]:
    found = pack.all(Objective)
    yield from repeated(found, lambda objective: objective.code)
    by_code = {objective.code: objective for objective in found}
    for objective in found:
        yield from unknown(pack, objective, "plan", records.Plan)
        yield from unknown(pack, objective, "parent", Objective)
        yield from unknown(pack, objective, "lead", records.Organisation)
        parent = by_code.get(objective.parent)
        if parent and parent.plan != objective.plan:
            yield Problem(
                objective.spot.at("parent"),
                _("The parent stands in another plan."),
                _("Name an objective of the plan %(plan)s.") % {"plan": objective.plan},
            )
        if parent and _DEPTH[parent.level] >= _DEPTH[objective.level]:
            yield Problem(
                objective.spot.at("parent"),
                _("A %(level)s cannot stand below a %(parent)s.")
                % {"level": objective.level, "parent": parent.level},
                _("Activities stand below outputs, outputs below outcomes."),
            )
        if objective.level == Level.OUTPUT and not objective.lead:
            yield Problem(
                objective.spot.at("lead"),
                _("The output belongs to nobody."),
                _("Name the one organisation that answers for it."),
            )


def indicators(pack: Pack) -> Iterator[Problem]:
    found = pack.all(Indicator)
    yield from repeated(found, lambda indicator: indicator.code)
    for indicator in found:
        yield from unknown(pack, indicator, "objective", Objective)
        yield from _aggregation(indicator)
        yield from _measure(pack, indicator)
        if (indicator.disaggregation == "none") != (not indicator.categories):
            yield Problem(
                indicator.spot.at("categories"),
                _("Disaggregation and categories do not fit together."),
                _("Name the categories, or write none and leave them out."),
            )


def targets(pack: Pack) -> Iterator[Problem]:
    found = pack.all(Target)
    yield from repeated(
        found, lambda aim: (aim.indicator, aim.target_place, aim.combination, aim.due)
    )
    by_code = {indicator.code: indicator for indicator in pack.all(Indicator)}
    read_all = len(pack.all(records.Place)) == len(pack.codes(records.Place))
    common = programme_place(pack)
    for aim in found:
        yield from unknown(pack, aim, "target_place", records.Place)
        if not aim.target_place and not common and read_all:
            yield Problem(
                aim.spot.at(),
                _("The target is of the whole programme, whose districts lie in no common place."),
                _("Give the districts a common parent, or name target_place."),
            )
        yield from _baseline(aim)
        indicator = by_code.get(aim.indicator)
        if indicator:
            yield from _fits(pack, indicator, aim)


def programme_place(pack: Pack) -> str:
    """The smallest place that holds every district of the programme, or nothing.

    `programme.queries.programme_place` says the same of what was applied.
    """
    by_ref = {place.ref: place for place in pack.all(records.Place)}
    chains = []
    for place in by_ref.values():
        if place.in_programme and place.level == Ground.Level.DISTRICT:
            chain = [place.ref]
            while (parent := by_ref[chain[-1]].parent) in by_ref and parent not in chain:
                chain.append(parent)
            chains.append(chain)
    shared = set.intersection(*map(set, chains)) if chains else set()
    return next((ref for ref in chains[0] if ref in shared), "") if chains else ""


RULES: tuple[Callable[[Pack], Iterator[Problem]], ...] = (plans, objectives, indicators, targets)


def _aggregation(indicator: Indicator) -> Iterator[Problem]:
    """Percentages and rates are made anew from summed numerators and denominators, or not."""
    if indicator.unit != Unit.NUMBER:
        for key in ("across_periods", "across_places"):
            rule = getattr(indicator, key)
            allowed = {Aggregation.RATIO, Aggregation.NONE}
            if key == "across_periods":
                allowed.add(Aggregation.LATEST)
            if rule not in allowed:
                yield Problem(
                    indicator.spot.at(key),
                    _("%(key)s: a %(unit)s is never combined by “%(rule)s”.")
                    % {"key": key, "unit": indicator.unit, "rule": rule},
                    _("Write ratio: summed numerators by summed denominators. Or write none."),
                )
    elif indicator.across_places == Aggregation.LATEST:
        yield Problem(
            indicator.spot.at("across_places"),
            _("across_places: places have no order in time, so none of them is the latest."),
            _("Write sum, max, avg, ratio or none."),
        )
    ratio = Aggregation.RATIO in (indicator.across_periods, indicator.across_places)
    if (ratio or indicator.unit != Unit.NUMBER) and not indicator.denominator_es:
        yield Problem(
            indicator.spot.at("denominator_es"),
            _("A %(unit)s needs a denominator.") % {"unit": indicator.unit},
            _("Write denominator_es and denominator_en."),
        )


def _measure(pack: Pack, indicator: Indicator) -> Iterator[Problem]:
    if not indicator.measure:
        if indicator.filters:
            yield Problem(
                indicator.spot.at("filters"),
                _("Filters stand without a measure."),
                _("Name the measure, or leave the filters out."),
            )
        return
    known = measures()
    if indicator.measure not in known:
        yield Problem(
            indicator.spot.at("measure"),
            _("There is no measure “%(name)s”.") % {"name": indicator.measure},
            suggest(indicator.measure, known),
        )
        return
    accepted = known[indicator.measure].filters
    for name, value in indicator.filters.items():
        if name not in accepted:
            yield Problem(
                indicator.spot.at("filters"),
                _("The measure %(measure)s does not know the filter “%(name)s”.")
                % {"measure": indicator.measure, "name": name},
                suggest(name, accepted),
            )
        if name == "source" and value not in pack.source_codes:
            yield stranger(indicator.spot.at("filters"), value, pack.source_codes)


def _baseline(aim: Target) -> Iterator[Problem]:
    if (aim.baseline is None) != (aim.baseline_on is None):
        yield Problem(
            aim.spot.at("baseline"),
            _("A baseline and its date stand together or not at all."),
            _("Write baseline and baseline_on, or leave both out."),
        )
    if aim.baseline is not None and aim.baseline == aim.target:
        yield Problem(
            aim.spot.at("target"),
            _("The target equals the baseline: progress would have no meaning."),
            _("Correct one of the two, or leave the target out."),
        )
    if aim.baseline_on and aim.baseline_on >= aim.due:
        yield Problem(
            aim.spot.at("baseline_on"),
            _("The baseline is not before the day the target is due."),
            _("Correct baseline_on or due."),
        )


def _fits(pack: Pack, indicator: Indicator, aim: Target) -> Iterator[Problem]:
    """A target must be of its indicator's kind: direction, range, cell, dates."""
    if aim.baseline is not None and aim.baseline != aim.target:
        rises = aim.target > aim.baseline
        if rises != indicator.ascending:
            yield Problem(
                aim.spot.at("ascending"),
                _("The target moves against the direction in which the indicator gets better."),
                _("Correct ascending, the baseline or the target."),
            )
    if indicator.unit == Unit.PERCENTAGE and not 0 <= aim.target <= 100:
        yield Problem(
            aim.spot.at("target"),
            _("A percentage lies between 0 and 100."),
            _("Correct the target or the unit."),
        )
    if aim.combination != Combination.TOTAL:
        cells = [part.partition("=") for part in aim.combination.split(";")]
        names = [name for name, _sign, _value in cells]
        whole = all(sign and name in indicator.categories and cell for name, sign, cell in cells)
        if not whole or names != sorted(set(names)):
            yield Problem(
                aim.spot.at("combination"),
                _("“%(code)s” is not a cell of this indicator.") % {"code": aim.combination},
                _("Write category=value by the alphabet, such as age_band=15-17;sex=female."),
            )
    start = min((plan.start for plan in pack.all(records.Plan)), default=None)
    if start and aim.due < start:
        yield Problem(
            aim.spot.at("due"),
            _("The target is due before any plan begins."),
            _("Correct due, or the dates of the plan."),
        )
