"""Under which system of coordinates points make sense: where they should lie, or what is near."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.evidence.reading.crs import DEGREES, plain_name, system

Box = tuple[float, float, float, float]
Numbers = NDArray[np.float64]

_MOST = 6
_NEAR_KM = 150.0  # a file without surroundings: its points may lie this far from a known city
_ZONE_KM = 700.0
_MARGIN = 0.5  # of the extent's size, and at least a fifth of a degree
_SAME_M = 30.0  # systems that agree to some metres are one choice: receivers err by as much
_UTM = re.compile(r"utm[ _-]?(?:zone|zona|z)?[ _-]?(\d{1,2}) ?[ _-]?([ns])(?![a-z])", re.IGNORECASE)
_EPSG = re.compile(r"epsg[ _:-]?(\d{4,6})", re.IGNORECASE)


@dataclass(frozen=True)
class CrsGuess:
    """A system of coordinates under which the points make sense.

    code : such as EPSG:32717. lon, lat : degrees; where the middle of the points would lie.
    """

    code: str
    name: str
    why: str
    lon: float
    lat: float


@dataclass(frozen=True)
class CrsAnswer:
    """code : the proposal; empty where a person must choose among `candidates`.

    is_swapped : x holds latitudes and y longitudes.
    """

    code: str
    why: str
    candidates: tuple[CrsGuess, ...] = ()
    is_swapped: bool = False


def answer(x: Numbers, y: Numbers, *, said: str, hints: str, extent: Box | None) -> CrsAnswer:
    """The system of these points.

    said : what the file itself names. hints : the file's name and headers, which may name it.
    """
    if said and plain_name(said) != DEGREES:
        return _one(plain_name(said), _("The file says so."), x, y)
    if _are_degrees(x, y):
        return _degrees(x, y, extent)
    if _are_degrees(y, x):
        return _swapped(x, y)
    named = _named(hints)
    by_name = _one(named, _("“%(hints)s” names it.") % {"hints": hints.partition("\n")[0]}, x, y)
    if extent is not None:
        if by_name.code and _inside(x, y, named, extent) > 0.5:
            return by_name
        candidates = _within(x, y, extent)
        if candidates:
            why = candidates[0].why
            if len(candidates) > 1:
                why += " " + _("Others would move them by some hundred metres: make sure.")
            return CrsAnswer(candidates[0].code, why, tuple(candidates))
    if by_name.code:
        return by_name
    candidates = list(_near_cities(x, y))[:_MOST]
    why = (
        _("Several are possible: choose the one under which the points lie where they should.")
        if candidates
        else _("Under no common system do the points lie on land: ask the source for its name.")
    )
    return CrsAnswer("", why, tuple(candidates))


def nearest_zone(lon: float, lat: float) -> str:
    """The time zone whose city lies nearest; nothing where none is near."""
    distance, zone = min((_km(lon, lat, x, y), zone) for zone, x, y in cities())
    return zone if distance <= _ZONE_KM else ""


@cache
def cities() -> tuple[tuple[str, float, float], ...]:
    """(time zone, longitude, latitude) of its principal city, as the time zone database has it."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text(encoding="utf-8")
    found = []
    for line in table.splitlines():
        if line and not line.startswith("#"):
            _country, place, zone = line.split("\t")[:3]
            lat, lon = re.findall(r"[+-]\d+", place)
            found.append((zone, _angle(lon, 3), _angle(lat, 2)))
    return tuple(found)


def _angle(text: str, digits: int) -> float:
    """Degrees of ±DDMM, ±DDDMM, ±DDMMSS or ±DDDMMSS."""
    degrees, rest = text[1 : 1 + digits], text[1 + digits :]
    seconds = int(rest[2:4] or 0)
    size = int(degrees) + int(rest[:2]) / 60 + seconds / 3600
    return -size if text[0] == "-" else size


def _km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, half)))


# Degrees


def _are_degrees(x: Numbers, y: Numbers) -> bool:
    return bool(np.mean((np.abs(x) <= 180) & (np.abs(y) <= 90)) > 0.99)


def _degrees(x: Numbers, y: Numbers, extent: Box | None) -> CrsAnswer:
    if extent is not None and _are_degrees(y, x):
        straight, turned = _share_in(x, y, extent), _share_in(y, x, extent)
        if turned > 0.5 > straight:
            return _swapped(x, y)
    return CrsAnswer(DEGREES, _("They are degrees of longitude and latitude."))


def _swapped(x: Numbers, y: Numbers) -> CrsAnswer:
    return CrsAnswer(
        DEGREES,
        _("They are degrees; the column called x holds the latitude, and y the longitude."),
        is_swapped=True,
    )


# Metres and feet


def _named(hints: str) -> str:
    found = _EPSG.search(hints)
    if found:
        return f"EPSG:{found[1]}"
    utm = _UTM.search(hints)
    if utm and 1 <= int(utm[1]) <= 60:
        return f"EPSG:{(32600 if utm[2].lower() == 'n' else 32700) + int(utm[1])}"
    return ""


def _one(code: str, why: str, x: Numbers, y: Numbers) -> CrsAnswer:
    moved = _moved(x, y, code) if code else None
    if moved is None:
        unknown = _("The file names a system that is not known: %(code)s.") % {"code": code}
        return CrsAnswer("", unknown)
    return CrsAnswer(code, why, (_guess(code, why, *moved),))


def _within(x: Numbers, y: Numbers, extent: Box) -> list[CrsGuess]:
    """The projected systems made for this extent under which most points lie in it."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    known = query_crs_info(
        auth_name="EPSG",
        pj_types=PJType.PROJECTED_CRS,
        area_of_interest=AreaOfInterest(*extent),
        contains=True,
    )
    # WGS 84 first: what receivers of satellites write; then by the width of use
    ranked = sorted(
        (info for info in known if not info.deprecated),
        key=lambda info: (not info.name.startswith("WGS 84 / UTM"), int(info.code)),
    )
    found: list[CrsGuess] = []
    middles: list[tuple[float, float]] = []
    for info in ranked:
        code = f"EPSG:{info.code}"
        if _inside(x, y, code, extent) <= 0.5:
            continue
        moved = _moved(x, y, code)
        if moved is None:
            continue
        lon, lat = float(np.median(moved[0])), float(np.median(moved[1]))
        away = [1000 * _km(lon, lat, *other) for other in middles]
        if away and min(away) < _SAME_M:
            continue
        why = _("Under it the points lie where the programme works.")
        if away:
            why = _("Under it they lie there too, %(metres)s m away from the first.") % {
                "metres": round(away[0])
            }
        middles.append((lon, lat))
        found.append(CrsGuess(code, info.name, why, round(lon, 4), round(lat, 4)))
    return found[:_MOST]


def _near_cities(x: Numbers, y: Numbers) -> Iterator[CrsGuess]:
    """UTM zones under which the points lie near the principal city of some time zone."""
    if not (np.mean((x > 100_000) & (x < 900_000) & (y > 0) & (y < 10_000_000)) > 0.9):
        return
    found: list[tuple[float, str, str]] = []
    mid_x, mid_y = np.array([np.median(x)]), np.array([np.median(y)])
    for zone in range(1, 61):
        for base in (32600, 32700):
            moved = _moved(mid_x, mid_y, f"EPSG:{base + zone}")
            if moved is None:
                continue
            lon, lat = float(moved[0][0]), float(moved[1][0])
            away, city = min((_km(lon, lat, a, b), city) for city, a, b in cities())
            if away <= _NEAR_KM:
                found.append((away, f"EPSG:{base + zone}", city))
    for away, code, city in sorted(found):
        name = city.rpartition("/")[2].replace("_", " ")
        why = _("Under it the points lie near %(city)s (%(km)s km).") % {
            "city": name,
            "km": round(away),
        }
        moved = _moved(x, y, code)
        if moved is not None:
            yield _guess(code, why, *moved)


def _guess(code: str, why: str, lon: Numbers, lat: Numbers) -> CrsGuess:
    middle = round(float(np.median(lon)), 4), round(float(np.median(lat)), 4)
    return CrsGuess(code, str(system(code).name), why, *middle)


def _moved(x: Numbers, y: Numbers, code: str) -> tuple[Numbers, Numbers] | None:
    """In degrees; None where there is no such system or it cannot carry them."""
    from pyproj import Transformer
    from pyproj.exceptions import CRSError, ProjError

    try:
        lon, lat = Transformer.from_crs(system(code), DEGREES, always_xy=True).transform(x, y)
    except (CRSError, ProjError):
        return None
    good = np.isfinite(lon) & np.isfinite(lat)
    return (lon[good], lat[good]) if good.any() else None


def _inside(x: Numbers, y: Numbers, code: str, extent: Box) -> float:
    moved = _moved(x, y, code)
    return 0.0 if moved is None else _share_in(*moved, extent) * len(moved[0]) / len(x)


def _share_in(lon: Numbers, lat: Numbers, extent: Box) -> float:
    west, south, east, north = extent
    dx, dy = max(0.2, _MARGIN * (east - west)), max(0.2, _MARGIN * (north - south))
    inside = (lon >= west - dx) & (lon <= east + dx) & (lat >= south - dy) & (lat <= north + dy)
    return float(np.mean(inside))
