"""The programme's public text, for the portal: derived from the database, so always rebuildable.

Text and outlines alone: no count leaves the house without a release.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from convive.domain.plans.models import Objective
from convive.domain.programme import queries
from convive.domain.programme.models import CatalogueEntry, Programme
from convive.kernel.home import Home, replace_file
from convive.kernel.texts import LANGUAGES

FORMAT = "convive-programme-1"
_SAID_OF_A_CONTACT = ("body_es", "body_en", "hours_es", "hours_en")


def publish_front(home: Home) -> Path | None:
    """Write `<home>/public/programme.json`, in one step and only where it changed.

    Returns its path, or None before a pack was applied.
    """
    programme = queries.programme()
    if programme is None:
        return None
    text = json.dumps(front(programme), ensure_ascii=False, indent=1, sort_keys=True)
    path = home.public / "programme.json"
    home.make()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        replace_file(path, text.encode())
    return path


def republish(**_signal: Any) -> None:
    """Write it again after a change that was made on a page."""
    publish_front(settings.HOME)


def front(programme: Programme) -> dict[str, Any]:
    """What anybody may read of the programme, in both languages: texts, days and outlines."""
    return {
        "format": FORMAT,
        "code": programme.code,
        **_texts(programme, "title", "short", "purpose"),
        "start": _day(programme.start),
        "end": _day(programme.end),
        "emergency": programme.emergency,
        "contacts": [
            {
                "organisation": contact.data["organisation"],
                "phone": contact.data["phone"],
                "email": contact.data["email"],
                "children": contact.data["children"],
                **_texts(contact, "name"),
                **{name: contact.data[name] for name in _SAID_OF_A_CONTACT},
            }
            for contact in _contacts()
        ],
        "districts": [
            {
                "ref": place.ref,
                **_texts(place, "name"),
                "valid_from": _day(place.valid_from),
                "valid_to": _day(place.valid_to),
                "outline": place.outline,
                "outline_is_schematic": place.outline_is_schematic,
            }
            for place in queries.districts()
        ],
        "organisations": [
            {
                "code": body.code,
                "kind": body.kind,
                **_texts(body, "name", "acronym", "part"),
                "is_lead": body.is_lead,
                "is_funder": body.is_funder,
            }
            for body in queries.organisations()
        ],
        "objectives": [
            {
                "plan": objective.plan.code,
                "code": objective.code,
                "level": objective.level,
                "parent": objective.parent.code if objective.parent else "",
                **_texts(objective, "name"),
                "lead": objective.lead.code if objective.lead else "",
            }
            for objective in _objectives()
        ],
    }


def _contacts() -> list[CatalogueEntry]:
    """To whom abuse by staff is reported, in the order of the pack."""
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.CONTACT, retired_on=None)
    return sorted(rows, key=lambda row: (row.data["order"], row.code))


def _objectives() -> Iterable[Objective]:
    """What the programme's own plan wants to reach; single activities stay in the workspace."""
    return (
        Objective.objects.filter(retired_on=None, plan__retired_on=None, plan__district=None)
        .exclude(level=Objective.Level.ACTIVITY)
        .select_related("plan", "parent", "lead")
    )


def _texts(thing: Any, *fields: str) -> dict[str, str]:
    names = [f"{field}_{language}" for field in fields for language in LANGUAGES]
    return {name: getattr(thing, name) for name in names}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
