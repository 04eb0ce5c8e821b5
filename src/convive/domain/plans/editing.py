"""What of a plan can be changed on its pages: its parts as plain facts, and what differs.

Facts bear the names that the actions of `actions_pack` take, in the values that they take.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from convive.domain.plans.actions_pack import MEANING
from convive.domain.plans.models import IndicatorVersion, Objective, Plan, Target

Facts = dict[str, Any]
Changed = dict[str, tuple[Any, Any]]  # name -> (old, new)

PLAN = ("name_es", "name_en", "start", "end", "note_es", "note_en")
OBJECTIVE = ("name_es", "name_en", "lead", "dimensions", "strategy")
INDICATOR = (
    *("name_es", "name_en", "definition_es", "definition_en", "unit"),
    *("numerator_es", "numerator_en", "denominator_es", "denominator_en"),
    *("ascending", "across_periods", "across_places", "disaggregation", "categories"),
    *("measure", "filters", "standard", "source"),
)
TARGET = ("place", "combination", "due", "value", "baseline", "baseline_on", "note_es", "note_en")

# What a number is, rather than how it is described: another of these is another series
STRUCTURE = frozenset(
    {
        *("unit", "ascending", "across_periods", "across_places"),
        *("disaggregation", "categories", "measure", "filters"),
    }
)


def facts_of(part: Plan | Objective | IndicatorVersion | Target) -> Facts:
    """A part of a plan as its page shows it; what it refers to stands as its code."""
    names = {
        Plan: PLAN,
        Objective: OBJECTIVE,
        IndicatorVersion: INDICATOR,
        Target: TARGET,
    }[type(part)]
    facts = {name: getattr(part, name) for name in names}
    if isinstance(part, Objective):
        facts["lead"] = part.lead.code if part.lead else ""
    if isinstance(part, Target):
        facts |= {"place": part.place.ref, "combination": part.combination.code}
    return facts


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changed:
    """What differs, in the order of the page."""
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def makes_new_version(names: set[str], *, has_values: bool) -> bool:
    """Whether a change of a definition is another definition, from a day of its own.

    Old values keep the definition under which they were recorded. Words that nobody has recorded
    anything under may be mended where they stand.
    """
    return bool(names & STRUCTURE) or (has_values and bool(names & MEANING))


def fingerprint(facts: Mapping[str, Any]) -> str:
    """A hash by which a form knows that what it shows is still what stands."""
    return hashlib.sha256(json.dumps(plain(facts), sort_keys=True).encode()).hexdigest()


def plain(value: Any) -> Any:
    """Facts as JSON keeps them: dates as text."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
