"""Maps of districts: shaded by class, or small to say which one is meant.

Degrees are drawn with the longitude shrunk by the cosine of the middle latitude: over a province
shapes keep their proportions. No basemap, no points, no streets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convive.charts.canvas import Canvas, line
from convive.charts.ink import PAGE, Ink
from convive.charts.rows import nothing

Ring = list[tuple[float, float]]
_MARGIN = 4.0
_CLOSEST = 0.7  # pixels


@dataclass(frozen=True)
class Area:
    """One district.

    geometry : GeoJSON Polygon or MultiPolygon, longitude and latitude in degrees (EPSG:4326).
    shade : 1 (lowest) to 5 (highest), or 0 where nothing is known.
    title : what pointing at it says: name and value.
    suppressed : too few to be shown: hatched.
    chosen : the district that the page is about.
    undetermined : its limit is not settled: dashed.
    """

    geometry: Mapping[str, Any]
    shade: int = 0
    title: str = ""
    suppressed: bool = False
    chosen: bool = False
    undetermined: bool = False


def choropleth(
    areas: Sequence[Area],
    *,
    key: str,
    label: str,
    empty: str = "",
    width: float = 340,
    tallest: float = 420,
    ink: Ink = PAGE,
) -> str:
    """SVG of districts in up to five shades; the key with its ranges stands beside it, in words.

    The chosen district has a heavy edge drawn last; what is not known is hatched over bare land.
    Raises ValueError for a geometry that is not a polygon and for a shade beyond 0 to 5.
    """
    if not areas:
        return nothing(key=key, label=label, words=empty, ink=ink, width=width)
    if any(not 0 <= area.shade <= 5 for area in areas):
        raise ValueError("choropleth: shades are 0 to 5")
    sheet = _Projection([area.geometry for area in areas], width, tallest)
    canvas = Canvas(sheet.width, sheet.height, ink=ink, key=key, label=label, css="plot map")
    outlines = [(area, sheet.outline(area.geometry)) for area in areas]
    for area, d in outlines:
        if area.suppressed or not area.shade:
            canvas.path("land", d, title=area.title)
            canvas.hatched("supp" if area.suppressed else "hatch", d, title=area.title)
        else:
            canvas.path(f"hx{area.shade}", d, title=area.title)
    for roles, wanted in (
        ("edge", lambda area: not area.undetermined),
        ("edge-h", lambda area: area.chosen),  # a pale line under the heavy one: seen on any shade
        ("edge-c", lambda area: area.chosen),
        ("edge-u", lambda area: area.undetermined),
    ):
        for area, d in outlines:
            if wanted(area):
                canvas.path(roles, d)
    return canvas.svg()


def cells(
    ground: Sequence[Area],
    areas: Sequence[Area],
    *,
    key: str,
    label: str,
    empty: str = "",
    width: float = 340,
    tallest: float = 420,
    ink: Ink = PAGE,
) -> str:
    """SVG of many small areas in up to five shades on bare ground: one path for each shade.

    ground : outlines in which they lie. areas : those of shade 0 are hatched as too few to be told.
    Raises ValueError for a geometry that is not a polygon and for a shade beyond 0 to 5.
    """
    if not ground and not areas:
        return nothing(key=key, label=label, words=empty, ink=ink, width=width)
    if any(not 0 <= area.shade <= 5 for area in areas):
        raise ValueError("cells: shades are 0 to 5")
    sheet = _Projection([area.geometry for area in (*ground, *areas)], width, tallest)
    canvas = Canvas(sheet.width, sheet.height, ink=ink, key=key, label=label, css="plot map")
    for area in ground:
        canvas.path("land", sheet.outline(area.geometry), title=area.title)
    for shade in range(6):
        d = "".join(sheet.outline(area.geometry) for area in areas if area.shade == shade)
        if d and shade:
            canvas.path(f"hx{shade}", d)
        elif d:
            canvas.hatched("supp", d)
    for area in ground:
        canvas.path("edge", sheet.outline(area.geometry))
    return canvas.svg()


def locator(
    areas: Sequence[Area], *, key: str, ink: Ink = PAGE, width: float = 320, tallest: float = 200
) -> str:
    """Small SVG of the programme's districts with the chosen one filled; the page names it."""
    if not areas:
        return ""
    sheet = _Projection([area.geometry for area in areas], width, tallest)
    canvas = Canvas(sheet.width, sheet.height, ink=ink, key=key, label="", css="locator")
    for area in sorted(areas, key=lambda area: area.chosen):
        canvas.path("pt" if area.chosen else "soil", sheet.outline(area.geometry))
    return canvas.svg()


def sketch(
    ground: Sequence[Area],
    areas: Sequence[Area],
    *,
    key: str,
    label: str,
    ink: Ink = PAGE,
    width: float = 340,
    tallest: float = 420,
) -> str:
    """SVG of numbered areas, from 1 in the order given, on the ground that they lie in.

    ground : outlines for orientation, or none. areas : each with a heavy edge and its number.
    Raises ValueError for a geometry that is not a polygon, or where there is no area.
    """
    if not areas:
        raise ValueError("sketch: give one area or more")
    sheet = _Projection([area.geometry for area in (*ground, *areas)], width, tallest)
    canvas = Canvas(sheet.width, sheet.height, ink=ink, key=key, label=label, css="plot map")
    for area in ground:
        outline = sheet.outline(area.geometry)
        canvas.path("land", outline, title=area.title)
        canvas.path("edge", outline)
    for number, area in enumerate(areas, 1):
        outline = sheet.outline(area.geometry)
        canvas.path("land", outline, title=area.title)
        canvas.path("edge-c", outline)
        x, y = sheet.middle(area.geometry)
        canvas.text("m", x, y + 4.5, str(number))
    return canvas.svg()


class _Projection:
    """From degrees to a sheet of `width`, no taller than `tallest`."""

    def __init__(
        self, geometries: Sequence[Mapping[str, Any]], width: float, tallest: float
    ) -> None:
        points = [point for g in geometries for ring in _rings(g) for point in ring]
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        self._shrink = math.cos(math.radians((south + north) / 2))
        across, up = max((east - west) * self._shrink, 1e-9), max(north - south, 1e-9)
        inner = width - 2 * _MARGIN
        self._scale = min(inner / across, (tallest - 2 * _MARGIN) / up)
        self.width, self.height = width, up * self._scale + 2 * _MARGIN
        self._left = (width - across * self._scale) / 2
        self._west, self._north = west, north

    def outline(self, geometry: Mapping[str, Any]) -> str:
        """Path of all rings, without the points that nobody could see apart.

        Holes stay open, as they turn the other way (RFC 7946).
        """
        return "".join(line(_seen(map(self._at, ring[:-1]))) + "z" for ring in _rings(geometry))

    def middle(self, geometry: Mapping[str, Any]) -> tuple[float, float]:
        """Of the corners of the first ring: inside, for a cell."""
        corners = [self._at(point) for point in next(_rings(geometry))[:-1]]
        return (
            sum(x for x, _y in corners) / len(corners),
            sum(y for _x, y in corners) / len(corners),
        )

    def _at(self, position: tuple[float, float]) -> tuple[float, float]:
        lon, lat = position
        x = self._left + (lon - self._west) * self._shrink * self._scale
        return x, _MARGIN + (self._north - lat) * self._scale


def _seen(points: Iterable[tuple[float, float]]) -> Ring:
    kept: Ring = []
    for point in points:
        if not kept or math.dist(kept[-1], point) >= _CLOSEST:
            kept.append(point)
    return kept


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    match geometry.get("type"):
        case "Polygon":
            polygons = [geometry["coordinates"]]
        case "MultiPolygon":
            polygons = geometry["coordinates"]
        case other:
            raise ValueError(f"geometry: {other!r} is not a Polygon or MultiPolygon")
    for polygon in polygons:
        for ring in polygon:
            yield [(float(position[0]), float(position[1])) for position in ring]
