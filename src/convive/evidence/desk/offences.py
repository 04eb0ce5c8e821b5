"""What a person says of each category of a file: its class, and how closely it may be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.models import Offence

# How closely it may be looked at: flags of `offences.csv`
PROTECTION: dict[str, tuple[str, ...]] = {
    "none": (),
    "district": ("no_small_area",),
    "sensitive": ("no_small_area", "sensitive"),
}


@dataclass(frozen=True)
class Classed:
    """One category as a person classed it.

    iccs : empty where no one class fits. protection : a key of PROTECTION.
    """

    category: str
    iccs: str
    protection: str
    attempted: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "iccs": self.iccs,
            "protection": self.protection,
            "attempted": self.attempted,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Classed:
        return cls(**data)

    @classmethod
    def from_offence(cls, row: Offence) -> Classed:
        return cls(row.category, row.iccs, protection_of(row.flags))

    def as_row(self, source: str) -> OffenceRow:
        return OffenceRow(
            source=source,
            category=self.category,
            name_es=self.category,
            name_en=self.category,
            iccs=self.iccs,
            flags=tuple(sorted(PROTECTION[self.protection])),
        )


def protection_of(flags: Sequence[str]) -> str:
    """The key of PROTECTION that these flags amount to."""
    if "sensitive" in flags:
        return "sensitive"
    return "district" if "no_small_area" in flags else "none"


def unclassed(
    categories: Sequence[tuple[str, int]], known: Mapping[str, Offence]
) -> list[tuple[str, int]]:
    """The categories, with their rows, that nobody has classed for this source yet.

    known : by category in capitals.
    """
    return [(name, rows) for name, rows in categories if name.upper() not in known]
