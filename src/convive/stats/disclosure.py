"""Disclosure control of one table of counts: what is too small is hidden, and cannot be worked out.

The rule. A count of 1 to threshold − 1 is hidden (primary suppression). 0 is shown as zero: nobody
is in it. Further counts are then hidden (complementary suppression) until the guarantee holds.

The guarantee. A reader who has every number that is shown, knows that the table adds up, that
counts are whole and that zeros are shown (so that whatever is hidden is at least 1), finds for
every hidden count a range of at least `threshold` possible values. The ranges are exact, not an
approximation: see `convive.stats.margins`.

Why a count is hidden says something too: "below the threshold" is a range of its own. The reasons
are therefore told only where a reader who knows them still finds the whole range from 1 to
threshold − 1 open for every small count and at least two values for every other; elsewhere
`reason` is None and all hidden counts look alike.

Limits. One table at a time: two tables that share counts must be one table here, or not both be
shown. A reader who also knows some of the counts from elsewhere is not provided for, nor one who
reasons about why our search hid one count rather than another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats.margins import Entry, Margins

LEAST_THRESHOLD = 5
Status = Literal["ok", "zero", "suppressed", "missing"]
Reason = Literal["primary", "complementary"]

# What hiding costs, in cells of the inside: totals are read most.
_COST_OF_A_TOTAL = 4.0
_COST_OF_THE_GRAND_TOTAL = 16.0


@dataclass(frozen=True)
class Cell:
    """One count as it may be shown.

    value : the count, or None where it is suppressed or missing.
    reason : why it is suppressed, or None where that may not be told.
    lower, upper : what a reader can work out about a suppressed count, both included; None in
        `upper` means no bound. Equal to `value` where it is shown.
    """

    value: int | None
    status: Status
    reason: Reason | None = None
    lower: int | None = None
    upper: int | None = None


@dataclass(frozen=True)
class ProtectedTable:
    """A table of counts that may be shown as it is. Totals that were not asked for are empty."""

    cells: tuple[tuple[Cell, ...], ...]
    row_totals: tuple[Cell, ...]
    column_totals: tuple[Cell, ...]
    grand_total: Cell | None
    tells_reasons: bool

    def __iter__(self) -> Iterator[Cell]:
        """Every cell, the totals last."""
        for row in self.cells:
            yield from row
        yield from self.row_totals
        yield from self.column_totals
        if self.grand_total is not None:
            yield self.grand_total

    @property
    def suppressed(self) -> int:
        """How many cells are hidden."""
        return sum(cell.status == "suppressed" for cell in self)


@dataclass(frozen=True)
class ProtectedList:
    """A list of counts that may be shown as it is, with its total if that was asked for."""

    cells: tuple[Cell, ...]
    total: Cell | None
    tells_reasons: bool


def suppress(
    table: ArrayLike,
    threshold: ArrayLike = LEAST_THRESHOLD,
    *,
    row_totals: bool = True,
    column_totals: bool = True,
    grand_total: bool = True,
) -> ProtectedTable:
    """Hide the small counts of a table, and as many more as it takes to protect them.

    Parameters
    ----------
    table : array, rows × columns
        Whole counts, 0 or more; nan or None where nothing was recorded (shown as missing, and taken
        to add nothing to the totals).
    threshold : int, or array that broadcasts with `table`
        The smallest count that may be shown; 5 or more. Sensitive rows may have a higher one; a
        total has the highest of the cells in it.
    row_totals, column_totals, grand_total : bool
        Which sums are shown beside the table, or anywhere else that the reader can see.

    Returns
    -------
    ProtectedTable

    Raises
    ------
    ValueError
        The table is not two-dimensional or is empty, a count is not whole and 0 or more, or a
        threshold is below 5: it may only be raised.

    References
    ----------
    Hundepool A et al. (2012). Statistical Disclosure Control. Wiley: chapter 4.
    Fischetti M, Salazar JJ (1999). Models and algorithms for the 2-dimensional cell suppression
    problem in statistical disclosure control. Mathematical Programming 84: 283–312.

    Notes
    -----
    Finding the fewest cells is NP-hard; the search takes the cheapest closed path through each
    count that needs protection, then shows again what turned out not to be needed. The guarantee
    does not depend on the search: it is checked at the end.
    """
    counts, missing = _counts(table)
    limits = _limits(threshold, counts.shape)
    margins = Margins(counts, limits, (row_totals, column_totals, grand_total))
    primary = [entry for entry in margins.shown if 0 < entry.value < entry.threshold]
    hidden = _hide(margins, primary)
    small = frozenset(primary)
    with_reasons = margins.bounds(
        hidden, lambda e: (1, e.threshold - 1) if e in small else (e.threshold, None)
    )
    told = all(
        (low == 1 and high == entry.threshold - 1) if entry in small else high != low
        for entry, (low, high) in with_reasons.items()
    )
    known = with_reasons if told else margins.bounds(hidden)

    def cell(at: tuple[int, int]) -> Cell:
        entry = margins.at[at]
        if entry in hidden:
            lower, upper = known[entry]
            reason: Reason = "primary" if entry in small else "complementary"
            return Cell(None, "suppressed", reason if told else None, lower, upper)
        if at in missing:
            return Cell(None, "missing")
        value = entry.value
        return Cell(value, "ok" if value else "zero", None, value, value)

    rows, columns = counts.shape
    return ProtectedTable(
        cells=tuple(tuple(cell((i, j)) for j in range(columns)) for i in range(rows)),
        row_totals=tuple(cell((i, columns)) for i in range(rows)) if row_totals else (),
        column_totals=tuple(cell((rows, j)) for j in range(columns)) if column_totals else (),
        grand_total=cell((rows, columns)) if grand_total else None,
        tells_reasons=told,
    )


def suppress_list(
    counts: ArrayLike, threshold: ArrayLike = LEAST_THRESHOLD, *, total: bool = True
) -> ProtectedList:
    """`suppress` for a list: offences, places or months, with or without their total."""
    row = np.asarray(counts, dtype=np.float64)
    if row.ndim != 1:
        raise ValueError("counts: give a list")
    limit = np.broadcast_to(np.asarray(threshold), row.shape)[np.newaxis, :]
    table = suppress(
        row[np.newaxis, :], limit, row_totals=total, column_totals=False, grand_total=False
    )
    return ProtectedList(
        table.cells[0], table.row_totals[0] if total else None, table.tells_reasons
    )


def _counts(table: ArrayLike) -> tuple[NDArray[np.int64], frozenset[tuple[int, int]]]:
    given = np.asarray(table, dtype=np.float64)
    if given.ndim != 2 or not given.size:
        raise ValueError("table: give rows and columns, at least one of each")
    absent = np.isnan(given)
    filled = np.where(absent, 0, given)
    if not (np.isfinite(filled) & (filled >= 0) & (filled == np.floor(filled))).all():
        raise ValueError("table: give whole counts, 0 or more")
    missing = frozenset((int(i), int(j)) for i, j in np.argwhere(absent))
    return filled.astype(np.int64), missing


def _limits(threshold: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.int64]:
    limits = np.broadcast_to(np.asarray(threshold, dtype=np.int64), shape)
    if (limits < LEAST_THRESHOLD).any():
        raise ValueError(f"threshold: it may be raised above {LEAST_THRESHOLD}, never lowered")
    return limits


def _hide(margins: Margins, primary: list[Entry]) -> frozenset[Entry]:
    """The primary entries and those that protect them. Hiding more never narrows a range."""
    hidden = set(primary)
    waiting = sorted(primary, key=_smallest_first)
    for entry in waiting:
        if any(margins.exposed([entry], hidden)):
            more = margins.cheapest_path(entry, hidden, lambda e: _cost(margins, e))
            hidden |= more
            waiting += sorted(more, key=_smallest_first)
    for entry in reversed(waiting[len(primary) :]):
        fewer = hidden - {entry}
        if not any(margins.exposed(fewer, fewer)):
            hidden = fewer
    return frozenset(hidden)


def _smallest_first(entry: Entry) -> tuple[int, tuple[int, int]]:
    return entry.value, entry.at


def _cost(margins: Margins, entry: Entry) -> float:
    """Cells count most; among equals, the smaller count goes."""
    base = {0: 1.0, 1: _COST_OF_A_TOTAL, 2: _COST_OF_THE_GRAND_TOTAL}[entry.order]
    return base + math.log1p(entry.value) / (1 + math.log1p(margins.largest))
