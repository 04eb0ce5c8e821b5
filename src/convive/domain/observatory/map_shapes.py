"""What a map is drawn from: outlines, limits that are not settled, and cells. Never a position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from convive import charts as draw
from convive.domain.observatory.drawings import Key
from convive.domain.observatory.exposure import Drawings
from convive.domain.observatory.map_cells import outline
from convive.domain.observatory.map_numbers import ToldCell
from convive.domain.observatory.map_page import DISTRICTS, MapPage
from convive.domain.programme.models import Place
from convive.kernel import words

_NEAR = 0.0005  # degrees, about 50 m: schematic outlines seldom share their corners exactly


def shapes(page: MapPage, districts: Sequence[Place], drawings: Drawings) -> dict[str, Any]:
    """GeoJSON feature collections, in the order in which they are drawn.

    districts : all of the province; those that are not seen have an outline and nothing more.
    """
    rows = {row.ref: (f"d{i}", row) for i, row in enumerate(page.rows, 1)}
    areas = []
    for district in districts:
        key, row = rows.get(district.ref, ("", None))
        is_shaded = page.layer == DISTRICTS and row is not None
        rank = (row.rank or 0) if row is not None and is_shaded else None
        if district.outline:
            areas.append(_feature(district.outline, key=key, rank=rank, name=district.name))
    cells = [_feature(_hexagon(cell), f"c{i}", cell.rank) for i, cell in enumerate(page.cells, 1)]
    limits = [_feature(line) for line in unsettled(districts, drawings)]
    return {"districts": _all(areas), "cells": _all(cells), "limits": _all(limits)}


def unsettled(districts: Sequence[Place], drawings: Drawings) -> list[dict[str, Any]]:
    """Limits that one boundary edition draws and another does not, where we have but a scheme.

    Nobody can say from a schematic outline on which side of such a limit a house stands.
    """
    import shapely
    from shapely.geometry import mapping, shape

    outlines = {
        place.ref: shape(place.outline)
        for place in districts
        if place.outline and place.outline_is_schematic
    }
    pairs = {
        pair
        for split in drawings.splits
        for pair in combinations(sorted({split.whole, *split.parts} & outlines.keys()), 2)
    }
    found = []
    for one, other in sorted(pairs):
        shared = shapely.intersection(outlines[one].boundary, outlines[other].buffer(_NEAR))
        lines = [part for part in shapely.get_parts(shared) if part.length > _NEAR]
        found += [mapping(part) for part in lines]
    return found


def fallback(page: MapPage) -> SafeString:
    """Districts or cells as a drawing of ours, for whoever has no script."""
    is_by_district = page.layer == DISTRICTS
    areas = [
        draw.Area(row.outline, shade=(row.rank or 0) if is_by_district else 0, title=row.name)
        for row in page.rows
        if row.outline
    ]
    label = _("Map of the districts: %(names)s.") % {
        "names": ", ".join(row.name for row in page.rows) or words.no_value()
    }
    empty = _("No outlines to draw.")
    if is_by_district:
        return _safe(draw.choropleth(areas, label=label, empty=empty, key="map"))
    cells = [draw.Area(_hexagon(cell), shade=cell.rank) for cell in page.cells]
    return _safe(draw.cells(areas, cells, label=label, empty=empty, key="map"))


def key_of(page: MapPage, *, has_limits: bool) -> tuple[Key, ...]:
    """The key of the map in words."""
    digits = 1 if page.layer == DISTRICTS else 0
    rows = []
    for found in page.classes:
        lower, upper = (words.number(end, digits) for end in (found.lower, found.upper))
        said = lower if lower == upper else words.interval(found.lower, found.upper, digits)
        rows.append((f"shade-{found.rank}", said))
    if page.few:
        text = _("fewer than %(n)s, or hidden to protect these")
        rows.append(("suppressed", text % {"n": page.threshold}))
    if page.layer == DISTRICTS and any(row.rank is None for row in page.rows):
        rows.append(("missing", _("no data")))
    if has_limits:
        rows.append(("undetermined", _("limit not settled")))
    return tuple(
        (_safe(draw.swatch(name, key=f"map-{i}")), text) for i, (name, text) in enumerate(rows)
    )


def _feature(
    geometry: Any, key: str = "", rank: int | None = None, name: str = ""
) -> dict[str, Any]:
    properties = {"key": key, "rank": rank, "name": name}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _all(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _hexagon(cell: ToldCell) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [_closed(outline(cell.cell))]}


def _closed(ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    corners = list(ring)
    return [*corners, corners[0]]


def _safe(svg: str) -> SafeString:
    """Our own drawing: convive.charts escapes every word that it writes."""
    return mark_safe(svg)  # noqa: S308
