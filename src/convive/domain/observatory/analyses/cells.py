"""The cells that hot spots and clusters are told by: hexagons of H3, or squares of a plane.

The study area is the outline of the place asked for; without one, the smallest hull that holds all
incidents, and the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.evidence.events import Events
from convive.evidence.reading.crs import DEGREES, between
from convive.kernel.errors import BadInput
from convive.stats.neighbours import Neighbours, within

Floats = NDArray[np.float64]
MOST_CELLS = 200_000
# Centres of neighbours lie one step apart; on squares those at a corner do so by a diagonal
_TOUCHING = {"h3": 1.3, "grid": 1.5}


@dataclass(frozen=True)
class Cells:
    """m cells. x, y : centres in metres. lon, lat : their centres, not a number on a plane.

    area : of each, in square metres. of_event : (n,) number of each incident's cell, −1 outside.
    kind : h3 or grid.
    """

    names: list[str]
    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    area: Floats
    of_event: NDArray[np.int64]
    kind: str

    def __len__(self) -> int:
        return len(self.names)

    def neighbours(self) -> Neighbours:
        """The cells that touch each other."""
        return within(self.x, self.y, _TOUCHING[self.kind] * self.step)

    @property
    def step(self) -> float:
        """Metres from a centre to the next."""
        side = sqrt(float(self.area.mean()))
        return side * sqrt(2 / sqrt(3)) if self.kind == "h3" else side


def cells_over(events: Events, text: str, outline: dict[str, Any] | None = None) -> Cells:
    """`h3:9` or `grid:200` over the study area. Raises BadInput where that cannot be.

    outline : GeoJSON geometry of the study area, in degrees.
    """
    kind, _colon, size = text.partition(":")
    if kind not in _TOUCHING or not size.isdecimal() or not int(size):
        raise BadInput.at(
            "--cells",
            _("“%(text)s” names no cells.") % {"text": text},
            _("Write h3:9 (a resolution from 5 to 11) or grid:200 (metres)."),
        )
    if kind == "grid":
        return _squares(events, float(size), outline)
    if not events.crs:
        raise BadInput.at(
            "--cells",
            _("Hexagons need to know where on Earth the incidents are."),
            _("Name the coordinate system with --crs, or write --cells grid:200."),
        )
    if not 5 <= int(size) <= 11:
        raise BadInput.at(
            "--cells", _("Hexagons are of a resolution from 5 to 11."), _("Write h3:9.")
        )
    return _hexagons(events, int(size), outline)


def _hexagons(events: Events, resolution: int, outline: dict[str, Any] | None) -> Cells:
    import h3
    import shapely

    area = (
        _hull(events.lon, events.lat) if outline is None else shapely.from_geojson(_text(outline))
    )
    degree = 111_320.0  # metres; along a parallel fewer
    across = degree * cos(radians(area.centroid.y))
    _few(round(area.area * degree * across / h3.average_hexagon_area(resolution, unit="m^2")))
    inside = h3.geo_to_cells(area, resolution)
    where = [
        h3.latlng_to_cell(lat, lon, resolution)
        for lon, lat in zip(events.lon.tolist(), events.lat.tolist(), strict=True)
    ]
    if outline is None:
        inside = set(inside) | set(where)
    names = sorted(inside)
    _few(len(names))
    number = {name: i for i, name in enumerate(names)}
    centres = np.array([h3.cell_to_latlng(name) for name in names])
    lat, lon = centres[:, 0], centres[:, 1]
    to_metres = between(DEGREES, events.crs)
    x, y = to_metres.transform(lon, lat)
    return Cells(
        names=names,
        x=np.asarray(x),
        y=np.asarray(y),
        lon=lon,
        lat=lat,
        area=np.array([h3.cell_area(name, unit="m^2") for name in names]),
        of_event=np.array([number.get(name, -1) for name in where], dtype=np.int64),
        kind="h3",
    )


def _squares(events: Events, size: float, outline: dict[str, Any] | None) -> Cells:
    import shapely

    if outline is None:
        area = _hull(events.x, events.y)
    else:
        to_metres = between(DEGREES, events.crs)
        area = shapely.transform(
            shapely.from_geojson(_text(outline)),
            to_metres.transform,  # takes and gives x and y apart
            interleaved=False,
        )
    left, bottom, right, top = (float(edge) for edge in area.bounds)
    columns, rows = int((right - left) // size) + 1, int((top - bottom) // size) + 1
    _few(columns * rows)
    east = left + size * (np.arange(columns) + 0.5)
    north = bottom + size * (np.arange(rows) + 0.5)
    x, y = (each.ravel() for each in np.meshgrid(east, north))
    column = np.floor((events.x - left) / size).astype(np.int64)
    row = np.floor((events.y - bottom) / size).astype(np.int64)
    on_grid = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    where = np.where(on_grid, row * columns + column, -1)
    kept = shapely.contains_xy(area, x, y)
    if outline is None:
        kept[where[where >= 0]] = True
    number = np.full(columns * rows + 1, -1, dtype=np.int64)
    number[:-1][kept] = np.arange(int(kept.sum()))
    x, y = x[kept], y[kept]
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if events.crs:
        back = between(events.crs, DEGREES)
        lon, lat = (np.asarray(each) for each in back.transform(x, y))
    names = [f"{round(e)} {round(n)}" for e, n in zip(x, y, strict=True)]
    area_of_each = np.full(len(x), size * size)
    return Cells(names, x, y, lon, lat, area_of_each, number[where], "grid")


def _hull(x: Floats, y: Floats) -> Any:
    """The smallest hull of the incidents, without the farthest thousandth along each side."""
    import shapely

    kept = np.ones(len(x), dtype=bool)
    for values in (x, y):
        low = np.quantile(values, 0.001, method="lower")
        high = np.quantile(values, 0.999, method="higher")
        kept &= (values >= low) & (values <= high)
    return shapely.MultiPoint(np.column_stack([x[kept], y[kept]])).convex_hull


def _few(cells: int) -> None:
    if cells > MOST_CELLS:
        raise BadInput.at(
            "--cells",
            _("So small cells would be more than %(most)s.") % {"most": f"{MOST_CELLS:,}"},
            _("Take larger cells or a smaller place."),
        )


def _text(outline: dict[str, Any]) -> str:
    import json

    return json.dumps(outline)
