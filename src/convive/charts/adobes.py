"""Adobes: the mark of the house, the five of a status, the six pale ones of an empty page."""

from __future__ import annotations

from convive.charts.canvas import Canvas, box
from convive.charts.ink import PAGE, Ink

_STEPS = 5


def house_mark(*, ink: Ink = PAGE, label: str = "") -> str:
    """SVG, 41 × 28. With the name of the house beside it, it needs no label."""
    canvas = Canvas(41, 28, ink=ink, key="mark", label=label, css="mark")
    canvas.path("c5", "M0 20h13v8H0zM14 20h13v8H14zM28 20h13v8H28z")
    canvas.path("c4", "M7 10h13v8H7z")
    canvas.path("c1", "M21 10h13v8H21z")
    return canvas.svg()


def status_adobes(step: int, *, not_done: bool = False, ink: Ink = PAGE) -> str:
    """SVG, 54 × 10: five adobes filled up to `step` (0 to 5), beside the word of the step.

    not_done : answered with the reason why not: the fifth is paler.
    """
    if not 0 <= step <= _STEPS:
        raise ValueError("step: 0 to 5")
    canvas = Canvas(54, 10, ink=ink, key="status", label="", css="adobes")
    for n in range(1, _STEPS + 1):
        filled = "c5b" if n == _STEPS and not_done else f"c{n}"
        canvas.path(filled if n <= step else "c0", box(11 * (n - 1), 0, 10, 10))
    return canvas.svg()


def empty_adobes(*, ink: Ink = PAGE) -> str:
    """SVG, 72 × 36: six pale adobes, for a page where nothing waits."""
    canvas = Canvas(72, 36, ink=ink, key="empty", label="", css="adobes")
    canvas.path(
        "c0",
        "".join(
            box(x, y, 22, 10) for x, y in ((0, 26), (25, 26), (50, 26), (12, 13), (37, 13), (25, 0))
        ),
    )
    return canvas.svg()
