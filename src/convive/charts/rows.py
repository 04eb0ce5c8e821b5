"""Rows of a chart that is read like a list: a name at the left, a number at the right."""

from __future__ import annotations

from convive.charts.canvas import Canvas
from convive.charts.fitting import cut, width_of, wrap
from convive.charts.ink import Ink

WIDTH = 340.0
_LINE, _GAP = 17.0, 12.0


def put_row(canvas: Canvas, y: float, name: str, text: str) -> float:
    """Write name and number from the base line `y`; returns the base line of the last line written.

    A long name wraps beside the number; a number that leaves the name no room goes under it.
    """
    room = WIDTH - width_of(text) - _GAP
    beside = room >= 0.4 * WIDTH
    lines = wrap(name, room if beside else WIDTH, bold=True)
    if beside:
        canvas.text("e", WIDTH, y, text)
    for i, words in enumerate(lines):
        canvas.text("lab", 0, y + i * _LINE, words)
    last = y + (len(lines) - 1) * _LINE
    if not beside:
        for words in wrap(text, WIDTH):
            last += _LINE
            canvas.text("", 0, last, words)
    return last


def nothing(*, key: str, label: str, words: str, ink: Ink, width: float = WIDTH) -> str:
    """A chart without data: its axis, and the words that say what is missing."""
    canvas = Canvas(width, 72, ink=ink, key=key, label=label, css="plot narrowplot")
    canvas.path("ax", f"M0 66H{width:g}")
    lines = wrap(words, width)
    for i, line in enumerate(lines[:3]):
        canvas.text("", 0, 20 + i * _LINE, cut(line, width))
    return canvas.svg()
