"""Rules for schemes, places and their outlines, boundary editions and population."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations, pairwise

from django.utils.translation import gettext as _
from shapely import MultiPolygon, Polygon
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.validation import explain_validity

from convive.domain.programme.models import Place as Ground
from convive.kernel.errors import Problem
from convive.pack import records
from convive.pack.contents import Pack
from convive.pack.faults import dates, repeated, stranger, unknown
from convive.pack.records import Place, Population
from convive.pack.values import suggest

TOTAL = "total"
_DEPTH = {level: depth for depth, level in enumerate(Ground.Level.values)}
_SLIVER = 0.01  # shared part of the smaller outline that drawing by hand may leave
_OUTSIDE = 0.10  # part of an outline that may lie outside its parent's

Area = Polygon | MultiPolygon


def schemes(pack: Pack) -> Iterator[Problem]:
    yield from repeated(pack.all(records.Scheme), lambda scheme: scheme.code)


def places(pack: Pack) -> Iterator[Problem]:
    found = pack.all(Place)
    yield from repeated(found, lambda place: place.ref)
    yield from dates(found)
    by_ref = {place.ref: place for place in found}
    kept = {scheme.code: scheme for scheme in pack.all(records.Scheme)}
    for place in found:
        yield from unknown(pack, place, "parent", Place)
        parent = by_ref.get(place.parent)
        if parent and _DEPTH[parent.level] >= _DEPTH[place.level]:
            yield Problem(
                place.spot.at("parent"),
                _("A %(level)s cannot lie in a %(parent)s.")
                % {"level": place.level, "parent": parent.level},
                _("Name the larger place in which it lies."),
            )
        elif parent and parent.scheme == place.scheme and not place.code.startswith(parent.code):
            yield Problem(
                place.spot.at("parent"),
                _("The code %(code)s does not begin with that of its parent, %(parent)s.")
                % {"code": place.code, "parent": parent.code},
                _("Correct the code or the parent."),
            )
        yield from _code(place, "code", place.scheme, place.code, kept)
        for scheme, code in place.other_codes.items():
            yield from _code(place, "other_codes", scheme, code, kept)
    if found and not any(place.in_programme for place in found):
        yield Problem(
            found[0].spot.at(),
            _("The programme works in none of the places."),
            _('Write "in_programme": true at its districts.'),
        )


def outlines(pack: Pack) -> Iterator[Problem]:
    areas: dict[str, Area] = {}
    for place in pack.all(Place):
        if place.outline is None:
            continue
        area, problem = _area(place)
        if problem:
            yield problem
        elif area is not None:
            areas[place.ref] = area
    by_ref = {place.ref: place for place in pack.all(Place)}
    for ref, area in areas.items():
        place = by_ref[ref]
        parent = areas.get(place.parent)
        if parent is not None and area.difference(parent).area > _OUTSIDE * area.area:
            yield Problem(
                place.spot.at("geometry"),
                _("The outline of %(name)s lies outside that of %(parent)s.")
                % {"name": place.name_es, "parent": by_ref[place.parent].name_es},
                _("Correct the points; each is [longitude, latitude]."),
            )
    for first, second in combinations([by_ref[ref] for ref in areas], 2):
        if (first.level, first.parent) != (second.level, second.parent) or not _together(
            first, second
        ):
            continue
        one, other = areas[first.ref], areas[second.ref]
        if one.intersection(other).area > _SLIVER * min(one.area, other.area):
            yield Problem(
                second.spot.at("geometry"),
                _("The outlines of %(first)s and %(second)s overlap.")
                % {"first": first.name_es, "second": second.name_es},
                _("Let neighbours share the points of their common edge."),
            )


def editions(pack: Pack) -> Iterator[Problem]:
    found = sorted(pack.all(records.Edition), key=lambda edition: edition.valid_from)
    yield from repeated(found, lambda edition: edition.code)
    yield from dates(found)
    for earlier, later in pairwise(found):
        if (earlier.valid_to or date.max) >= later.valid_from:
            yield Problem(
                later.spot.at("valid_from"),
                _("On this day the edition %(code)s still holds.") % {"code": earlier.code},
                _("Let one edition end before the next begins."),
            )
    starts = {edition.code: edition.valid_from for edition in found}
    for row in pack.all(records.Composition):
        yield from unknown(pack, row, "edition", records.Edition)
        yield from unknown(pack, row, "older", records.Edition)
        yield from unknown(pack, row, "whole", Place)
        yield from unknown(pack, row, "parts", Place)
        if starts.get(row.edition, date.max) <= starts.get(row.older, date.min):
            yield Problem(
                row.spot.at("older"),
                _("The edition %(older)s is not older than %(edition)s.")
                % {"older": row.older, "edition": row.edition},
                _("Swap the two."),
            )
        if len(set(row.parts)) < 2:
            yield Problem(
                row.spot.at("parts"),
                _("What was divided has at least two parts."),
                _("Name every part, the one that kept the code among them."),
            )


def population(pack: Pack) -> Iterator[Problem]:
    rows = pack.all(Population)
    yield from repeated(
        rows, lambda row: (row.place, row.year, row.sex, row.age_band, row.source, row.edition)
    )
    found = pack.one(records.Programme)
    preferred = found.population_sources if found else None
    held = {edition.code: edition for edition in pack.all(records.Edition)}
    ground = {place.ref: place for place in pack.all(Place)}
    for row in rows:
        yield from unknown(pack, row, "place", Place)
        yield from unknown(pack, row, "edition", records.Edition)
        if preferred is not None and row.source not in preferred:
            yield stranger(row.spot.at(), row.source, preferred)
        place, edition = ground.get(row.place), held.get(row.edition)
        if place and edition and not _stands(place, edition):
            yield Problem(
                row.spot.at(),
                _("%(name)s does not exist in the edition %(edition)s.")
                % {"name": place.name_es, "edition": edition.code},
                _("Correct the edition, or the dates of the place."),
            )
    for source in sorted(set(preferred or ()) - {row.source for row in rows}):
        yield Problem(
            found.spot.at("population_sources") if found else "programme.toml",
            _("No row of population.csv comes from “%(source)s”.") % {"source": source},
            suggest(source, {row.source for row in rows}),
        )
    yield from _sums(rows)


RULES: tuple[Callable[[Pack], Iterator[Problem]], ...] = (
    schemes,
    places,
    outlines,
    editions,
    population,
)


def _code(
    place: Place, key: str, scheme: str, code: str, kept: dict[str, records.Scheme]
) -> Iterator[Problem]:
    """A code of a scheme that declares how its codes are formed."""
    where = place.spot.at("scheme" if key == "code" else key)
    if scheme not in kept:
        yield stranger(where, scheme, kept)
        return
    digits, pattern = kept[scheme].digits, kept[scheme].pattern
    if digits and not (code.isascii() and code.isdigit() and len(code) in digits):
        yield Problem(
            place.spot.at(key),
            _("“%(code)s” is not a code of %(scheme)s, whose codes have %(digits)s digits.")
            % {
                "code": code,
                "scheme": scheme,
                "digits": ", ".join(str(count) for count in digits),
            },
            _("Write every digit, leading zeros too, between quotation marks."),
        )
    elif pattern and not re.fullmatch(pattern, code):
        yield Problem(
            place.spot.at(key),
            _("“%(code)s” is not a code of %(scheme)s.") % {"code": code, "scheme": scheme},
            _("It must match %(pattern)s.") % {"pattern": pattern},
        )


def _area(place: Place) -> tuple[Area | None, Problem | None]:
    """The outline as a valid polygon with its points in order, or what is wrong with it."""

    def fault(why: str, remedy: str) -> tuple[None, Problem]:
        return None, Problem(place.spot.at("geometry"), why, remedy)

    redraw = _("Draw the outline as one closed ring of [longitude, latitude] points.")
    try:
        area = shape(place.outline or {})
    except (ShapelyError, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return fault(_("The outline is not a GeoJSON geometry."), redraw)
    if not isinstance(area, Polygon | MultiPolygon) or area.is_empty:
        return fault(_("The outline is not a polygon."), redraw)
    west, south, east, north = area.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return fault(
            _("The points of the outline are not in order: no latitude is beyond 90."),
            _("Write the longitude first, then the latitude."),
        )
    if not area.is_valid:
        return fault(
            _("The outline is not valid: %(why)s.") % {"why": explain_validity(area)}, redraw
        )
    polygons = [area] if isinstance(area, Polygon) else list(area.geoms)
    if not all(polygon.exterior.is_ccw for polygon in polygons):
        return fault(
            _("The points of the outline are not in order: they run clockwise."),
            _("Write them counter-clockwise, as GeoJSON asks (RFC 7946)."),
        )
    return area, None


def _together(first: Place, second: Place) -> bool:
    """Some day on which both places exist."""
    start = max(first.valid_from or date.min, second.valid_from or date.min)
    return start <= min(first.valid_to or date.max, second.valid_to or date.max)


def _stands(place: Place, edition: records.Edition) -> bool:
    """Some day of the edition on which the place exists."""
    start = max(place.valid_from or date.min, edition.valid_from)
    return start <= min(place.valid_to or date.max, edition.valid_to or date.max)


def _sums(rows: list[Population]) -> Iterator[Problem]:
    """Sexes must make their total, and so must age bands, wherever a source gives them."""
    tables: dict[tuple[str, int, str, str], dict[tuple[str, str], Population]] = defaultdict(dict)
    for row in rows:
        tables[row.place, row.year, row.source, row.edition][row.sex, row.age_band] = row
    for cells in tables.values():
        if (TOTAL, TOTAL) not in cells:
            yield Problem(
                next(iter(cells.values())).spot.at(),
                _("The total of sex and age is missing for this place, year and source."),
                _("Add the row with sex total and age_band total."),
            )
            continue
        bands = {band for _sex, band in cells}
        sexes = {sex for sex, _band in cells}
        for band in sorted(bands):
            parts = [cells[sex, band] for sex in sorted(sexes - {TOTAL}) if (sex, band) in cells]
            yield from _adds_up(cells.get((TOTAL, band)), parts)
        for sex in sorted(sexes):
            parts = [cells[sex, band] for band in sorted(bands - {TOTAL}) if (sex, band) in cells]
            yield from _adds_up(cells.get((sex, TOTAL)), parts)


def _adds_up(total: Population | None, parts: list[Population]) -> Iterator[Problem]:
    if total is None or not parts or sum(part.value for part in parts) == total.value:
        return
    yield Problem(
        total.spot.at(),
        _("The total is %(total)s, its parts make %(sum)s.")
        % {"total": total.value, "sum": sum(part.value for part in parts)},
        _("Correct the total or a part; give every sex and every age band, or none."),
    )
