"""SQL over the Parquet files of the batches that count: which rows count, which are asked for.

Several pieces of one source may speak of the same time. A source says which of two rules holds:

replace : each file is a release of the whole. A later release replaces, in the areas for which it
    speaks, every row within the days that it covers. What adds to a release replaces records alone.
add : each file is a piece. All rows count; of a record that came more than once (the same
    identifier, or the same cell of the table), the one of the latest batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from numpy.typing import NDArray

from convive.evidence import engine, store
from convive.evidence.iccs.offences import NEVER_FINER
from convive.evidence.mapping import ABOUT, SourceSpec
from convive.evidence.models import Offence
from convive.evidence.reading.fields import literal
from convive.evidence.releases import Piece
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
    **dict.fromkeys(("starts", "ends"), "TIMESTAMP"),
    **dict.fromkeys(("registered", "release"), "DATE"),
    **dict.fromkeys(("x", "y", "lon", "lat"), "DOUBLE"),
}
_ESTIMATE = {
    "place": "VARCHAR",
    "day": "DATE",
    "last_day": "DATE",
    "question": "VARCHAR",
    **dict.fromkeys(("value", "lower", "upper", "se"), "DOUBLE"),
    "n": "BIGINT",
    "release": "DATE",
}


@dataclass(frozen=True)
class Selection:
    """Which records of one source are asked for.

    period : both ends included; a record belongs to the day on which it began.
    places : references `SCHEME:CODE`; one of a region takes in all below it. Empty: everywhere.
    all_of : references of all of which the source must speak for a month to be covered; one that it
        writes in another scheme does not count. Empty: any of `places` will do.
    offence : the beginning of an ICCS class: `04` takes in `0401`.
    category : what the source calls it; of a survey, the question.
    vintage : the series as it stood on that day; None: the latest that is known of each month.
    """

    source: str
    period: Period
    places: tuple[str, ...] = ()
    offence: str | None = None
    category: str | None = None
    attempted: bool | None = None
    victim_sex: str | None = None
    age_band: str | None = None
    vintage: date | None = None
    all_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """What is held of one source: the pieces that count, the oldest first, and its offences."""

    spec: SourceSpec
    pieces: Sequence[Piece]
    offences: Sequence[Offence]


def ask(
    held: Held,
    sel: Selection,
    columns: str,
    group: str = "",
    where: str = "",
    *,
    apart: bool = False,
) -> list[tuple[Any, ...]]:
    """Rows of `SELECT columns FROM <records that sel asks for> WHERE where GROUP BY group`.

    The records have: day, last_day, place, category, iccs, no_small_area, is_listed, n, precision,
    part, hour, starts, ends, registered, id, x, y, lon, lat, release and what is known about the
    victim.

    apart : releases stand side by side; only within one does a later file replace an earlier.
    """
    if not held.pieces:
        return []
    return engine.query(*_asking(held, sel, columns, group, where, apart=apart))


def arrays(
    held: Held, sel: Selection, columns: str, where: str = "", group: str = ""
) -> dict[str, NDArray[Any]]:
    """The same as arrays, by the names of the columns; none where nothing was imported."""
    return engine.arrays(*_asking(held, sel, columns, group, where)) if held.pieces else {}


def _asking(
    held: Held, sel: Selection, columns: str, group: str, where: str, *, apart: bool = False
) -> tuple[str, list[Any]]:
    told = "offences.iccs, '') AS iccs, coalesce(offences.no_small_area, false) AS no_small_area"
    conditions, parameters = _conditions(held.spec, sel, where)
    sql = (
        f"WITH {_offences(held.offences)}, records AS ("
        "SELECT rows.* EXCLUDE (category), coalesce(offences.category, rows.category) AS category, "
        f"coalesce({told}, offences.category IS NOT NULL AS is_listed "
        f"FROM ({rows_of(held, sel.period, apart=apart)}) AS rows "
        "LEFT JOIN offences ON upper(rows.category) = offences.key) "
        f"SELECT {columns} FROM records WHERE {conditions}"
    )
    return sql + (f" GROUP BY {group}" if group else ""), parameters


def survey_rows(held: Held, sel: Selection) -> list[tuple[Any, ...]]:
    """(place, first day, last day, question, value, lower, upper, se, n) within the period."""
    if not held.pieces:
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
        f"FROM ({rows_of(held, sel.period)}) WHERE {' AND '.join(conditions)} "
        "ORDER BY place, question, day",
        parameters,
    )


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
        f"{'true' if NEVER_FINER & set(row.flags) else 'false'})"
        for row in {row.category.upper(): row for row in offences}.values()
    ]
    values = ", ".join(rows) or "(NULL, NULL, NULL, NULL)"
    return f"offences(key, category, iccs, no_small_area) AS (VALUES {values})"


def rows_of(held: Held, period: Period, *, apart: bool = False) -> str:
    """A SELECT of the rows that count, of all pieces that speak of the period."""
    spec = held.spec
    columns = _ESTIMATE if spec.shape == "survey" else _RECORD
    empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in columns.items())
    selects = [f"SELECT {empty}, 0 AS came WHERE false"]
    for order, piece in enumerate(held.pieces):
        if not _may_matter(piece, period):
            continue
        # Cells that are parts of a sum add up within a release, and with what adds to it
        came = piece.group if spec.cells == "sum" else order
        select = f"SELECT *, {came} AS came FROM ({of_piece(piece)})"
        replaced = [
            _replaced(later)
            for later in held.pieces[order + 1 :]
            if _replaces(later, piece, spec) and (not apart or later.release == piece.release)
        ]
        if replaced:
            select += f" WHERE NOT ({' OR '.join(replaced)})"
        selects.append(select)
    rows = " UNION ALL BY NAME ".join(selects)
    if len(selects) > 2 and (spec.releases == "add" or any(p.adds for p in held.pieces)):
        rows = f"SELECT * FROM ({rows}) QUALIFY {_latest(spec, apart=apart)}"
    return rows


def of_piece(piece: Piece) -> str:
    """The rows of one piece, with what is the same for all of them and so not in its file."""
    written = from_json(piece.batch.spec)
    path = literal(str(store.parquet_path(settings.HOME, piece.batch.pk)))
    columns = ["* EXCLUDE (place)" if "place" in written.columns else "*"]
    if "place" in written.columns:
        columns.append(f"{literal(written.place.scheme + ':')} || place AS place")
    category = written.columns.get("category")
    if category is not None and category.constant is not None:
        columns.append(f"{literal(category.constant)} AS category")
    if written.shape == "incidents":
        columns.append("1::BIGINT AS n")
    columns.append(f"DATE '{piece.release}' AS release")
    select = f"SELECT {', '.join(columns)} FROM read_parquet({path})"
    return select + (f" WHERE vintage = DATE '{piece.vintage}'" if piece.vintage else "")


def _may_matter(piece: Piece, period: Period) -> bool:
    days = piece.days
    return days is not None and days.start <= period.end and days.end >= period.start


def _replaces(later: Piece, earlier: Piece, spec: SourceSpec) -> bool:
    """Whether a piece speaks anew of the days and areas of an earlier one."""
    return spec.releases == "replace" and later.group > earlier.group and not later.adds


def _replaced(later: Piece) -> str:
    """True for rows of an earlier piece that a later one speaks of anew."""
    by_length: dict[int, list[str]] = {}
    for area in later.areas:
        by_length.setdefault(len(area), []).append(literal(area))
    areas = " OR ".join(
        f"left(place, {length}) IN ({', '.join(listed)})" for length, listed in by_length.items()
    )
    days = f"day BETWEEN DATE '{later.first_day}' AND DATE '{later.last_day}'"
    if "place" not in later.batch.spec.get("columns", {}):
        return f"({days})"  # positions alone: it speaks for wherever its records lie
    return f"({days} AND ({areas or 'false'}))"


def _latest(spec: SourceSpec, *, apart: bool) -> str:
    """True for the latest of several rows that are the same record."""
    within = ", release" if apart else ""
    if spec.shape == "incidents":
        return f"id IS NULL OR came = max(came) OVER (PARTITION BY id{within})"
    key = (
        "place, day, last_day, question"
        if spec.shape == "survey"
        else (f"place, day, last_day, category, {', '.join(ABOUT)}")
    )
    return f"came = max(came) OVER (PARTITION BY {key}{within})"
