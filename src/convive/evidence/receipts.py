"""What an import says when it is done: how many rows came in, and what is worth knowing of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from convive.evidence import store
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Batch
from convive.evidence.reading.files import Table
from convive.evidence.reading.staging import Staged
from convive.evidence.suggest.places import programme_extent
from convive.kernel.home import Home

# A batch speaks for an area when it has records of it in at least this share of its months: a few
# stray codes of far places are slips of the source, not coverage
_SPEAKS = 0.5
# Months at either end with fewer incidents than this share of the usual month are strays
_STRAY = 0.01


@dataclass(frozen=True)
class Receipt:
    """The account of one import. read = accepted + rejected, in rows of the source.

    rejects_file : where the rejected rows lie with their reasons, or None.
    vintage : the day of the release that the file is, where somebody said so.
    codes_outside_pack, rows_outside_pack : well-formed codes that the pack does not know, and the
        accepted rows under them.
    notes : what else was seen; see `observe`.
    """

    source: str
    batch: str
    read: int
    accepted: int
    rejected: int
    already_imported: bool
    first_day: date | None
    last_day: date | None
    cut_off: date | None
    rejects_file: Path | None
    codes_outside_pack: int = 0
    rows_outside_pack: int = 0
    vintage: date | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "batch": self.batch,
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "already_imported": self.already_imported,
            "first_day": self.first_day.isoformat() if self.first_day else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "cut_off": self.cut_off.isoformat() if self.cut_off else None,
            "vintage": self.vintage.isoformat() if self.vintage else None,
            "rejects_file": str(self.rejects_file) if self.rejects_file else None,
            "codes_outside_pack": self.codes_outside_pack,
            "rows_outside_pack": self.rows_outside_pack,
            **self.notes,
        }


def of_batch(batch: Batch, home: Home, *, already_imported: bool) -> Receipt:
    """The receipt of a batch that stands in the database."""
    notes = dict(batch.notes)
    return Receipt(
        source=batch.source.code,
        batch=batch.id,
        read=batch.read,
        accepted=batch.accepted,
        rejected=batch.rejected,
        already_imported=already_imported,
        first_day=batch.first_day,
        last_day=batch.last_day,
        cut_off=batch.cut_off,
        rejects_file=store.rejects_path(home, batch.id) if batch.rejected else None,
        codes_outside_pack=notes.pop("codes_outside_pack", 0),
        rows_outside_pack=notes.pop("rows_outside_pack", 0),
        vintage=batch.vintage,
        notes=notes,
    )


def observe(
    staged: Staged, table: Table, known_places: set[str], known_categories: set[str]
) -> dict[str, Any]:
    """What a batch keeps beside its counts, in plain numbers and codes.

    encoding, separator : how the file was written.
    reasons : reason -> rejected rows. repeated : rows that were there before.
    codes_outside_pack, rows_outside_pack : see Receipt.
    areas : for which areas the batch speaks, as leading parts of place references.
    releases : of a file that holds several, each with its vintage, days, cut_off, areas and rows.
    unmapped_categories : what the source calls an offence and `offences.csv` does not list.
    without_position : incidents without a point. positions_outside_pack : those whose point lies
        outside the box around the places of the pack.
    after_registration : rows that say they happened after they were registered.
    """
    notes: dict[str, Any] = {
        "encoding": table.encoding,
        "separator": table.separator,
        "reasons": dict(sorted(staged.reasons.items())),
        "repeated": sum(staged.reasons.get(code, 0) for code in ("repeated_id", "repeated_cell")),
        **_places(staged, known_places),
    }
    if not staged.spec.is_survey:
        said = _categories(staged)
        notes["unmapped_categories"] = [c for c in said if c.upper() not in known_categories]
    if staged.spec.shape == "incidents":
        notes["without_position"] = (
            _count(staged, "lon IS NULL") if "lon" in staged.made.kept else staged.accepted
        )
        if "lon" in staged.made.kept:
            notes |= _far(staged)
    if staged.made.has("registered"):
        notes["after_registration"] = _count(staged, "day > registered")
    if "vintage" in staged.made.kept:
        notes["releases"] = _releases(staged)
    return notes


def days(staged: Staged, released: date) -> tuple[date, date, date]:
    """First and last day that the batch covers, and the day up to which its records had come in.

    released : the day on which the source gave it out, as far as it is known; else today.
    """
    spec = staged.spec
    registered = "max(registered)" if staged.made.has("registered") else "NULL"
    begin, end, registered_last = staged.connection.execute(
        f"SELECT min(day), max(last_day), {registered} FROM staged "
        f"WHERE fault IS NULL AND {_covered(spec)}"
    ).fetchall()[0]
    cut_off = {"registered": registered_last, "received": released}.get(spec.cut_off)
    return begin, end, cut_off or min(end, released)


def _covered(spec: SourceSpec) -> str:
    """True for rows of the months for which the batch speaks.

    Registers of incidents hold a few that happened years before: they are kept, but a handful of
    them does not mean that the source covers those years.
    """
    if spec.shape != "incidents":
        return "true"
    by_month = "SELECT date_trunc('month', day) AS month, count(*) AS n FROM staged "
    usual = f"FROM ({by_month} WHERE fault IS NULL GROUP BY month)"
    return (
        "date_trunc('month', day) BETWEEN "
        f"(SELECT min(month) FILTER (n >= (SELECT {_STRAY} * median(n) {usual})) {usual}) AND "
        f"(SELECT max(month) FILTER (n >= (SELECT {_STRAY} * median(n) {usual})) {usual})"
    )


def _count(staged: Staged, condition: str) -> int:
    found: int = staged.connection.execute(
        f"SELECT count(*) FROM staged WHERE fault IS NULL AND {condition}"
    ).fetchall()[0][0]
    return found


def _categories(staged: Staged) -> list[str]:
    column = staged.spec.columns["category"]
    if column.constant is not None:
        return [column.constant]
    found = staged.connection.execute(
        "SELECT DISTINCT category FROM staged WHERE fault IS NULL ORDER BY 1"
    ).fetchall()
    return [category for (category,) in found]


def _far(staged: Staged) -> dict[str, int]:
    """Positions outside the programme's area, where the pack draws one. They are kept."""
    extent = programme_extent()
    if extent is None:
        return {}
    west, south, east, north = extent
    inside = f"lon BETWEEN {west} AND {east} AND lat BETWEEN {south} AND {north}"
    return {"positions_outside_pack": _count(staged, f"lon IS NOT NULL AND NOT ({inside})")}


def _places(staged: Staged, known: set[str]) -> dict[str, Any]:
    """Codes and rows outside the pack, and the areas for which the file speaks."""
    if "place" not in staged.made.kept:
        return {"codes_outside_pack": 0, "rows_outside_pack": 0, "areas": []}
    scheme = f"{staged.spec.place.scheme}:"
    found = staged.connection.execute(
        "SELECT place, count(*) FROM staged "
        "WHERE fault IS NULL AND place IS NOT NULL GROUP BY place"
    ).fetchall()
    outside = [rows for place, rows in found if scheme + place not in known]
    return {
        "codes_outside_pack": len(outside),
        "rows_outside_pack": sum(outside),
        "areas": _areas(staged),
    }


def _areas(staged: Staged, among: str = "true") -> list[str]:
    """The areas for which the rows `among` speak."""
    if "place" not in staged.made.kept:
        return []
    extent = staged.spec.place.extent
    area = f"left(place, {extent})" if extent else "place"
    speaking = staged.connection.execute(
        f"WITH seen AS (SELECT DISTINCT {area} AS area, date_trunc('month', day) AS month "
        f"FROM staged WHERE fault IS NULL AND place IS NOT NULL AND {among}) "
        "SELECT area FROM seen GROUP BY area "
        f"HAVING count(*) >= {_SPEAKS} * (SELECT count(DISTINCT month) FROM seen) ORDER BY area"
    ).fetchall()
    return [f"{staged.spec.place.scheme}:{area}" for (area,) in speaking]


def _releases(staged: Staged) -> list[dict[str, Any]]:
    """The releases that the file holds, the oldest first: days as texts, as notes are kept."""
    registered = "max(registered)" if staged.made.has("registered") else "NULL::DATE"
    found = staged.connection.execute(
        f"SELECT vintage, min(day), max(last_day), count(*), {registered} FROM staged "
        "WHERE fault IS NULL GROUP BY vintage ORDER BY vintage"
    ).fetchall()
    releases = []
    for vintage, begin, end, rows, latest in found:
        until = {"registered": latest, "received": vintage}.get(staged.spec.cut_off)
        releases.append(
            {
                "vintage": vintage.isoformat(),
                "first_day": begin.isoformat(),
                "last_day": end.isoformat(),
                "cut_off": (until or min(end, vintage)).isoformat(),
                "rows": rows,
                "areas": _areas(staged, f"vintage = DATE '{vintage}'"),
            }
        )
    return releases
