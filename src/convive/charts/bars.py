"""Bars with whiskers: how many of each, with the interval, the number written at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convive.charts.canvas import Canvas, box, whisker
from convive.charts.ink import PAGE, Ink
from convive.charts.rows import WIDTH, nothing, put_row

_LONGEST = 320.0 / 340.0


@dataclass(frozen=True)
class Bar:
    """One bar.

    text : what is written at the right: `702 (651 a 756)`, `menos de 5, oculto`, `s/d`.
    value : None where it is missing or suppressed.
    lower, upper : the 95 % interval; a suppressed bar is hatched up to `upper`.
    """

    name: str
    text: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    suppressed: bool = False


def bars(rows: Sequence[Bar], *, key: str, label: str, empty: str = "", ink: Ink = PAGE) -> str:
    """SVG, 340 wide. Bars start at 0 and share one scale.

    label : the sentence that names the chart and its main numbers.
    empty : what to say when there are no rows.
    """
    if not rows:
        return nothing(key=key, label=label, words=empty, ink=ink)
    tops = [end for row in rows for end in (row.value, row.upper) if end is not None]
    longest = max(tops, default=0.0)
    if any(value < 0 for value in tops):
        raise ValueError("bars: values are 0 or more")
    canvas = Canvas(WIDTH, 0, ink=ink, key=key, label=label, css="plot narrowplot")

    def x(value: float) -> float:
        return value / longest * WIDTH * _LONGEST if longest else 0.0

    y = 13.0
    for row in rows:
        y = put_row(canvas, y, row.name, row.text)
        if row.suppressed:
            width = max(x(row.upper), 16.0) if row.upper is not None else 16.0
            canvas.hatched("supp", box(0.5, y + 7.5, width, 9), edged=True)
        elif row.value is not None:
            canvas.path("bar", box(0, y + 7, x(row.value), 10))
            if row.lower is not None and row.upper is not None:
                canvas.path("wh", whisker(x(row.lower), x(row.upper), y + 12, 4))
        y += 44
    canvas.height = y - 44 + 21
    return canvas.svg()
