"""Systems of coordinates: which are the same, and under which points make sense."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

DEGREES = "EPSG:4326"

# The names by which GeoJSON calls plain degrees, longitude first
_CRS84 = re.compile(r"(urn:ogc:def:crs:)?OGC(:[0-9.]*)?:?CRS84|CRS84", re.IGNORECASE)
_URN = re.compile(r"urn:(?:x-)?ogc:def:crs:EPSG:[0-9.]*:([0-9]+)", re.IGNORECASE)
_SHORT = re.compile(r"EPSG:+([0-9]+)", re.IGNORECASE)


def plain_name(name: str) -> str:
    """`EPSG:32717` for the ways in which files write it; other names as they are."""
    name = name.strip()
    if _CRS84.fullmatch(name):
        return DEGREES
    found = _URN.fullmatch(name) or _SHORT.fullmatch(name)
    return f"EPSG:{found[1]}" if found else name


@lru_cache(maxsize=64)
def system(name: str) -> Any:
    """The pyproj CRS of this name. Raises pyproj.exceptions.CRSError for no such system."""
    from pyproj import CRS, network

    network.set_network_enabled(active=False)
    return CRS.from_user_input(name)


def between(source: str, target: str) -> Any:
    """The pyproj Transformer from one system to another, x (east) before y (north)."""
    from pyproj import Transformer

    return Transformer.from_crs(system(source), system(target), always_xy=True)


def same_system(one: str, other: str) -> bool:
    """Whether two names mean the same system, whatever the order in which it lists its axes."""
    from pyproj.exceptions import CRSError

    one, other = plain_name(one), plain_name(other)
    if one.upper() == other.upper():
        return True
    try:
        return bool(system(one).equals(system(other), ignore_axis_order=True))
    except CRSError:
        return False
