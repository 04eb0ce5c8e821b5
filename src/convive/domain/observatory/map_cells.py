"""Incidents counted in hexagons of one size (H3), so that no map ever shows a point.

A cell of resolution 8 covers about 0.7 km², some dozens of blocks; one of resolution 9 about
0.1 km², a few blocks. docs/methods/map.md says when which is shown, and what never is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from convive.evidence.positions import Spot

USUAL, FINE = 8, 9
# Smaller cells are offered where this share of the incidents lies in cells that may be told
ENOUGH = 0.75
# One position with more than this share, and at least so many, is hardly where they happened
_SINK, _SINK_LEAST = 0.05, 30

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class CellCount:
    """One cell, the district in which most of its incidents lie, and how many of each district."""

    cell: str
    district: str
    parts: Mapping[str, int]

    @property
    def n(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True)
class Cells:
    """The cells of a map, most incidents first.

    may_be_fine : smaller cells hold enough incidents to be shown.
    sink : share of the incidents at one single position, where that is suspiciously large.
    """

    resolution: int
    found: tuple[CellCount, ...]
    may_be_fine: bool
    sink: float | None

    @property
    def is_fine(self) -> bool:
        return self.resolution == FINE


def count_in_cells(
    spots: Iterable[Spot], own: Mapping[str, str], threshold: int, *, wants_fine: bool = False
) -> Cells:
    """Count incidents by cell.

    own : reference of a district in any scheme -> the district's own. What lies in none of these
        districts is left out: whoever looks may not see it.
    threshold : numbers below it are not told, so that too small cells would tell nothing.
    """
    from h3.api import basic_int  # loaded where cells are counted: a command starts sooner

    fine: dict[int, Counter[str]] = {}
    at: Counter[tuple[float, float]] = Counter()
    for lon, lat, place, n in spots:
        district = own.get(place)
        if district is None:
            continue
        cell = basic_int.latlng_to_cell(lat, lon, FINE)
        fine.setdefault(cell, Counter())[district] += n
        at[lon, lat] += n
    whole = at.total()
    told = sum(parts.total() for parts in fine.values() if parts.total() >= threshold)
    may_be_fine = whole > 0 and told >= ENOUGH * whole
    resolution = FINE if wants_fine and may_be_fine else USUAL
    counted = fine if resolution == FINE else _parents(fine)
    most = max(at.values(), default=0)
    found = [
        CellCount(basic_int.int_to_str(cell), _most(parts), dict(parts))
        for cell, parts in counted.items()
    ]
    return Cells(
        resolution=resolution,
        found=tuple(sorted(found, key=lambda cell: (-cell.n, cell.cell))),
        may_be_fine=may_be_fine,
        sink=most / whole if most >= max(_SINK_LEAST, _SINK * whole) else None,
    )


def outline(cell: str) -> Ring:
    """The corners of a cell, longitude and latitude in degrees, rounded to about a metre."""
    import h3

    return [(round(lon, 5), round(lat, 5)) for lat, lon in h3.cell_to_boundary(cell)]


def _parents(fine: Mapping[int, Counter[str]]) -> dict[int, Counter[str]]:
    from h3.api import basic_int

    found: dict[int, Counter[str]] = {}
    for cell, parts in fine.items():
        found.setdefault(basic_int.cell_to_parent(cell, USUAL), Counter()).update(parts)
    return found


def _most(parts: Counter[str]) -> str:
    return min(parts, key=lambda district: (-parts[district], district))
