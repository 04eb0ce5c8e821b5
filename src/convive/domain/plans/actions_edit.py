"""Changes of a plan through its pages: each with its reason, kept with what was and what is.

The writes themselves are those of `actions_pack`, so a page cannot do what a pack could not. What
was recorded is never touched: a definition that means something else becomes a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.plans import actions_pack, queries
from convive.domain.plans.definitions import Aim, Definition, Fault, faults_of_aim, faults_of_fit
from convive.domain.plans.editing import (
    Changed,
    changed,
    facts_of,
    fingerprint,
    makes_new_version,
    plain,
)
from convive.domain.plans.models import (
    Indicator,
    IndicatorVersion,
    Objective,
    Plan,
    Revision,
    Target,
)
from convive.domain.plans.signals import plan_changed
from convive.domain.plans.vocabulary import Part
from convive.kernel import journal
from convive.kernel.errors import BadInput, Problem


@transaction.atomic
def edit_plan(
    *, by: Actor, plan: str, facts: Mapping[str, Any], reason: str, seen: str = ""
) -> Revision:
    """Change a plan's name, days and note.

    facts : all of `editing.PLAN`. seen : the fingerprint of what the person had before them.
    """
    require(by, Permission.CHANGE_PLAN)
    found = _plan(plan)
    differs = _compare(found, facts, reason, seen)
    if facts["end"] <= facts["start"]:
        raise _fault("end", _("The plan ends before it starts."), _("Correct start or end."))
    earliest = min((p.start for p in queries.plans().exclude(pk=found.pk)), default=facts["start"])
    _check_targets_due(found, min(earliest, facts["start"]))
    district = found.district.ref if found.district else ""
    actions_pack.put_plan(by=by, code=plan, district=district, **facts)
    return _keep(by, found, Part.PLAN, plan, differs, reason)


@transaction.atomic
def edit_objective(
    *, by: Actor, plan: str, code: str, facts: Mapping[str, Any], reason: str, seen: str = ""
) -> Revision:
    """Change what an objective says, who answers for it, and what it serves.

    facts : all of `editing.OBJECTIVE`. Its place in the tree is changed in the pack alone.
    """
    require(by, Permission.CHANGE_PLAN)
    found = queries.objective(_plan(plan), code)
    differs = _compare(found, facts, reason, seen)
    if found.level == Objective.Level.OUTPUT and not facts["lead"]:
        raise _fault(
            "lead",
            _("The output belongs to nobody."),
            _("Name the one organisation that answers for it."),
        )
    parent = found.parent.code if found.parent else ""
    actions_pack.put_objective(
        by=by, plan=plan, code=code, parent=parent, level=found.level, **facts
    )
    return _keep(by, found.plan, Part.OBJECTIVE, code, differs, reason)


@transaction.atomic
def edit_indicator(
    *,
    by: Actor,
    indicator: str,
    facts: Mapping[str, Any],
    reason: str,
    valid_from: date | None = None,
    seen: str = "",
) -> Revision:
    """Change the definition of an indicator.

    facts : all of `editing.INDICATOR`. valid_from : the day from which it holds, where it is
    another definition (`editing.makes_new_version`): the old one stays with its values.

    Raises BadInput where the definition contradicts itself or its targets, or the day is missing
    or not after that of the definition in force.
    """
    require(by, Permission.CHANGE_PLAN)
    found = queries.indicator(indicator)
    latest = queries.latest_version(found)
    differs = _compare(latest, facts, reason, seen)
    _check_definition(found, facts)
    number, day = latest.version, latest.valid_from
    if makes_new_version(set(differs), has_values=latest.values.exists()):
        if valid_from is None or valid_from <= latest.valid_from:
            raise _fault(
                "valid_from",
                _("This is another definition: it needs a day of its own, after that of the last."),
                _("Say from which day it holds. Old values keep the old definition."),
            )
        number, day = latest.version + 1, valid_from
        differs = {**differs, "valid_from": (latest.valid_from, valid_from)}
    actions_pack.put_indicator_version(
        by=by, indicator=indicator, version=number, valid_from=day, **facts
    )
    return _keep(by, found.objective.plan, Part.INDICATOR, indicator, differs, reason)


@transaction.atomic
def set_target(
    *,
    by: Actor,
    indicator: str,
    facts: Mapping[str, Any],
    reason: str,
    target: int | None = None,
    seen: str = "",
) -> Revision:
    """Add a target to an indicator, or change one.

    facts : all of `editing.TARGET`. target : the number of the one that is changed. Another
    place, cell or day is another target: the one that was is retired.

    Raises BadInput where it contradicts its definition, or one stands there already.
    """
    require(by, Permission.CHANGE_PLAN)
    found = queries.indicator(indicator)
    was = queries.target(found, target) if target is not None else None
    old = facts_of(was) if was else dict.fromkeys(facts, None)
    differs = _compare_facts(old, facts, reason, seen)
    _check_target(found, facts)
    key = {name: facts[name] for name in ("place", "combination", "due")}
    moved = was is None or any(name in differs for name in key)
    if moved and queries.targets(found).filter(_at(key)).exists():
        raise _fault(
            "due", _("A target stands there already."), _("Change that one, or give another day.")
        )
    if was is not None and moved:
        _retire(by, was)
    actions_pack.put_target(by=by, indicator=indicator, **facts)
    subject = f"{indicator} {facts['place']} {facts['combination']} {facts['due']}"
    return _keep(by, found.objective.plan, Part.TARGET, subject, differs, reason)


@transaction.atomic
def drop_target(*, by: Actor, indicator: str, target: int, reason: str) -> Revision:
    """Retire a target: it stays readable among the changes of the plan."""
    require(by, Permission.CHANGE_PLAN)
    found = queries.indicator(indicator)
    was = queries.target(found, target)
    _check_reason(reason)
    _retire(by, was)
    differs: Changed = {name: (value, None) for name, value in facts_of(was).items()}
    subject = f"{indicator} {was.place.ref} {was.combination.code} {was.due}"
    return _keep(by, found.objective.plan, Part.TARGET, subject, differs, reason)


def _at(key: Mapping[str, Any]) -> Any:
    return queries.target_at(key["place"], key["combination"], key["due"])


def _retire(by: Actor, target: Target) -> None:
    actions_pack.retire_target(
        by=by,
        indicator=target.indicator.code,
        place=target.place.ref,
        combination=target.combination.code,
        due=target.due,
    )


def _compare(
    part: Plan | Objective | IndicatorVersion, facts: Mapping[str, Any], reason: str, seen: str
) -> Changed:
    return _compare_facts(facts_of(part), facts, reason, seen)


def _compare_facts(
    old: Mapping[str, Any], facts: Mapping[str, Any], reason: str, seen: str
) -> Changed:
    """What differs. Raises BadInput where nothing does, or somebody else was faster."""
    if seen and seen != fingerprint(old):
        raise BadInput.at(
            _("the form"),
            _("Somebody changed it meanwhile."),
            _("Open the page again and look at how it stands now."),
        )
    _check_reason(reason)
    differs = changed(old, facts)
    if not differs:
        raise BadInput.at(_("the form"), _("Nothing was changed."), _("Change it, or leave."))
    return differs


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise _fault("reason", _("A change of the plan is kept with its reason."), _("Say why."))


def _check_definition(indicator: Indicator, facts: Mapping[str, Any]) -> None:
    definition = Definition(
        **{
            name: facts[name]
            for name in (
                *("unit", "ascending", "across_periods", "across_places"),
                *("disaggregation", "categories", "measure", "filters"),
            )
        },
        has_denominator=bool(facts["denominator_es"] and facts["denominator_en"]),
    )
    faults = list(definition.faults())
    for target in queries.targets(indicator):
        fit = faults_of_fit(
            _aim(facts_of(target)),
            unit=facts["unit"],
            ascending=facts["ascending"],
            categories=facts["categories"],
            start=None,
        )
        faults += [
            Fault(_where(fault.key, "categories"), f"{target.due}: {fault.why}", fault.remedy)
            for fault in fit
        ]
    _raise(faults)


def _where(key: str, instead: str) -> str:
    """The field of an indicator at which a target's fault is shown."""
    return {"combination": instead, "target": "unit"}.get(key, key)


def _check_target(indicator: Indicator, facts: Mapping[str, Any]) -> None:
    version, aim = queries.latest_version(indicator), _aim(facts)
    start = min((plan.start for plan in queries.plans()), default=None)
    faults = [
        *faults_of_aim(aim),
        *faults_of_fit(
            aim,
            unit=version.unit,
            ascending=version.ascending,
            categories=version.categories,
            start=start,
        ),
    ]
    names = {"target": "value", "ascending": "value"}
    _raise([Fault(names.get(f.key, f.key), f.why, f.remedy) for f in faults])


def _check_targets_due(plan: Plan, earliest: date) -> None:
    late = Target.objects.filter(
        indicator__objective__plan=plan, retired_on=None, due__lt=earliest
    ).first()
    if late is not None:
        raise _fault(
            "start",
            _("A target of %(indicator)s is due before that day.") % {"indicator": late.indicator},
            _("Give an earlier day, or change the target first."),
        )


def _aim(facts: Mapping[str, Any]) -> Aim:
    names = ("value", "due", "baseline", "baseline_on", "combination")
    return Aim(**{name: facts[name] for name in names})


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise BadInput([Problem(fault.key, fault.why, fault.remedy) for fault in faults])


def _fault(field: str, why: str, remedy: str) -> BadInput:
    return BadInput.at(field, why, remedy)


def _plan(code: str) -> Plan:
    found = queries.plan(code) if code else None
    if found is None:
        raise BadInput.at(code, _("There is no plan of this code."), _("See the plans."))
    return found


def _keep(
    by: Actor, plan: Plan, kind: Part, subject: str, differs: Changed, reason: str
) -> Revision:
    revision = Revision.objects.create(
        plan=plan,
        kind=kind,
        subject=subject,
        fields={name: [plain(old), plain(new)] for name, (old, new) in differs.items()},
        reason=reason.strip(),
        made_at=timezone.now(),
        made_by=by.id,
    )
    journal.write(
        who=by.id,
        did="plan.revised",
        kind=kind.value,
        subject=subject,
        data={"revision": revision.pk, "fields": sorted(differs)},
    )
    # Robust: the change stands, and a full disk must not make it look undone
    transaction.on_commit(lambda: plan_changed.send(sender=Revision), robust=True)
    return revision
