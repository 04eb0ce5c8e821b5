"""Brings positions from the system in which a source writes them into degrees, all at once."""

from __future__ import annotations

import duckdb

from convive.evidence.mapping import SourceSpec
from convive.evidence.reading.crs import DEGREES, system
from convive.evidence.reading.layers import Reading

# Degrees by which a point may lie beyond where its system is meant to be used: a neighbouring zone
_BEYOND = 6.0


def to_degrees(connection: duckdb.DuckDBPyConnection, spec: SourceSpec, made: Reading) -> None:
    """Fill in `lon` and `lat` of the table `staged`; refuse what lies outside the system."""
    from pyproj import Transformer

    area = system(spec.crs).area_of_use
    west, south, east, north = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
    if west > east:  # it crosses the antimeridian
        west, east = -180.0, 180.0
    points = connection.execute(
        "SELECT rowid AS id, x, y FROM staged WHERE fault IS NULL AND x IS NOT NULL"
    ).fetchnumpy()
    transformer = Transformer.from_crs(system(spec.crs), DEGREES, always_xy=True)
    lon, lat = transformer.transform(points["x"], points["y"])
    connection.register("moved", {"id": points["id"], "lon": lon, "lat": lat})
    made.reject("x", "false", "outside_crs")
    connection.execute(
        "UPDATE staged SET lon = moved.lon, lat = moved.lat FROM moved "
        "WHERE staged.rowid = moved.id"
    )
    connection.execute(
        "UPDATE staged SET fault = ?, bad = x::VARCHAR, lon = NULL, lat = NULL "
        "WHERE fault IS NULL AND x IS NOT NULL "
        "AND NOT (lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?)",
        [
            len(made.rules),
            *(west - _BEYOND, east + _BEYOND),
            *(south - _BEYOND, north + _BEYOND),
        ],
    )
    connection.unregister("moved")
