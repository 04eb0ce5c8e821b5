"""Which months a source covers whole.

A file speaks of the days from its first record to its last. Of a source that knows days, a month
of which some days lie outside all its files is there in part: its number is no number of the month.
Days at the edge of a file may also be empty by chance. They are told apart by the share of days on
which the source's files hold no record at all: days in a row that chance would hardly leave empty
are not covered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import log

from convive.evidence import engine
from convive.evidence.records import Held, Selection, of_piece
from convive.evidence.releases import Piece
from convive.evidence.support import Need, lacks
from convive.kernel.periods import Period

_CHANCE = 0.01  # so rarely is a stretch of days taken as not covered that was only empty
_ANY = 31  # days in a row that may be missing where only the month is known


def covered_months(held: Held, sel: Selection, release: date | None = None) -> list[date]:
    """First days of the months of the period that are covered, for the places asked for.

    Of a month that the period cuts only the days within the period are asked for. One place may be
    asked for under the codes of several schemes, so that any of them will do; of several places,
    and of a larger one that another scheme names by its districts, `sel.all_of` tells which are all
    needed.

    release : only what this release speaks of.
    """
    pieces = [piece for piece in held.pieces if release in (None, piece.release)]
    quiet = _quiet(held)
    places = sel.all_of or sel.places
    speaking = [_days([p for p in pieces if _speaks_of(p.areas, place)]) for place in places]
    if not places:
        speaking = [_days(pieces)]
    needed = all if sel.all_of else any
    return [
        month.start
        for month in sel.period.months()
        if needed(_covers(days, month, sel.period, quiet) for days in speaking)
    ]


def whole(held: Held) -> Period | None:
    """From the first to the last month that the source covers whole, wherever; None: no month."""
    days = _days(held.pieces)
    if not days:
        return None
    last = max(one.end for one in days)
    touched = Period(days[0].start.replace(day=1), Period.month(last.year, last.month).end)
    months = covered_months(held, Selection(held.spec.code, touched))
    if not months:
        return None
    return Period(months[0], Period.month(months[-1].year, months[-1].month).end)


def _days(pieces: Sequence[Piece]) -> list[Period]:
    return sorted(piece.days for piece in pieces if piece.days)


def _covers(days: Sequence[Period], month: Period, asked: Period, quiet: int) -> bool:
    """Whether at most `quiet` days in a row of the month, as far as it is asked for, are missing.

    days : of each piece, the earliest first. One of them must speak of the month.
    """
    touching = [one for one in days if one.start <= month.end and month.start <= one.end]
    since, end = month.start.toordinal(), month.end.toordinal()
    first, last = asked.start.toordinal(), asked.end.toordinal()
    starts = [*(one.start.toordinal() for one in touching), end + 1]
    ends = [*(one.end.toordinal() for one in touching), end]
    for start, until in zip(starts, ends, strict=True):
        if start - since > quiet and since <= last and start > first:
            return False
        since = max(since, until + 1)
    return bool(touching)


def _quiet(held: Held) -> int:
    """How many days in a row without a record may be chance, by the share of such days."""
    if Need.DAY in lacks(held.spec):
        return _ANY
    return _quiet_of(
        tuple(
            (piece.days, of_piece(piece))
            for piece in held.pieces
            if piece.days and not piece.days.is_whole_months
        )
    )


@lru_cache(maxsize=256)
def _quiet_of(files: tuple[tuple[Period, str], ...]) -> int:
    """files : days and rows of each. Batches never change, so the same ones are looked at once."""
    spoken: set[date] = set()
    lived: set[date] = set()
    for days, rows in files:
        spoken.update(days.start + timedelta(days=day) for day in range(days.days))
        lived |= _days_with_records(rows) & spoken
    return int(log(_CHANCE) / log((len(spoken - lived) + 1) / (len(spoken) + 2)))


@lru_cache(maxsize=1024)
def _days_with_records(rows: str) -> frozenset[date]:
    """Of one batch, whatever others stand beside it."""
    return frozenset(day for (day,) in engine.query(f"SELECT DISTINCT day FROM ({rows})"))


def _speaks_of(areas: Sequence[str], place: str) -> bool:
    """Some area holds the place. Of a place wider than all of them, nobody has told the rest."""
    return any(place.startswith(area) for area in areas)
