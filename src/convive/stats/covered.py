"""Disclosure control of counts of the same people in several tables, where somebody may stand in
several columns of one.

By sex or age everybody stands once: such counts add up to their whole. By service or district
somebody may stand in several: then the whole is at least as many as the largest of its parts, and
at most as many as all together. A reader knows either, for every table that is told of the same
people; so all tables are protected as one.

Counts of 1 to threshold − 1 are hidden, and whoever has every number that is shown and knows how
they are tied and that counts are whole finds for each hidden number at least `threshold` possible
values. What no table tells (those whose sex is not known, say) is protected alike where it is
small. Unlike in `disclosure`, a zero may be hidden with the small counts: else a whole that is only
just large enough could not be told beside its few parts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner
from numpy.typing import NDArray

from convive.stats.disclosure import LEAST_THRESHOLD

K = TypeVar("K", bound=Hashable)
_TINY = 1e-4
_MUCH = 1e5
_COST_OF_A_ZERO = 3.0  # in plain counts


@dataclass(frozen=True)
class Number:
    """How many people.

    value : whole, 0 or more. threshold : the smallest that may be shown; 5 or more.
    is_seen : it stands in some table. weight : what hiding it costs; 1 is a plain count.
    """

    value: int
    threshold: int = LEAST_THRESHOLD
    is_seen: bool = True
    weight: float = 1.0

    @property
    def is_small(self) -> bool:
        return 0 < self.value < self.threshold


@dataclass(frozen=True)
class Tie(Generic[K]):
    """`whole` are the people of `parts`. is_sum : each stands in one part alone."""

    whole: K
    parts: tuple[K, ...]
    is_sum: bool


def hidden(numbers: Mapping[K, Number], ties: Sequence[Tie[K]]) -> frozenset[K]:
    """The numbers that must not be told.

    numbers : by name; those that are tied and those that are not. ties : of names in `numbers`.

    Raises ValueError for a count below 0, a threshold below 5, or a tie that does not hold.

    Notes
    -----
    Ranges are those of an integer program. Every solution is another world that a reader cannot
    tell from the true one, so it is kept: it vouches for every other number that differs in it.
    What else to hide is the cheapest move that keeps all ties, as in `linked`; at the end whatever
    was not needed is shown again. Hiding more never narrows a range.
    """
    return frozenset(_Web(numbers, ties).hide())


class _Web(Generic[K]):
    """The numbers as a vector, and what every reader knows of it: low ≤ matrix @ x ≤ high."""

    def __init__(self, numbers: Mapping[K, Number], ties: Sequence[Tie[K]]) -> None:
        self.names, self.numbers = list(numbers), list(numbers.values())
        self.at = {name: i for i, name in enumerate(self.names)}
        self.true = np.array([one.value for one in self.numbers], dtype=np.float64)
        self.need = np.array([one.threshold - 1 for one in self.numbers], dtype=np.float64)
        if any(one.value < 0 or one.value != int(one.value) for one in self.numbers):
            raise ValueError("give whole counts, 0 or more")
        if any(one.threshold < LEAST_THRESHOLD for one in self.numbers):
            raise ValueError("a threshold may be raised above 5, never lowered")
        rows = [row for tie in ties for row in self._rows(tie)]
        self.matrix = np.array([row for row, _high in rows]).reshape(len(rows), len(self.names))
        self.high = np.array([high for _row, high in rows])
        done = self.matrix @ self.true if rows else np.zeros(0)
        if (done < 0).any() or (done > self.high).any():
            raise ValueError("a whole does not agree with its parts")
        self.worlds = self.true[np.newaxis, :]

    def _rows(self, tie: Tie[K]) -> list[tuple[NDArray[np.float64], float]]:
        """What one tie says: each row times the numbers lies between 0 and its end."""
        every = self._row(tie.parts, tie.whole)
        if tie.is_sum:
            return [(every, 0.0)]
        return [(every, math.inf)] + [
            (self._row((tie.whole,), part), math.inf) for part in tie.parts
        ]

    def _row(self, more: Collection[K], less: K) -> NDArray[np.float64]:
        row = np.zeros(len(self.names))
        for name in more:
            row[self.at[name]] += 1
        row[self.at[less]] -= 1
        return row

    def hide(self) -> set[K]:
        small = [i for i, one in enumerate(self.numbers) if one.is_small]
        small.sort(key=lambda i: (self.numbers[i].value, i))
        shut = {i for i in small if self.numbers[i].is_seen}
        waiting, more = list(small), list[int]()
        for i in waiting:
            if self._is_exposed(i, shut):
                found = self._cheapest_move(i, shut)
                shut.update(found)
                more += found
                waiting += found
        for i in reversed(more):
            fewer, kept = shut - {i}, self.worlds
            self.worlds = kept[kept[:, i] == self.true[i]]  # those that the reader still believes
            secrets = [each for each in waiting if each != i and (each in fewer or each in small)]
            if any(self._is_exposed(each, fewer) for each in secrets):
                self.worlds = np.vstack([kept, self.worlds])
            else:
                shut = fewer
                waiting.remove(i)
        return {self.names[i] for i in shut}

    def _is_exposed(self, i: int, shut: Collection[int]) -> bool:
        """Whether a reader finds fewer values than must stay possible."""
        for sign in (-1.0, 1.0):
            if self._spread(i) >= self.need[i]:
                return False
            aim = np.zeros(len(self.names))
            aim[i] = sign
            # No further than it takes: a number without an upper end has no world at it
            low, high = self._bounds(shut)
            high[i] = min(high[i], self.true[i] + self.need[i])
            self._solve(aim, low, high)
        return bool(self._spread(i) < self.need[i])

    def _spread(self, i: int) -> float:
        return float(np.ptp(self.worlds[:, i]))

    def _is_open(self, i: int, shut: Collection[int]) -> bool:
        return i in shut or not self.numbers[i].is_seen

    def _bounds(self, shut: Collection[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        low, high = self.true.copy(), self.true.copy()
        for i in range(len(self.numbers)):
            if self._is_open(i, shut):
                low[i], high[i] = 0, np.inf
        return low, high

    def _solve(
        self, costs: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Another world where `costs` are least, kept; None where there is none."""
        ties = scipy.optimize.LinearConstraint(self.matrix, np.zeros(len(self.high)), self.high)
        bounds = scipy.optimize.Bounds(low, high)
        whole = np.ones(len(costs), dtype=np.int64)
        solved = scipy.optimize.milp(costs, integrality=whole, bounds=bounds, constraints=ties)
        if solved.x is None:
            return None
        world = np.rint(solved.x)
        self.worlds = np.vstack([self.worlds, world])
        return world

    def _cheapest_move(self, i: int, shut: Collection[int]) -> list[int]:
        """What to hide so that a number can rise as far as it must, at the least cost."""
        size, rise = len(self.names), self.need[i] - (self.true[i] - self.worlds[:, i].min())
        costs = np.array([_TINY if self._is_open(n, shut) else self._cost(n) for n in range(size)])
        up, down = np.full(size, np.inf), self.true.copy()
        up[i], down[i] = rise, 0
        costs = np.concatenate([costs, costs])
        costs[i] = -_MUCH  # as far as it can, whatever that costs
        stands = self.matrix @ self.true
        moves = scipy.optimize.milp(
            costs,
            integrality=np.ones(2 * size, dtype=np.int64),
            bounds=scipy.optimize.Bounds(np.zeros(2 * size), np.concatenate([up, down])),
            constraints=scipy.optimize.LinearConstraint(
                np.hstack([self.matrix, -self.matrix]), -stands, self.high - stands
            ),
        )
        if moves.x is None:
            return []
        rises, falls = np.split(np.rint(moves.x), 2)
        self.worlds = np.vstack([self.worlds, self.true + rises - falls])
        moved = np.flatnonzero(rises != falls)
        return [int(n) for n in moved if not self._is_open(int(n), shut)]

    def _cost(self, i: int) -> float:
        """Among equals, the smaller count goes; a zero, which many would guess, after counts."""
        one = self.numbers[i]
        if not one.value:
            return _COST_OF_A_ZERO * one.weight
        return one.weight * (1 + math.log1p(one.value) / (1 + math.log1p(self.true.max())))
