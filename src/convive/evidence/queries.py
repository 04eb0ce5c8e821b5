"""Every read of the evidence: sources, batches, and the records of visible batches.

It stays whole, though it is long: whoever reads evidence looks here alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import coverage, records
from convive.evidence.holding import SourceView, held_of, pieces, view_of
from convive.evidence.iccs.offences import NEVER_FINER
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Batch, Offence, Source, Withdrawal
from convive.evidence.records import Held, Selection
from convive.evidence.releases import Piece, batches_of, replaced_by
from convive.evidence.support import Need, require
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.kernel.readings import once

__all__ = ["Estimate", "Need", "Point", "Selection", "SourceView", "require"]


@dataclass(frozen=True)
class Release:
    """What a source said on one day.

    vintage : that day. is_stated : somebody said so; else it is the day of the import.
    received : when its last file was imported.
    first, last : the days of which it speaks. batches : their numbers. rows : how many it holds.
    """

    vintage: date
    is_stated: bool
    received: datetime
    first: date | None
    last: date | None
    batches: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Estimate:
    """A value that a survey published, with its margin where it published one.

    value, lower, upper, se : in the unit of the question. n : people asked.
    note : "no published margin of error" where there is neither interval nor standard error.
    """

    place: str
    period: Period
    question: str
    value: float
    lower: float | None
    upper: float | None
    se: float | None
    n: int | None
    note: str


@dataclass(frozen=True)
class Point:
    """One incident with its position, in degrees (EPSG:4326)."""

    day: date
    category: str
    lon: float
    lat: float
    part: str | None
    attempted: bool | None


# Sources and offences


@once
def sources(*, retired: bool = False) -> list[SourceView]:
    """Every source of the pack, by code."""
    return [view_of(row) for row in source_rows() if retired or row.retired_on is None]


@once
def source(code: str, vintage: date | None = None) -> SourceView:
    """The source of this code, also a retired one; as it stood on the day `vintage`.

    Raises BadInput where there is none.
    """
    return view_of(source_row(code), vintage)


def source_rows() -> QuerySet[Source]:
    """Every source, also the retired, with all that came of it."""
    return Source.objects.select_related("owner").prefetch_related("batches")


@once
def source_row(code: str) -> Source:
    found = source_rows().filter(code=code).first()
    if found is None:
        raise BadInput.at(
            code,
            _("There is no source of this name."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(source_codes())}
            if source_codes()
            else _("Apply a pack first: convive pack apply DIR."),
        )
    return found


def source_codes() -> list[str]:
    return list(Source.objects.filter(retired_on=None).values_list("code", flat=True))


@once
def offences(source: str) -> dict[str, Offence]:
    """What the source calls offences, by category; those meant for every source included."""
    rows = Offence.objects.filter(source_code__in=("*", source), retired_on=None)
    return {row.category: row for row in sorted(rows, key=lambda row: row.source_code == source)}


def known_categories(source: str) -> set[str]:
    """The categories that `offences.csv` lists for a source, in capitals."""
    return {category.upper() for category in offences(source)}


def known_places() -> set[str]:
    """Every reference under which the pack knows a place, in all its schemes."""
    known: set[str] = set()
    for place in Place.objects.filter(retired_on=None):
        known.add(place.ref)
        known.update(f"{scheme}:{code}" for scheme, code in place.other_codes.items())
    return known


# Batches


def batch_id(file_hash: str, mapping_version: str, vintage: date | None = None) -> str:
    """The content address of a batch: what came, how it was read, and as which release."""
    parts = [file_hash, mapping_version, *([vintage.isoformat()] if vintage else [])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def batches(source: str | None = None) -> QuerySet[Batch]:
    """Batches, the latest first, the withdrawn ones included."""
    rows = Batch.objects.select_related("source", "source__owner", "corrects")
    rows = rows.prefetch_related("withdrawals")
    return rows.filter(source__code=source) if source else rows


def batch(number: str) -> Batch:
    """The batch of this number, or of its first characters. Raises BadInput where there is none."""
    found = list(batches().filter(pk__startswith=number)[:2]) if number else []
    if len(found) != 1:
        raise BadInput.at(
            number, _("There is no batch of this number."), _("See: convive evidence list.")
        )
    return found[0]


def batch_ids(source: str) -> list[str]:
    """The batches that stand behind the source's figures, the latest first."""
    return [row.pk for row in reversed(batches_of(pieces(source_row(source))))]


def is_counted(batch: Batch) -> bool:
    """Whether the rows of a batch count: it is neither withdrawn nor replaced."""
    counted = batches_of(pieces(source_row(batch.source.code)))
    return batch.pk in {row.pk for row in counted}


def standing_for(batch: Batch) -> Batch | None:
    """The batch that counts in the place of one that was replaced."""
    row = source_row(batch.source.code)
    return replaced_by(batch, list(row.batches.all()), row.spec.get("releases", "replace"))


def withdrawals(numbers: Iterable[str]) -> list[Withdrawal]:
    """The withdrawals in force of these batches: what a document that read them must say."""
    rows = Withdrawal.objects.filter(batch__in=list(numbers), restored_at=None)
    return list(rows.select_related("batch__source"))


# Releases


def releases(source: str) -> list[Release]:
    """What the source said on each day, of what counts, the oldest first."""
    found: dict[date, list[Piece]] = {}
    for piece in pieces(source_row(source)):
        found.setdefault(piece.release, []).append(piece)
    return [_release(day, held) for day, held in found.items()]


def _release(day: date, held: Sequence[Piece]) -> Release:
    days = [piece.days for piece in held if piece.days]
    return Release(
        vintage=day,
        is_stated=all(piece.is_stated for piece in held),
        received=max(piece.batch.imported_at for piece in held),
        first=min((one.start for one in days), default=None),
        last=max((one.end for one in days), default=None),
        batches=tuple(batch.pk for batch in batches_of(held)),
        rows=sum(piece.rows for piece in held),
    )


def by_month_and_vintage(sel: Selection) -> dict[date, dict[date, int]]:
    """First day of month -> day of release -> n: how what is known of a month grew.

    A release has a number for each month of which it speaks itself, zero as in `by_month`. Where
    files are pieces (`releases = "add"`), for each month of which something was known by then.
    """
    held = _held(sel)
    days = list(dict.fromkeys(piece.release for piece in held.pieces))
    known: dict[date, dict[date, int]]
    if held.spec.releases == "add":
        known = {day: by_month(replace(sel, vintage=day)) for day in days}
    else:
        columns = "release, date_trunc('month', day)::DATE AS month, sum(n)::BIGINT"
        rows = _ask(held, sel, columns, "release, month", needs=(Need.MONTH,), apart=True)
        counted = {(day, month): n for day, month, n in rows}
        zero = absent_is_zero(held.spec)
        known = {
            day: {
                month: counted.get((day, month), 0)
                for month in coverage.covered_months(held, sel, day)
                if zero or (day, month) in counted
            }
            for day in days
        }
    found: dict[date, dict[date, int]] = {}
    for day, months in known.items():
        for month, n in months.items():
            found.setdefault(month, {})[day] = n
    return dict(sorted(found.items()))


# Records


def count(sel: Selection) -> int:
    """How many were recorded: rows of incidents, or the sum of counts.

    What no batch covers counts nothing; `by_month` tells which months are covered.
    """
    return sum(n for (n,) in _ask(_held(sel), sel, "coalesce(sum(n), 0)::BIGINT"))


def by_month(sel: Selection) -> dict[date, int]:
    """First day of month -> n, for every month of the period that the source covers.

    A month without records is zero only where the source says that absent rows are zero, or where
    it lists incidents one by one. A month that no batch covers for these places is absent, and so
    is one of which only some days are there; see `coverage`.
    """
    held = _held(sel)
    columns = "date_trunc('month', day)::DATE AS month, sum(n)::BIGINT"
    counted = dict(_ask(held, sel, columns, "month", needs=(Need.MONTH,)))
    zero = absent_is_zero(held.spec)
    months = coverage.covered_months(held, sel)
    return {month: counted.get(month, 0) for month in months if zero or month in counted}


@once
def whole(source: str) -> Period | None:
    """From the first month to the last that the source covers whole; None where there is none."""
    return coverage.whole(_held_at(source, None))


def by_place(sel: Selection, level: str) -> dict[str, int]:
    """Place reference -> n, summed up to `level` (region, province, district)."""
    held = _held(sel)
    area = f"left(place, {_digits(held.spec, level)}) AS area"
    found = _ask(held, sel, f"{area}, sum(n)::BIGINT", "area", "place IS NOT NULL")
    return dict(found)


def by_place_and_month(sel: Selection, level: str) -> dict[str, dict[date, int]]:
    """Place reference -> first day of month -> n, summed up to `level`; months without records are
    left out."""
    held = _held(sel)
    area = f"left(place, {_digits(held.spec, level)}) AS area"
    columns = f"{area}, date_trunc('month', day)::DATE AS month, sum(n)::BIGINT"
    rows = _ask(held, sel, columns, "area, month", "place IS NOT NULL", (Need.MONTH,))
    found: dict[str, dict[date, int]] = {}
    for place, month, n in rows:
        found.setdefault(place, {})[month] = n
    return found


def by_offence(sel: Selection) -> list[tuple[str, str, int]]:
    """(category, ICCS class or nothing, n), the most frequent first."""
    found = _ask(_held(sel), sel, "category, iccs, sum(n)::BIGINT AS total", "category, iccs")
    return sorted(found, key=lambda row: (-row[2], row[0]))


def by_day(sel: Selection) -> dict[date, int]:
    """Day -> n, days without records left out. Refused where the source knows months alone.

    Incidents that are known as an interval over several days are left out.
    """
    exact = "day = last_day"
    return dict(_ask(_held(sel), sel, "day, sum(n)::BIGINT", "day", exact, (Need.DAY,)))


def by_day_part(sel: Selection) -> dict[str, int]:
    """Part of the day, as the source names them -> n. Refused where it does not record it."""
    held = _held(sel)
    known = "part IS NOT NULL"
    found = dict(_ask(held, sel, "part, sum(n)::BIGINT", "part", known, (Need.DAY_PART,)))
    return {part: found.get(part, 0) for part in held.spec.day_parts}


def by_hour(sel: Selection) -> dict[int, int]:
    """Hour of the day in the zone of the place -> n. Refused where no clock time is known."""
    known = "hour IS NOT NULL"
    found = dict(_ask(_held(sel), sel, "hour, sum(n)::BIGINT", "hour", known, (Need.HOUR,)))
    return {hour: found.get(hour, 0) for hour in range(24)}


def points(sel: Selection) -> list[Point]:
    """Incidents with a position, but for offences that are never shown finer than a district.

    An offence that `offences.csv` does not list is held back too: nobody has said that it may be
    shown. Refused where the source has no positions, or where only such an offence is asked for.
    """
    held = _held(sel)
    require(held.spec, Need.RECORDS, Need.POSITION)
    shown = {row.category.upper() for row in held.offences if not NEVER_FINER & set(row.flags)}
    if sel.category and sel.category.upper() not in shown:
        raise Refused.at(
            sel.category,
            _("This offence is never shown finer than a district."),
            _("Ask for its number by district."),
        )
    placed = "lon IS NOT NULL AND is_listed AND NOT no_small_area"
    columns = "day, category, lon, lat, part, attempted"
    return [Point(*row) for row in _ask(held, sel, columns, where=placed)]


def estimates(sel: Selection) -> list[Estimate]:
    """What a survey published for these places and within this period, oldest first.

    `category` names the question. A place is answered for itself alone: percentages of districts
    make no percentage of their province.
    """
    held = _held(sel)
    if held.spec.shape != "survey":
        raise Refused.at(
            held.spec.code,
            _("This source holds records, not estimates of a survey."),
            _("Ask for counts or rates."),
        )
    without = _("no published margin of error")
    return [
        Estimate(
            place=place,
            period=Period(start, end),
            question=question,
            value=value,
            lower=lower,
            upper=upper,
            se=se,
            n=n,
            note=without if lower is None and upper is None and se is None else "",
        )
        for place, start, end, question, value, lower, upper, se, n in records.survey_rows(
            held, sel
        )
    ]


def _held(sel: Selection) -> Held:
    return _held_at(sel.source, sel.vintage)


@once
def _held_at(code: str, vintage: date | None) -> Held:
    return held_of(source_row(code), list(offences(code).values()), vintage)


def absent_is_zero(spec: SourceSpec) -> bool:
    return spec.absent_rows_are_zero or spec.shape == "incidents"


def _ask(
    held: Held,
    sel: Selection,
    columns: str,
    group: str = "",
    where: str = "",
    needs: tuple[Need, ...] = (),
    *,
    apart: bool = False,
) -> Sequence[tuple[Any, ...]]:
    """Rows of one SELECT over the records asked for. Refused where the source cannot say it."""
    require(held.spec, Need.RECORDS, *needs)
    if not sel.period.is_whole_months:
        require(held.spec, Need.DAY)
    if sel.period.start.month != 1 or sel.period.end.month != 12:
        require(held.spec, Need.MONTH)
    return records.ask(held, sel, columns, group, where, apart=apart)


def _digits(spec: SourceSpec, level: str) -> int:
    """Length of a place reference of this level in the source's scheme."""
    levels = (Place.Level.REGION, Place.Level.PROVINCE, Place.Level.DISTRICT)
    found = programme.programme()
    schemes = found.schemes if found else {}
    digits = schemes.get(spec.place.scheme, {}).get("digits", [])
    known = dict(zip(levels, digits, strict=False))
    if level not in known or known[level] > spec.place.digits:
        raise Refused.at(
            spec.code,
            _("Its codes know no level “%(level)s”.") % {"level": level},
            _("Ask for one of: %(levels)s.") % {"levels": ", ".join(known)},
        )
    return len(spec.place.scheme) + 1 + int(known[level])
