"""How likely two records are one person, from the scores alone: nobody says which pairs are true.

One list: a person may stand in it many times. Its doubles, written by one hand, are mostly alike,
so their number rises with the score; different people fall off log-linearly. What lies above both
the line carried on from the scores where different people dominate and above what a rising number
allows is a double.

Two lists: a record has one match in the other list at most, so whatever scores below its best is no
match, and neither are two records of one list that are no doubles. Both give the rate at which
different people reach a score. A pair that is the best of both is a match with probability
1 − (pairs of different people expected) / (pairs seen), made monotone. Expected are those of the
records that have no match, whose number is what the matches leave (as Storey's π₀).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from convive.stats.linkage_candidates import BINS

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]

CUT = 0.5  # a pair is one person where that is likelier than not
_ROUNDS = 10
_WIDTH = 2.0  # of smoothing, in bins
_ABOUND = int(0.95 * BINS)  # doubles are most often as alike as this
_LEAST = 0.1  # within a list, less than this is noise of many pairs


@dataclass(frozen=True)
class Posterior:
    """The probability of a match by score, and what it says of the pair of lists.

    by_bin : (BINS,) rising. threshold : the least score at which it reaches one half; above 1
        where no score does. matches : expected. false, missed : expected among the pairs that are
        taken, and among the others.
    """

    by_bin: Floats
    threshold: float
    matches: float
    false: float
    missed: float

    def __call__(self, scores: Scores | Floats) -> Floats:
        """The probability at each score, between the middles of bins."""
        middles = (np.arange(BINS) + 0.5) / BINS
        return np.interp(scores, middles, self.by_bin)


def between(
    nexts: tuple[Scores, Scores], bests: tuple[Scores, Scores], pairs: Scores, rate: Rate
) -> Posterior:
    """The posterior of pairs of two lists, the nearest first and each record once.

    Parameters
    ----------
    bests : (n_a,) and (n_b,) scores of the nearest in the other list.
    nexts : (n_a, k) and (n_b, k) scores of those that follow.
    pairs : scores of those pairs.
    rate : of different people in single lists.
    """
    n_a, n_b = len(bests[0]), len(bests[1])
    counts = _binned(pairs)
    width = _bandwidth(*(each[:, 0] for each in nexts))
    seen = _smooth(counts, width)
    found = _rising(seen, _smooth(n_a * n_b * rate.per_pair(), width))
    for _round in range(_ROUNDS):
        both = rate
        for best, following, others in zip(bests, nexts, (n_b, n_a), strict=True):
            weight = _at(found, best)
            both = both.joined(Rate(_binned(following, weight), weight.sum() * others))
        matches = (counts * found).sum()
        alone = max(n_a - matches, 0.0) * max(n_b - matches, 0.0)
        before, found = found, _rising(seen, _smooth(alone * both.per_pair(), width))
        if np.abs(found - before).max() < 1e-4:
            break
    # What one pair of different people in a hundred reaches is no sign of anything
    found[: _reached(rate.by_bin, 0.01)] = 0.0
    return _told(found, counts)


def _reached(by_bin: Floats, share: float) -> int:
    """The bin above which a share of all lies."""
    above = np.cumsum(by_bin[::-1])[::-1] / by_bin.sum()
    return int(np.flatnonzero(above >= share)[-1])


def _unlike() -> Floats:
    """A hundred pairs of different people, as scores of any names are: a guess that counts only
    where lists are so short that they say nothing of it.
    """
    shape = np.exp(-0.5 * (((np.arange(BINS) + 0.5) / BINS - 0.33) / 0.08) ** 2)
    return np.asarray(100 * shape / shape.sum(), dtype=np.float64)


@dataclass(frozen=True)
class Rate:
    """Pairs of different people: how many of so many pairs have each score. by_bin : (BINS,)."""

    by_bin: Floats = field(default_factory=_unlike)
    pairs: float = 100.0

    def joined(self, other: Rate) -> Rate:
        return Rate(self.by_bin + other.by_bin, self.pairs + other.pairs)

    def per_pair(self) -> Floats:
        return self.by_bin / max(self.pairs, 1.0)


def within(histogram: Floats, n: int) -> tuple[Posterior, Rate]:
    """The posterior of pairs within one list, and the rate of different people in it.

    Parameters
    ----------
    histogram : (BINS,) pairs of the list by score, all of them. n : records.
    """
    found = _doubles(histogram, n)
    return _told(found, histogram), Rate(histogram * (1 - found), n * (n - 1) / 2)


def _doubles(histogram: Floats, n: int) -> Floats:
    above = np.cumsum(histogram[::-1])[::-1]
    # From where a record has twenty pairs above to where two records have one between them: the
    # doubles are too few to bend the line there, and it lies near the scores that matter
    fitted = np.flatnonzero((above < 20 * n) & (above > n / 2) & (histogram > 0))
    if len(fitted) < 4:
        fitted = np.flatnonzero(histogram > 0)[:4]
    if len(fitted) < 4:
        return np.zeros(BINS)
    slope, level = np.polyfit(fitted, np.log(histogram[fitted]), 1, w=np.sqrt(histogram[fitted]))
    line = np.exp(np.minimum(level + min(slope, 0.0) * np.arange(BINS), 700))
    seen = _smooth(histogram, _WIDTH)
    # The least from here to where doubles abound: more of them than that cannot be here
    wide = _smooth(histogram, 3 * _WIDTH)  # of few doubles some bins are empty by chance
    turned = np.minimum.accumulate(wide[:_ABOUND][::-1])[::-1]
    most = np.concatenate([turned, seen[_ABOUND:]])
    found = _rising(seen, np.maximum(line, seen - most))
    found[: fitted[-1] + 1] = 0.0
    found[found < _LEAST] = 0.0
    return found if found.max() >= CUT else np.zeros(BINS)


def _binned(scores: Scores, weights: Floats | None = None) -> Floats:
    """Weights by score; each row of scores carries its weight, and a score of 0 is none."""
    flat = np.clip((scores.reshape(-1) * BINS).astype(np.int64), 0, BINS - 1)
    if weights is None:
        weights = np.ones(len(scores))
    each = np.repeat(weights, scores.size // max(len(scores), 1))
    is_pair = scores.reshape(-1) > 0
    return np.bincount(flat[is_pair], each[is_pair], BINS).astype(np.float64)


def _at(by_bin: Floats, scores: Scores) -> Floats:
    return by_bin[np.clip((scores * BINS).astype(np.int64), 0, BINS - 1)]


def _bandwidth(*null: Scores) -> float:
    """Silverman's rule on the scores of different people, in bins."""
    values = np.concatenate(null)
    values = values[values > 0] * BINS
    if len(values) < 2:
        return 2.0
    return float(max(1.0, 0.9 * values.std() * len(values) ** -0.2))


def _smooth(counts: Floats, width: float) -> Floats:
    reach = int(4 * width) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(counts, kernel / kernel.sum(), mode="same")


def _rising(seen: Floats, different: Floats) -> Floats:
    """1 − different / seen, at least 0, made non-decreasing by pooling (isotonic regression)."""
    raw = np.where(seen > 1e-9, 1 - different / np.maximum(seen, 1e-9), np.nan)
    known = ~np.isnan(raw)
    if not known.any():
        return np.zeros(BINS)
    fitted = isotonic_regression(np.clip(raw[known], 0, 1), weights=np.maximum(seen[known], 1e-6)).x
    return np.interp(np.arange(BINS), np.flatnonzero(known), fitted)


def _told(found: Floats, counts: Floats) -> Posterior:
    reached = np.flatnonzero(found >= CUT)
    threshold = float(reached[0]) / BINS if len(reached) else 1.01
    taken = found >= CUT
    return Posterior(
        found, threshold, float((counts * found).sum()),
        float((counts * (1 - found))[taken].sum()), float((counts * found)[~taken].sum()),
    )  # fmt: skip
