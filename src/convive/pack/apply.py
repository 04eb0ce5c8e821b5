"""Brings the database to what a pack asks for: one transaction, through the apps' own actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.committees import actions_pack as committees
from convive.domain.plans import actions_pack as plans
from convive.domain.privacy import actions as privacy
from convive.domain.programme import actions as programme
from convive.evidence import actions as evidence
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.spec import from_json
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.occasion import because
from convive.pack import records
from convive.pack.contents import Pack
from convive.pack.diff import Change, What, diff
from convive.pack.publish import publish_front
from convive.pack.wanted import ENTRIES


@dataclass(frozen=True)
class _Way:
    """How records of one kind are written: the names of the parts of a key, and two actions."""

    key: tuple[str, ...]
    put: Callable[..., Any]
    retire: Callable[..., Any] | None


def apply(pack: Pack, *, by: Actor) -> list[Change]:
    """Apply a checked pack, and publish the programme's text after the commit.

    Nothing is deleted: what the pack no longer names is retired. Applying again changes nothing
    and writes nothing. Returns what was changed. Raises BadInput where the pack is at fault.
    """
    if pack.problems:
        raise BadInput(pack.problems)
    require(by, Permission.CHANGE_PROGRAMME)
    require(by, Permission.CHANGE_PLAN)
    with because(f"pack {_code(pack)}"), transaction.atomic():
        changes = diff(pack)
        for kind, group in groupby(changes, key=lambda change: change.kind):
            if kind == "population":
                _population(list(group), by)
            else:
                for change in group:
                    _write(change, by)
        if changes:
            counts = Counter(change.what.value for change in changes)
            journal.write(
                who=by.id, did="pack.applied", kind="pack", subject=_code(pack), data=counts
            )
        transaction.on_commit(partial(publish_front, settings.HOME))
    return changes


def _code(pack: Pack) -> str:
    found = pack.one(records.Programme)
    return found.code if found else ""


def _write(change: Change, by: Actor) -> None:
    way = _WAYS[change.kind]
    names = dict(zip(way.key, change.key, strict=True))
    if change.what is not What.RETIRE:
        way.put(by=by, **names, **change.facts)
    elif way.retire is not None:
        way.retire(by=by, **names)


def _population(changes: list[Change], by: Actor) -> None:
    """The figures of each source in one act: they come by the thousand."""
    for source in sorted({change.key[4] for change in changes}):
        mine = [change for change in changes if change.key[4] == source]
        programme.put_population(
            by=by,
            source=source,
            rows={
                change.key: change.facts["value"]
                for change in mine
                if change.what is not What.RETIRE
            },
            retire=[change.key for change in mine if change.what is What.RETIRE],
        )


def _retire_place(*, by: Actor, scheme: str, code: str) -> None:
    programme.retire_place(by=by, ref=f"{scheme}:{code}")


def _put_source(*, by: Actor, code: str, **spec: Any) -> None:
    evidence.put_source(by=by, spec=from_json({"code": code, **spec}))


def _put_offence(*, by: Actor, source: str, category: str, **facts: Any) -> None:
    facts["flags"] = tuple(facts["flags"])
    evidence.put_offence(by=by, row=OffenceRow(source=source, category=category, **facts))


_ENTRY = _Way(("kind", "code"), programme.put_catalogue_entry, programme.retire_catalogue_entry)
_WAYS: dict[str, _Way] = {
    "programme": _Way(("code",), programme.put_programme, None),
    "organisation": _Way(("code",), programme.put_organisation, programme.retire_organisation),
    "privacy": _Way(("organisation",), privacy.put_notice, privacy.retire_notice),
    "edition": _Way(("code",), programme.put_edition, programme.retire_edition),
    "place": _Way(("scheme", "code"), programme.put_place, _retire_place),
    "composition": _Way(
        ("edition", "older", "whole", "part"),
        programme.put_composition,
        programme.retire_composition,
    ),
    **dict.fromkeys(ENTRIES, _ENTRY),
    "plan": _Way(("code",), plans.put_plan, plans.retire_plan),
    "objective": _Way(("plan", "code"), plans.put_objective, plans.retire_objective),
    "indicator": _Way(("code",), plans.put_indicator, plans.retire_indicator),
    "indicator_version": _Way(("indicator", "version"), plans.put_indicator_version, None),
    "target": _Way(
        ("indicator", "place", "combination", "due"), plans.put_target, plans.retire_target
    ),
    "committee": _Way(("code",), committees.put_committee, committees.retire_committee),
    "seat": _Way(("committee", "code"), committees.put_seat, committees.retire_seat),
    "source": _Way(("code",), _put_source, evidence.retire_source),
    "offence": _Way(("source", "category"), _put_offence, evidence.retire_offence),
}
