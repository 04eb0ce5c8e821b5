"""What may be said of a number, and when: pure rules of the observatory."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import inf, isnan
from typing import Any

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.stats import fdr

RECENT_MONTHS = 12
RATE = 0.05  # of what is told because of its test, how much may be false
RANKS = 5  # classes of the map and of the month grid


class Direction(StrEnum):
    """Which way a number went, as far as its interval allows it to be said."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"


def direction(lower: float, upper: float) -> Direction:
    """The direction of a ratio with these ends: only an interval without 1 has one."""
    if isnan(lower) or isnan(upper):
        return Direction.UNCLEAR
    if lower > 1:
        return Direction.UP
    if upper < 1:
        return Direction.DOWN
    return Direction.UNCLEAR


def shifted(period: Period, years: int) -> Period:
    """The same days or whole months, `years` later (earlier where negative)."""
    start, end = _moved(period.start, years), _moved(period.end, years)
    if period.is_whole_months:
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    return Period(start, end)


def _moved(day: date, years: int) -> date:
    last = calendar.monthrange(day.year + years, day.month)[1]
    return date(day.year + years, day.month, min(day.day, last))


def same_months_before(period: Period) -> Period:
    """The same months one year earlier; as many years earlier as it takes not to overlap.

    Raises BadInput where the calendar has no such years.
    """
    years = 1
    while years < period.start.year and shifted(period, -years).end >= period.start:
        years += 1
    if years >= period.start.year:
        raise BadInput.at(
            str(period),
            _("There are no years before it to compare it with."),
            _("Check the years."),
        )
    return shifted(period, -years)


def months_back(day: date, months: int) -> date:
    """The first day of the month that lies `months` before the month of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def first_whole_month(day: date) -> date:
    """The first day of the month that begins on `day` or is the next to begin."""
    return day if day.day == 1 else months_back(day, -1)


def firm_until(reach: date, late_months: int) -> date:
    """The last day of the last month whose records are complete.

    reach : the day up to which records have come in: a month that it cuts is not complete.
    late_months : how many of the last months of the source still grow.
    """
    is_last_day = reach.day == calendar.monthrange(reach.year, reach.month)[1]
    growing = max(late_months, 0 if is_last_day else 1)
    if not growing:
        return reach
    return months_back(reach, growing - 1) - timedelta(days=1)


def recent(period: Period, firm: date) -> Period:
    """The last twelve months of a period that are no longer growing, or the whole if shorter.

    Where even the first month still grows, the period itself: its figures then say provisional.
    """
    end = min(period.end, firm)
    if end < period.start:
        return period
    start = max(period.start, months_back(end, RECENT_MONTHS - 1))
    return Period(start, end)


def is_certain(change: Mapping[str, Any]) -> bool:
    """Whether a change of level went one way: its interval leaves out no change.

    lower, upper : of the new level over the old; no upper end is None where it was kept.
    """
    upper = change["upper"]
    return bool(change["lower"] > 1 or (upper is not None and upper < 1))


def newest_changes(numbers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The changes of the newest part of an answered series, the last one last."""
    newest = numbers.get("newest")  # absent in what was answered before parts were told
    return [row for row in numbers["changes"] if newest and row["period"] >= newest["from"]]


def standing(tests: Sequence[tuple[float, bool]], rate: float = RATE) -> list[bool]:
    """Which tests (p, is_news) are told, after correction for how many there were.

    What is no news counts as a test, at p = 1: what is old and certain lends no weight to the new.
    """
    p = [p if is_news else 1.0 for p, is_news in tests]
    stands = (fdr.adjust(p) <= rate).tolist() if p else []
    return [is_news and does for (_p, is_news), does in zip(tests, stands, strict=True)]


@dataclass(frozen=True)
class Ratio:
    """A ratio with its interval, later over earlier. `value` is inf where nothing came before.

    is_told : whether its interval may be read as evidence; else it has no direction.
    """

    value: float
    lower: float
    upper: float
    is_told: bool = True

    @property
    def direction(self) -> Direction:
        return direction(self.lower, self.upper) if self.is_told else Direction.UNCLEAR

    def as_change(self) -> tuple[float | None, float | None, float | None]:
        """Change in percent with its ends; None where there is none or it has no bound."""

        def percent(ratio: float) -> float | None:
            return None if isnan(ratio) or ratio == inf else 100 * (ratio - 1)

        return percent(self.value), percent(self.lower), percent(self.upper)
