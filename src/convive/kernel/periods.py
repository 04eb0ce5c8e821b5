"""Periods with both ends included, as the field writes them: 2018, 2018Q1, 2018-01, 2018-01-05."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput

_FORMS = re.compile(
    r"(?P<year>\d{4})(?:(?:Q(?P<quarter>[1-4]))|(?:-?(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d{2}))?))?"
)


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise BadInput.at(
                f"{self.start} – {self.end}",
                _("The period ends before it starts."),
                _("Swap the two dates."),
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2018`, `2018Q1`, `2018-01`, `201801` or `2018-01-05`.

        Raises BadInput for anything else.
        """
        match = _FORMS.fullmatch(text.strip())
        try:
            if match is None:
                raise ValueError
            year = int(match["year"])
            if match["quarter"]:
                first = 3 * int(match["quarter"]) - 2
                return cls(date(year, first, 1), _last_day(year, first + 2))
            if match["day"]:
                day = date(year, int(match["month"]), int(match["day"]))
                return cls(day, day)
            if match["month"]:
                return cls.month(year, int(match["month"]))
            return cls(date(year, 1, 1), date(year, 12, 31))
        except ValueError:
            raise BadInput.at(
                repr(text),
                _("This is not a period."),
                _("Write a year, quarter, month or day: 2018, 2018Q1, 2018-01, 2018-01-05."),
            ) from None

    @classmethod
    def between(cls, first: str, last: str) -> Period:
        """From the first day of `first` to the last day of `last`, both included."""
        return cls(cls.parse(first).start, cls.parse(last).end)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        return cls(date(year, month, 1), _last_day(year, month))

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def is_whole_months(self) -> bool:
        return self.start.day == 1 and self.end == _last_day(self.end.year, self.end.month)

    def months(self) -> Iterator[Period]:
        """Every calendar month that the period touches, whole."""
        year, month = self.start.year, self.start.month
        while (year, month) <= (self.end.year, self.end.month):
            yield Period.month(year, month)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)

    def years(self) -> Iterator[int]:
        yield from range(self.start.year, self.end.year + 1)

    def within(self, other: Period) -> bool:
        return other.start <= self.start and self.end <= other.end

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def code(self) -> str:
        """The DHIS2 code where there is one (`2015`, `2015Q1`, `201501`), else ISO `start/end`."""
        if self.is_whole_months:
            if self.start.month == 1 and self.end == date(self.start.year, 12, 31):
                return f"{self.start.year:04}"
            if self == Period.month(self.start.year, self.start.month):
                return f"{self.start.year:04}{self.start.month:02}"
            quarter, rest = divmod(self.start.month - 1, 3)
            if rest == 0 and self.end == _last_day(self.start.year, self.start.month + 2):
                return f"{self.start.year:04}Q{quarter + 1}"
        return f"{self.start}/{self.end}"

    def __str__(self) -> str:
        return self.code


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
