"""What was published of the programme: one file below the home, and nothing else.

`convive pack apply` writes `public/programme.json`; the portal reads it, in the language of the
page. No count stands in it, and no person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True)
class Line:
    """A number that a person in danger calls."""

    number: str
    name: str


@dataclass(frozen=True)
class Contact:
    """To whom abuse by staff of the programme is reported. phone, email : "" where it has none.

    organisation : the body of the programme to which it belongs, by name; "" where it is outside.
    """

    name: str
    body: str
    phone: str
    email: str
    hours: str
    children: bool
    organisation: str

    @property
    def dial(self) -> str:
        return self.phone.replace(" ", "")


@dataclass(frozen=True)
class District:
    """Where the programme works. `outline` is a GeoJSON geometry in EPSG:4326, or None."""

    ref: str
    name: str
    outline: dict[str, Any] | None


@dataclass(frozen=True)
class Body:
    """An organisation and its part in the programme."""

    name: str
    acronym: str
    part: str
    kind: str
    is_lead: bool


@dataclass(frozen=True)
class Aim:
    """An outcome that the programme wants to reach, and what it brings about on the way."""

    name: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """The programme as anybody may read it, in one language.

    impact, aims : what it wants to reach in all, and the outcomes that lead there.
    """

    title: str
    short: str
    purpose: str
    start: date
    end: date
    districts: tuple[District, ...]
    bodies: tuple[Body, ...]
    emergency: tuple[Line, ...]
    contacts: tuple[Contact, ...]
    impact: str
    aims: tuple[Aim, ...]


def programme() -> Published | None:
    """What was published, in the active language; None before a pack was applied."""
    path: Path = settings.HOME.public / "programme.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read(path, changed, "en" if (get_language() or "es").startswith("en") else "es")


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, language: str) -> Published:
    """Read the file once for each time it `changed` and each language."""
    data = json.loads(path.read_text())
    other = "es" if language == "en" else "en"

    def said(entry: dict[str, Any], name: str) -> str:
        return str(entry.get(f"{name}_{language}") or entry.get(f"{name}_{other}") or "")

    bodies = {row["code"]: said(row, "name") for row in data["organisations"]}
    return Published(
        title=said(data, "title"),
        short=said(data, "short"),
        purpose=said(data, "purpose"),
        start=date.fromisoformat(data["start"]),
        end=date.fromisoformat(data["end"]),
        districts=tuple(
            District(row["ref"], said(row, "name"), row["outline"]) for row in data["districts"]
        ),
        bodies=tuple(
            Body(
                said(row, "name"),
                said(row, "acronym"),
                said(row, "part"),
                row["kind"],
                row["is_lead"],
            )
            for row in data["organisations"]
        ),
        emergency=tuple(Line(row["number"], said(row, "name")) for row in data["emergency"]),
        contacts=tuple(
            Contact(
                said(row, "name"),
                said(row, "body"),
                row["phone"],
                row["email"],
                said(row, "hours"),
                row["children"],
                bodies.get(row["organisation"], ""),
            )
            for row in data.get("contacts", [])  # an older file has none until it is written anew
        ),
        impact=" ".join(
            said(row, "name") for row in data["objectives"] if row["level"] == "impact"
        ),
        aims=tuple(
            Aim(
                said(row, "name"),
                tuple(
                    said(step, "name")
                    for step in data["objectives"]
                    if step["parent"] == row["code"]
                ),
            )
            for row in data["objectives"]
            if row["level"] == "outcome"
        ),
    )
