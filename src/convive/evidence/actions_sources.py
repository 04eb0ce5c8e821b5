"""Sources and offences that people describe on pages, each for their own organisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, require
from convive.domain.programme import queries as programme
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Offence, Origin, Source
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed


@transaction.atomic
def describe_source(*, by: Actor, spec: SourceSpec) -> Source:
    """Add a source, or change how the files of one are read. What is already so is left alone.

    A pack that does not list a source of a page leaves it in peace. A source of the pack stays the
    pack's: applying the pack again brings its own mapping back.

    Raises BadInput where the owner is unknown or the source is retired; NotAllowed where it is, or
    would be, another organisation's.
    """
    source = Source.objects.select_related("owner").filter(code=spec.code).first()
    if source is not None:
        require_describing(by, source.owner.code if source.owner else None)
    require_describing(by, spec.owner or None)
    if source is not None and source.retired_on:
        raise BadInput.at(
            spec.code,
            _("This source is no longer in use."),
            _("Bring the file in under another source, or under a new one."),
        )
    wanted: dict[str, Any] = {
        "name_es": spec.name_es,
        "name_en": spec.name_en,
        "kind": spec.kind,
        "shape": spec.shape,
        "owner": programme.organisation(spec.owner) if spec.owner else None,
        "spec": spec.as_json(),
        "mapping_version": spec.mapping_version,
    }
    if source is not None and all(getattr(source, key) == wanted[key] for key in wanted):
        return source
    did = "source.changed" if source else "source.added"
    source, _new = Source.objects.update_or_create(
        code=spec.code, defaults=wanted, create_defaults=wanted | {"origin": Origin.PAGE}
    )
    journal.write(
        who=by.id,
        did=did,
        kind="source",
        subject=spec.code,
        data={"mapping_version": spec.mapping_version, "origin": source.origin},
    )
    return source


@transaction.atomic
def class_offences(*, by: Actor, source: Source, rows: Iterable[OffenceRow]) -> list[Offence]:
    """Say what the categories of a source are. Each row is of this source.

    A category that the pack lists for the source stays as the pack says; one that it lists no
    longer is the page's from here on.

    Raises NotAllowed where the source is another organisation's.
    """
    require_describing(by, source.owner.code if source.owner else None)
    changed = []
    # A category is the same however it is written: the first spelling keeps the row
    known = {row.category.upper(): row for row in Offence.objects.filter(source_code=source.code)}
    for row in rows:
        if row.source != source.code:
            raise ValueError("a category is classed for its own source")
        offence = known.setdefault(
            row.category.upper(),
            Offence(source_code=source.code, category=row.category, origin=Origin.PAGE),
        )
        if offence.origin == Origin.PACK and not offence.retired_on:
            continue
        wanted: dict[str, Any] = {
            "iccs": row.iccs,
            "flags": list(row.flags),
            "retired_on": None,
            "origin": Origin.PAGE,
        }
        is_new = offence.pk is None
        if not is_new and all(getattr(offence, key) == wanted[key] for key in wanted):
            continue
        if is_new:
            wanted |= {"name_es": row.name_es, "name_en": row.name_en}
        for key, value in wanted.items():
            setattr(offence, key, value)
        offence.save()
        journal.write(
            who=by.id,
            did="offence.added" if is_new else "offence.changed",
            kind="offence",
            subject=str(offence.pk),
            data={"source": source.code, "iccs": row.iccs, "flags": list(row.flags)},
        )
        changed.append(offence)
    return changed


def may_describe(who: Actor, owner: str | None) -> bool:
    """Whether somebody may say how the files of a source with this owner are read.

    One that is nobody's is every partner's: only who serves the whole programme describes it.
    """
    if owner is None:
        return who.is_system or any(
            grant.organisations is None for grant in who.grants_with(Permission.DESCRIBE_SOURCE)
        )
    return may(who, Permission.DESCRIBE_SOURCE, Scope(organisation=owner))


def require_describing(by: Actor, owner: str | None) -> None:
    if owner is not None:
        require(by, Permission.DESCRIBE_SOURCE, Scope(organisation=owner))
    elif not may_describe(by, None):
        raise NotAllowed(f"{Permission.DESCRIBE_SOURCE.value} of a source of every partner")
