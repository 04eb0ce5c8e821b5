"""Which records of several encoded lists are one person, without a name and without labels.

1. Candidates (`linkage_candidates`): the nearest records of each in every list, its own included.
2. Thresholds (`linkage_thresholds`): the probability of a match by score, for each pair of lists
   and within each list.
3. Groups (`linkage_groups`): doubles of a list first, then the likeliest pairs between lists.

A keyed hash of a national number that is equal makes a match, one that differs never does; the
thresholds are found without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convive.stats.linkage_bits import Bits, dice
from convive.stats.linkage_candidates import KEPT, Near, near
from convive.stats.linkage_groups import gather, one_to_one, supported
from convive.stats.linkage_thresholds import CUT, Posterior, Rate, between, within

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Links:
    """People found in several lists; records are numbered over all lists, one after another.

    group : (n,) first record of each record's group: the person.
    double : (n,) the same, joining the records of one list alone.
    left, right : (pairs,) candidate pairs, left < right: of two lists those that are nearest when
        each record is used once, those near in one list, and those with one number.
    score : (pairs,) their Dice. probability : (pairs,) of being one person; 1 and 0 where a number
        says so.
    posteriors : (a, b) numbers of lists, a ≤ b -> the posterior of their pairs.
    recall : share of matches among taken pairs that the candidates hold, by design.
    recall_known : the same counted on pairs with one number; None where there are too few.
    close : the nearest records, for another grouping of the same.
    """

    group: Longs
    double: Longs
    left: Longs
    right: Longs
    score: Floats
    probability: Floats
    posteriors: Mapping[tuple[int, int], Posterior]
    recall: float
    recall_known: float | None
    close: Near


_FEW = 30  # pairs with one number, under which no share is told


def link(
    bits: Bits, of_list: Longs, known: Longs, *, seed: int = 0, close: Near | None = None,
    progress: Callable[[float], None] | None = None,
) -> Links:  # fmt: skip
    """Link the records of one or more lists.

    Parameters
    ----------
    bits : (n, words) uint64. of_list : (n,) from 0, rising. known : (n,) number of a known person,
        0 where there is none.
    close : the nearest records, where they were found already.
    progress : called with the share that is done; what it raises stops the work.
    """
    n, lists = len(bits), int(of_list.max(initial=-1)) + 1
    if close is None:
        close = near(bits, of_list, lists, seed=seed, progress=progress)
    known_pairs = _same(known)
    starts = np.searchsorted(of_list, np.arange(lists + 1))
    posteriors: dict[tuple[int, int], Posterior] = {}
    found = [(*known_pairs, np.ones(len(known_pairs[0])))]
    rate = Rate()
    for a in range(lists):
        rows = slice(starts[a], starts[a + 1])
        posteriors[a, a], own = within(close.histogram[a, a], starts[a + 1] - starts[a])
        rate = rate.joined(own)
        found.append(_inside(close, a, rows, posteriors[a, a]))
    for a in range(lists):
        for b in range(a + 1, lists):
            posteriors[a, b] = _posterior(close, a, b, starts, rate)
            found.append(_across(close, known, a, b, starts, posteriors[a, b]))
    left, right, probability = _decided(
        np.concatenate([each[0] for each in found]),
        np.concatenate([each[1] for each in found]),
        np.concatenate([each[2] for each in found]),
        known, n,
    )  # fmt: skip
    score = dice(bits, close.size, left, right).astype(np.float64)
    # People with one number are joined before all others, or a place in a list may be taken
    is_known = (known[left] > 0) & (known[left] == known[right])
    order = np.lexsort((right, left, -score, -probability, ~is_known))
    left, right, score = left[order], right[order], score[order]
    probability = probability[order]
    taken = probability >= CUT
    inside = of_list[left] == of_list[right]

    def likely(one: Longs, other: Longs) -> Floats:
        return _likely(bits, close.size, of_list, known, posteriors, one, other)

    double = gather(left[taken & inside], right[taken & inside], known, of_list, many=True)
    double = supported(double, likely)
    across = taken & ~inside
    group = gather(left[across], right[across], known, of_list, start=double)
    group = supported(
        group, lambda one, other: np.where(double[one] == double[other], 1.0, likely(one, other))
    )
    recall, recall_known = _recall(close, left[taken], right[taken], score[taken], known_pairs)
    return Links(
        group, double, left, right, score, probability, posteriors, recall, recall_known, close
    )


def _same(known: Longs) -> tuple[Longs, Longs]:
    """Each record with a number, and the first record that has the same."""
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(known[rows], kind="stable")]
    is_same = known[rows[1:]] == known[rows[:-1]]
    return rows[:-1][is_same], rows[1:][is_same]


def _posterior(close: Near, a: int, b: int, starts: Longs, rate: Rate) -> Posterior:
    rows_a, rows_b = slice(starts[a], starts[a + 1]), slice(starts[b], starts[b + 1])
    score_a, score_b = close.score[rows_a, b], close.score[rows_b, a]
    _left, _right, score = _nearest(close, a, b, starts, None)
    return between((score_a[:, 1:], score_b[:, 1:]), (score_a[:, 0], score_b[:, 0]), score, rate)


def _nearest(
    close: Near, a: int, b: int, starts: Longs, known: Longs | None
) -> tuple[Longs, Longs, Scores]:
    """Pairs of two lists, the nearest first, each record once. known : keeps apart whom it may."""
    left, right, score = [], [], []
    for one, other in ((a, b), (b, a)):
        rows = np.arange(starts[one], starts[one + 1])
        theirs = close.other[rows, other]
        row, at = np.nonzero(theirs >= 0)
        left.append(rows[row])
        right.append(theirs[row, at].astype(np.int64))
        score.append(close.score[rows[row], other, at])
    left[1], right[1] = right[1], left[1]
    first, second, scores = (np.concatenate(each) for each in (left, right, score))
    if known is not None:
        may = (known[first] == 0) | (known[second] == 0) | (known[first] == known[second])
        first, second, scores = first[may], second[may], scores[may]
    order = np.lexsort((second, first, -scores))
    first, second, scores = first[order], second[order], scores[order]
    taken = one_to_one(first, second, int(starts[-1]))
    return first[taken], second[taken], scores[taken]


def _across(
    close: Near, known: Longs, a: int, b: int, starts: Longs, posterior: Posterior
) -> tuple[Longs, Longs, Floats]:
    left, right, score = _nearest(close, a, b, starts, known)
    return left, right, posterior(score)


def _inside(close: Near, a: int, rows: slice, posterior: Posterior) -> tuple[Longs, Longs, Floats]:
    other, score = close.other[rows, a], close.score[rows, a]
    left = np.repeat(np.arange(rows.start, rows.stop), KEPT)
    right = other.reshape(-1).astype(np.int64)
    probability = posterior(score.reshape(-1))
    kept = (right >= 0) & (probability > 0.01)
    return left[kept], right[kept], probability[kept]


def _decided(
    left: Longs, right: Longs, probability: Floats, known: Longs, n: int
) -> tuple[Longs, Longs, Floats]:
    """Each pair once, the lower record first; where numbers decide, they do."""
    left, right = np.minimum(left, right), np.maximum(left, right)
    _code, first = np.unique(left * np.int64(n) + right, return_index=True)
    left, right, probability = left[first], right[first], probability[first]
    both = (known[left] > 0) & (known[right] > 0)
    probability = np.where(both, (known[left] == known[right]).astype(float), probability)
    return left, right, probability


def _likely(
    bits: Bits, size: Longs, of_list: Longs, known: Longs,
    posteriors: Mapping[tuple[int, int], Posterior], left: Longs, right: Longs,
) -> Floats:  # fmt: skip
    """The probability of any pairs of records, by the posterior of their lists and by numbers."""
    score = dice(bits, size, left, right)
    a, b = np.sort([of_list[left], of_list[right]], axis=0)
    found = np.zeros(len(left))
    for (one, other), posterior in posteriors.items():
        at = (a == one) & (b == other)
        found[at] = posterior(score[at])
    both = (known[left] > 0) & (known[right] > 0)
    return np.where(both, (known[left] == known[right]).astype(float), found)


def _recall(
    close: Near, left: Longs, right: Longs, score: Floats, known: tuple[Longs, Longs]
) -> tuple[float, float | None]:
    size = close.size.astype(np.float64)
    met = close.recall(score * (size[left] + size[right]) / 2, size[left], size[right])
    design = float(len(met) / (1 / np.maximum(met, 1e-6)).sum()) if len(met) else 1.0
    a, b = known
    if len(a) < _FEW:
        return design, None
    return design, float((close.other[a].reshape(len(a), -1) == b[:, None]).any(axis=1).mean())
