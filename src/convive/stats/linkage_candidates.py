"""Records that may be the same person, found without comparing all with all.

Each of many tables draws a few positions; records whose bits agree at all of them fall into one
bucket and are compared. A pair at Hamming distance d of L bits meets in a table with probability
p(d) = C(L − d, b) / C(L, b), so both the recall of any pair and, weighting each meeting by its
inverse, the histogram of all pairs' scores follow by design.

Source: P. Indyk and R. Motwani, Approximate nearest neighbors (1998), for bit sampling; D. Horvitz
and D. Thompson (1952) for the weights.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from math import lgamma
from queue import Empty, SimpleQueue
from threading import Event

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel
from convive.stats.linkage_bits import Bits, counts, ones

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Scores = NDArray[np.float32]
_Part = tuple[Ints, Scores, Floats, list[int]]

TABLES = 60
_MEETINGS = 16.0  # comparisons that one record costs in one table, at most
_PARTS = 2  # of the tables, side by side
_LEAST, _MOST = 4, 32  # positions drawn for a table
KEPT = 4  # nearest records kept for each record and list
BINS = 256  # of scores, from 0 to 1


@dataclass(frozen=True)
class Near:
    """The nearest records of each record in each list, and what is known of all others.

    other : (n, lists, KEPT) row of the record, −1 where none was met. score : its Dice, falling.
    histogram : (lists, lists, BINS) expected pairs by score, of all pairs, met or not; a pair
        within a list stands on the diagonal. Low scores are noisy.
    size : (n,) bits set. positions : (tables,) drawn for each table.
    missed : (bits + 1,) probability that a pair at each Hamming distance meets in no table.
    """

    other: Ints
    score: Scores
    histogram: Floats
    size: Longs
    positions: Longs
    missed: Floats

    def recall(self, common: Floats | float, left: Floats, right: Floats) -> Floats:
        """Probability that pairs met in some table, from their common bits and their sizes."""
        distance = np.rint(np.asarray(left) + right - 2 * np.asarray(common)).astype(np.int64)
        found: Floats = 1 - self.missed[np.clip(distance, 0, len(self.missed) - 1)]
        return found


def near(
    bits: Bits, of_list: NDArray[np.int64], lists: int, *, seed: int = 0, tables: int = TABLES,
    progress: Callable[[float], None] | None = None,
) -> Near:  # fmt: skip
    """The nearest of each record in each list, its own included.

    Parameters
    ----------
    bits : (n, words) encodings of all lists. of_list : (n,) number of each record's list.
    progress : called with the share that is done; what it raises stops the work.
    """
    n, words = bits.shape
    length = 64 * words
    size = counts(bits)
    draw = np.random.default_rng(seed)
    drawn = [draw.permutation(length)[:_MOST].astype(np.int64) for _table in range(tables)]
    which = of_list.astype(np.int32)
    done: SimpleQueue[None] = SimpleQueue()
    stopped = Event()

    def share(some: Sequence[Longs]) -> _Part:
        other = np.full((n, lists, KEPT), -1, dtype=np.int32)
        score = np.zeros((n, lists, KEPT), dtype=np.float32)
        histogram = np.zeros((lists, lists, BINS))
        positions: list[int] = []
        for chosen in some:
            if stopped.is_set():
                break
            keys = _keys(bits, chosen)
            order = np.argsort(keys, kind="stable").astype(np.int32)
            keys = keys[order]
            positions.append(_positions(keys))
            keys >>= np.uint64(_MOST - positions[-1])
            met = tables * _meets(length, positions[-1])
            weight = np.divide(1.0, met, out=np.zeros_like(met), where=met > 0)
            _compare(bits, size, which, keys, order, weight, other, score, histogram)
            done.put(None)
        return other, score, histogram, positions

    # Always in as many parts, so that one core finds what many do
    with ThreadPoolExecutor(min(_PARTS, os.cpu_count() or 1)) as pool:
        parts = [pool.submit(share, drawn[part::_PARTS]) for part in range(_PARTS)]
        try:
            if progress:
                _tell(progress, done, parts, tables)
            found = [part.result() for part in parts]
        except BaseException:
            stopped.set()
            raise
        other, score, histogram, positions = found[0]
        for others, scores, pairs, more in found[1:]:
            _join(other, score, others, scores)
            histogram += pairs
            positions += more
    missed = np.prod([1 - _meets(length, each) for each in positions], axis=0)
    return Near(other, score, histogram, size, np.array(positions), missed)


def _tell(
    progress: Callable[[float], None], done: SimpleQueue[None], parts: Sequence[Future[_Part]],
    tables: int,
) -> None:  # fmt: skip
    """Tell how far it is from the thread that asked: it may write to a database of its own."""
    count = 0
    while count < tables and not any(part.done() and part.exception() for part in parts):
        try:
            done.get(timeout=0.2)
        except Empty:
            continue
        count += 1
        progress(count / tables)


def _positions(keys: NDArray[np.uint64]) -> int:
    """The fewest positions at which a table costs no more than it may: this follows the data, in
    which common names make large buckets. keys : (n,) rising, all positions of the table.
    """
    n = len(keys)
    few, enough = _LEAST, _MOST
    while few < enough:
        drawn = (few + enough) // 2
        turns = np.flatnonzero(np.diff(keys >> np.uint64(_MOST - drawn))) + 1
        runs = np.diff(turns, prepend=0, append=n).astype(np.float64)
        if (runs * (runs - 1) / 2).sum() <= _MEETINGS * n:
            enough = drawn
        else:
            few = drawn + 1
    return enough


@lru_cache(maxsize=256)
def _meets(length: int, drawn: int) -> Floats:
    """(length + 1,) probability that a pair at each Hamming distance meets in one table."""
    whole = lgamma(length + 1) - lgamma(length - drawn + 1)
    found = np.zeros(length + 1)
    for d in range(length - drawn + 1):
        found[d] = np.exp(lgamma(length - d + 1) - lgamma(length - d - drawn + 1) - whole)
    return found


@kernel
def _keys(bits: Bits, chosen: Longs) -> NDArray[np.uint64]:
    """The bits at the chosen positions, the first one highest."""
    found = np.zeros(len(bits), dtype=np.uint64)
    for i in range(len(bits)):
        key = np.uint64(0)
        for at in chosen:
            key = (key << np.uint64(1)) | ((bits[i, at >> 6] >> np.uint64(at & 63)) & np.uint64(1))
        found[i] = key
    return found


@kernel
def _keep(other: Ints, score: Scores, i: int, which: int, j: int, value: np.float32) -> None:
    """Put j among the nearest of i in a list, unless it stands there or others are nearer."""
    kept = other.shape[2]
    for k in range(kept):
        if other[i, which, k] == j:
            return
    at = kept - 1
    while at > 0 and score[i, which, at - 1] < value:
        score[i, which, at] = score[i, which, at - 1]
        other[i, which, at] = other[i, which, at - 1]
        at -= 1
    score[i, which, at] = value
    other[i, which, at] = j


@kernel
def _join(other: Ints, score: Scores, others: Ints, scores: Scores) -> None:
    """Keep the nearest of both."""
    n, lists, kept = other.shape
    for i in range(n):
        for which in range(lists):
            for k in range(kept):
                if scores[i, which, k] > score[i, which, kept - 1]:
                    _keep(other, score, i, which, others[i, which, k], scores[i, which, k])


@kernel
def _compare(
    bits: Bits, size: Longs, which: Ints, keys: NDArray[np.uint64], order: Ints, weight: Floats,
    other: Ints, score: Scores, histogram: Floats,
) -> None:  # fmt: skip
    n, words = bits.shape
    bins, last = histogram.shape[2], other.shape[2] - 1
    room = 64
    near = np.empty((room, words), dtype=np.uint64)
    start = 0
    while start < n:
        end = start + 1
        while end < n and keys[end] == keys[start]:
            end += 1
        count = end - start
        if count > room:
            room = 2 * count
            near = np.empty((room, words), dtype=np.uint64)
        if count > 1:  # side by side, as each is read as often as there are others
            for a in range(count):
                near[a] = bits[order[start + a]]
        for a in range(count):
            i = order[start + a]
            p, own = which[i], size[i]
            for b in range(a + 1, count):
                common = np.int64(0)
                for w in range(words):
                    common += np.int64(ones(near[a, w] & near[b, w]))
                j = order[start + b]
                q = which[j]
                both = own + size[j]
                if both == 0:
                    continue
                value = np.float32(2 * common) / np.float32(both)
                at = min(np.int64(value * bins), bins - 1)
                histogram[min(p, q), max(p, q), at] += weight[both - 2 * common]
                # Asked here, as most are not: a call costs more than the comparison
                if value > score[i, q, last]:
                    _keep(other, score, i, q, j, value)
                if value > score[j, p, last]:
                    _keep(other, score, j, p, i, value)
        start = end
