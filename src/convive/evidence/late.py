"""What the successive releases of a source knew of every place and month: how late records come.

Of each release it is what the house knew on its day, so that a file which speaks of some months
alone leaves the others as they were. Several releases of one last month count as the latest.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from convive.domain.programme import queries as programme
from convive.evidence import coverage, queries, records
from convive.evidence.holding import held_of
from convive.evidence.queries import Need, Selection, require
from convive.evidence.records import Held
from convive.evidence.releases import Piece
from convive.kernel.periods import Period
from convive.stats.nowcast_growth import NEWEST
from convive.stats.nowcast_releases import Floats, Months, Reason, Releases, Unfit

_Cells = tuple[NDArray[np.str_], Months, NDArray[np.int64]]


def releases(source: str, category: str = "") -> Releases:
    """What the newest releases of a source said, by every place that all of them speak of.

    category : only this one of the source; all of them by default.

    Units are references `SCHEME:CODE`; their groups are the larger places of the scheme, by the
    names of their levels. A release counts whole months: one that it cuts is left out of it.

    Raises Unfit where there are fewer than two releases, or no place of which all speak; Refused
    where the source does not count by month.
    """
    row = queries.source_row(source)
    offences = list(queries.offences(source).values())
    held = held_of(row, offences)
    require(held.spec, Need.RECORDS, Need.MONTH)
    last = _last_months(held)
    if len(last) < 2:
        raise Unfit(Reason.TOO_FEW, "releases: give at least two, or no growth can be seen")
    newest = sorted(last)[-NEWEST - 1 :]
    known = [held_of(row, offences, last[month]) for month in newest]
    read = [_read(one, source, category, month) for one, month in zip(known, newest, strict=True)]
    ends = np.array(newest, dtype="datetime64[M]")
    # A release that speaks of earlier months than the oldest one has not grown there
    months = np.arange(np.datetime64(_first_day(known[0]), "M"), ends[-1] + np.timedelta64(1, "M"))
    units = np.unique(np.concatenate([places for places, _months, _n in read]))
    counts = np.full((len(ends), len(units), len(months)), np.nan)
    for r, (one, cells) in enumerate(zip(known, read, strict=True)):
        if queries.absent_is_zero(one.spec):
            _fill_zeros(counts[r], one.pieces, units, months)
        _fill(counts[r], cells, units, months)
        counts[r][:, months > ends[r]] = np.nan
    told = months[None, :] <= ends[:, None]
    whole = ~(np.isnan(counts) & told[:, None, :]).any(axis=(0, 2))
    if not whole.any():
        raise Unfit(Reason.EMPTY, "counts: there is no place of which all releases speak")
    units, counts = units[whole], counts[:, whole]
    return Releases(units, months, ends, counts, _groups(units, held.spec.place.scheme))


def _last_months(held: Held) -> dict[date, date]:
    """First day of the last whole month of each release -> the latest day of such a release."""
    found: dict[date, date] = {}
    reach: date | None = None
    for day in sorted({piece.release for piece in held.pieces}):
        told = [piece for piece in held.pieces if piece.release == day and piece.days]
        ends = [_reach(told, held)] if told else []
        reach = max([*ends, *([reach] if reach else [])], default=None)
        if reach is not None:
            found[_whole_month(reach)] = day
    return found


def _reach(told: Sequence[Piece], held: Held) -> date:
    """The day up to which the pieces of one release tell; a cut-off is none for days they lack."""
    last = max(piece.days.end for piece in told if piece.days)
    found = coverage.whole(replace(held, pieces=told))
    if found is None or found.end < last:
        return last
    return max([last, *(piece.cut_off for piece in told if piece.cut_off)])


def _whole_month(reach: date) -> date:
    """The first day of the last month that ends by then."""
    first = reach.replace(day=1)
    if reach.day == calendar.monthrange(reach.year, reach.month)[1]:
        return first
    return (first - timedelta(days=1)).replace(day=1)


def _first_day(held: Held) -> date:
    return min(piece.days.start for piece in held.pieces if piece.days).replace(day=1)


def _read(held: Held, source: str, category: str, last: date) -> _Cells:
    """What was known of each place and month: places, months and how many."""
    whole = Period(_first_day(held), Period.month(last.year, last.month).end)
    found = records.arrays(
        held,
        Selection(source, whole, category=category or None),
        "place, date_trunc('month', day)::DATE AS month, sum(n)::BIGINT AS n",
        "place IS NOT NULL",
        "ALL",
    )
    return found["place"].astype(np.str_), found["month"].astype("datetime64[M]"), found["n"]


def _fill(counts: Floats, cells: _Cells, units: NDArray[np.str_], months: Months) -> None:
    places, at, n = cells
    m = (at - months[0]).astype(np.int64)
    inside = (m >= 0) & (m < len(months))
    counts[np.searchsorted(units, places)[inside], m[inside]] = n[inside]


def _fill_zeros(
    counts: Floats, pieces: Sequence[Piece], units: NDArray[np.str_], months: Months
) -> None:
    """Zero in every cell of which some piece speaks."""
    for piece in pieces:
        if piece.days is None:
            continue
        start, end = (np.datetime64(day, "M") for day in (piece.days.start, piece.days.end))
        spoken = np.flatnonzero((months >= start) & (months <= end))
        areas: dict[int, list[str]] = {}
        for area in piece.areas:
            areas.setdefault(len(area), []).append(area)
        inside = np.zeros(len(units), dtype=bool)
        for length, listed in areas.items():
            inside |= np.isin(units.astype(f"<U{length}"), listed)
        counts[np.ix_(inside, spoken)] = 0.0


def _groups(units: NDArray[np.str_], scheme: str) -> Mapping[str, NDArray[np.str_]]:
    """The larger places in which the units lie, where codes of digits nest: coarsest first."""
    found = programme.programme()
    known = found.schemes if found else {}
    digits = sorted(int(each) for each in known.get(scheme, {}).get("digits", []))
    lengths = np.char.str_len(units)
    if len(set(lengths.tolist())) > 1:
        return {}
    before = len(scheme) + 1
    return {
        str(each): units.astype(f"<U{before + each}")
        for each in digits
        if before + each < int(lengths[0])
    }
