"""Every write of what the pack declares: the programme, its places, people counts and bodies.

Nothing here deletes: what the pack drops is retired with a date, what comes back is restored. An
action that changes nothing writes nothing, so that it can be repeated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries
from convive.domain.programme.models import (
    BoundaryEdition,
    CatalogueEntry,
    Composition,
    Organisation,
    Place,
    Population,
    Programme,
)
from convive.kernel import journal
from convive.kernel.errors import BadInput

M = TypeVar("M", bound=models.Model)


def put_record(
    model: type[M],
    *,
    by: Actor,
    noun: str,
    subject: str,
    key: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> M:
    """Add the record with this key, or bring it to these facts; a retired one is restored.

    For the actions of the domain apps, which check the permission and hold the transaction. Writes
    `<noun>.added`, `.changed` or `.restored` to the journal, and nothing where nothing changed.
    """
    record = model._default_manager.select_for_update().filter(**key).first()
    if record is None:
        record = model._default_manager.create(**key, **facts)
        journal.write(who=by.id, did=f"{noun}.added", kind=noun, subject=subject)
        return record
    changed = sorted(name for name, value in facts.items() if getattr(record, name) != value)
    restored = getattr(record, "retired_on", None) is not None
    if not changed and not restored:
        return record
    for name in changed:
        setattr(record, name, facts[name])
    if restored:
        record.retired_on = None  # type: ignore[attr-defined]
    record.save()
    did = f"{noun}.restored" if restored else f"{noun}.changed"
    journal.write(who=by.id, did=did, kind=noun, subject=subject, data={"fields": changed})
    return record


def retire_record(
    model: type[models.Model], *, by: Actor, noun: str, subject: str, key: Mapping[str, Any]
) -> None:
    """Give the record a day of retirement, once. It stays, and so does all that refers to it."""
    retired = model._default_manager.filter(**key, retired_on=None).update(
        retired_on=queries.today()
    )
    if retired:
        journal.write(who=by.id, did=f"{noun}.retired", kind=noun, subject=subject)


@transaction.atomic
def put_programme(*, by: Actor, code: str, **facts: Any) -> Programme:
    """The one programme of this home. `facts` are the fields of `Programme`."""
    require(by, Permission.CHANGE_PROGRAMME)
    return put_record(
        Programme, by=by, noun="programme", subject=code, key={"code": code}, facts=facts
    )


@transaction.atomic
def put_organisation(*, by: Actor, code: str, **facts: Any) -> Organisation:
    """`facts` are the fields of `Organisation`."""
    require(by, Permission.CHANGE_PROGRAMME)
    return put_record(
        Organisation, by=by, noun="organisation", subject=code, key={"code": code}, facts=facts
    )


@transaction.atomic
def retire_organisation(*, by: Actor, code: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(Organisation, by=by, noun="organisation", subject=code, key={"code": code})


@transaction.atomic
def put_edition(*, by: Actor, code: str, **facts: Any) -> BoundaryEdition:
    """`facts` are the fields of `BoundaryEdition`."""
    require(by, Permission.CHANGE_PROGRAMME)
    return put_record(
        BoundaryEdition, by=by, noun="edition", subject=code, key={"code": code}, facts=facts
    )


@transaction.atomic
def retire_edition(*, by: Actor, code: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(BoundaryEdition, by=by, noun="edition", subject=code, key={"code": code})


@transaction.atomic
def put_place(*, by: Actor, scheme: str, code: str, parent: str = "", **facts: Any) -> Place:
    """parent : `SCHEME:CODE` of the place in which it lies. `facts` are the fields of `Place`."""
    require(by, Permission.CHANGE_PROGRAMME)
    above = queries.place(parent) if parent else None
    return put_record(
        Place,
        by=by,
        noun="place",
        subject=f"{scheme}:{code}",
        key={"scheme": scheme, "code": code},
        facts={**facts, "parent": above},
    )


@transaction.atomic
def retire_place(*, by: Actor, ref: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(Place, by=by, noun="place", subject=ref, key=_ref_key(ref))


@transaction.atomic
def put_composition(*, by: Actor, edition: str, older: str, whole: str, part: str) -> Composition:
    """In `edition`, what `older` called `whole` (`SCHEME:CODE`) is made of `part` and others."""
    require(by, Permission.CHANGE_PROGRAMME)
    return put_record(
        Composition,
        by=by,
        noun="composition",
        subject=f"{edition} {whole} {part}",
        key={
            "edition": _edition(edition),
            "older": _edition(older),
            "whole": queries.place(whole),
            "part": queries.place(part),
        },
        facts={},
    )


@transaction.atomic
def retire_composition(*, by: Actor, edition: str, older: str, whole: str, part: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    key = {"edition__code": edition, "older__code": older}
    key |= {f"whole__{name}": value for name, value in _ref_key(whole).items()}
    key |= {f"part__{name}": value for name, value in _ref_key(part).items()}
    retire_record(
        Composition, by=by, noun="composition", subject=f"{edition} {whole} {part}", key=key
    )


# place `SCHEME:CODE`, year, sex, age band, source, code of the edition
PopulationKey = tuple[str, int, str, str, str, str]


@transaction.atomic
def put_population(
    *, by: Actor, source: str, rows: Mapping[PopulationKey, int], retire: Collection[PopulationKey]
) -> None:
    """Bring the figures of one source up to date: set or restore `rows`, retire the others named.

    One entry of the journal for the source, with counts and a hash, since figures come by the
    thousand.
    """
    require(by, Permission.CHANGE_PROGRAMME)
    places = {place.ref: place for place in Place.objects.all()}
    editions = {edition.code: edition for edition in BoundaryEdition.objects.all()}
    kept = {
        _population_key(row): row
        for row in Population.objects.filter(source=source).select_related("place", "edition")
    }
    new, moved = [], []
    for key, value in rows.items():
        row = kept.get(key)
        if row is None:
            ref, year, sex, age_band, _source, edition = key
            row = Population(
                place=places[ref], year=year, sex=sex, age_band=age_band, value=value,
                source=source, edition=editions[edition],
            )  # fmt: skip
            new.append(row)
        elif row.value != value or row.retired_on:
            row.value, row.retired_on = value, None
            moved.append(row)
    gone = [kept[key] for key in retire if key in kept and kept[key].retired_on is None]
    for row in gone:
        row.retired_on = queries.today()
    if not (new or moved or gone):
        return
    Population.objects.bulk_create(new, batch_size=500)
    Population.objects.bulk_update([*moved, *gone], ["value", "retired_on"], batch_size=500)
    journal.write(
        who=by.id,
        did="population.changed",
        kind="population",
        subject=source,
        data={
            "added": len(new),
            "changed": len(moved),
            "retired": len(gone),
            "sha256": _digest(sorted([*key, value] for key, value in rows.items())),
        },
    )


@transaction.atomic
def put_catalogue_entry(*, by: Actor, kind: str, code: str, **facts: Any) -> CatalogueEntry:
    """A service, a category or what else a pack lists. `facts`: fields of `CatalogueEntry`."""
    require(by, Permission.CHANGE_PROGRAMME)
    return put_record(
        CatalogueEntry,
        by=by,
        noun=kind,
        subject=code,
        key={"kind": kind, "code": code},
        facts=facts,
    )


@transaction.atomic
def retire_catalogue_entry(*, by: Actor, kind: str, code: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(CatalogueEntry, by=by, noun=kind, subject=code, key={"kind": kind, "code": code})


def _population_key(row: Population) -> PopulationKey:
    return (row.place.ref, row.year, row.sex, row.age_band, row.source, row.edition.code)


def _digest(content: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _edition(code: str) -> BoundaryEdition:
    found = BoundaryEdition.objects.filter(code=code).first()
    if found is None:
        raise BadInput.at(
            code,
            _("There is no boundary edition of this code."),
            _("Add it to programme.toml."),
        )
    return found


def _ref_key(ref: str) -> dict[str, str]:
    scheme, _colon, code = ref.partition(":")
    return {"scheme": scheme, "code": code}
