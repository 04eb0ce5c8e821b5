"""Faults that records of every kind can have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from convive.kernel.errors import Problem
from convive.pack.contents import Pack
from convive.pack.records import Record
from convive.pack.values import suggest

R = TypeVar("R", bound=Record)


def repeated(found: Iterable[R], name: Callable[[R], Any]) -> Iterator[Problem]:
    """Records that bear a name which one above has already."""
    first: dict[Any, R] = {}
    for record in found:
        code = name(record)
        if code in first:
            shown = " · ".join(str(part) for part in code) if isinstance(code, tuple) else code
            yield Problem(
                record.spot.at("code"),
                _("“%(name)s” stands twice: first in %(where)s.")
                % {"name": shown, "where": first[code].spot.at()},
                _("Keep one of the two, or name one of them otherwise."),
            )
        first.setdefault(code, record)


def dates(found: Iterable[Any]) -> Iterator[Problem]:
    """Records that end before they begin."""
    for record in found:
        if record.valid_from and record.valid_to and record.valid_to < record.valid_from:
            yield Problem(
                record.spot.at("valid_to"),
                _("valid_to is before valid_from."),
                _("Swap the two dates, or correct one."),
            )


def unknown(pack: Pack, record: Any, key: str, kind: type[Record]) -> Iterator[Problem]:
    """Names under `key` that no record of this kind bears."""
    value = getattr(record, key)
    for name in (value,) if isinstance(value, str) else value:
        if name and name not in pack.codes(kind):
            yield stranger(record.spot.at(key), name, pack.codes(kind))


def stranger(where: str, name: str, known: Iterable[str]) -> Problem:
    """A name that the pack declares nowhere, with the nearest one that it does."""
    return Problem(
        where,
        _("“%(name)s” is declared nowhere in the pack.") % {"name": name},
        suggest(name, known),
    )
