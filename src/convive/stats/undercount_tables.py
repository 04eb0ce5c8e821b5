"""Tables of capture histories: who is on which of several lists.

A person's history over K lists is a number from 1 to 2^K − 1 in which bit i says whether list i
holds the person. What stands at place h − 1 of a table of cells is the number of people of history
h. History 0, on no list, is what nobody can count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
Term = tuple[int, ...]

FEWEST_LISTS, MOST_LISTS = 2, 6


@dataclass(frozen=True)
class Lists:
    """People by history; make it with `from_histories`.

    cells : (2^K − 1,) people of each history 1 … 2^K − 1; whole, or corrected ones of any size.
    """

    cells: Floats

    @property
    def lists(self) -> int:
        """K, how many lists there are."""
        return len(self.cells).bit_length()

    @property
    def observed(self) -> float:
        """People on at least one list."""
        return float(self.cells.sum())

    @property
    def on_each(self) -> Floats:
        """(K,) people on each list."""
        return np.array([self.on_all((i,)) for i in range(self.lists)])

    @property
    def on_lists(self) -> Floats:
        """(K,) people on exactly 1, 2, … K lists."""
        many = sizes(self.lists)
        return np.array([self.cells[many == k].sum() for k in range(1, self.lists + 1)])

    def on_all(self, lists: Term) -> float:
        """People on all of these lists, whatever other list they are on."""
        return float(self.cells[holds(self.lists, lists)].sum())


def from_histories(histories: ArrayLike, count: ArrayLike) -> Lists:
    """Read a table of capture histories.

    Parameters
    ----------
    histories : (rows, K) of 0 and 1
        Whether each of the K lists holds the people of the row; 2 to 6 lists.
    count : (rows,) whole numbers, 0 or more
        How many people. Rows of one history are added up; a history without a row counts 0.

    Returns
    -------
    Lists

    Raises
    ------
    ValueError
        Not 2 to 6 lists; entries other than 0 and 1; a row of zeros alone with people in it (who is
        on no list cannot have been counted); counts that are not whole or are below 0.
    """
    rows = np.asarray(histories)
    if rows.ndim != 2 or not FEWEST_LISTS <= rows.shape[1] <= MOST_LISTS:
        raise ValueError("histories: give one column for each list, 2 to 6 of them")
    if not np.isin(rows, (0, 1)).all():
        raise ValueError("histories: give 1 where a list holds the people of the row, 0 elsewhere")
    people = np.asarray(count, dtype=np.float64)
    if people.shape != rows.shape[:1]:
        raise ValueError("count: give one for each history")
    if not (np.isfinite(people) & (people >= 0) & (people == np.floor(people))).all():
        raise ValueError("count: give whole numbers, 0 or more")
    lists = rows.shape[1]
    code = rows.astype(np.int64) @ (1 << np.arange(lists))
    cells = np.bincount(code, weights=people, minlength=1 << lists).astype(np.float64)
    if cells[0]:
        raise ValueError("histories: a row is on no list; leave it out, it is what is estimated")
    return Lists(cells[1:])


@cache
def members(lists: int) -> Flags:
    """(2^K − 1, K): whether a history is on each list."""
    codes = np.arange(1, 1 << lists)
    held: Flags = np.asarray((codes[:, None] >> np.arange(lists)) & 1 == 1)
    held.setflags(write=False)
    return held


@cache
def sizes(lists: int) -> Longs:
    """(2^K − 1,): on how many lists a history is."""
    many: Longs = members(lists).sum(axis=1, dtype=np.int64)
    many.setflags(write=False)
    return many


def holds(lists: int, term: Term) -> Flags:
    """(2^K − 1,): whether a history is on all lists of `term`."""
    return np.asarray(members(lists)[:, list(term)].all(axis=1))


@cache
def terms(lists: int, order: int) -> tuple[Term, ...]:
    """Sets of 2 to `order` lists, small ones first."""
    return tuple(t for k in range(2, order + 1) for t in combinations(range(lists), k))
