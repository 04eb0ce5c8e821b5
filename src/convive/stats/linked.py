"""Disclosure control of numbers that are tied to one another, in however many tables they stand.

`convive.stats.disclosure` protects one table. Here the tables are linked: a month stands in a list
and in its year, the recent months are a sum that another table tells, a district is part of its
province. What is hidden in one place is therefore hidden in all, and every sum that a reader can
see is part of the same attack.

The rule and the guarantee are those of `disclosure`: counts of 1 to threshold − 1 are hidden, 0 is
shown, and whoever has every number that is shown, knows the sums, that counts are whole and that
zeros are shown, finds for each hidden number at least `threshold` possible values. A number that no
table tells but that two told ones give away (what is left of a sum) is protected alike.

Ranges are exact: by interval arithmetic where one sum alone ties the hidden numbers, else by an
integer program.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner
from numpy.typing import NDArray

from convive.stats.disclosure import LEAST_THRESHOLD, Cell, Reason, Status

Range = tuple[int, int | None]
_TINY = 1e-6
_MUCH = 1e4
_COST_OF_A_SUM = 4.0  # in plain counts: sums are read most


@dataclass(frozen=True)
class Count:
    """One number.

    value : whole, 0 or more.
    threshold : the smallest that may be shown; 5 or more.
    is_seen : it stands in some table. What stands in none is protected all the same where it is
        small: what is left of a sum, say.
    is_known : the reader knows it anyway, so hiding it would protect nobody.
    weight : what hiding it costs; 1 is a plain count.
    """

    value: int
    threshold: int = LEAST_THRESHOLD
    is_seen: bool = True
    is_known: bool = False
    weight: float = 1.0

    @property
    def is_small(self) -> bool:
        return 0 < self.value < self.threshold and not self.is_known


@dataclass(frozen=True)
class Sum:
    """`whole` is the sum of `parts`, and every reader knows it."""

    whole: str
    parts: tuple[str, ...]


def protect(counts: Mapping[str, Count], sums: Sequence[Sum] = ()) -> dict[str, Cell]:
    """Hide the small numbers, and as many more as it takes to protect them.

    Parameters
    ----------
    counts : numbers by name.
    sums : how they are tied. Names that are not in `counts` were not recorded: a part then adds
        nothing, a sum without its whole ties nothing.

    Returns
    -------
    dict, a cell for each number that is seen; `disclosure.Cell` says what it holds.

    Raises
    ------
    ValueError
        A count is below 0, a threshold below 5, or a sum does not add up.

    References
    ----------
    Fischetti M, Salazar JJ (2005). A unified mathematical programming framework for different
    statistical disclosure limitation methods. Operations Research 53: 819–829.
    Kelly JP, Golden BL, Assad AA (1992). Cell suppression: disclosure protection for sensitive
    tabular data. Networks 22: 397–417 (the cheapest move as the choice of what else to hide).

    Notes
    -----
    What the reader knows anyway (`is_known`) can leave a number without protection: nothing that
    is hidden here could give it any. Its range then says how far it can be worked out.
    """
    web = _Web(counts, sums)
    hidden = web.hide()
    ranges, told = web.ranges(hidden)
    cells = {}
    for name, count in counts.items():
        if not count.is_seen:
            continue
        if name in hidden:
            reason: Reason = "primary" if count.is_small else "complementary"
            lower, upper = ranges[name]
            cells[name] = Cell(None, "suppressed", reason if name in told else None, lower, upper)
        else:
            status: Status = "ok" if count.value else "zero"
            cells[name] = Cell(count.value, status, None, count.value, count.value)
    return cells


def _least(
    costs: NDArray[np.float64],
    matrix: NDArray[np.float64],
    totals: NDArray[np.float64],
    bounds: Sequence[Range],
    *,
    whole: bool,
) -> NDArray[np.float64] | None:
    """Where `costs` are least, `matrix` @ x being `totals`, within the bounds.

    whole : the numbers are whole. None where there is no such place, or no end to it.
    """
    low = np.array([first for first, _last in bounds], dtype=np.float64)
    high = np.array([math.inf if last is None else last for _first, last in bounds])
    solved = scipy.optimize.milp(
        costs,
        integrality=np.full(len(costs), int(whole)),
        bounds=scipy.optimize.Bounds(low, high),
        constraints=scipy.optimize.LinearConstraint(matrix, totals, totals),
    )
    return solved.x if solved.status == 0 else None


class _Web:
    """The numbers and their sums as one system of equations."""

    def __init__(self, counts: Mapping[str, Count], sums: Sequence[Sum]) -> None:
        for name, count in counts.items():
            if count.value < 0 or count.value != int(count.value):
                raise ValueError(f"{name}: give a whole count, 0 or more")
            if count.threshold < LEAST_THRESHOLD:
                raise ValueError(f"{name}: a threshold may be raised above 5, never lowered")
        self.counts = counts
        self.rows: list[dict[str, int]] = []
        self.wholes = set()
        for tie in sums:
            if tie.whole not in counts:
                continue
            row = {part: 1 for part in tie.parts if part in counts}
            row[tie.whole] = row.get(tie.whole, 0) - 1
            if sum(sign * counts[name].value for name, sign in row.items()):
                raise ValueError(f"{tie.whole}: its parts do not add up to it")
            self.rows.append(row)
            self.wholes.add(tie.whole)
        self.rows_of: dict[str, list[int]] = {}
        for i, row in enumerate(self.rows):
            for name in row:
                self.rows_of.setdefault(name, []).append(i)

    # What a reader can work out

    def _first(self, name: str) -> int:
        """The least that a reader takes for granted: zeros are shown, so what is hidden is more."""
        return 1 if self.counts[name].is_seen else 0

    def _is_open(self, name: str, hidden: Collection[str]) -> bool:
        """Whether the reader does not have the number before them."""
        count = self.counts[name]
        return name in hidden or not (count.is_seen or count.is_known)

    def _together(self, name: str, hidden: Collection[str]) -> tuple[list[str], list[int]]:
        """The open numbers that are tied to this one, and the sums that tie them."""
        names, rows, waiting = {name: None}, dict[int, None](), [name]
        while waiting:
            for i in self.rows_of.get(waiting.pop(), ()):
                if i in rows:
                    continue
                rows[i] = None
                for other in self.rows[i]:
                    if other not in names and self._is_open(other, hidden):
                        names[other] = None
                        waiting.append(other)
        return list(names), list(rows)

    def _range(
        self, name: str, hidden: Collection[str], limits: Mapping[str, Range] | None = None
    ) -> Range:
        """Smallest and largest value that a number can have. limits : what is known besides."""
        names, rows = self._together(name, hidden)
        box = {n: (limits or {}).get(n, (self._first(n), None)) for n in names}
        if not rows:
            return box[name]
        if len(rows) == 1:
            return self._in_one_sum(name, box, rows[0])
        return self._in_many_sums(name, box, rows)

    def _in_one_sum(self, name: str, box: Mapping[str, Range], at: int) -> Range:
        row = self.rows[at]
        rest = sum(sign * self.counts[n].value for n, sign in row.items() if n in box)
        low = high = float(rest)  # of sign × the number: what the others leave for it
        for other, (first, last) in box.items():
            if other != name:
                ends = (first, math.inf if last is None else last)
                least, most = ends if row[other] > 0 else (-ends[1], -ends[0])
                low, high = low - most, high - least
        if row[name] < 0:
            low, high = -high, -low
        first, last = box[name]
        upper = min(high, math.inf if last is None else last)
        return int(max(low, first)), None if upper == math.inf else int(upper)

    def _in_many_sums(self, name: str, box: Mapping[str, Range], rows: Sequence[int]) -> Range:
        """By an integer program: the open numbers move, the told ones stand."""
        at = {n: i for i, n in enumerate(box)}
        matrix, totals = self._equations(at, rows)
        aim = np.zeros(len(at))
        aim[at[name]] = 1
        low = _least(aim, matrix, totals, list(box.values()), whole=True)
        high = _least(-aim, matrix, totals, list(box.values()), whole=True)
        lower = box[name][0] if low is None else round(float(low[at[name]]))
        return lower, None if high is None else round(float(high[at[name]]))

    def _equations(
        self, at: Mapping[str, int], rows: Iterable[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The sums over the numbers `at`, and what these add up to in each as they are."""
        chosen = [self.rows[i] for i in rows]
        matrix = np.zeros((len(chosen), len(at)))
        for k, row in enumerate(chosen):
            for name, sign in row.items():
                if name in at:
                    matrix[k, at[name]] = sign
        values = np.array([self.counts[name].value for name in at], dtype=np.float64)
        return matrix, matrix @ values

    def _is_exposed(self, name: str, hidden: Collection[str]) -> bool:
        low, high = self._range(name, hidden)
        return high is not None and high - low + 1 < self.counts[name].threshold

    # What to hide

    def hide(self) -> set[str]:
        """The small numbers and those that protect them. Hiding more never narrows a range."""
        small = [n for n, count in self.counts.items() if count.is_small]
        small.sort(key=lambda n: (self.counts[n].value, n))
        hidden = {n for n in small if self.counts[n].is_seen}
        waiting, more = list(small), list[str]()
        for name in waiting:
            if self._is_exposed(name, hidden):
                found = self._cheapest_move(name, hidden)
                hidden.update(found)
                more += found
                waiting += found
        for name in reversed(more):
            names, _rows = self._together(name, hidden)
            fewer = hidden - {name}
            secrets = [n for n in names if n != name and (n in fewer or self.counts[n].is_small)]
            if not any(self._is_exposed(n, fewer) for n in secrets):
                hidden = fewer
        return hidden

    def _cheapest_move(self, name: str, hidden: Collection[str]) -> list[str]:
        """What to hide so that `name` can rise as far as it must, at the least cost.

        A linear program: the number rises, others give way so that every sum still holds; what
        moves and was shown is hidden. What the reader knows may not let it rise so far.
        """
        can_move = [
            n
            for n in self._reach(name)
            if self._is_open(n, hidden) or (self.counts[n].value and not self.counts[n].is_known)
        ]
        low, _high = self._range(name, hidden)
        rise = self.counts[name].threshold - 1 - (self.counts[name].value - low)
        at = {n: i for i, n in enumerate(can_move)}
        matrix, _totals = self._equations(
            at, {i for n in can_move for i in self.rows_of.get(n, ())}
        )
        costs = [_TINY if self._is_open(n, hidden) else self._cost(n) for n in can_move]
        up: list[Range] = [(0, None)] * len(can_move)
        down: list[Range] = [(0, self.counts[n].value - self._first(n)) for n in can_move]
        up[at[name]], down[at[name]] = (0, rise), (0, 0)
        costs[at[name]] = -_MUCH  # as far as it can, whatever that costs
        moves = _least(
            np.array([*costs, *costs]),
            np.hstack([matrix, -matrix]),
            np.zeros(len(matrix)),
            [*up, *down],
            whole=False,
        )
        if moves is None:
            return []
        moved = np.add(*np.split(moves, 2)) > _TINY
        return [n for n, i in at.items() if moved[i] and not self._is_open(n, hidden)]

    def _reach(self, name: str) -> list[str]:
        """Every number that is tied to this one, over however many sums."""
        names, waiting, rows = {name: None}, [name], set[int]()
        while waiting:
            for i in self.rows_of.get(waiting.pop(), ()):
                if i not in rows:
                    rows.add(i)
                    waiting += [n for n in self.rows[i] if n not in names]
                    names |= dict.fromkeys(self.rows[i])
        return list(names)

    def _cost(self, name: str) -> float:
        """Plain counts cost least, sums more; among equals, the smaller count goes."""
        count = self.counts[name]
        base = _COST_OF_A_SUM if name in self.wholes else 1.0
        largest = max(count.value for count in self.counts.values())
        return count.weight * (base + math.log1p(count.value) / (1 + math.log1p(largest)))

    # What to say of it

    def ranges(self, hidden: set[str]) -> tuple[dict[str, Range], set[str]]:
        """The range of each hidden number, and of which ones the reason may be told.

        Why a number is hidden says something too: see `disclosure`. It is told for numbers that are
        tied together only where all of them stay as open as they must.
        """
        found: dict[str, Range] = {}
        told: set[str] = set()
        done: set[str] = set()
        for name in hidden:
            if name in done:
                continue
            names, _rows = self._together(name, hidden)
            group = [n for n in names if n in hidden]
            done.update(group)
            limits: dict[str, Range] = {
                n: (1, self.counts[n].threshold - 1)
                if self.counts[n].is_small
                else (self.counts[n].threshold, None)
                for n in group
            }
            ranges = {n: self._range(n, hidden, limits) for n in group}
            if all(
                ranges[n] == limits[n] if self.counts[n].is_small else ranges[n][0] != ranges[n][1]
                for n in group
            ):
                told.update(group)
                found |= ranges
            else:
                found |= {n: self._range(n, hidden) for n in group}
        return found, told
