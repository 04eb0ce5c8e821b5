"""What is known of districts before anything is counted there: their people, and their ground.

Traits choose the districts that one is compared with, so they are never made of what is compared.
Each is told in one year for all districts, the same boundaries and the same source; where that
cannot be, it is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from convive.domain.observatory import queries
from convive.domain.observatory.ages import ages
from convive.domain.observatory.exposure import Census
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.kernel.periods import Period

LEAST_YEARS = 3  # apart, for growth
YOUNG = range(15, 30)


@dataclass(frozen=True)
class Trait:
    """label : what it is, in words. digits : decimals that it is told with.

    by_ratio : whether twice is as far as half, as for numbers of people.
    """

    name: str
    label: str | Promise
    digits: int
    by_ratio: bool = False


TRAITS = {
    trait.name: trait
    for trait in (
        Trait("people", _("number of people"), 0, by_ratio=True),
        Trait("growth", _("yearly growth (%)"), 1),
        Trait("women", _("women (%)"), 1),
        Trait("young", _("people of 15 to 29 years (%)"), 1),
        Trait("density", _("people per km²"), 0, by_ratio=True),
    )
}


@dataclass(frozen=True)
class Known:
    """A trait of every district: values by `SCHEME:CODE`, and the year (or years) they are of."""

    values: Mapping[str, float]
    years: tuple[int, ...]


def candidates(edition: str) -> list[Place]:
    """The districts that these boundaries draw apart, by code."""
    within = queries.drawings().within
    rows = programme.places().filter(level=Place.Level.DISTRICT).order_by("code")
    return [place for place in rows if within(place.ref, edition) is None]


def edition_of(year: int) -> str:
    """The boundaries at the end of a year."""
    found = programme.edition_on(Period.between(str(year), str(year)).end)
    return found.code if found else ""


def known(places: Sequence[Place], edition: str, year: int) -> dict[str, Known]:
    """The traits that are known of all of these districts, within these boundaries.

    Of the newest year up to `year`; of the first after it where none before is known.
    """
    look = _Look(tuple(places), edition, year)
    made = {
        "people": look.people,
        "growth": look.growth,
        "women": look.women,
        "young": look.young,
        "density": look.density,
    }
    found = {name: make() for name, make in made.items()}
    return {
        name: one
        for name, one in found.items()
        if one is not None and len(set(one.values.values())) > 1
    }


def scaled(name: str, value: float) -> float:
    """The trait as its distance is measured."""
    return log(value) if TRAITS[name].by_ratio else value


@dataclass(frozen=True)
class _Look:
    """Makes each trait; None where it is not known of every district."""

    places: tuple[Place, ...]
    edition: str
    year: int

    def people(self) -> Known | None:
        everybody = self._census()
        year = self._nearest(lambda at: self._of_year(everybody, at) is not None, everybody)
        counted = None if year is None else self._of_year(everybody, year)
        if year is None or counted is None or not all(counted[0].values()):
            return None
        return Known({ref: float(n) for ref, n in counted[0].items()}, (year,))

    def growth(self) -> Known | None:
        """Per cent a year between the two years furthest apart that one source counted alike."""
        everybody = self._census()
        counted = {
            year: told
            for year in _years(everybody)
            if year <= self.year and (told := self._of_year(everybody, year)) is not None
        }
        spans = [
            (last, last - first)
            for last in counted
            for first in counted
            if last - first >= LEAST_YEARS and counted[last][1] == counted[first][1]
        ]
        if not spans:
            return None
        last, length = max(spans)
        after, before = counted[last][0], counted[last - length][0]
        if not all(after.values()) or not all(before.values()):
            return None
        values = {ref: 100 * ((n / before[ref]) ** (1 / length) - 1) for ref, n in after.items()}
        return Known(values, (last - length, last))

    def women(self) -> Known | None:
        return self._share([self._census(sex="female")])

    def young(self) -> Known | None:
        bands = [(band, _years_of(band)) for band in queries.age_bands()]
        inside = [(band, years) for band, years in bands if years and set(years) <= set(YOUNG)]
        if sorted(age for _band, years in inside for age in years) != list(YOUNG):
            return None  # bands that overlap, or do not make up these years
        return self._share([self._census(age_band=band) for band, _years in inside])

    def density(self) -> Known | None:
        """People by the ground within their outlines; schematic outlines tell nothing."""
        people = self.people()
        if people is None:
            return None
        ground = {place.ref: self._ground(place) for place in self.places}
        if not all(ground.values()):
            return None
        values = {ref: n / (ground[ref] or 1.0) for ref, n in people.values.items()}
        return Known(values, people.years)

    def _share(self, parts: Sequence[Census]) -> Known | None:
        """Per cent of the people that these counts together are, as one source counted both."""
        everybody = self._census()
        by_source = [_from(everybody, source) for source in everybody.sources]

        def told(year: int) -> dict[str, float] | None:
            for census in by_source:
                whole = self._of_year(census, year)
                some = [self._of_year(_from(part, *census.sources), year) for part in parts]
                if whole is None or not all(whole[0].values()):
                    continue
                counts = [one[0] for one in some if one is not None and one[1] == whole[1]]
                if len(counts) == len(parts):
                    return {
                        ref: 100 * sum(n[ref] for n in counts) / people
                        for ref, people in whole[0].items()
                    }
            return None

        year = self._nearest(lambda at: told(at) is not None, everybody)
        values = None if year is None else told(year)
        return None if year is None or values is None else Known(values, (year,))

    def _nearest(self, is_known: Callable[[int], bool], census: Census) -> int | None:
        years = [year for year in _years(census) if is_known(year)]
        before = [year for year in years if year <= self.year]
        return before[-1] if before else next(iter(years), None)

    def _of_year(
        self, census: Census, year: int
    ) -> tuple[dict[str, int], frozenset[tuple[str, str]]] | None:
        """People of every district, and who counted them; None where one is not known."""
        found = {p.ref: census.people(p.ref, year, self.edition) for p in self.places}
        told = {ref: people for ref, people in found.items() if people is not None}
        if len(told) < len(found):
            return None
        by = frozenset((people.source, people.edition) for people in told.values())
        return {ref: people.value for ref, people in told.items()}, by

    def _ground(self, place: Place) -> float | None:
        """Square kilometres of a district and of what these boundaries still count within it."""
        held = queries.drawings().holds(place.ref, self.edition)
        parts = [place, *(programme.place(ref) for ref in held)]
        if any(not part.outline or part.outline_is_schematic for part in parts):
            return None
        return sum(_km2(part) for part in parts)

    def _census(self, **whom: str) -> Census:
        return queries.census(self.places, queries.drawings(), **whom)


def _from(census: Census, source: str) -> Census:
    return replace(census, sources=(source,))


def _years(census: Census) -> list[int]:
    return sorted({key[1] for key in census.rows})


def _km2(place: Place) -> float:
    from shapely.geometry import shape

    area, _length = _earth().geometry_area_perimeter(shape(place.outline or {}))
    return abs(float(area)) / 1e6


@cache
def _earth() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def _years_of(band: str) -> range:
    """The years of a band such as 15-17; none of one without an end."""
    found = ages(band)
    return range(0) if found is None or found[1] is None else range(found[0], found[1] + 1)
