"""One SVG: escaped, with its name for those who do not see it, and hatches of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from convive.charts.ink import PRINT, Ink, attributes, text_attributes

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# Role of the lines, size of the tile and its turn: provisional leans right, suppressed left.
_HATCHES = {"hatch": ("hs", 6, 45), "supp": ("hp", 5, -45)}


class Canvas:
    """Collects marks; `svg()` writes them.

    key : begins every id of this drawing; unique on its page.
    label : the sentence that a screen reader says; with none, the drawing is hidden from it and
        the words beside it must say the same.
    css : classes of the svg element on a page.
    """

    text_size = 13.0

    def __init__(
        self, width: float, height: float, *, ink: Ink, key: str, label: str, css: str = "plot"
    ) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"key: {key!r} cannot begin an id; use letters, digits, - and _")
        self.width, self.height, self.ink, self.css = width, height, ink, css
        self._key, self._label = key, label
        self._marks: list[str] = []
        self._hatches: set[str] = set()

    def path(self, roles: str, d: str, *, title: str = "") -> None:
        self._add("path", {**attributes(self.ink, roles), "d": d}, title=title)

    def circle(self, roles: str, x: float, y: float, r: float) -> None:
        at = {"cx": short(x), "cy": short(y), "r": short(r)}
        self._add("circle", {**attributes(self.ink, roles), **at})

    def text(self, roles: str, x: float, y: float, words: str) -> None:
        given = text_attributes(self.ink, roles, self.text_size)
        self._add("text", {**given, "x": short(x), "y": short(y)}, words)

    def hatched(self, kind: str, d: str, *, edged: bool = False, title: str = "") -> None:
        """Fill with the hatch of what is provisional ("hatch") or suppressed ("supp")."""
        self._hatches.add(kind)
        edge = attributes(self.ink, "ax") if edged else {}
        self._add("path", {**edge, "fill": f"url(#{self._key}-{kind})", "d": d}, title=title)

    def svg(self) -> str:
        given = {"viewBox": f"0 0 {short(self.width)} {short(self.height)}"}
        if self.ink is PRINT:
            given["xmlns"] = "http://www.w3.org/2000/svg"
        else:
            given = {"class": self.css, **given}
        given |= {"role": "img", "aria-label": self._label} if self._label else _HIDDEN
        defs = "".join(self._pattern(kind) for kind in sorted(self._hatches))
        inside = (f"<defs>{defs}</defs>" if defs else "") + "".join(self._marks)
        return f"<svg{_written(given)}>{inside}</svg>"

    def _pattern(self, kind: str) -> str:
        roles, size, turn = _HATCHES[kind]
        line = {**attributes(self.ink, roles), "d": f"M0 0v{size}"}
        given = {
            "id": f"{self._key}-{kind}",
            "width": f"{size}",
            "height": f"{size}",
            "patternUnits": "userSpaceOnUse",
            "patternTransform": f"rotate({turn})",
        }
        return f"<pattern{_written(given)}><path{_written(line)}/></pattern>"

    def _add(
        self, name: str, given: Mapping[str, str], words: str = "", *, title: str = ""
    ) -> None:
        inside = (f"<title>{escape(title)}</title>" if title else "") + escape(words)
        end = f">{inside}</{name}>" if inside else "/>"
        self._marks.append(f"<{name}{_written(given)}{end}")


_HIDDEN = {"aria-hidden": "true"}


def _written(given: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in given.items())


def short(x: float) -> str:
    """A coordinate to a tenth of a pixel, without idle zeros."""
    return f"{round(x, 1) + 0.0:.1f}".removesuffix(".0")


def line(points: list[tuple[float, float]]) -> str:
    """`M… L…` through the points."""
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points)


def box(x: float, y: float, width: float, height: float) -> str:
    return f"M{short(x)} {short(y)}h{short(width)}v{short(height)}h{short(-width)}z"


def whisker(low: float, high: float, y: float, half: float) -> str:
    """A level whisker with an end at each side."""
    ends = "".join(f"M{short(x)} {short(y - half)}v{short(2 * half)}" for x in (low, high))
    return f"M{short(low)} {short(y)}H{short(high)}{ends}"
