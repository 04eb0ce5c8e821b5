"""How a mark is coloured: by the classes of our pages, or by attributes for a printed document."""

from __future__ import annotations

from enum import StrEnum


class Ink(StrEnum):
    """PAGE: class names, coloured by the style sheet, light or dark. PRINT: the light palette."""

    PAGE = "page"
    PRINT = "print"


PAGE, PRINT = Ink.PAGE, Ink.PRINT

_DATA, _COMPARED, _BAND, _MARK = "#0c5a66", "#925a1f", "#b7d8d5", "#7d4f05"
_UP, _STILL, _EDGE, _INK, _TEXT = "#a9431f", "#6d7778", "#7c7666", "#14262b", "#3c4e52"


def _line(colour: str, width: float, **more: str) -> dict[str, str]:
    return {"fill": "none", "stroke": colour, "stroke-width": f"{width}", **more}


# The light values of tokens.css: paper is always light, and typst knows neither classes nor var().
_PRINTED: dict[str, dict[str, str]] = {
    "ax": {"stroke": _EDGE},
    "g": {"stroke": "#e4e3da"},
    "band": {"fill": _BAND},
    "bar": {"fill": _BAND},
    "ln": _line(_DATA, 2.25, **{"stroke-linejoin": "round"}),
    "ln2": _line(_COMPARED, 1.75, **{"stroke-dasharray": "5 4"}),
    "prv": _line(_DATA, 2.25, **{"stroke-dasharray": "2 3"}),
    "xband": {"fill": _BAND, "stroke": _DATA, "stroke-width": "1"},
    "xln": _line(_DATA, 2.25, **{"stroke-linejoin": "round"}),
    "mk": _line(_MARK, 1.5, **{"stroke-dasharray": "2 3"}),
    "mkd": {"fill": _MARK},
    "dot": {"fill": "#ffffff", "stroke": _DATA, "stroke-width": "2.25"},
    "wh": _line(_DATA, 2),
    "wh-up": _line(_UP, 2),
    "wh-0": _line(_STILL, 2),
    "pt": {"fill": _DATA},
    "pt-up": {"fill": _UP},
    "pt-0": {"fill": _STILL},
    "hs": _line("#49656a", 1, **{"stroke-opacity": "0.6"}),
    "hp": _line(_EDGE, 1, **{"stroke-opacity": "0.75"}),
    "hx1": {"fill": "#f3e6c9"},
    "hx2": {"fill": "#c8d9bb"},
    "hx3": {"fill": "#86b8ab"},
    "hx4": {"fill": "#347a7e"},
    "hx5": {"fill": "#0d4c5a"},
    "land": {"fill": "#ebe6d9"},
    "soil": {"fill": "#e2d1b0"},
    "edge": _line("#6a7476", 1.25, **{"stroke-linejoin": "round"}),
    "edge-u": _line(_MARK, 2, **{"stroke-dasharray": "5 4"}),
    "edge-h": _line("#ffffff", 5, **{"stroke-linejoin": "round"}),
    "edge-c": _line(_INK, 2.5, **{"stroke-linejoin": "round"}),
    "c0": {"fill": "#d8d3c5"},
    "c1": {"fill": "#b5492a"},
    "c2": {"fill": "#b7791a"},
    "c3": {"fill": "#71802f"},
    "c4": {"fill": "#2b8789"},
    "c5": {"fill": "#0b4a56"},
    "c5b": {"fill": "#5f8a90"},
    "e": {"text-anchor": "end"},
    "m": {"text-anchor": "middle"},
    "lab": {"fill": _INK, "font-weight": "600"},
    "lab-a": {"fill": _DATA, "font-weight": "600"},
    "lab-b": {"fill": _COMPARED, "font-weight": "600"},
    "lab-m": {"fill": _MARK},
}


def attributes(ink: Ink, roles: str) -> dict[str, str]:
    """Attributes of an element that plays these roles (class names of the page, spaces between)."""
    if ink is PAGE:
        return {"class": roles} if roles else {}
    found: dict[str, str] = {}
    for role in roles.split():
        found |= _PRINTED[role]
    return found


def text_attributes(ink: Ink, roles: str, size: float) -> dict[str, str]:
    """As `attributes`, for text: on a page the style sheet gives font, size and colour."""
    if ink is PAGE:
        return attributes(ink, roles)
    plain = {"font-family": "sans-serif", "font-size": f"{size:g}", "fill": _TEXT}
    return plain | attributes(ink, roles)
