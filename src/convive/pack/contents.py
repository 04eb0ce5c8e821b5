"""A pack as it was read: its records by kind, and all that is wrong with its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import SourceSpec
from convive.kernel.errors import Problem
from convive.pack import records
from convive.pack.records import Record, Spot, keys_of
from convive.pack.values import FILL, Fault, is_unfilled, suggest

R = TypeVar("R", bound=Record)


@dataclass
class Pack:
    """A pack as it was read. What could not be read is absent from it and among `problems`.

    named : by kind of record, every code that the files declare, even in a record that is at
    fault, so that one fault does not show up again wherever the code is used.
    """

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    unfilled: list[Problem] = field(default_factory=list)  # of these, what nobody wrote yet
    named: dict[type[Record], set[str]] = field(default_factory=dict)
    found: dict[type[Record], list[Any]] = field(default_factory=dict)
    sources: dict[str, SourceSpec] = field(default_factory=dict)  # by name of file
    source_codes: set[str] = field(default_factory=set)  # of every file, also one at fault
    offences: list[OffenceRow] = field(default_factory=list)

    def all(self, kind: type[R]) -> list[R]:
        """The records of one kind, in the order of their file."""
        return self.found.get(kind, [])

    def one(self, kind: type[R]) -> R | None:
        """The record of a kind that a pack has once."""
        return next(iter(self.all(kind)), None)

    def codes(self, kind: type[Record]) -> set[str]:
        return self.named.get(kind, set())

    def fault(self, where: str, why: str, remedy: str) -> None:
        self.problems.append(Problem(where, why, remedy))

    def take(self, kind: type[R], raw: Mapping[str, Any], spot: Spot, **given: Any) -> R | None:
        """Read one record and keep it; where a key is at fault, note that and keep nothing."""
        if isinstance(raw.get("code"), str):
            name = raw["code"]
            if kind is records.Place:
                name = f"{raw.get('scheme')}:{name}"
            self.named.setdefault(kind, set()).add(name)
        before = len(self.problems)
        facts = {
            name: self._value(name, item, raw, spot)
            for name, item in keys_of(kind).items()
            if item.metadata["required"] or _given(raw, name)
        }
        self._unpaired(kind, facts, spot)
        if len(self.problems) > before:
            return None
        record = kind(spot=spot, **facts, **given)
        self.found.setdefault(kind, []).append(record)
        return record

    def unknown(self, names: Mapping[str, Any], known: Any, spot: Spot) -> None:
        """Note keys that nobody reads: a slip of the pen must not pass for a choice."""
        for name in names:
            if name not in known:
                self.fault(
                    spot.at(name),
                    _("The key “%(name)s” is not known here.") % {"name": name},
                    suggest(name, known),
                )

    def _value(self, name: str, item: Any, raw: Mapping[str, Any], spot: Spot) -> Any:
        if not _given(raw, name):
            why, remedy = _absent(name)
            self.fault(spot.at(name), why, remedy)
            return None
        if is_unfilled(raw[name]):
            self.fault(
                spot.at(name),
                _("%(name)s is still to be filled in.") % {"name": name},
                _("Write it in place of %(sign)s: docs/pack.md says what it holds.")
                % {"sign": FILL},
            )
            self.unfilled.append(self.problems[-1])
            return None
        try:
            return item.metadata["read"](raw[name])
        except Fault as fault:
            self.fault(spot.at(name), f"{name}: {fault.why}", fault.remedy)
            return None

    def _unpaired(self, kind: type[Record], facts: Mapping[str, Any], spot: Spot) -> None:
        """An optional text that stands in one language must stand in the other too."""
        for name in keys_of(kind):
            twin = f"{name[:-3]}_en" if name.endswith("_es") else f"{name[:-3]}_es"
            if name.endswith(("_es", "_en")) and not facts.get(name) and facts.get(twin):
                why, remedy = _absent(name)
                if (problem := Problem(spot.at(twin), why, remedy)) not in self.problems:
                    self.problems.append(problem)


def _given(raw: Mapping[str, Any], name: str) -> bool:
    return name in raw and raw[name] is not None and raw[name] != ""


def _absent(name: str) -> tuple[str, str]:
    if name.endswith(("_es", "_en")):
        spanish = name.endswith("_es")
        return (
            _("The Spanish text is missing.") if spanish else _("The English text is missing."),
            _("Write %(name)s: every text stands in both languages.") % {"name": name},
        )
    return (
        _("The key “%(name)s” is missing.") % {"name": name},
        _("Add %(name)s: docs/pack.md says what it holds.") % {"name": name},
    )
