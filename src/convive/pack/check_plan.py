"""Rules for the plan: the tree of objectives, indicators and their targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from convive.domain.plans.definitions import (
    Aim,
    Definition,
    Fault,
    faults_of_aim,
    faults_of_fit,
)
from convive.domain.plans.vocabulary import Level
from convive.domain.programme.models import Place as Ground
from convive.kernel.errors import Problem
from convive.pack import records
from convive.pack.contents import Pack
from convive.pack.faults import repeated, stranger, unknown
from convive.pack.records import Indicator, Objective, Record, Target

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
        yield from _placed(indicator, _definition(indicator).faults())
        source = indicator.filters.get("source")
        if source and source not in pack.source_codes:
            yield stranger(indicator.spot.at("filters"), source, pack.source_codes)


def targets(pack: Pack) -> Iterator[Problem]:
    found = pack.all(Target)
    yield from repeated(
        found, lambda aim: (aim.indicator, aim.target_place, aim.combination, aim.due)
    )
    by_code = {indicator.code: indicator for indicator in pack.all(Indicator)}
    read_all = len(pack.all(records.Place)) == len(pack.codes(records.Place))
    common = programme_place(pack)
    start = min((plan.start for plan in pack.all(records.Plan)), default=None)
    for aim in found:
        yield from unknown(pack, aim, "target_place", records.Place)
        if not aim.target_place and not common and read_all:
            yield Problem(
                aim.spot.at(),
                _("The target is of the whole programme, whose districts lie in no common place."),
                _("Give the districts a common parent, or name target_place."),
            )
        said = Aim(aim.target, aim.due, aim.baseline, aim.baseline_on, aim.combination)
        yield from _placed(aim, faults_of_aim(said))
        if indicator := by_code.get(aim.indicator):
            fit = faults_of_fit(
                said,
                unit=indicator.unit,
                ascending=indicator.ascending,
                categories=indicator.categories,
                start=start,
            )
            yield from _placed(aim, fit)


def programme_place(pack: Pack) -> str:
    """The smallest place that holds every district of the programme, or nothing.

    `programme.queries.programme_place` says the same of what was applied.
    """
    places = pack.all(records.Place)
    return common_place({p.ref: (p.level, p.in_programme, p.parent) for p in places})


def common_place(places: Mapping[str, tuple[str, bool, str]]) -> str:
    """The same of places as ref -> (level, whether the programme works there, ref of parent)."""
    chains = []
    for ref, (level, in_programme, _parent) in places.items():
        if in_programme and level == Ground.Level.DISTRICT:
            chain = [ref]
            while (parent := places[chain[-1]][2]) in places and parent not in chain:
                chain.append(parent)
            chains.append(chain)
    shared = set.intersection(*map(set, chains)) if chains else set()
    return next((ref for ref in chains[0] if ref in shared), "") if chains else ""


RULES: tuple[Callable[[Pack], Iterator[Problem]], ...] = (plans, objectives, indicators, targets)


def _definition(indicator: Indicator) -> Definition:
    return Definition(
        unit=indicator.unit,
        ascending=indicator.ascending,
        across_periods=indicator.across_periods,
        across_places=indicator.across_places,
        has_denominator=bool(indicator.denominator_es),
        disaggregation=indicator.disaggregation,
        categories=indicator.categories,
        measure=indicator.measure,
        filters=indicator.filters,
    )


def _placed(record: Record, faults: Iterable[Fault]) -> Iterator[Problem]:
    """The faults of a record, each at the line of its key."""
    for fault in faults:
        yield Problem(record.spot.at(fault.key), fault.why, fault.remedy)
