"""Turns the key that seals columns of the record, while people work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.kernel import journal, keyring, sealed

_AT_ONCE = 200  # rows of one transaction: others wait no longer than for these
_FILES_AT_ONCE = 5


@dataclass(frozen=True)
class Turned:
    """rows : sealed anew. dropped : old keys that were forgotten."""

    rows: int
    dropped: int


def turn(*, by: Actor, progress: Callable[[str, int], None] = lambda _table, _rows: None) -> Turned:
    """Make a new key, seal every row under it, then forget the keys under which nothing is sealed.

    A turn that was interrupted is finished by the next one. A backup that was made before still
    opens with the keys that it holds.
    """
    require(by, Permission.KEEP_SYSTEM)
    key, rows = keyring.add(), 0
    kept = {key.name}
    for model in sealed_models():
        rows += _reseal(model, progress)
        kept |= sealed.key_names(model)
    dropped = {old.name for old in keyring.every()} - kept
    keyring.drop(dropped)
    with transaction.atomic():
        journal.write(
            who=by.id, did="keys.turned", kind="home", subject="columns",
            data={"rows": rows, "dropped": len(dropped)},
        )  # fmt: skip
    return Turned(rows, len(dropped))


def sealed_models() -> list[type[models.Model]]:
    """Every table with a sealed column."""
    return [model for model in apps.get_models() if sealed.columns(model)]


def _reseal(model: type[models.Model], progress: Callable[[str, int], None]) -> int:
    pks = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    at_once = _FILES_AT_ONCE if sealed.holds_files(model) else _AT_ONCE
    for start in range(0, len(pks), at_once):
        with transaction.atomic():
            rows = model._default_manager.select_for_update(of=("self",))
            sealed.reseal(rows.filter(pk__in=pks[start : start + at_once]))
        progress(model._meta.label, min(start + at_once, len(pks)))
    return len(pks)
