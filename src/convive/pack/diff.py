"""The difference between a pack and the database: what to add, change, retire and restore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.pack.contents import Pack
from convive.pack.present import Row, Rows, present
from convive.pack.wanted import Facts, Key, Table, wanted

# Of these the old ones stay as they are when the pack goes on to others
_NEVER_RETIRED = {"programme", "indicator_version"}


class What(StrEnum):
    ADD = "add"
    CHANGE = "change"
    RETIRE = "retire"
    RESTORE = "restore"


@dataclass(frozen=True)
class Change:
    """One record that the pack would touch.

    key : its natural key, such as ("PE-INEI", "130105").
    facts : all that it should be afterwards; empty where it is retired.
    fields : of a change or a restored record, name -> (old, new).
    """

    kind: str
    what: What
    key: Key
    facts: Facts
    fields: dict[str, tuple[Any, Any]]

    @property
    def title(self) -> str:
        """The key as one text: `PE-INEI:130105`, `plan 1.2`."""
        return (":" if self.kind == "place" else " ").join(str(part) for part in self.key)

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind, "key": [str(part) for part in self.key]}
        if self.fields:
            found["fields"] = {
                name: {"old": old, "new": new} for name, (old, new) in self.fields.items()
            }
        return found


def diff(pack: Pack) -> list[Change]:
    """What applying the pack would do, in the order in which it is done.

    What pages made (a source, an offence, a committee) is not retired because a pack knows nothing
    of it: `convive pack export` writes it into one.

    Raises BadInput where this home runs another programme.
    """
    asked, kept = wanted(pack), present()
    others = sorted(code for (code,) in set(kept["programme"]) - set(asked["programme"]))
    if others:
        raise BadInput.at(
            "programme.toml",
            _("This home runs the programme “%(code)s”.") % {"code": others[0]},
            _("Apply its pack, or choose another home with --home."),
        )
    return compared(asked, kept)


def compared(asked: Mapping[str, Table], kept: Mapping[str, Rows]) -> list[Change]:
    """What brings `kept` to `asked`, kind by kind."""
    return [change for kind in asked for change in _of_kind(kind, asked[kind], kept.get(kind, {}))]


def _of_kind(kind: str, asked: dict[Key, Facts], kept: dict[Key, Row]) -> Iterator[Change]:
    for key, facts in asked.items():
        row = kept.get(key)
        if row is None:
            yield Change(kind, What.ADD, key, facts, {})
            continue
        names = facts if kind != "source" else {**row.facts, **facts}
        fields = {
            name: (row.facts.get(name), facts.get(name))
            for name in names
            if row.facts.get(name) != facts.get(name)
        }
        if row.retired:
            yield Change(kind, What.RESTORE, key, facts, fields)
        elif fields:
            yield Change(kind, What.CHANGE, key, facts, fields)
    if kind not in _NEVER_RETIRED:
        for key, row in kept.items():
            if key not in asked and not row.retired and not row.from_page:
                yield Change(kind, What.RETIRE, key, {}, {})
