"""What the programme knows of the places that a file may speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convive.domain.programme import queries as programme
from convive.evidence.suggest.words import fold

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Surroundings:
    """Where records should lie.

    extent : west, south, east, north in degrees. zone : time zone.
    schemes : scheme -> length of its longest code. codes : scheme -> codes that are known.
    names : name of a place, folded -> its code in the first scheme.
    """

    extent: Box | None = None
    zone: str = ""
    schemes: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def surroundings() -> Surroundings:
    """What the pack of this home says; empty where none was applied."""
    found = programme.programme()
    if found is None:
        return Surroundings()
    digits = {
        code: max(scheme["digits"])
        for code, scheme in found.schemes.items()
        if scheme.get("digits")
    }
    first = next(iter(found.schemes), "")
    codes: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    for place in programme.places():
        codes.setdefault(place.scheme, set()).add(place.code)
        for scheme, code in place.other_codes.items():
            codes.setdefault(scheme, set()).add(code)
        if place.scheme == first and place.level == place.Level.DISTRICT:
            for name in (place.name_es, place.name_en):
                named.setdefault(fold(name), set()).add(place.code)
    return Surroundings(
        extent=programme_extent(),
        zone=found.zone,
        schemes=digits,
        codes={scheme: frozenset(known) for scheme, known in codes.items()},
        # A name that two districts share says nothing
        names={name: min(said) for name, said in named.items() if len(said) == 1},
    )


def programme_extent() -> Box | None:
    """The box around all outlines of the pack: west, south, east, north in degrees; None where it
    draws none.
    """
    from shapely.geometry import shape

    boxes = [shape(place.outline).bounds for place in programme.places() if place.outline]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
