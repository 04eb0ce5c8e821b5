"""Where the records lie: positions and their system, time zone, and whether points were moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import numpy as np
from django.utils.translation import gettext as _

from convive.evidence.suggest.crs_guess import CrsAnswer, answer, nearest_zone
from convive.evidence.suggest.places import Surroundings
from convive.evidence.suggest.suggestion import Suggestion
from convive.evidence.suggest.words import match

_SAMPLE = 500
# Shares of the rows that stand on the very position of another one
_SNAPPED, _PERHAPS = 0.7, 0.4
_ENOUGH = 200  # rows; among fewer, neighbours share a position by chance
_BLOCKS = "hundred block, block address, cuadra, interseccion, intersection"


@dataclass(frozen=True)
class _Points:
    """placed : rows with a position. shared : of them, those on the position of another row."""

    x: np.ndarray[tuple[int], np.dtype[np.float64]]
    y: np.ndarray[tuple[int], np.dtype[np.float64]]
    placed: int
    shared: int
    positions: int


def where(
    connection: duckdb.DuckDBPyConnection, found: Suggestion, said: str, around: Surroundings
) -> Suggestion:
    """The suggestion with its system of coordinates, zone, and what the points tell.

    said : the system that the file itself names.
    """
    x, y = found.column("x"), found.column("y")
    if x is None or y is None:
        return replace(found, zone=around.zone)
    points = _points(connection, x.index, y.index)
    if not points.placed:
        gone = {x.index: "ignore", y.index: "ignore"}
        return replace(found.choose(gone), zone=around.zone)
    hints = "\n".join([found.file_name, *(c.header for c in found.columns)])
    told = answer(points.x, points.y, said=said, hints=hints, extent=around.extent)
    warnings = list(found.warnings)
    if told.is_swapped:
        found = found.choose({x.index: "y", y.index: "x"})
    without = found.rows - points.placed
    if without:
        warnings.append(
            _("%(without)s of %(rows)s rows have no position. They are taken in without one.")
            % {"without": without, "rows": found.rows}
        )
    is_inside, lon, lat = _place(points, told, around)
    if told.code and around.extent is not None and not is_inside:
        warnings.append(_("The points lie outside the programme's area. They are taken in."))
    if not told.code:
        warnings.append(told.why)
    zone = around.zone if is_inside or lon is None or lat is None else nearest_zone(lon, lat)
    is_snapped, snapped_why = _snapped(found, points)
    if snapped_why:
        warnings.append(snapped_why)
    return replace(
        found,
        crs=told.code,
        crs_why=told.why,
        crs_candidates=told.candidates,
        zone=zone,
        is_snapped=is_snapped,
        snapped_why=snapped_why,
        warnings=tuple(warnings),
    )


def _points(connection: duckdb.DuckDBPyConnection, x: int, y: int) -> _Points:
    connection.execute(
        "CREATE TABLE points AS SELECT row_number() OVER () AS n, x, y FROM ("
        f"SELECT try_cast(replace(c{x}, ',', '.') AS DOUBLE) AS x, "
        f"try_cast(replace(c{y}, ',', '.') AS DOUBLE) AS y FROM seen) "
        "WHERE isfinite(x) AND isfinite(y) AND (x <> 0 OR y <> 0)"
    )
    placed, shared, positions = connection.execute(
        "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (n > 1), 0), count(*) "
        "FROM (SELECT count(*) AS n FROM points GROUP BY x, y)"
    ).fetchall()[0]
    sample = connection.execute(
        "SELECT x, y FROM points WHERE n % greatest(1, ? // ?) = 0", [placed, _SAMPLE]
    ).fetchnumpy()
    return _Points(np.asarray(sample["x"]), np.asarray(sample["y"]), placed, shared, positions)


def _place(
    points: _Points, told: CrsAnswer, around: Surroundings
) -> tuple[bool, float | None, float | None]:
    """Whether the points lie where the programme works, and their middle in degrees."""
    if told.candidates:
        lon, lat = told.candidates[0].lon, told.candidates[0].lat
    else:
        lon, lat = float(np.median(points.x)), float(np.median(points.y))
        if told.is_swapped:
            lon, lat = lat, lon
    if not told.code:
        return False, None, None
    if around.extent is None:
        return False, lon, lat
    west, south, east, north = around.extent
    return west - 1 <= lon <= east + 1 and south - 1 <= lat <= north + 1, lon, lat


def _snapped(found: Suggestion, points: _Points) -> tuple[bool, str]:
    share = points.shared / points.placed
    if points.placed < _ENOUGH or share < _PERHAPS:
        return False, ""
    block = next((c.header for c in found.columns if match(c.header, _BLOCKS) == 1), "")
    told = {
        "share": round(100 * share),
        "points": points.positions,
        "rows": points.placed,
        "block": block,
    }
    if share >= _SNAPPED:
        why = _(
            "%(share)s %% of the rows stand exactly where another one stands (%(points)s positions "
            "for %(rows)s rows): points were moved to corners, blocks or anchor points."
        )
        return True, why % told
    if block:
        why = _(
            "Its column %(block)s says that only the block is known, and %(share)s %% of the rows "
            "stand exactly where another one stands."
        )
        return True, why % told
    why = _(
        "%(share)s %% of the rows stand exactly where another one stands. Ask whether the source "
        "moves its points to a block or corner; if it does, say so."
    )
    return False, why % told
