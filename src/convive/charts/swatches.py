"""The small samples of a key: each stands before its words."""

from __future__ import annotations

from convive.charts.canvas import Canvas
from convive.charts.ink import PAGE, Ink

_FULL, _EDGED = "M0 0h24v12H0z", "M.5.5h23v11H.5z"
_DRAWN = {
    "series": (("band", _FULL), ("ln", "M0 6h24")),
    "expected": (
        ("xband", _EDGED),
        ("xln", "M0 6h24"),
        ("pt", "M9 6a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"),
    ),
    "compared": (("ln2", "M0 6h24"),),
    "break": (("mkd", "M12 0l5 6-5 6-5-6z"),),
    "undetermined": (("edge-u", "M0 6h24"),),
    "chosen": (("edge-c", "M2 2h20v8H2z"),),
    **{f"shade-{n}": ((f"hx{n}", _FULL), ("edge", _EDGED)) for n in range(1, 6)},
}
_HATCHED = {
    "provisional": ("hatch", False),
    "missing": ("hatch", False),
    "suppressed": ("supp", True),
}
SWATCHES = (*_DRAWN, *_HATCHED)


def swatch(name: str, *, key: str, ink: Ink = PAGE) -> str:
    """SVG, 24 × 12, of one of `SWATCHES`. Raises KeyError for another name."""
    canvas = Canvas(24, 12, ink=ink, key=key, label="", css="swatch")
    if name in _HATCHED:
        kind, edged = _HATCHED[name]
        if name == "missing":
            canvas.path("land", _FULL)
        canvas.hatched(kind, _EDGED if edged else _FULL, edged=edged)
    else:
        for roles, d in _DRAWN[name]:
            canvas.path(roles, d)
    return canvas.svg()
