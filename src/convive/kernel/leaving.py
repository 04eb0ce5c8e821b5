"""The one way out: every count that a page, PDF, CSV or XLSX tells has passed `leave`.

Inside, numbers are exact and whatever shows them says *uso interno*. Outside, counts below the
threshold of their row are hidden (5; 10 for violence against women and minors; a pack may raise it,
nobody can lower it), with as many more as it takes that nobody works them out: within a table, from
the sums that other tables tell, or by taking one table from another. Between both stands whoever
may see some places exactly and not their neighbours: what they know is shown, the rest protected
against somebody who knows it.

What `leave` returns is the only thing that the writers of `convive.kernel.downloads` take.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace
from datetime import date
from enum import StrEnum

from convive.stats import disclosure, linked
from convive.stats.linked import Sum

__all__ = [
    "Audience",
    "Cell",
    "Cleared",
    "Column",
    "Kind",
    "Number",
    "Row",
    "Sum",
    "Table",
    "Told",
    "leave",
]


class Audience(StrEnum):
    """Who reads it."""

    INSIDE = "inside"  # people of the programme who may see the exact numbers
    OUTSIDE = "outside"  # anybody else, and every file that is to be passed on


class Kind(StrEnum):
    """What a column holds."""

    LABEL = "label"
    COUNT = "count"
    DERIVED = "derived"  # computed from the counts of its row: hidden where one of them is
    APART = "apart"  # computed from nothing in its row


class Told(StrEnum):
    """What kind of cell this is. Zero is told as zero; a hidden or missing one never is."""

    OK = "ok"
    ZERO = "zero"
    PROVISIONAL = "provisional"
    SUPPRESSED = "suppressed"
    MISSING = "missing"


@dataclass(frozen=True)
class Column:
    """digits : decimals on the page. is_percent : the value is in percent, said with its sign."""

    title: str
    kind: Kind
    digits: int = 0
    is_percent: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell; a date is a month. A suppressed one says the range that could be worked out.

    key : the name of the number; every cell that tells the same number has the same.
    of : names of the numbers that the value was computed from: hidden with any of them.
    """

    value: str | date | float | int | None
    told: Told = Told.OK
    lower: int | None = None
    upper: int | None = None
    key: str = ""
    of: tuple[str, ...] = ()


HIDDEN = Cell(None, Told.SUPPRESSED)


@dataclass(frozen=True)
class Row:
    """threshold : counts of this row below it are not told outside."""

    cells: tuple[Cell, ...]
    threshold: int = disclosure.LEAST_THRESHOLD


@dataclass(frozen=True)
class Table:
    name: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Number:
    """A number that no cell holds: told by a rate or a drawing, or what is left of a sum.

    is_told : something that leaves tells it, so that it can be hidden.
    weight : what hiding it costs; 1 is a plain count.
    """

    key: str
    value: int
    threshold: int = disclosure.LEAST_THRESHOLD
    is_told: bool = True
    weight: float = 1.0


_GATE = object()


@dataclass(frozen=True)
class Cleared:
    """Tables as this audience may have them. Only `leave` makes one.

    numbers : every number by its key, with its range where it is hidden.
    is_internal : small counts may stand in it, so it is marked *uso interno*.
    thresholds : below which counts were hidden; empty where all are exact.
    """

    tables: tuple[Table, ...]
    audience: Audience
    numbers: Mapping[str, disclosure.Cell]
    is_internal: bool
    thresholds: tuple[int, ...]
    gate: InitVar[object] = None

    def __post_init__(self, gate: object) -> None:
        if gate is not _GATE:
            raise TypeError("tables are cleared by leave() and by nothing else")

    def table(self, name: str) -> Table:
        """Raises KeyError where there is none of this name."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def is_hidden(self, *keys: str) -> bool:
        """Whether any of these numbers is hidden. One that is not recorded hides nothing."""
        return any(key in self.numbers and self.numbers[key].status == "suppressed" for key in keys)

    @property
    def hides(self) -> bool:
        """Whether anything is hidden at all."""
        return self.is_hidden(*self.numbers)


def leave(
    tables: Sequence[Table],
    audience: Audience,
    *,
    sums: Sequence[Sum] = (),
    beside: Sequence[Number] = (),
    knows: Collection[str] | None = None,
) -> Cleared:
    """The tables as they may be shown to this audience, protected together.

    Parameters
    ----------
    tables : all that this audience gets to see of the same records, whichever it asked for.
    sums : how the numbers are tied, by their keys.
    beside : numbers that stand in no cell.
    knows : inside, the keys of the numbers that this reader may see exactly; None means all.

    Raises
    ------
    ValueError
        A reader outside is said to know numbers, two cells tell one number differently, a sum does
        not add up, or a threshold is below 5.
    """
    if audience is Audience.OUTSIDE and knows:
        raise ValueError("outside nobody is shown an exact small count")
    tables = tuple(_named(table) for table in tables)
    counts = _counts(tables, beside, knows or ())
    if audience is Audience.INSIDE and knows is None:
        exact = {name: _exact(count) for name, count in counts.items() if count.is_seen}
        return Cleared(tables, audience, exact, True, (), gate=_GATE)
    told = linked.protect(counts, sums)
    return Cleared(
        tables=tuple(_cleared(table, told) for table in tables),
        audience=audience,
        numbers=told,
        is_internal=audience is Audience.INSIDE,
        thresholds=tuple(sorted({count.threshold for count in counts.values()})),
        gate=_GATE,
    )


def _named(table: Table) -> Table:
    """The table with a key in every count."""
    rows = []
    for i, row in enumerate(table.rows):
        cells = tuple(
            replace(cell, key=f"{table.name} {i} {j}")
            if column.kind is Kind.COUNT and not cell.key
            else cell
            for j, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True))
        )
        rows.append(replace(row, cells=cells))
    return replace(table, rows=tuple(rows))


def _told_in(tables: Sequence[Table]) -> Iterator[tuple[str, int, int]]:
    """Key, value and threshold of every count that is recorded."""
    for table in tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                if column.kind is Kind.COUNT and cell.value is not None:
                    if not isinstance(cell.value, int):
                        raise ValueError(f"{table.name}: a count is a whole number")
                    yield cell.key, cell.value, row.threshold


def _counts(
    tables: Sequence[Table], beside: Sequence[Number], knows: Collection[str]
) -> dict[str, linked.Count]:
    found: dict[str, linked.Count] = {}
    for number in beside:
        found[number.key] = linked.Count(
            number.value, number.threshold, number.is_told, number.key in knows, number.weight
        )
    for key, value, threshold in _told_in(tables):
        known = found.get(key)
        if known is not None and known.value != value:
            raise ValueError(f"{key}: told as {known.value} and as {value}")
        threshold = max(threshold, known.threshold if known else 0)
        weight = known.weight if known else 1.0
        found[key] = linked.Count(value, threshold, True, key in knows, weight)
    return found


def _exact(count: linked.Count) -> disclosure.Cell:
    status: disclosure.Status = "ok" if count.value else "zero"
    return disclosure.Cell(count.value, status, None, count.value, count.value)


def _cleared(table: Table, told: Mapping[str, disclosure.Cell]) -> Table:
    return replace(table, rows=tuple(_cleared_row(row, table.columns, told) for row in table.rows))


def _cleared_row(row: Row, columns: Sequence[Column], told: Mapping[str, disclosure.Cell]) -> Row:
    def is_hidden(key: str) -> bool:
        return key in told and told[key].status == "suppressed"

    some = any(is_hidden(cell.key) for cell in row.cells)
    cells = []
    for column, cell in zip(columns, row.cells, strict=True):
        if column.kind is Kind.COUNT and is_hidden(cell.key):
            bounds = told[cell.key]
            cell = Cell(None, Told.SUPPRESSED, bounds.lower, bounds.upper, cell.key)
        elif (column.kind is Kind.DERIVED and some) or any(map(is_hidden, cell.of)):
            cell = HIDDEN
        cells.append(cell)
    return replace(row, cells=tuple(cells))
