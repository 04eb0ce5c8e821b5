"""What a printed report is made of, before it is typeset.

A report is a list of blocks that hold finished, translated words: the typst template holds layout
and no prose, the builders hold prose and no layout. `as_data` turns it into plain JSON values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar


class Tone(StrEnum):
    """How loud a paragraph speaks."""

    LEAD = "lead"  # the sentence that the page is about
    NORMAL = "normal"
    SMALL = "small"  # where a number comes from, how it was made


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `term` is said first, in bold, where the paragraph explains one thing."""

    kind: ClassVar[str] = "paragraph"
    text: str
    term: str = ""
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True)
class Points:
    """A list; each point is (term, text), the term in bold and possibly empty."""

    kind: ClassVar[str] = "points"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Notice:
    """A sentence that changes how everything near it is read."""

    kind: ClassVar[str] = "notice"
    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Card:
    """One figure: its name, its value, its interval in words, and what to know beside it."""

    name: str
    value: str
    interval: str
    note: str = ""


@dataclass(frozen=True)
class Cards:
    kind: ClassVar[str] = "cards"
    items: tuple[Card, ...]


@dataclass(frozen=True)
class Column:
    """A column's head. `share` is its part of the free width; 0: as wide as its longest entry."""

    title: str
    is_number: bool = False
    share: float = 0


@dataclass(frozen=True)
class Cell:
    """One cell. `step` 1 to 5 shades it by class; `is_hidden` hatches a suppressed one."""

    text: str
    step: int = 0
    is_hidden: bool = False
    is_strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table with one row of heads.

    rows : cells or plain texts, each row as long as `columns`.
    source : the line under it: source · cut-off.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    source: str = ""
    is_dense: bool = False


@dataclass(frozen=True)
class Picture:
    """A chart as SVG text. `alt` says what it shows: typst refuses a chart without it.

    width : part of the text's width.
    """

    kind: ClassVar[str] = "picture"
    svg: str
    alt: str
    caption: str
    source: str = ""
    key: str = ""
    width: float = 1.0


@dataclass(frozen=True)
class Pair:
    """A chart and its table side by side."""

    kind: ClassVar[str] = "pair"
    picture: Picture
    table: Table


@dataclass(frozen=True)
class Columns:
    """Blocks side by side."""

    kind: ClassVar[str] = "columns"
    columns: tuple[tuple[Block, ...], ...]


Block = Heading | Paragraph | Points | Notice | Cards | Table | Picture | Pair | Columns


@dataclass(frozen=True)
class Frame:
    """Words that stand on every page or hold the document together."""

    brand: str
    running: str  # at the head of every page but the first
    foot: str  # at the foot of every page
    page: str  # "Page {page} of {pages}": typst fills in both
    marks: tuple[str, ...]  # SAMPLE, INTERNAL USE: on every page
    motto: str
    table: str  # what a table and a chart are called in their captions
    picture: str


@dataclass(frozen=True)
class Document:
    """A whole report.

    is_sheet : one page in small type, not a chapter.
    made_on : the date written into the file: the day of the data, so that the same data make the
        same bytes.
    """

    title: str
    subtitle: str
    language: str
    made_on: date
    meta: tuple[str, ...]
    frame: Frame
    blocks: Sequence[Block] = field(default_factory=tuple)
    is_sheet: bool = False

    def as_data(self) -> dict[str, Any]:
        """JSON-ready values; every block says its kind, every cell is an object."""
        data = asdict(self)
        data["made_on"] = [self.made_on.year, self.made_on.month, self.made_on.day]
        data["blocks"] = [_block(block) for block in self.blocks]
        return data


def _block(block: Block) -> dict[str, Any]:
    data = asdict(block) | {"kind": block.kind}
    if isinstance(block, Pair):
        data |= {"picture": _block(block.picture), "table": _block(block.table)}
    if isinstance(block, Columns):
        data["columns"] = [[_block(each) for each in column] for column in block.columns]
    if isinstance(block, Table):
        data["rows"] = [
            [asdict(Cell(cell) if isinstance(cell, str) else cell) for cell in row]
            for row in block.rows
        ]
    return data
