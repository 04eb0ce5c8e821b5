"""A monthly series: a line over its band, broken where the way of counting changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from convive.charts.canvas import Canvas, box, line, short
from convive.charts.fitting import stacked, ticks, width_of, wrap
from convive.charts.ink import PAGE, Ink
from convive.charts.marks import place_marks

_TOP, _BELOW, _ROW = 30.0, 26.0, 16.0
_NAMES = 132.0  # room for the names at the ends of the lines


@dataclass(frozen=True)
class Drawing:
    """The sheet that a series is drawn on. `css` says where a page shows it."""

    width: float
    height: float
    css: str = "plot"

    @property
    def is_narrow(self) -> bool:
        return self.width < 600


WIDE = Drawing(1120, 340, "plot wide-only")
NARROW = Drawing(328, 260, "plot narrow-only")
PAPER = Drawing(680, 270)


@dataclass(frozen=True)
class Foretold:
    """What a month will come to, with its 95 % interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Point:
    """One month.

    month : its first day.
    value : None where there is none: not covered, or hidden.
    lower, upper : the 95 % interval, or what may be told of a hidden value.
    anew : counted in another way than the month before, so that no line joins the two.
    expected : of a provisional month, what it will come to.
    """

    month: date
    value: float | None
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False
    suppressed: bool = False
    anew: bool = False
    expected: Foretold | None = None


@dataclass(frozen=True)
class Break:
    """A change of boundary or method: from this day on, it is another series.

    text, brief : its name and date, and the same in few words for the narrow drawing.
    of_all : whether the comparison breaks there too. cuts : False where the line goes on.
    """

    on: date
    text: str
    brief: str
    of_all: bool = False
    cuts: bool = True


@dataclass(frozen=True)
class Series:
    """What is drawn, with its words.

    label : the sentence that names the chart and says how it goes.
    name, note : written at the end of the line, wide drawings only.
    compared, compared_name : at most one other series, dashed, named at its end.
    empty : what to say where there is no value at all: which months, or that it is loading.
    number : writes a value of the axis. month : writes a month, for spans of up to 18 months.
    whole : values are counts; the axis then has no fractions.
    """

    label: str
    points: Sequence[Point]
    name: str
    number: Callable[[float], str]
    month: Callable[[date], str]
    note: str = ""
    breaks: Sequence[Break] = field(default_factory=tuple)
    compared: Sequence[Point] = field(default_factory=tuple)
    compared_name: str = ""
    empty: str = ""
    whole: bool = True


def series(chart: Series, *, key: str, on: Drawing = WIDE, ink: Ink = PAGE) -> str:
    """SVG of a monthly series on one sheet; a page shows WIDE and NARROW, paper PAPER.

    The line and its band stop at a month without value and at every break; provisional months are
    dotted over a hatch, with open dots; a hidden month is a hatched box over its range. Where it
    is known what a month will come to, the line goes there, over a band, and the open dot stands
    alone. The axis starts at 0.

    Raises ValueError where months are not the first of their month, repeat or go back.
    """
    return _Sheet(chart, key, on, ink).svg()


def both_drawings(chart: Series, *, key: str) -> str:
    """The wide and the narrow drawing; the style sheet shows one of them."""
    wide = series(chart, key=f"{key}-wide", on=WIDE)
    return wide + series(chart, key=f"{key}-narrow", on=NARROW)


class _Sheet:
    """Scales and marks of one drawing."""

    def __init__(self, chart: Series, key: str, on: Drawing, ink: Ink) -> None:
        self.chart, self.on = chart, on
        everything = [*chart.points, *chart.compared]
        for points in (chart.points, chart.compared):
            if any(p.month.day != 1 for p in points) or any(
                a.month >= b.month for a, b in pairwise(points)
            ):
                raise ValueError("series: months are first days, each later than the last")
        self.canvas = Canvas(on.width, on.height, ink=ink, key=key, label=chart.label, css=on.css)
        tops = [t for p in everything for t in (p.value, p.upper) if t is not None]
        tops += [p.expected.upper for p in chart.points if p.expected]
        self.levels = ticks(max(tops, default=0.0), whole=chart.whole)
        self.has_values = any(p.value is not None or p.suppressed for p in chart.points)
        self.left = max(34.0, *(width_of(chart.number(t)) + 10 for t in self.levels))
        self.right = on.width - (8 if on.is_narrow else _NAMES)
        self.first = _index(min(p.month for p in everything)) if everything else 0
        last = _index(max(p.month for p in everything)) if everything else 0
        self.months = last - self.first + 1
        # A lone month stands in the middle; several reach from edge to edge.
        self.step = (self.right - self.left) / max(self.months - 1, 1)
        self.bottom = on.height - _BELOW
        self.breaks = [(self.x_of_day(b.on), b) for b in chart.breaks if self._inside(b.on)]
        labels = [(x, b.brief if on.is_narrow else b.text) for x, b in self.breaks]
        self.labels = place_marks(labels, self.left, on.width)
        self.top = _TOP + _ROW * max((m.row for m in self.labels), default=0)

    def x(self, month: date) -> float:
        if self.months == 1:
            return (self.left + self.right) / 2
        return self.left + self.step * (_index(month) - self.first)

    def x_of_day(self, day: date) -> float:
        """A month stands for the days half a step to either side of it."""
        return self.x(day.replace(day=1)) + self.step * ((day.day - 1) / 31 - 0.5)

    def y(self, value: float) -> float:
        return self.bottom - value / self.levels[-1] * (self.bottom - self.top)

    def _inside(self, day: date) -> bool:
        return 0 < _index(day) - self.first < self.months

    def svg(self) -> str:
        self._axes()
        if not self.has_values:
            self._say_empty()
            return self.canvas.svg()
        self._provisional()
        runs = self._runs(self.chart.points, [x for x, b in self.breaks if b.cuts])
        for run in runs:
            self._band([p for p in run if p.expected is None])
            self._expected(run)
        for run in self._runs(self.chart.compared, [x for x, b in self.breaks if b.of_all]):
            if len(run) > 1:
                at = [(self.x(p.month), self.y(p.value or 0.0)) for p in run]
                self.canvas.path("ln2", line(at))
        for run in runs:
            self._line(run)
            self._expected_line(run)
        self._hidden()
        self._marks()
        if not self.on.is_narrow:
            self._names()
        return self.canvas.svg()

    def _axes(self) -> None:
        canvas, chart = self.canvas, self.chart
        for level in self.levels if self.has_values else [0.0]:
            y, roles = self.y(level), "g" if level else "ax"
            canvas.path(roles, f"M{short(self.left)} {short(y)}H{short(self.right)}")
            canvas.text("e", self.left - 6, y + 4, chart.number(level))
        free_from = 0.0
        for month, words in self._dates():
            x, wide = self.x(month), width_of(words)
            canvas.path("ax", f"M{short(x)} {short(self.bottom)}v5")
            at_end = x + wide + 3 > self.right + 8
            start = x - wide if at_end else x + (0 if month == self._month_at(0) else 3)
            if start >= free_from:
                canvas.text("e" if at_end else "", x if at_end else start, self.bottom + 20, words)
                free_from = start + wide + 8

    def _dates(self) -> list[tuple[date, str]]:
        """Where the time axis has a tick: every January, or every month of a short span."""
        months = [self._month_at(i) for i in range(self.months)] if self._has_months else []
        if len(months) > 18:
            januaries = [m for m in months if m.month == 1]
            start = months[0]
            # The year of a start in mid-year is written where it leaves the January after it room.
            if januaries and (januaries[0].year - start.year) * 12 - start.month + 1 >= 5:
                januaries.insert(0, start)
            return [(m, str(m.year)) for m in januaries]
        return [(m, self.chart.month(m)) for m in months]

    @property
    def _has_months(self) -> bool:
        return bool(self.chart.points or self.chart.compared)

    def _month_at(self, i: int) -> date:
        year, month = divmod(self.first + i, 12)
        return date(year, month + 1, 1)

    def _say_empty(self) -> None:
        room = self.right - self.left - 16
        middle = (self.top + self.bottom) / 2
        for i, words in enumerate(wrap(self.chart.empty, room)):
            self.canvas.text("m", (self.left + self.right) / 2, middle + i * _ROW, words)

    def _runs(self, points: Sequence[Point], cuts: list[float]) -> list[list[Point]]:
        """Neighbouring months with a value and no break between them."""
        runs: list[list[Point]] = []
        for p in points:
            if p.value is None:
                continue
            before = runs[-1][-1] if runs else None
            joined = (
                before is not None
                and not p.anew
                and _index(p.month) - _index(before.month) == 1
                and not any(self.x(before.month) < cut <= self.x(p.month) for cut in cuts)
            )
            if joined:
                runs[-1].append(p)
            else:
                runs.append([p])
        return runs

    def _provisional(self) -> None:
        """The hatch behind each run of provisional months, half a step to either side."""
        spans: list[list[float]] = []
        for p in self.chart.points:
            if p.provisional:
                left, right = self.x(p.month) - self.step / 2, self.x(p.month) + self.step / 2
                if spans and left <= spans[-1][1] + 0.5:
                    spans[-1][1] = right
                else:
                    spans.append([left, right])
        for left, right in spans:
            start, end = max(left, self.left), min(right, self.right + 5)
            self.canvas.hatched("hatch", box(start, self.top, end - start, self.bottom - self.top))

    def _band(self, run: list[Point]) -> None:
        ends = [(self.x(p.month), p.lower, p.upper) for p in run]
        known = [(x, low, high) for x, low, high in ends if low is not None and high is not None]
        if len(known) > 1:
            above = [(x, self.y(high)) for x, _, high in known]
            below = [(x, self.y(low)) for x, low, _ in reversed(known)]
            self.canvas.path("band", line(above + below) + "z")
        for x, low, high in known if len(known) == 1 else ():
            self.canvas.path("wh", f"M{short(x)} {short(self.y(low))}V{short(self.y(high))}")

    def _expected(self, run: list[Point]) -> None:
        """The band of what is expected: a box as wide as the month, from end to end."""
        wide = max(self.step, 6.0)
        for p in run:
            if p.expected is not None:
                high, low = self.y(p.expected.upper), self.y(p.expected.lower)
                area = box(self.x(p.month) - wide / 2, high, wide, max(low - high, 2.0))
                self.canvas.path("xband", area)

    def _expected_line(self, run: list[Point]) -> None:
        for part in _foretold(run):
            at = [(self.x(p.month), self.y(_will_be(p).value)) for p in part]
            if len(at) > 1:
                self.canvas.path("xln", line(at))
            for p, (x, y) in zip(part, at, strict=True):
                if p.expected is not None:
                    self.canvas.circle("pt", x, y, 3)

    def _line(self, run: list[Point]) -> None:
        """Solid between settled months, dotted into and between provisional ones."""
        at = [(self.x(p.month), self.y(p.value or 0.0)) for p in run]
        for roles, dotted in (("ln", False), ("prv", True)):
            pieces: list[list[tuple[float, float]]] = []
            for i, (a, b) in enumerate(pairwise(run)):
                if (a.provisional or b.provisional) is not dotted or b.expected:
                    continue  # into what is expected goes its own line, and none falls beside it
                if pieces and pieces[-1][-1] == at[i]:
                    pieces[-1].append(at[i + 1])
                else:
                    pieces.append([at[i], at[i + 1]])
            if pieces:
                self.canvas.path(roles, "".join(line(piece) for piece in pieces))
        for p, (x, y) in zip(run, at, strict=True):
            if p.provisional:
                self.canvas.circle("dot", x, y, 3.5)
            elif len(run) == 1:
                self.canvas.circle("pt", x, y, 3)

    def _hidden(self) -> None:
        """A box over the range of each run of hidden months."""
        runs: list[list[Point]] = []
        for before, p in pairwise([None, *self.chart.points]):
            if p is None or not p.suppressed:
                continue
            if before and before.suppressed and (before.lower, before.upper) == (p.lower, p.upper):
                runs[-1].append(p)
            else:
                runs.append([p])
        for run in runs:
            low = self.y(run[0].lower or 0.0)
            high = self.top if run[0].upper is None else self.y(run[0].upper)
            wide = max(self.x(run[-1].month) - self.x(run[0].month) + min(self.step, 12.0) - 1, 5.0)
            middle = (self.x(run[0].month) + self.x(run[-1].month)) / 2
            area = box(middle - wide / 2, high, wide, max(low - high, 4.0))
            self.canvas.hatched("supp", area, edged=True)

    def _marks(self) -> None:
        for label in self.labels:
            y = self.top - 8 - _ROW * label.row
            x = short(label.x)
            self.canvas.path("mk", f"M{x} {short(y + 2)}V{short(self.bottom)}")
            self.canvas.path("mkd", f"M{x} {short(y - 6)}l5 6-5 6-5-6z")
            if label.words:
                self.canvas.text(f"lab-m{label.anchor}", label.text_x, y + 4, label.words)

    def _names(self) -> None:
        """The names at the ends of the lines, moved apart where they would meet."""
        room = self.on.width - self.right - 12
        ends = []
        for points, name, note, roles in (
            (self.chart.points, self.chart.name, self.chart.note, "lab-a"),
            (self.chart.compared, self.chart.compared_name, "", "lab-b"),
        ):
            last = next((p for p in reversed(points) if p.value is not None), None)
            if last and name:
                lines = [(roles, words) for words in wrap(name, room, bold=True)]
                lines += [("", words) for words in wrap(note, room) if note]
                ends.append((self.y(_will_be(last).value) + 4, lines))
        ends.sort(key=lambda end: end[0])
        bases = stacked([(y, _ROW * len(lines)) for y, lines in ends], self.top + 4, self.bottom)
        for base, (_y, lines) in zip(bases, ends, strict=True):
            for i, (roles, words) in enumerate(lines):
                self.canvas.text(roles, self.right + 12, base + i * _ROW, words)


def _foretold(run: list[Point]) -> list[list[Point]]:
    """Months in a row of which something is expected, each with the month before it."""
    parts: list[list[Point]] = []
    for before, p in pairwise([None, *run]):
        if p is None or p.expected is None:
            continue
        if before is not None and before.expected is not None:
            parts[-1].append(p)
        else:
            parts.append([before, p] if before else [p])
    return parts


def _will_be(p: Point) -> Foretold:
    """What is expected of a month; what it has, where nothing more comes."""
    has = p.value or 0.0
    return p.expected or Foretold(has, has, has)


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1
