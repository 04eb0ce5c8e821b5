"""Records of several lists gathered into people: one record of each list, unless it has doubles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.cluster import hierarchy

from convive.stats.kernels import kernel

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

_SUPPORT = 1 / 3
_MOST = 500  # records of a group that is looked into: no person has more


@kernel
def one_to_one(left: Longs, right: Longs, n: int) -> NDArray[np.bool_]:
    """Which pairs are taken when each record is used once and pairs are tried in their order.

    left, right : (pairs,) records below n, the nearest pair first.
    """
    used = np.zeros(n, dtype=np.bool_)
    taken = np.zeros(len(left), dtype=np.bool_)
    for e in range(len(left)):
        if not used[left[e]] and not used[right[e]]:
            used[left[e]] = used[right[e]] = taken[e] = True
    return taken


@kernel
def _root(parent: Longs, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def _gather(
    left: Longs, right: Longs, parent: Longs, known: Longs, seen: NDArray[np.uint64]
) -> None:
    words = seen.shape[1]
    for e in range(len(left)):
        a, b = _root(parent, left[e]), _root(parent, right[e])
        if a == b or (known[a] and known[b] and known[a] != known[b]):
            continue
        apart = False
        for w in range(words):
            if seen[a, w] & seen[b, w]:
                apart = True
        if apart:
            continue
        if b < a:
            a, b = b, a
        parent[b] = a
        known[a] = max(known[a], known[b])
        for w in range(words):
            seen[a, w] |= seen[b, w]


def gather(
    left: Longs, right: Longs, known: Longs, of_list: Longs, *, many: bool = False,
    start: Longs | None = None,
) -> Longs:  # fmt: skip
    """Join pairs in their order, the likeliest first; a pair that breaks a rule is passed over.

    Parameters
    ----------
    left, right : (pairs,) records. known : (n,) the person of those who are known, 0 for others;
        two known people are never one. of_list : (n,) list of each record.
    many : a group may hold several records of a list: its doubles are being found.
    start : (n,) groups to begin from, as this function gives them; they hold a list's doubles.

    Returns
    -------
    groups : (n,) the first record of each record's group.
    """
    n = len(known)
    parent = np.arange(n) if start is None else start.copy()
    known = known.copy()
    seen = np.zeros((n, int(of_list.max(initial=0)) // 64 + 1), dtype=np.uint64)
    np.maximum.at(known, parent, known.copy())
    if not many:
        bit = np.uint64(1) << (of_list % 64).astype(np.uint64)
        np.bitwise_or.at(seen, (parent, of_list // 64), bit)
    _gather(left.astype(np.int64), right.astype(np.int64), parent, known, seen)
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return parent


def supported(groups: Longs, probability: Callable[[Longs, Longs], Floats]) -> Longs:
    """Part groups that hang together by a chain: two parts of a group stay one where, on average
    over all pairs between them, the probability is a third or more (average linkage). One likely
    pair of four does not join two and two; two of three join three in a row.

    groups : (n,) as `gather` gives them. probability : of pairs of records being one person.
    """
    members = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(np.diff(groups[members], append=-1)) + 1
    starts = np.append(0, ends[:-1])
    counts = ends - starts
    large = np.flatnonzero((counts > 2) & (counts <= _MOST))
    if not len(large):
        return groups
    of_size = {int(size): np.triu_indices(size, 1) for size in np.unique(counts[large])}
    sides = [of_size[int(counts[at])] for at in large]
    left, right = (
        np.concatenate(
            [members[starts[at] : ends[at]][side[k]] for at, side in zip(large, sides, strict=True)]
        )
        for k in (0, 1)
    )
    apart = 1 - probability(left, right)
    found, done = groups.copy(), 0
    for at, side in zip(large, sides, strict=True):
        own = apart[done : done + len(side[0])]
        done += len(side[0])
        if own.max() < 1 - _SUPPORT:  # no way of parting them could be better
            continue
        rows = members[starts[at] : ends[at]]
        parts = hierarchy.fcluster(hierarchy.linkage(own, "average"), 1 - _SUPPORT, "distance")
        for part in np.unique(parts):
            found[rows[parts == part]] = rows[parts == part].min()
    return found
