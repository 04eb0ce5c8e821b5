"""What a pack asks for: by kind and natural key, the facts that each record should have.

The facts bear the names of the arguments of the actions that write them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convive.domain.plans.vocabulary import Level
from convive.domain.programme.models import CatalogueEntry
from convive.domain.programme.models import Place as Ground
from convive.pack import records, records_care
from convive.pack.check_plan import common_place, programme_place
from convive.pack.contents import Pack
from convive.pack.records import Record

Key = tuple[Any, ...]
Facts = dict[str, Any]
Table = dict[Key, Facts]
CATEGORY, CONTACT = CatalogueEntry.Kind.CATEGORY.value, CatalogueEntry.Kind.CONTACT.value
# kind of entry -> the record that declares it
ENTRIES: dict[str, type[Record]] = {
    CatalogueEntry.Kind.SERVICE.value: records.Service,
    CATEGORY: records.Category,
    CatalogueEntry.Kind.TIER.value: records_care.Tier,
    CatalogueEntry.Kind.FACTOR.value: records_care.Factor,
    CONTACT: records_care.Contact,
    CatalogueEntry.Kind.INCOME.value: records.Income,
    CatalogueEntry.Kind.RESOURCE.value: records.Resource,
    CatalogueEntry.Kind.HOLIDAY.value: records.Holiday,
    CatalogueEntry.Kind.RISK.value: records_care.RiskQuestion,
}


def wanted(pack: Pack) -> dict[str, Table]:
    """Kind -> key -> facts, the kinds in the order in which they refer to each other."""
    return {kind: table(pack) for kind, table in _TABLES.items()}


def _programme(pack: Pack) -> Table:
    found = pack.one(records.Programme)
    thresholds = pack.one(records.Thresholds)
    if found is None or thresholds is None:
        return {}
    facts = _facts(found, leave=("code",))
    facts["population_sources"] = list(found.population_sources)
    facts["emergency"] = [_facts(number) for number in pack.all(records.Emergency)]
    facts["schemes"] = {
        scheme.code: {**_facts(scheme, leave=("code",)), "digits": list(scheme.digits)}
        for scheme in pack.all(records.Scheme)
    }
    facts["retention"] = {kept.what: kept.days for kept in pack.all(records.Retention)}
    facts["thresholds"] = {
        **_facts(thresholds),
        "rules": [_plain(_facts(rule)) for rule in pack.all(records.Rule)],
    }
    return {(found.code,): facts}


def _organisations(pack: Pack) -> Table:
    table = {}
    for body in pack.all(records.Organisation):
        facts = _facts(body, leave=("code", "lead", "funder"))
        table[(body.code,)] = {**facts, "is_lead": body.lead, "is_funder": body.funder}
    return table


def _notices(pack: Pack) -> Table:
    return {
        (notice.organisation,): _facts(notice, leave=("organisation",))
        for notice in pack.all(records.Privacy)
    }


def _editions(pack: Pack) -> Table:
    return {
        (edition.code,): _facts(edition, leave=("code",)) for edition in pack.all(records.Edition)
    }


def _places(pack: Pack) -> Table:
    """The larger places first: the smaller ones name them as parents."""
    depth = {level: index for index, level in enumerate(Ground.Level.values)}
    table = {}
    for place in sorted(pack.all(records.Place), key=lambda place: depth[place.level]):
        facts = _facts(place, leave=("scheme", "code", "schematic", "other_codes"))
        table[place.scheme, place.code] = {
            **facts,
            "other_codes": dict(place.other_codes),
            "outline": place.outline,
            "outline_is_schematic": place.schematic,
        }
    return table


def _compositions(pack: Pack) -> Table:
    return {
        (row.edition, row.older, row.whole, part): {}
        for row in pack.all(records.Composition)
        for part in row.parts
    }


def _population(pack: Pack) -> Table:
    return {
        (row.place, row.year, row.sex, row.age_band, row.source, row.edition): {"value": row.value}
        for row in pack.all(records.Population)
    }


def _catalogue(kind: str) -> Callable[[Pack], Table]:
    def table(pack: Pack) -> Table:
        found = {}
        for entry in pack.all(ENTRIES[kind]):
            facts = _plain(_facts(entry))
            code = facts.pop("code")
            names = {name: facts.pop(name) for name in ("name_es", "name_en")}
            found[kind, code] = {**names, "data": facts}
        return found

    return table


def _plans(pack: Pack) -> Table:
    return {(plan.code,): _facts(plan, leave=("code",)) for plan in pack.all(records.Plan)}


def _objectives(pack: Pack) -> Table:
    """Outcomes first: what stands below names them as parents."""
    depth = {level: index for index, level in enumerate(Level.values)}
    table = {}
    for objective in sorted(pack.all(records.Objective), key=lambda item: depth[item.level]):
        facts = _facts(objective, leave=("plan", "code"))
        facts["dimensions"] = list(objective.dimensions)
        table[objective.plan, objective.code] = facts
    return table


def _indicators(pack: Pack) -> Table:
    plans = {objective.code: objective.plan for objective in pack.all(records.Objective)}
    return {
        (indicator.code,): {
            "plan": plans.get(indicator.objective, ""),
            "objective": indicator.objective,
        }
        for indicator in pack.all(records.Indicator)
    }


def _versions(pack: Pack) -> Table:
    table = {}
    for indicator in pack.all(records.Indicator):
        facts = _facts(indicator, leave=("code", "objective", "version"))
        facts["categories"] = list(indicator.categories)
        facts["filters"] = dict(indicator.filters)
        table[indicator.code, indicator.version] = facts
    return table


def _targets(pack: Pack) -> Table:
    whole = programme_place(pack)
    return {
        (aim.indicator, aim.target_place or whole, aim.combination, aim.due): {
            "value": aim.target,
            "baseline": aim.baseline,
            "baseline_on": aim.baseline_on,
            "note_es": aim.target_note_es,
            "note_en": aim.target_note_en,
        }
        for aim in pack.all(records.Target)
    }


def _committees(pack: Pack) -> Table:
    return {(row.code,): _facts(row, leave=("code",)) for row in pack.all(records.Committee)}


def _seats(pack: Pack) -> Table:
    return {
        (row.committee, row.code): _facts(row, leave=("committee", "code"))
        for row in pack.all(records.Seat)
    }


def _sources(pack: Pack) -> Table:
    return {(source.code,): without_code(source.as_json()) for source in pack.sources.values()}


def _offences(pack: Pack) -> Table:
    return {
        (row.source, row.category): {
            "name_es": row.name_es,
            "name_en": row.name_en,
            "iccs": row.iccs,
            "flags": list(row.flags),
        }
        for row in pack.offences
    }


_TABLES: dict[str, Callable[[Pack], Table]] = {
    "programme": _programme,
    "organisation": _organisations,
    "privacy": _notices,
    "edition": _editions,
    "place": _places,
    "composition": _compositions,
    "population": _population,
    **{kind: _catalogue(kind) for kind in ENTRIES},
    "plan": _plans,
    "objective": _objectives,
    "indicator": _indicators,
    "indicator_version": _versions,
    "target": _targets,
    "committee": _committees,
    "seat": _seats,
    "source": _sources,
    "offence": _offences,
}


def whole_of(places: Table) -> str:
    """The place of the whole programme among these places; empty where there is none."""
    return common_place(
        {
            f"{scheme}:{code}": (facts["level"], facts["in_programme"], facts["parent"])
            for (scheme, code), facts in places.items()
        }
    )


def without_code(spec: Facts) -> Facts:
    """The spec of a source without its code, which is its key."""
    return {name: value for name, value in spec.items() if name != "code"}


def _facts(record: Record, leave: tuple[str, ...] = ()) -> Facts:
    """The keys of a record with what was read from them."""
    return {
        name: getattr(record, name) for name in records.keys_of(type(record)) if name not in leave
    }


def _plain(facts: Facts) -> Facts:
    """The facts as a JSON field keeps them: lists, and dates as text."""
    plain = {}
    for name, value in facts.items():
        if isinstance(value, tuple):
            value = list(value)
        plain[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return plain
