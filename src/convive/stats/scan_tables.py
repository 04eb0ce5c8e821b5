"""What a space-time scan is given: cases, places, population and the windows to look at; checked.

The tables that come in are anything with these columns (`CaseTable`, `PlaceTable`,
`scan_time.PopulationTable`), such as what `convive.exchange.satscan` reads; `Cases`, `Places` and
`Population` are the plain ones.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import scan_time, scan_zones
from convive.stats.scan_time import Unit

Floats = NDArray[np.float64]
Rates = Literal["high", "low", "both"]


class CaseTable(Protocol):
    """Cases, one row for each place, day and group."""

    @property
    def place(self) -> ArrayLike: ...
    @property
    def date(self) -> ArrayLike: ...
    @property
    def count(self) -> ArrayLike | None: ...
    @property
    def group(self) -> ArrayLike | None: ...
    @property
    def precision(self) -> str: ...


class PlaceTable(Protocol):
    """Places with their coordinates."""

    @property
    def place(self) -> ArrayLike: ...
    @property
    def x(self) -> ArrayLike: ...
    @property
    def y(self) -> ArrayLike: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Cases:
    """Cases, one row for each place, day and group.

    place : (n,) names.
    date : (n,) days, in any form that numpy takes for one.
    count : (n,) whole numbers, or None for one case a row.
    group : (n,) names of groups (age and sex, say), or None; used by `poisson` only.
    precision : "day", "month" or "year": how exactly the dates are known.
    """

    place: ArrayLike
    date: ArrayLike
    count: ArrayLike | None = None
    group: ArrayLike | None = None
    precision: str = "day"


@dataclass(frozen=True)
class Places:
    """Places: names (n,), x and y (n,).

    unit : "degrees" (x longitude, y latitude), "km" or "m" (projected).
    """

    place: ArrayLike
    x: ArrayLike
    y: ArrayLike
    unit: str = "degrees"


@dataclass(frozen=True)
class Population:
    """People: one row for each place (n,), date (n,) and group (n,), with their count (n,).

    A place or group that a date leaves out has nobody at that date.
    """

    place: ArrayLike
    date: ArrayLike
    count: ArrayLike
    group: ArrayLike | None = None


@dataclass(frozen=True)
class Window:
    """Which cylinders are looked at.

    start, end : first and last day of the study, both inside.
    max_population : largest share of the population at risk (cases, in the permutation model) in a
        zone, above 0 to 1.
    max_distance : largest radius in kilometres, None for no limit.
    max_time : longest window: a share of the study below 1, or a number of units.
    time_unit, time_length : an interval is so many days, months or years.
    prospective : only windows that reach the last day.
    rates : "high", "low" (slow) or "both" (slow).
    min_cases : cases that a cluster of high rate must have.
    """

    start: datetime.date
    end: datetime.date
    max_population: float = 0.5
    max_distance: float | None = None
    max_time: float = 0.5
    time_unit: Unit = "day"
    time_length: int = 1
    prospective: bool = False
    rates: Rates = "high"
    min_cases: int = 2


def check(window: Window) -> None:
    if not 0 < window.max_population <= 1:
        raise ValueError("max_population: give a share above 0 and at most 1")
    if window.max_distance is not None and not window.max_distance >= 0:
        raise ValueError("max_distance: give kilometres, 0 or more, or None")
    if window.rates not in ("high", "low", "both"):
        raise ValueError(f'rates: {window.rates!r} is none of "high", "low", "both"')
    if window.min_cases < 1:
        raise ValueError("min_cases: give a whole number, 1 or more")
    if not window.max_time > 0:
        raise ValueError("max_time: give a share of the study or a number of units above 0")


def longest(window: Window, intervals: int) -> int:
    """Intervals of the longest window."""
    units = float(window.max_time)
    if units < 1:
        # floor twice, as SaTScan does: whole units first, then whole intervals
        whole = scan_time.units_in(window.start, window.end, window.time_unit)
        units = math.floor(round(whole * units, 9))
    longest = int(units // window.time_length)
    if longest < 1:
        raise ValueError(
            f"max_time: {window.max_time:g} is shorter than one interval of "
            f"{window.time_length} {window.time_unit}"
        )
    return min(longest, intervals)


def points_of(places: PlaceTable) -> tuple[list[str], Floats]:
    """Names in order, and points in kilometres."""
    names = np.asarray(places.place).astype(str)
    x, y = np.asarray(places.x, dtype=np.float64), np.asarray(places.y, dtype=np.float64)
    if names.ndim != 1 or not len(names) or not names.shape == x.shape == y.shape:
        raise ValueError("places: give a name, an x and a y for each, and at least one place")
    if len(set(names.tolist())) < len(names):
        twice = next(name for name in names.tolist() if (names == name).sum() > 1)
        raise ValueError(f"places: {twice!r} stands there twice")
    if not (np.isfinite(x) & np.isfinite(y)).all():
        raise ValueError("places: a coordinate is not a number")
    order = np.argsort(names, kind="stable")
    x, y = x[order], y[order]
    if places.unit == "degrees":
        if (np.abs(x) > 180).any() or (np.abs(y) > 90).any():
            raise ValueError("places: degrees go from −180 to 180 (x) and from −90 to 90 (y)")
        points = scan_zones.on_sphere(x, y)
    elif places.unit in ("km", "m"):
        points = np.column_stack([x, y]) / (1000.0 if places.unit == "m" else 1.0)
    else:
        raise ValueError(f'places: unit {places.unit!r} is none of "degrees", "km", "m"')
    return names[order].tolist(), points


def rows_of(
    cases: CaseTable, window: Window, number: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Place, day and count of each row of cases."""
    units = list(scan_time.UNITS)
    if cases.precision not in units:
        raise ValueError(f"cases: precision {cases.precision!r} is none of {', '.join(units)}")
    if units.index(cases.precision) > units.index(window.time_unit):
        raise ValueError(
            f"cases: their dates are known by the {cases.precision} only, and time_unit is "
            f"{window.time_unit}"
        )
    names = np.asarray(cases.place).astype(str)
    day = scan_time.day_numbers(cases.date)
    counts = np.ones(len(names)) if cases.count is None else np.asarray(cases.count, np.float64)
    if names.ndim != 1 or not names.shape == day.shape == counts.shape:
        raise ValueError("cases: give a place, a date and a count for each row")
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError("cases: counts are whole numbers, 0 or more")
    unknown = sorted(set(names.tolist()) - set(number))
    if unknown:
        raise ValueError(f"cases: {len(unknown)} places have no coordinates, {unknown[0]!r} first")
    outside = (day < scan_time.day_number(window.start)) | (day > scan_time.day_number(window.end))
    if outside.any():
        raise ValueError(
            f"cases: {int(outside.sum())} rows are not from {window.start} to {window.end}; leave "
            "them out or widen the study"
        )
    if counts.sum() < 2:
        raise ValueError("cases: there are fewer than two; nothing can cluster")
    place = np.array([number[name] for name in names.tolist()], dtype=np.int64)
    return place, day, counts.astype(np.int64)
