"""What the pages of the wall show, and what their scripts are told."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from convive.domain.programme import queries as programme
from convive.domain.protection import intake, pinned, queries, wording
from convive.domain.protection.models import Record, Unit, UnitMember


def of_unit(page: str, found: Unit, one: UnitMember) -> dict[str, Any]:
    """What every page of a unit needs. page : which scripts it loads."""
    keys = queries.keys(found)
    return {
        "unit": found,
        "is_sample": found.is_sample,
        "own": one,
        "keys": keys,
        "newest": keys[-1] if keys else None,
        "scripts": pinned.scripts(page),
        "build": pinned.build(),
        "wall": _told(found, one),
    }


def with_form(context: dict[str, Any]) -> dict[str, Any]:
    """... and the questions of the intake."""
    sections = intake.form()
    context["wall"]["form"] = intake.as_json(sections)
    places = {place.ref: place.name for place in queries.districts()}
    context["wall"]["districts"] = places
    return context | {"sections": sections, "districts": list(places.items())}


def for_intake(context: dict[str, Any]) -> dict[str, Any]:
    """... what is said before it, and whom somebody may call who asks for another."""
    known = programme.programme()
    lines = known.emergency if known else []
    name = "name_es" if get_language() == "es" else "name_en"
    return context | {
        "limits": wording.limits(),
        "help": [{"number": line["number"], "name": line[name]} for line in lines],
    }


def for_record(context: dict[str, Any], row: Record) -> dict[str, Any]:
    """... and a record that is to be corrected."""
    context["wall"]["record"] = queries.sealed([row])[0]
    return context | {"record": row}


def members(found: Unit, one: UnitMember) -> dict[str, Any]:
    """... and who is in the unit, with their public keys."""
    waiting = set(queries.without_copy(found).values_list("pk", flat=True))
    rows = list(queries.members(found))
    return {
        "holds": one.pk not in waiting and bool(one.public_key) and bool(queries.newest_key(found)),
        "members": rows,
        "waiting": [row for row in rows if row.pk in waiting and row.pk != one.pk],
        "holders": [row for row in rows if row.public_key and row.pk not in waiting],
    }


def _told(found: Unit, one: UnitMember) -> dict[str, Any]:
    waiting = set(queries.without_copy(found).values_list("pk", flat=True))
    return {
        "unit": found.code,
        "name": found.name,
        "agency": found.organisation.code,
        "account": one.user_id,
        "worker": f"m{one.pk}",
        "today": programme.today().isoformat(),
        "own": {"public": one.public_key, "wrapped": one.wrapped},
        "keys": [{"number": row.number, "public": row.public_key} for row in queries.keys(found)],
        "copies": queries.copies_of(one),
        "members": [
            {
                "account": row.user_id,
                "public": row.public_key,
                "holds": bool(row.public_key) and row.pk not in waiting,
            }
            for row in queries.members(found)
        ],
        "urls": {
            name: reverse(f"protection:{view}", kwargs={"code": found.code})
            for name, view in (
                ("own", "own_key"),
                ("unit", "unit_key"),
                ("hand", "hand_over"),
                ("keep", "keep"),
                ("erase", "erase"),
                ("sealed", "sealed"),
            )
        }
        | {"correct": reverse("protection:correct", args=(found.code, "CODE"))},
        "words": wording.words(),
    }
