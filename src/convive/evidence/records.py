"""SQL over the Parquet files of visible batches: which rows count, and which of them are asked for.

Several batches of one source may speak of the same time. A source says which of two rules holds:

replace : each file is a release of the whole. A later batch replaces, in the areas for which it
    speaks, every row within the days that it covers.
add : each file is a piece. All rows count; of a record that came more than once (the same
    identifier, or the same cell of the table), the one of the latest batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from convive.evidence import engine, store
from convive.evidence.fields import literal
from convive.evidence.mapping import ABOUT, SourceSpec
from convive.evidence.models import Batch, Offence
from convive.evidence.spec import from_json
from convive.kernel.periods import Period

# What every question may name. A batch's file holds only what its source records; the rest is NULL
_RECORD = {
    "place": "VARCHAR",
    "category": "VARCHAR",
    "day": "DATE",
    "last_day": "DATE",
    "n": "BIGINT",
    **dict.fromkeys(("id", "precision", "part", "victim_sex", "age_band", "weapon"), "VARCHAR"),
    "attempted": "BOOLEAN",
    "hour": "UTINYINT",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
}
_ESTIMATE = {
    "place": "VARCHAR",
    "day": "DATE",
    "last_day": "DATE",
    "question": "VARCHAR",
    **dict.fromkeys(("value", "lower", "upper", "se"), "DOUBLE"),
    "n": "BIGINT",
}


@dataclass(frozen=True)
class Selection:
    """Which records of one source are asked for.

    period : both ends included; a record belongs to the day on which it began.
    places : references `SCHEME:CODE`; one of a region takes in all below it. Empty: everywhere.
    offence : the beginning of an ICCS class: `04` takes in `0401`.
    category : what the source calls it; of a survey, the question.
    """

    source: str
    period: Period
    places: tuple[str, ...] = ()
    offence: str | None = None
    category: str | None = None
    attempted: bool | None = None
    victim_sex: str | None = None
    age_band: str | None = None


@dataclass(frozen=True)
class Held:
    """What is held of one source: its visible batches, the oldest first, and its offences."""

    spec: SourceSpec
    batches: Sequence[Batch]
    offences: Sequence[Offence]


def ask(
    held: Held, sel: Selection, columns: str, group: str = "", where: str = ""
) -> list[tuple[Any, ...]]:
    """Rows of `SELECT columns FROM <records that sel asks for> WHERE where GROUP BY group`.

    The records have: day, last_day, place, category, iccs, no_small_area, is_listed, n, precision,
    part, hour, lon, lat and what is known about the victim.
    """
    if not held.batches:
        return []
    told = "offences.iccs, '') AS iccs, coalesce(offences.no_small_area, false) AS no_small_area"
    conditions, parameters = _conditions(held.spec, sel, where)
    return engine.query(
        f"WITH {_offences(held.offences)}, records AS ("
        "SELECT rows.* EXCLUDE (category), coalesce(offences.category, rows.category) AS category, "
        f"coalesce({told}, offences.category IS NOT NULL AS is_listed "
        f"FROM ({_rows(held, sel)}) AS rows "
        "LEFT JOIN offences ON upper(rows.category) = offences.key) "
        f"SELECT {columns} FROM records WHERE {conditions}"
        + (f" GROUP BY {group}" if group else ""),
        parameters,
    )


def survey_rows(held: Held, sel: Selection) -> list[tuple[Any, ...]]:
    """(place, first day, last day, question, value, lower, upper, se, n) within the period."""
    if not held.batches:
        return []
    conditions = ["day >= ? AND last_day <= ?"]
    parameters: list[Any] = [sel.period.start, sel.period.end]
    if sel.places:
        conditions.append("list_contains(?, place)")
        parameters.append(list(sel.places))
    if sel.category:
        conditions.append("question = ?")
        parameters.append(sel.category)
    return engine.query(
        "SELECT place, day, last_day, question, value, lower, upper, se, n "
        f"FROM ({_rows(held, sel)}) WHERE {' AND '.join(conditions)} "
        "ORDER BY place, question, day",
        parameters,
    )


def covered_months(held: Held, sel: Selection) -> list[date]:
    """First days of the months of the period of which some batch speaks, for the places asked for.

    One place may be asked for under the codes of several schemes, so that any of them will do.
    """
    speaking = [
        (batch.notes.get("areas", []), Period(batch.first_day, batch.last_day))
        for batch in held.batches
        if batch.first_day and batch.last_day
    ]
    found = []
    for month in sel.period.months():
        covering = [areas for areas, days in speaking if _touches(month, days)]
        if sel.places:
            known = [area for areas in covering for area in areas]
            if not any(_speaks_of(known, place) for place in sel.places):
                continue
        elif not covering:
            continue
        found.append(month.start)
    return found


def _touches(month: Period, days: Period) -> bool:
    """A batch speaks of each month from its first record to its last."""
    return days.start <= month.end and month.start <= days.end


def _speaks_of(areas: Sequence[str], place: str) -> bool:
    """Some area holds the place, or lies within it (a country asked for by its region)."""
    return any(place.startswith(area) or area.startswith(place) for area in areas)


def _conditions(spec: SourceSpec, sel: Selection, where: str) -> tuple[str, list[Any]]:
    conditions = ["day BETWEEN ? AND ?"]
    parameters: list[Any] = [sel.period.start, sel.period.end]
    if sel.places:
        # Only codes of digits nest: a longer one lies in the place of the shorter
        one = "starts_with(place, ?)" if spec.place.digits else "place = ?"
        each = " OR ".join(one for _place in sel.places)
        conditions.append(f"({each})")
        parameters += sel.places
    if sel.offence:
        conditions.append("starts_with(iccs, ?)")
        parameters.append(sel.offence)
    if sel.category:
        conditions.append("upper(category) = upper(?)")
        parameters.append(sel.category)
    for name in ("attempted", "victim_sex", "age_band"):
        value = getattr(sel, name)
        if value is not None:
            conditions.append(f"{name} = ?")
            parameters.append(value)
    if where:
        conditions.append(where)
    return " AND ".join(conditions), parameters


def _offences(offences: Sequence[Offence]) -> str:
    """A table of what the categories of the source mean."""
    rows = [
        f"({literal(row.category.upper())}, {literal(row.category)}, {literal(row.iccs)}, "
        f"{'true' if 'no_small_area' in row.flags else 'false'})"
        for row in {row.category.upper(): row for row in offences}.values()
    ]
    values = ", ".join(rows) or "(NULL, NULL, NULL, NULL)"
    return f"offences(key, category, iccs, no_small_area) AS (VALUES {values})"


def _rows(held: Held, sel: Selection) -> str:
    """The rows that count, of all batches."""
    spec = held.spec
    columns = _ESTIMATE if spec.shape == "survey" else _RECORD
    empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in columns.items())
    selects = [f"SELECT {empty}, 0 AS came WHERE false"]
    for order, batch in enumerate(held.batches):
        if not _may_matter(batch, sel.period):
            continue
        select = f"SELECT *, {order} AS came FROM ({_of_batch(batch)})"
        later = held.batches[order + 1 :] if spec.releases == "replace" else ()
        if later:
            select += f" WHERE NOT ({' OR '.join(_replaced(other) for other in later)})"
        selects.append(select)
    rows = " UNION ALL BY NAME ".join(selects)
    if spec.releases == "add" and len(selects) > 2:
        rows = f"SELECT * FROM ({rows}) QUALIFY {_latest(spec)}"
    return rows


def _of_batch(batch: Batch) -> str:
    """The rows of one batch, with what is the same for all of them and so not in its file."""
    written = from_json(batch.spec)
    path = literal(str(store.parquet_path(settings.HOME, batch.pk)))
    columns = ["* EXCLUDE (place)" if "place" in written.columns else "*"]
    if "place" in written.columns:
        columns.append(f"{literal(written.place.scheme + ':')} || place AS place")
    category = written.columns.get("category")
    if category is not None and category.constant is not None:
        columns.append(f"{literal(category.constant)} AS category")
    if written.shape == "incidents":
        columns.append("1::BIGINT AS n")
    return f"SELECT {', '.join(columns)} FROM read_parquet({path})"


def _may_matter(batch: Batch, period: Period) -> bool:
    return bool(
        batch.first_day
        and batch.last_day
        and batch.first_day <= period.end
        and batch.last_day >= period.start
    )


def _replaced(later: Batch) -> str:
    """True for rows of an earlier batch that a later one speaks of anew."""
    areas = " OR ".join(
        f"starts_with(place, {literal(area)})" for area in later.notes.get("areas", [])
    )
    days = f"day BETWEEN DATE '{later.first_day}' AND DATE '{later.last_day}'"
    return f"({days} AND ({areas or 'false'}))"


def _latest(spec: SourceSpec) -> str:
    """True for the latest of several rows that are the same record."""
    if spec.shape == "incidents":
        return "id IS NULL OR came = max(came) OVER (PARTITION BY id)"
    key = (
        "place, day, last_day, question"
        if spec.shape == "survey"
        else (f"place, day, last_day, category, {', '.join(ABOUT)}")
    )
    return f"came = max(came) OVER (PARTITION BY {key})"
