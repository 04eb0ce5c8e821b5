"""Time for the space-time scan: intervals from the end backwards, and cases expected in them.

Both follow SaTScan, so that its input files give its results:

- Intervals are counted back from the end of the study. What remains at its beginning and is
  shorter than one interval is joined to the first one.
- A population is known at some dates. Between two of them it goes in a straight line; before the
  first and after the last it stays. A date stands for the beginning of its day, a month for its
  15th, a year for 1 July.
- With covariates, expected cases are standardised indirectly: each group has one rate, its cases
  in all places over its person-time, and a place expects the sum of rate · person-time.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Days = NDArray[np.int64]
Floats = NDArray[np.float64]
Unit = Literal["day", "month", "year"]
UNITS: tuple[Unit, ...] = ("day", "month", "year")

_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    return _EPOCH + timedelta(days=int(number))


def day_numbers(dates: ArrayLike) -> Days:
    """Days since 1970-01-01 of dates in any form that numpy takes for a day."""
    return np.asarray(dates, dtype="datetime64[D]").astype(np.int64)


def _months_back(day: date, months: int) -> date:
    """The same day so many months earlier, as SaTScan takes it.

    The last day of a month stands for "the 31st"; where a month has no such day, the first of the
    month after it is taken.
    """
    last = calendar.monthrange(day.year, day.month)[1]
    wanted = day.day
    if wanted == last:
        wanted = 29 if (day.month, day.day) == (2, 29) else 31
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    last = calendar.monthrange(year, month + 1)[1]
    if wanted <= last:
        return date(year, month + 1, wanted)
    return date(year, month + 1, last) + timedelta(days=1)


def steps_back(start: date, end: date, unit: Unit, length: int) -> list[date]:
    """Starts of intervals from the end of the study backwards, down to the first at or before its
    start; the first in the list is the day after the end.
    """
    after = end + timedelta(days=1)
    steps = [after]
    while steps[-1] > start:
        n = len(steps) * length
        if unit == "day":
            steps.append(after - timedelta(days=n))
        else:
            steps.append(_months_back(after, n * (12 if unit == "year" else 1)))
    return steps


def interval_starts(start: date, end: date, unit: Unit, length: int) -> Days:
    """(T + 1,) first days of the T intervals of a study, and the day after its end.

    Raises
    ------
    ValueError
        The end is before the start; there are fewer than two intervals.
    """
    if unit not in UNITS:
        raise ValueError(f"time_unit: {unit!r} is none of {', '.join(UNITS)}")
    if length < 1:
        raise ValueError("time_length: give a whole number of units, 1 or more")
    if end < start:
        raise ValueError("period: the end is before the start")
    steps = steps_back(start, end, unit, length)
    if steps[-1] < start:
        steps = steps[:-2] if len(steps) > 2 else steps[:1]
        steps.append(start)
    if len(steps) < 3:
        raise ValueError(
            f"period: from {start} to {end} there are not two intervals of {length} {unit}; "
            "a scan in time needs two at least"
        )
    return np.array([day_number(day) for day in reversed(steps)], dtype=np.int64)


def units_in(start: date, end: date, unit: Unit) -> float:
    """Length of the study in units; what is left of a year or month counts as its share of days."""
    steps = steps_back(start, end, unit, 1)
    if steps[-1] == start:
        return len(steps) - 1
    days = 1
    if unit == "month":
        days = calendar.monthrange(start.year, start.month)[1]
    elif unit == "year":
        days = 366 if calendar.isleap(start.year) else 365
    return len(steps) - 2 + (days - (start - steps[-1]).days) / days


class PopulationTable(Protocol):
    """Counts of people: one row for each place, date and group (see `clusters.Population`)."""

    @property
    def place(self) -> ArrayLike: ...
    @property
    def date(self) -> ArrayLike: ...
    @property
    def count(self) -> ArrayLike: ...
    @property
    def group(self) -> ArrayLike | None: ...


def time_weights(dates: Days, starts: Days) -> Floats:
    """(T, K) days that each of K census dates counts for in each interval.

    The integral over the interval of the straight-line interpolation between the dates, which is
    constant before the first and after the last.
    """
    weights = np.zeros((len(starts) - 1, len(dates)))
    inner = dates[(dates > starts[0]) & (dates < starts[-1])]
    cuts = np.unique(np.concatenate([starts, inner]))
    middle = (cuts[:-1] + cuts[1:]) / 2  # of a straight line, the mean is the middle
    row = np.searchsorted(starts, cuts[:-1], side="right") - 1
    right = np.clip(np.searchsorted(dates, middle), 0, len(dates) - 1)
    left = np.clip(right - 1, 0, len(dates) - 1)
    gap = np.where(dates[right] > dates[left], dates[right] - dates[left], 1)
    part = np.clip((middle - dates[left]) / gap, 0, 1)
    part = np.where(right == left, 1.0, part)
    np.add.at(weights, (row, right), np.diff(cuts) * part)
    np.add.at(weights, (row, left), np.diff(cuts) * (1 - part))
    return weights


def expected_cases(
    population: PopulationTable,
    place_number: dict[str, int],
    cases_of_group: dict[str, int],
    starts: Days,
) -> Floats:
    """(places, T) expected cases of each place and interval, standardised indirectly.

    μ(place, t) = Σ over groups g of  r_g · people(place, g) · days in t,  where
    r_g = cases of g / Σ over places and intervals of people · days. Their sum is all cases.

    Raises
    ------
    ValueError
        A population is negative or of an unknown place; a group has cases and nobody in it.
    """
    places = np.asarray(population.place).astype(str)
    dates, date_row = np.unique(day_numbers(population.date), return_inverse=True)
    counts = np.asarray(population.count, dtype=np.float64)
    groups = (
        np.full(len(places), "") if population.group is None
        else np.asarray(population.group).astype(str)
    )  # fmt: skip
    if not len(places) or not len(places) == len(date_row) == len(counts) == len(groups):
        raise ValueError("population: give a place, a date and a count for each row, and some rows")
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError("population: a count is negative or not a number")
    unknown = sorted(set(places.tolist()) - set(place_number))
    if unknown:
        raise ValueError(
            f"population: {len(unknown)} places have no coordinates, {unknown[0]!r} first"
        )
    names, group_row = np.unique(groups, return_inverse=True)
    numbers = np.array([place_number[name] for name in places.tolist()])
    weights = time_weights(dates, starts)
    person_days = np.bincount(
        group_row.ravel(), counts * weights.sum(axis=0)[date_row.ravel()], len(names)
    )
    rates = np.zeros(len(names))
    for row, name in enumerate(names.tolist()):
        cases = cases_of_group.get(name, 0)
        if cases and not person_days[row] > 0:
            raise ValueError(f"population: group {name!r} has {cases} cases and nobody in it")
        rates[row] = cases / person_days[row] if cases else 0.0
    missing = sorted(set(cases_of_group) - set(names.tolist()))
    if missing:
        raise ValueError(f"population: it has no group {missing[0]!r}, of which there are cases")
    at_date = np.zeros((len(place_number), len(dates)))
    np.add.at(at_date, (numbers, date_row.ravel()), counts * rates[group_row.ravel()])
    return np.asarray(at_date @ weights.T, dtype=np.float64)
