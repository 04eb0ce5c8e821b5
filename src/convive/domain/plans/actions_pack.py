"""Writes of what the pack declares of a plan: objectives, indicators, versions, targets.

Nothing here deletes: what the pack drops is retired, what comes back is restored, and an action
that changes nothing writes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.plans.models import (
    Combination,
    Indicator,
    IndicatorVersion,
    Objective,
    Plan,
    Target,
)
from convive.domain.programme import queries
from convive.domain.programme.actions import put_record, retire_record
from convive.kernel.errors import BadInput

# What a value means. Where values stand, these change with a new version only.
MEANING = frozenset(
    {
        "unit",
        "definition_es",
        "definition_en",
        "numerator_es",
        "numerator_en",
        "denominator_es",
        "denominator_en",
        "ascending",
        "across_periods",
        "across_places",
        "disaggregation",
        "categories",
        "valid_from",
    }
)


@transaction.atomic
def put_plan(*, by: Actor, code: str, district: str = "", **facts: Any) -> Plan:
    """district : `SCHEME:CODE`, or empty for the whole programme. `facts`: the fields of `Plan`."""
    require(by, Permission.CHANGE_PLAN)
    facts["district"] = queries.place(district) if district else None
    return put_record(Plan, by=by, noun="plan", subject=code, key={"code": code}, facts=facts)


@transaction.atomic
def retire_plan(*, by: Actor, code: str) -> None:
    require(by, Permission.CHANGE_PLAN)
    retire_record(Plan, by=by, noun="plan", subject=code, key={"code": code})


@transaction.atomic
def put_objective(
    *, by: Actor, plan: str, code: str, parent: str = "", lead: str = "", **facts: Any
) -> Objective:
    """parent : code of an objective of the same plan. lead : code of the organisation that answers.

    `facts` are the other fields of `Objective`.
    """
    require(by, Permission.CHANGE_PLAN)
    within = _plan(plan)
    facts["parent"] = _objective(within, parent) if parent else None
    facts["lead"] = queries.organisation(lead) if lead else None
    return put_record(
        Objective,
        by=by,
        noun="objective",
        subject=f"{plan} {code}",
        key={"plan": within, "code": code},
        facts=facts,
    )


@transaction.atomic
def retire_objective(*, by: Actor, plan: str, code: str) -> None:
    require(by, Permission.CHANGE_PLAN)
    retire_record(
        Objective,
        by=by,
        noun="objective",
        subject=f"{plan} {code}",
        key={"plan__code": plan, "code": code},
    )


@transaction.atomic
def put_indicator(*, by: Actor, code: str, plan: str, objective: str) -> Indicator:
    require(by, Permission.CHANGE_PLAN)
    return put_record(
        Indicator,
        by=by,
        noun="indicator",
        subject=code,
        key={"code": code},
        facts={"objective": _objective(_plan(plan), objective)},
    )


@transaction.atomic
def retire_indicator(*, by: Actor, code: str) -> None:
    require(by, Permission.CHANGE_PLAN)
    retire_record(Indicator, by=by, noun="indicator", subject=code, key={"code": code})


@transaction.atomic
def put_indicator_version(
    *, by: Actor, indicator: str, version: int, **facts: Any
) -> IndicatorVersion:
    """One definition of an indicator. `facts` are the fields of `IndicatorVersion`.

    Raises BadInput where values stand under this version and `facts` would change what they mean,
    or where the version is not the latest.
    """
    require(by, Permission.CHANGE_PLAN)
    kept = _indicator(indicator)
    latest = kept.versions.order_by("-version").first()
    if latest is not None and version != latest.version:
        if version < latest.version or facts["valid_from"] <= latest.valid_from:
            raise BadInput.at(
                f"{indicator} v{version}",
                _("Version %(latest)s holds already from %(day)s on.")
                % {"latest": latest.version, "day": latest.valid_from},
                _("Raise version and valid_from in indicators.csv."),
            )
    elif latest is not None and latest.values.exists():
        moved = sorted(
            name for name in MEANING & set(facts) if getattr(latest, name) != facts[name]
        )
        if moved:
            raise BadInput.at(
                f"{indicator} v{version}",
                _("Values stand under this definition, and %(fields)s would change their meaning.")
                % {"fields": ", ".join(moved)},
                _("Raise version and valid_from in indicators.csv: old values keep the old one."),
            )
    return put_record(
        IndicatorVersion,
        by=by,
        noun="indicator_version",
        subject=f"{indicator} v{version}",
        key={"indicator": kept, "version": version},
        facts=facts,
    )


@transaction.atomic
def put_target(
    *, by: Actor, indicator: str, place: str, combination: str, due: date, **facts: Any
) -> Target:
    """place : `SCHEME:CODE`. combination : `total`, or a cell such as `sex=female`.

    `facts` are the other fields of `Target`.
    """
    require(by, Permission.CHANGE_PLAN)
    cell, _made = Combination.objects.get_or_create(code=combination)
    return put_record(
        Target,
        by=by,
        noun="target",
        subject=_target_subject(indicator, place, combination, due),
        key={
            "indicator": _indicator(indicator),
            "place": queries.place(place),
            "combination": cell,
            "due": due,
        },
        facts=facts,
    )


@transaction.atomic
def retire_target(*, by: Actor, indicator: str, place: str, combination: str, due: date) -> None:
    require(by, Permission.CHANGE_PLAN)
    retire_record(
        Target,
        by=by,
        noun="target",
        subject=_target_subject(indicator, place, combination, due),
        key={
            "indicator__code": indicator,
            "place": queries.place(place),
            "combination__code": combination,
            "due": due,
        },
    )


def _target_subject(indicator: str, place: str, combination: str, due: date) -> str:
    return f"{indicator} {place} {combination} {due}"


def _plan(code: str) -> Plan:
    found = Plan.objects.filter(code=code).first()
    if found is None:
        raise BadInput.at(code, _("There is no plan of this code."), _("Add it to plan.toml."))
    return found


def _objective(plan: Plan, code: str) -> Objective:
    found = Objective.objects.filter(plan=plan, code=code).first()
    if found is None:
        raise BadInput.at(
            code,
            _("The plan %(plan)s has no objective of this code.") % {"plan": plan.code},
            _("Add it to plan.toml."),
        )
    return found


def _indicator(code: str) -> Indicator:
    found = Indicator.objects.filter(code=code).first()
    if found is None:
        raise BadInput.at(
            code, _("There is no indicator of this code."), _("Add it to indicators.csv.")
        )
    return found
