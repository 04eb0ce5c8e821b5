"""Where the words of the marks go: beside their upright, in a row where they meet nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convive.charts.fitting import cut, width_of

_GAP, _HALF = 9.0, 6.0  # from the upright to its words; half a diamond
_SEARCHED = 5  # more marks than this get a row each: trying every way would take too long


@dataclass(frozen=True)
class Label:
    """A mark at `x` with its words, in row 0 (lowest) or higher.

    anchor : what to add to the roles of the text: " e" where it ends at `text_x`.
    """

    x: float
    words: str
    text_x: float
    anchor: str
    row: int

    @property
    def words_from(self) -> float:
        return self.text_x - width_of(self.words) if self.anchor else self.text_x

    @property
    def words_to(self) -> float:
        return self.text_x if self.anchor else self.text_x + width_of(self.words)

    def meets(self, other: Label) -> bool:
        """Whether words or diamonds would touch, or an upright pass through words below it."""
        if self.row == other.row:
            return self._from < other._to + 4 and other._from < self._to + 4
        upper, lower = (self, other) if self.row > other.row else (other, self)
        return lower.words_from < upper.x < lower.words_to

    @property
    def _from(self) -> float:
        return min(self.words_from, self.x - _HALF)

    @property
    def _to(self) -> float:
        return max(self.words_to, self.x + _HALF)


def place_marks(marks: Sequence[tuple[float, str]], start: float, end: float) -> list[Label]:
    """Place each mark (its x and its words), left to right, with its words from `start` to `end`.

    Words stand left of their upright or right of it, in as few rows as it takes that no words meet
    others or an upright. Only where whole words have no place are they cut.
    """
    ordered = sorted(marks)
    if not ordered:
        return []
    fewest = 1 if len(ordered) <= _SEARCHED else len(ordered)
    for may_cut in (False, True):
        sides = [_sides(x, words, start, end, may_cut) for x, words in ordered]
        for rows in range(fewest, len(ordered) + 1):
            found = _place(sides, rows, [])
            if found is not None:
                return found
    raise AssertionError("cut words always have a place: to the right, each row below the last")


def _sides(x: float, words: str, start: float, end: float, may_cut: bool) -> list[Label]:
    found = []
    for anchor, at, room in ((" e", x - _GAP, x - _GAP - start), ("", x + _GAP, end - x - _GAP)):
        fitting = cut(words, room)
        if may_cut or fitting == words:
            found.append(Label(x, fitting, at, anchor, 0))
    return sorted(found, key=lambda label: len(label.words), reverse=True)


def _place(sides: list[list[Label]], rows: int, placed: list[Label]) -> list[Label] | None:
    """The rest of the marks after those placed, by trying; None where it cannot be."""
    if len(placed) == len(sides):
        return placed
    for row in range(rows):
        for side in sides[len(placed)]:
            label = replace(side, row=row)
            if not any(label.meets(other) for other in placed):
                found = _place(sides, rows, [*placed, label])
                if found is not None:
                    return found
    return None
