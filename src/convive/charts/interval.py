"""The small scale of a figure card: a value and its interval between two written ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from convive.charts.canvas import Canvas, box, short
from convive.charts.fitting import round_scale
from convive.charts.ink import PAGE, Ink

WIDTH = 260.0


@dataclass(frozen=True)
class Interval:
    """A figure on its scale.

    start, end : ends of the scale, and the words that stand under them.
    value : None where there is none; a suppressed figure has only its range.
    lower, upper : the 95 % interval, or the range of a suppressed figure.
    """

    start: float
    end: float
    start_text: str
    end_text: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    status: Literal["ok", "provisional", "suppressed", "missing"] = "ok"


def interval_scale(figure: Interval, *, key: str, label: str = "", ink: Ink = PAGE) -> str:
    """SVG, 260 × 30. Without `label` it is hidden from screen readers: the card says the same.

    Values beyond the scale are drawn at its end. Raises ValueError where the scale has no length.
    """
    if not figure.end > figure.start:
        raise ValueError("scale: the end must be above the start")
    canvas = Canvas(WIDTH, 30, ink=ink, key=key, label=label, css="interval")
    canvas.text_size = 12.0
    canvas.path("ax", "M0.5 12v6M259.5 12v6M0 15.5h260")
    canvas.text("", 0, 29, figure.start_text)
    canvas.text("e", WIDTH, 29, figure.end_text)

    def x(value: float) -> float:
        share = (value - figure.start) / (figure.end - figure.start)
        return min(max(share, 0.0), 1.0) * WIDTH

    if figure.lower is not None and figure.upper is not None:
        left, right = x(figure.lower), x(figure.upper)
        area = box(left, 4, max(right - left, 1.0), 8)
        if figure.status == "suppressed":
            canvas.hatched("supp", area, edged=True)
        else:
            canvas.path("band", area)
            if figure.status == "provisional":
                canvas.hatched("hatch", area)
            canvas.path("wh", f"M{short(left)} 3v10M{short(right)} 3v10")
    if figure.value is not None:
        canvas.circle("dot" if figure.status == "provisional" else "pt", x(figure.value), 8, 4.5)
    return canvas.svg()


def scale_for(lower: float | None, upper: float | None) -> tuple[float, float]:
    """A scale from 0 to a round number above the interval."""
    return round_scale(lower or 0.0, upper or 0.0)
