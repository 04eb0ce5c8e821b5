"""Which numbers of a map may be told: everything passes `kernel.leaving`, the cells too.

Whoever sees a district knows its number. A cell tells no small one, nor may it be worked out from
the district's number and its other cells; so some cells are hidden to protect others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from convive.domain.observatory.map_cells import CellCount
from convive.domain.observatory.parts import Class, MapRow
from convive.domain.observatory.rules import RANKS
from convive.kernel.leaving import Audience, Number, Sum, leave
from convive.stats import classes
from convive.stats.disclosure import Cell


@dataclass(frozen=True)
class ToldCell:
    """A cell that may be drawn.

    name : `La Esperanza · cell 3`, the third of its district; without a number where it is hidden.
    n : None where it is hidden. rank : class from 1 to 5; 0 where it is hidden.
    """

    cell: str
    name: str
    n: int | None
    rank: int


@dataclass(frozen=True)
class Told:
    """cells : most incidents first, the hidden ones last, in no order that tells anything."""

    cells: tuple[ToldCell, ...]
    classes: tuple[Class, ...]


def tell(
    cells: Sequence[CellCount],
    rows: Sequence[MapRow],
    counted_as: Callable[[str], str],
    threshold: int,
) -> Told:
    """The cells as they may be drawn.

    rows : the districts that are seen, with their numbers.
    counted_as : reference of a district -> of the one that its number is counted in.
    """
    numbers = _cleared(cells, rows, counted_as, threshold)
    shown, hidden = [], []
    for cell in cells:
        number = numbers[cell.cell]
        if number.value is not None:
            shown.append((number.value, cell))
        elif _is_safe(number, threshold):
            hidden.append(cell)
    shown.sort(key=lambda pair: (-pair[0], pair[1].cell))
    hidden.sort(key=lambda cell: cell.cell)
    found = classes.quantile_classes([n for n, _cell in shown], RANKS)
    names = {row.ref: row.name for row in rows}
    in_district: dict[str, int] = {}
    told = []
    for (n, cell), rank in zip(shown, found.numbers.tolist(), strict=True):
        number_here = in_district[cell.district] = in_district.get(cell.district, 0) + 1
        said = {"district": names[cell.district], "number": number_here}
        name = _("%(district)s · cell %(number)s") % said
        told.append(ToldCell(cell.cell, name, n, int(rank)))
    told += [ToldCell(cell.cell, names[cell.district], None, 0) for cell in hidden]
    return Told(tuple(told), tuple(Class(r.number, r.lower, r.upper) for r in found.ranges))


def _cleared(
    cells: Sequence[CellCount],
    rows: Sequence[MapRow],
    counted_as: Callable[[str], str],
    threshold: int,
) -> Mapping[str, Cell]:
    """Every cell's number as it may be told.

    A district is the sum of the cells that lie in it alone and of the rest: its parts of cells
    across a limit, what has no position, and what is never shown in cells. Nobody is told the rest,
    so a cell across a limit ties no district to another.
    """
    numbers = [Number(cell.cell, cell.n, threshold) for cell in cells]
    sums: list[Sum] = []
    inside: dict[str, dict[str, int]] = {}
    for cell in cells:
        within = {counted_as(district) for district in cell.parts}
        if len(within) == 1:
            inside.setdefault(within.pop(), {})[cell.cell] = cell.n
    known = {}
    for row in rows:
        whole = counted_as(row.ref)
        if row.n is None or whole in known:
            continue
        known[whole] = row.n
        parts = inside.get(whole, {})
        rest = row.n - sum(parts.values())
        if rest < 0:
            continue  # the district counts otherwise, and tells nothing of its cells
        # Where all have a position somebody may know it, from the receipt of the file
        others = (f"rest of {whole}",) if rest else ()
        numbers += [Number(name, rest, threshold, is_told=False) for name in others]
        sums.append(Sum(whole, (*parts, *others)))
    numbers += [Number(whole, n, threshold) for whole, n in known.items()]
    cleared = leave((), Audience.INSIDE, sums=sums, beside=numbers, knows=set(known))
    return cleared.numbers


def _is_safe(number: Cell, threshold: int) -> bool:
    """A hidden cell whose number its district gives away is not even drawn."""
    if number.upper is None:
        return True
    return number.upper - (number.lower or 0) + 1 >= threshold - 1
