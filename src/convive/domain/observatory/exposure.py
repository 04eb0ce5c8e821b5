"""How many people, for how long, a count is divided by: always within the boundaries of the count.

A source counts within one drawing of the map (a boundary edition). Where people are only known
within another drawing, they are added up over the parts that make the same area, or not used at
all: El Porvenir's counts that still include Alto Trujillo are divided by both districts' people.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from convive.kernel.periods import Period

CountedBy: TypeAlias = frozenset[tuple[str, str]]
"""Who counted people, and within which boundaries."""


@dataclass(frozen=True)
class Split:
    """What the edition `older` called `whole` is, in `newer`, made of `parts`."""

    older: str
    newer: str
    whole: str
    parts: frozenset[str]


@dataclass(frozen=True)
class People:
    """How many lived in a place in one year, and by whose account.

    edition : the boundaries in which the source counted them.
    places : what was added up: the place itself, its parts, or its districts.
    """

    value: int
    year: int
    source: str
    edition: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """The days of one calendar year that are counted within one boundary edition."""

    year: int
    edition: str
    days: int

    @property
    def fraction(self) -> float:
        """The part of the year, 0 to 1."""
        return self.days / (366 if calendar.isleap(self.year) else 365)


@dataclass(frozen=True)
class Drawings:
    """How the drawings of the map differ: what each later edition made of the places before it."""

    splits: tuple[Split, ...] = ()

    def area(self, place: str, counted_in: str, drawn_in: str) -> tuple[str, ...] | None:
        """What `drawn_in` calls the area that `counted_in` calls `place`; None if it cannot."""
        if counted_in == drawn_in:
            return (place,)
        for split in self.splits:
            if (split.older, split.newer) == (counted_in, drawn_in):
                if split.whole == place:
                    return tuple(sorted(split.parts))
                if place in split.parts:
                    return None  # it does not exist yet where the records were counted
            if (split.older, split.newer) == (drawn_in, counted_in) and (
                place == split.whole or place in split.parts
            ):
                return None  # the older drawing cannot tell the parts from one another
        return (place,)

    def divides(self, place: str) -> bool:
        """Whether some drawing parts this place, or makes it part of another."""
        return any(place == split.whole or place in split.parts for split in self.splits)

    def is_later(self, place: str) -> bool:
        """Whether some drawing of the map made this place out of another."""
        return any(place in split.parts and place != split.whole for split in self.splits)

    def within(self, place: str, edition: str) -> str | None:
        """The place within which `edition` still counts `place`; None where it counts it apart."""
        for split in self.splits:
            if split.older == edition and place in split.parts and place != split.whole:
                return split.whole
        return None

    def holds(self, place: str, edition: str) -> tuple[str, ...]:
        """The later places that `edition` still counts within `place`."""
        return tuple(
            sorted(
                part
                for split in self.splits
                if split.older == edition and split.whole == place
                for part in split.parts - {place}
            )
        )


@dataclass(frozen=True)
class Census:
    """What is known about people, within the drawings of the map.

    rows : people by (place, year, source, edition).
    sources : population sources, the preferred first.
    districts : the districts below a place that is larger than a district.
    """

    rows: Mapping[tuple[str, int, str, str], int]
    sources: tuple[str, ...]
    drawings: Drawings = field(default_factory=Drawings)
    districts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def people(self, place: str, year: int, edition: str) -> People | None:
        """People in `place`, as `edition` draws it, in `year`; from the preferred source that can.

        The same edition is preferred to a sum of parts in another.
        """
        for source in self.sources:
            for drawn_in in self._editions(edition):
                if found := self._from(place, year, edition, source, drawn_in):
                    return found
        return None

    def years(self, place: str, edition: str) -> list[int]:
        """The years for which people are known in these boundaries."""
        return [
            year
            for year in sorted({key[1] for key in self.rows})
            if self.people(place, year, edition)
        ]

    def _editions(self, first: str) -> list[str]:
        others = {key[3] for key in self.rows} - {first}
        return [first, *sorted(others)]

    def _from(
        self, place: str, year: int, edition: str, source: str, drawn_in: str
    ) -> People | None:
        area = self.drawings.area(place, edition, drawn_in)
        if area is None:
            return None
        values = [self.rows.get((part, year, source, drawn_in)) for part in area]
        if all(value is not None for value in values):
            total = sum(value for value in values if value is not None)
            return People(total, year, source, drawn_in, area)
        below = [
            self._from(district, year, edition, source, drawn_in)
            for district in self.districts.get(place, ())
            if self.drawings.within(district, edition) is None
        ]
        parts = [people for people in below if people is not None]
        if not below or len(parts) < len(below):
            return None
        places = tuple(part for people in parts for part in people.places)
        return People(sum(people.value for people in parts), year, source, drawn_in, places)


def spans(period: Period, changes: Mapping[date, str], first: str) -> Iterator[Span]:
    """Cut a period into years and boundary editions.

    first : the edition in which the period begins.
    changes : the day on which the source went over to another edition, and which.
    """
    cuts = sorted(day for day in changes if period.start < day <= period.end)
    cuts += [date(year, 1, 1) for year in list(period.years())[1:]]
    starts = sorted({period.start, *cuts})
    edition = first
    for start, nxt in zip(starts, [*starts[1:], None], strict=True):
        edition = changes.get(start, edition)
        days = (period.end - start).days + 1 if nxt is None else (nxt - start).days
        yield Span(start.year, edition, days)


def person_years(parts: Mapping[Span, People]) -> float:
    """Σ people × covered fraction of the year, over the spans of a period."""
    return sum(people.value * span.fraction for span, people in parts.items())
