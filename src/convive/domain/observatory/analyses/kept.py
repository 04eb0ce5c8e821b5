"""What is kept of an answer: numbers and sentences, and no position.

A page tells cells, never points: the windows that an incident opens are gathered in cells here, and
what an answer says of longitudes, latitudes and metres is left out, however deep it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from convive.domain.observatory.analyses.answers import Answer
from convive.evidence.reading.crs import DEGREES, between
from convive.kernel.texts import LANGUAGES

WINDOW_CELLS = 8  # of H3: about 0.7 km²
_POSITIONS = frozenset({"lon", "lat", "x", "y"})
_WORDS = frozenset({"name", "weekdays"})  # said anew in the language of each reader


def kept(kind: str, answer: Answer, threshold: int) -> dict[str, Any]:
    """The numbers of an answer, and its words in each language.

    threshold : what stands out and is fewer than this is not counted in the sentence.
    """
    told = answer.as_json()
    numbers = {k: v for k, v in told.items() if k not in ("sentence", "caveats", "asked")}
    if kind == "near-repeat":
        windows = dict(numbers["windows"])
        windows["cells"] = _in_cells(windows.pop("events"), told["asked"]["crs"])
        numbers["windows"] = windows
    few = 0 < _standing_out(kind, numbers) < threshold
    return {
        "numbers": _without(numbers, _POSITIONS | _WORDS),
        "asked": told["asked"],
        **{language: _words(answer, few, language) for language in LANGUAGES},
    }


def _words(answer: Answer, few: bool, language: str) -> dict[str, Any]:
    with translation.override(language):
        too_few = _("What stands out are too few incidents to be told here.")
        return {"sentence": too_few if few else answer.sentence, "caveats": answer.caveats}


def _in_cells(events: list[dict[str, Any]], crs: str) -> list[dict[str, Any]]:
    """Cell -> how many incidents open a window there, and until which day one is open."""
    if not crs or not events:
        return []
    import h3

    to_degrees = between(crs, DEGREES)
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        lon, lat = to_degrees.transform(event["x"], event["y"])
        cell = h3.latlng_to_cell(lat, lon, WINDOW_CELLS)
        row = found.setdefault(cell, {"cell": cell, "n": 0, "until": "", "radius": 0.0})
        row["n"] += 1
        row["until"] = max(row["until"], event["until"])
        row["radius"] = max(row["radius"], event["radius"])
    return sorted(found.values(), key=lambda row: row["cell"])


def _standing_out(kind: str, numbers: Mapping[str, Any]) -> int:
    """How many incidents the sentence speaks of where it counts those of a small area."""
    if kind == "clusters":
        return int(numbers["clusters"][0]["cases"]) if numbers["clusters"] else 0
    if kind == "series":
        high = numbers["alarm"]
        return int(high["observed"]) if high and high["alarm"] else 0
    if kind == "undercount":
        return int(numbers["observed"])
    if kind == "hotspots":
        return int(sum(row["n"] for row in numbers["cells"] if row["hot"]))
    return 0


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(each, names) for key, each in value.items() if key not in names}
    if isinstance(value, list):
        return [_without(each, names) for each in value]
    return value
