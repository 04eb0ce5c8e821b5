"""What stands in the database of all that a pack declares, in the form of `wanted`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from convive.domain.committees.models import Committee, Seat
from convive.domain.plans.models import Indicator, IndicatorVersion, Objective, Plan, Target
from convive.domain.privacy.models import Notice
from convive.domain.programme.models import (
    BoundaryEdition,
    CatalogueEntry,
    Composition,
    Organisation,
    Place,
    Population,
    Programme,
)
from convive.evidence.models import Offence, Source
from convive.pack.wanted import ENTRIES, Facts, Key, without_code


@dataclass(frozen=True)
class Row:
    """A record as it stands: its facts, whether it was retired, and whether a page made it."""

    facts: Facts
    retired: bool
    from_page: bool = False


Rows = dict[Key, Row]
_PAGE = "page"  # as the origin of a record says


def present() -> dict[str, Rows]:
    """Kind -> key -> record, retired ones too."""
    return {kind: dict(rows()) for kind, rows in _ROWS.items()}


def _programme() -> Iterable[tuple[Key, Row]]:
    for row in Programme.objects.all():
        yield (row.code,), _row(row, leave=("code",))


def _organisations() -> Iterable[tuple[Key, Row]]:
    for row in Organisation.objects.all():
        yield (row.code,), _row(row, leave=("code",))


def _notices() -> Iterable[tuple[Key, Row]]:
    for row in Notice.objects.select_related("organisation"):
        yield (row.organisation.code,), _row(row, leave=("organisation",))


def _editions() -> Iterable[tuple[Key, Row]]:
    for row in BoundaryEdition.objects.all():
        yield (row.code,), _row(row, leave=("code",))


def _places() -> Iterable[tuple[Key, Row]]:
    for row in Place.objects.select_related("parent"):
        parent = row.parent.ref if row.parent else ""
        yield (row.scheme, row.code), _row(row, leave=("scheme", "code"), parent=parent)


def _compositions() -> Iterable[tuple[Key, Row]]:
    for row in Composition.objects.select_related("edition", "older", "whole", "part"):
        key = (row.edition.code, row.older.code, row.whole.ref, row.part.ref)
        yield key, Row({}, row.retired_on is not None)


def _population() -> Iterable[tuple[Key, Row]]:
    for row in Population.objects.select_related("place", "edition"):
        key = (row.place.ref, row.year, row.sex, row.age_band, row.source, row.edition.code)
        yield key, Row({"value": row.value}, row.retired_on is not None)


def _catalogue(kind: str) -> Callable[[], Iterable[tuple[Key, Row]]]:
    def rows() -> Iterable[tuple[Key, Row]]:
        for row in CatalogueEntry.objects.filter(kind=kind):
            yield (kind, row.code), _row(row, leave=("kind", "code"))

    return rows


def _plans() -> Iterable[tuple[Key, Row]]:
    for row in Plan.objects.select_related("district"):
        district = row.district.ref if row.district else ""
        yield (row.code,), _row(row, leave=("code",), district=district)


def _objectives() -> Iterable[tuple[Key, Row]]:
    for row in Objective.objects.select_related("plan", "parent", "lead"):
        parent = row.parent.code if row.parent else ""
        lead = row.lead.code if row.lead else ""
        facts = _row(row, leave=("plan", "code"), parent=parent, lead=lead)
        yield (row.plan.code, row.code), facts


def _indicators() -> Iterable[tuple[Key, Row]]:
    for row in Indicator.objects.select_related("objective__plan"):
        facts = {"plan": row.objective.plan.code, "objective": row.objective.code}
        yield (row.code,), Row(facts, row.retired_on is not None)


def _versions() -> Iterable[tuple[Key, Row]]:
    """Old versions stand for ever beside the old values: they are never retired."""
    for row in IndicatorVersion.objects.select_related("indicator"):
        yield (row.indicator.code, row.version), _row(row, leave=("indicator", "version"))


def _targets() -> Iterable[tuple[Key, Row]]:
    for row in Target.objects.select_related("indicator", "place", "combination"):
        key = (row.indicator.code, row.place.ref, row.combination.code, row.due)
        yield key, _row(row, leave=("indicator", "place", "combination", "due"))


def _sources() -> Iterable[tuple[Key, Row]]:
    for row in Source.objects.all():
        facts = without_code(row.spec)
        yield (row.code,), Row(facts, row.retired_on is not None, row.origin == _PAGE)


def _offences() -> Iterable[tuple[Key, Row]]:
    for row in Offence.objects.all():
        facts = _row(row, leave=("source_code", "category"))
        facts.facts["flags"] = sorted(row.flags)
        yield (row.source_code, row.category), facts


def _committees() -> Iterable[tuple[Key, Row]]:
    for row in Committee.objects.select_related("organisation", "district"):
        named = {
            "organisation": row.organisation.code,
            "district": row.district.ref if row.district else "",
        }
        yield (row.code,), _row(row, leave=("code",), **named)


def _seats() -> Iterable[tuple[Key, Row]]:
    """The accounts of those who sit in them are no part of a pack."""
    for row in Seat.objects.select_related("committee", "organisation"):
        leave = ("committee", "code", "titular", "alternate")
        yield (
            (row.committee.code, row.code),
            _row(row, leave=leave, organisation=row.organisation.code),
        )


_ROWS: dict[str, Callable[[], Iterable[tuple[Key, Row]]]] = {
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


def _row(record: Any, *, leave: tuple[str, ...], **named: str) -> Row:
    """The fields of a record but its key; `named` gives what it refers to by name."""
    facts: Facts = dict(named)
    for item in record._meta.concrete_fields:
        if item.name not in (*leave, *named, "id", "retired_on", "origin"):
            facts[item.name] = getattr(record, item.name)
    retired = getattr(record, "retired_on", None) is not None
    return Row(facts, retired, getattr(record, "origin", "") == _PAGE)
