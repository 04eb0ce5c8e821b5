"""Opening hours of a place, as people write them, and whether it is open at a moment.

`mon-fri 08:00-13:00`, `sat 09:00-13:00`, `fri-sat 20:00-02:00` (past midnight), `mon-sun
00:00-24:00`. A span belongs to the day on which it begins: the night of a Friday lasts until it
ends on Saturday, whether Saturday is a holiday or not. On holidays a place is closed, unless a span
says `holidays`. Times are those of the programme's zone, without one of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = "holidays"
_SPAN = re.compile(r"([a-z]+)(?:-([a-z]+))? (\d\d):(\d\d)-(\d\d):(\d\d)")
_YEARLY = re.compile(r"\d\d-\d\d")
_DAY = 24 * 60


@dataclass(frozen=True)
class Span:
    """Minutes since midnight of the day on which it begins; `end` may lie on the next day.

    days : of the week, Monday is 0; empty for holidays.
    """

    days: frozenset[int]
    start: int
    end: int

    @property
    def on_holidays(self) -> bool:
        return not self.days


def span(text: str) -> Span:
    """Raises ValueError for what is no span."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(text)
    first, last, *times = found.groups()
    h1, m1, h2, m2 = map(int, times)
    start, end = 60 * h1 + m1, 60 * h2 + m2
    if m1 > 59 or m2 > 59 or start >= _DAY or end > _DAY or start == end:
        raise ValueError(text)
    return Span(_days(first, last), start, end if end > start else end + _DAY)


def is_open(spans: Iterable[Span], at: datetime, holidays: Collection[str] = ()) -> bool:
    """Whether one of the spans holds at a moment of the zone of the place.

    holidays : `12-25` for every year, or one day, `2026-04-03`.
    """
    minute = 60 * at.hour + at.minute
    sides = ((at.date(), minute), (at.date() - timedelta(days=1), minute + _DAY))
    return any(
        _holds(one, day, holidays) and one.start <= since < one.end
        for one in spans
        for day, since in sides
    )


def is_holiday(day: date, holidays: Collection[str]) -> bool:
    return f"{day:%m-%d}" in holidays or day.isoformat() in holidays


def holiday(text: str) -> str:
    """A day of every year or of one, as it is written. Raises ValueError for what is none.

    29 February may be one: it then is so in leap years alone.
    """
    date.fromisoformat(f"2024-{text}" if _YEARLY.fullmatch(text) else text)
    return text


def _holds(one: Span, day: date, holidays: Collection[str]) -> bool:
    if is_holiday(day, holidays):
        return one.on_holidays
    return day.weekday() in one.days


def _days(first: str, last: str | None) -> frozenset[int]:
    if first == HOLIDAYS and last is None:
        return frozenset()
    begin = DAYS.index(first)
    end = DAYS.index(last) if last else begin
    return frozenset((begin + n) % 7 for n in range((end - begin) % 7 + 1))
