"""Changes against an earlier period: dots and whiskers round "no change"."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from convive.charts.canvas import Canvas, short
from convive.charts.ink import PAGE, Ink
from convive.charts.rows import WIDTH, nothing, put_row

Scale = Literal["log", "linear"]
_MIDDLE, _REACH = WIDTH / 2, WIDTH / 2 - 14
# Tiny changes do not fill the width; one place with few cases does not squeeze the others.
_SPANS: dict[Scale, tuple[float, float]] = {
    "log": (math.log(1.1), math.log(4)),
    "linear": (0.1, 3.0),
}
_ROLES = {"down": ("wh", "pt"), "up": ("wh-up", "pt-up"), "unclear": ("wh-0", "pt-0")}


@dataclass(frozen=True)
class Change:
    """One place against its past.

    text : what is written at the right: `−16 % (−25 a −5)`, `s/d`.
    ratio, lower, upper : later over earlier rate; 1 is no change. None where there is none; 0 and
        inf are ends without bound.
    is_clear : False where more is known than the interval: it may still be chance.
    """

    name: str
    text: str
    ratio: float | None = None
    lower: float | None = None
    upper: float | None = None
    is_clear: bool = True

    @property
    def direction(self) -> Literal["up", "down", "unclear"]:
        """Unclear, and so grey, as long as the interval holds 1 or there is none."""
        if self.lower is None or self.upper is None or not self.is_clear:
            return "unclear"
        return "up" if self.lower > 1 else "down" if self.upper < 1 else "unclear"


def comparison(
    rows: Sequence[Change],
    *,
    key: str,
    label: str,
    no_change: str,
    down: str,
    up: str,
    empty: str = "",
    scale: Scale = "log",
    ink: Ink = PAGE,
) -> str:
    """SVG, 340 wide. An end that lies beyond the drawing ends in an arrow.

    no_change, down, up : the words over the axis; the arrows beside them are drawn here.
    scale : on "log" a doubling is as far from the middle as a halving; "linear" is in per cent.
    """
    if not rows:
        return nothing(key=key, label=label, words=empty, ink=ink)
    ends = [e for row in rows for e in (row.ratio, row.lower, row.upper) if e is not None]
    if any(e < 0 for e in ends):
        raise ValueError("comparison: ratios are 0 or more")
    moves = [abs(_moved(e, scale)) for e in ends]
    least, most = _SPANS[scale]
    span = min(max([least, *filter(math.isfinite, moves)]), most)
    canvas = Canvas(WIDTH, 0, ink=ink, key=key, label=label, css="plot narrowplot")
    canvas.text("m", _MIDDLE, 11, no_change)
    canvas.text("", 0, 11, f"← {down}")
    canvas.text("e", WIDTH, 11, f"{up} →")
    axis, y = "M170 17v8", 38.0
    for row in rows:
        last = put_row(canvas, y, row.name, row.text)
        axis += f"M170 {short(last + 4)}v{short(29 if row is not rows[-1] else 22)}"
        _draw(canvas, row, last + 13, lambda ratio: _moved(ratio, scale) / span)
        y = last + 46
    canvas.path("ax", axis)
    canvas.height = y - 46 + 26
    return canvas.svg()


def _draw(canvas: Canvas, row: Change, y: float, share: Callable[[float], float]) -> None:
    """One whisker with its dot. `share` is -1 at the left edge, 0 at no change, 1 at the right."""
    if row.lower is None or row.upper is None:
        return
    wh, pt = _ROLES[row.direction]
    low, high = share(row.lower), share(row.upper)
    left, right = (_MIDDLE + _REACH * max(-1.0, min(1.0, end)) for end in (low, high))
    d = f"M{short(left)} {short(y)}H{short(right)}"
    for end, at, outward in ((low, left, -1), (high, right, 1)):
        if abs(end) <= 1:
            d += f"M{short(at)} {short(y - 5)}v10"
        else:
            canvas.path(pt, f"M{short(at)} {short(y - 5)}l{8 * outward} 5l{-8 * outward} 5z")
    canvas.path(wh, d)
    # Near an arrow there is no room for the dot; the number says it.
    if row.ratio is not None and abs(share(row.ratio)) <= 0.95:
        canvas.circle(pt, _MIDDLE + _REACH * share(row.ratio), y, 5)


def _moved(ratio: float, scale: Scale) -> float:
    """Distance from "no change"."""
    if scale == "linear":
        return ratio - 1
    return math.log(ratio) if ratio > 0 else -math.inf
