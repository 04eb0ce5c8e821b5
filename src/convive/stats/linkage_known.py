"""What people with a known identifier tell of linkage by tokens: what it misses and invents.

Somebody whose identifier stands in two records is a known match; two identifiers in one group of
tokens are a known mistake. Both are counted here record by record, in plain arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convive.stats import linkage_rates as rates

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNKNOWN = -1


@dataclass(frozen=True)
class Records:
    """Every record of every list, after linkage.

    of_list : (n,) number of its list. known : (n,) number of its identifier, or UNKNOWN.
    group : (n,) the person it was taken for, by identifier and tokens together.
    by_tokens : (n,) the person it would be taken for if no identifier were known.
    strata : name -> (n,) number of its level.
    lists : how many lists there are.
    """

    of_list: Longs
    known: Longs
    group: Longs
    by_tokens: Longs
    strata: dict[str, Longs]
    lists: int

    def __len__(self) -> int:
        return len(self.of_list)


def runs(*keys: Longs) -> tuple[Longs, Longs]:
    """Number of the set of each row, rows being alike in all keys, and the size of each set."""
    if not len(keys[0]):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.lexsort(keys[::-1])
    starts = np.zeros(len(order), dtype=bool)
    for key in keys:
        starts[1:] |= key[order][1:] != key[order][:-1]
    of = np.empty(len(order), dtype=np.int64)
    of[order] = np.cumsum(starts)
    return of, np.bincount(of)


@dataclass(frozen=True)
class Told:
    """matches : records with an identifier less the people whose it is: known matches. missed : of
    these, missed by tokens alone. invented : people whom tokens take for others, less one a group.
    """

    matches: int
    missed: int
    invented: int


def tell(records: Records) -> Told:
    """What tokens alone would have made of the people with an identifier."""
    rows = records.known != UNKNOWN
    people = len(np.unique(records.known[rows]))
    labels = len(np.unique(records.by_tokens[rows]))
    pieces = len(runs(records.known[rows], records.by_tokens[rows])[1])
    return Told(int(rows.sum()) - people, pieces - people, pieces - labels)


@dataclass(frozen=True)
class Standing:
    """How each record hangs on its group.

    size : (n,) records of its group. tied : (n,) its identifier stands in the group again.
    open : (n,) it hangs on the group by tokens alone, and could have been missed.
    alone : (n,) by tokens alone it would have been taken for somebody of their own.
    weight : (n,) of a record in the sum of missed merges: half where the group is a pair, which is
        missed once and not twice, else one.
    """

    size: Longs
    tied: Flags
    open: Flags
    alone: Flags
    weight: Floats


def standing(records: Records) -> Standing:
    """How each record hangs on its group: the exposure and the events of missed matches."""
    of, size = runs(records.group)
    same, many = runs(records.group, _apart(records.known))
    near, met = runs(records.group, records.by_tokens)
    size, many, met = size[of], many[same], met[near]
    tied = many > 1
    return Standing(
        size=size,
        tied=tied,
        open=(size > 1) & ~tied,
        alone=(size > 1) & (met == 1),
        weight=np.where(size == 2, 0.5, 1.0),
    )


def _apart(known: Longs) -> Longs:
    """The identifiers, each record without one having a number of its own."""
    return np.where(known == UNKNOWN, -2 - np.arange(len(known)), known)


def where(records: Records, size: Longs) -> Longs:
    """Which lists a missed match would lie between: of a pair, both; else the record's own."""
    lists = records.lists
    of, _size = runs(records.group)
    low = np.full(len(records) and int(of.max()) + 1, lists)
    high = np.zeros_like(low)
    np.minimum.at(low, of, records.of_list)
    np.maximum.at(high, of, records.of_list)
    pair = lists + low[of] * lists + high[of]
    found: Longs = np.where(size == 2, pair, records.of_list)
    return found


@dataclass(frozen=True)
class Conflicts:
    """Groups of tokens in which more than one identifier stands: known mistakes.

    record : (c,) one record of each. mistakes : (c,) matches invented in it, people less one.
    chance : (c,) that so many people would have been found out.
    """

    record: Longs
    mistakes: Floats
    chance: Floats


_LEAN = 20.0  # records that all cells together weigh in each
_MOST = 4  # records from which more make no difference to whether one has an identifier


def conflicts(records: Records) -> Conflicts:
    """The groups of tokens that are known to take several people for one.

    An invented match is found out where both people have an identifier in some record. How likely
    that is follows from how many records each has in the group; those without an identifier are
    shared out among its people.
    """
    rows = np.flatnonzero(records.known != UNKNOWN)
    if not len(rows):
        return Conflicts(rows, np.zeros(0), np.zeros(0))
    person, own = runs(records.by_tokens[rows], records.known[rows])
    first = np.unique(person, return_index=True)[1]  # a record of each person of each group
    own = own[np.unique(person)]
    labels, start, people = np.unique(
        records.by_tokens[rows[first]], return_index=True, return_counts=True
    )
    size = np.bincount(records.by_tokens, minlength=int(labels.max()) + 1)[labels]
    with_one = np.bincount(np.repeat(np.arange(len(labels)), people), own)
    unseen, further = _unseen(records)
    record, mistakes, chance = [], [], []
    for at in np.flatnonzero(people > 1):
        mine = slice(start[at], start[at] + people[at])
        has = np.rint(own[mine] * size[at] / with_one[at]).astype(np.int64)
        seen = 1 - unseen[rows[first[mine]]] * further[np.clip(has, 1, _MOST)]
        record.append(rows[first[start[at]]])
        mistakes.append(people[at] - 1.0)
        chance.append(float(np.sort(seen)[:2].prod()))  # of the two least often found out
    return Conflicts(np.array(record, dtype=np.int64), np.array(mistakes), np.array(chance))


def _unseen(records: Records) -> tuple[Floats, Floats]:
    """(n,) chance that a record like this has no identifier, by list and strata; and (5,) by how
    much it is less that none of so many records of a person has one.
    """
    has = (records.known != UNKNOWN).astype(np.float64)
    cells = rates.cells([records.of_list, *records.strata.values()])
    lacks, n = cells.sums(1 - has), cells.sums(np.ones(len(has)))
    usual = np.array([lacks.sum() / n.sum()])
    kappa = rates.strengths(lacks, n, cells.level)
    share = rates.pooled(lacks[None], n[None], cells.level, usual, kappa, most=1.0)[0]
    share = np.clip((lacks + _LEAN * share) / (n + _LEAN), 0.001, 0.999)[cells.of]
    of, size = np.unique(records.group, return_counts=True)
    none = np.ones(len(of))
    np.minimum.at(none, np.searchsorted(of, records.group), 1 - has)
    size = np.minimum(size, _MOST)
    so_many = np.bincount(size, minlength=_MOST + 1)
    without = (np.bincount(size, none, _MOST + 1) + 0.5) / (so_many + 1.0)
    # More records never make it likelier that none has one
    without[1:] = np.minimum.accumulate(without[1:])
    further: Floats = without / max(float(without[1]), 1e-6)
    return share, further
