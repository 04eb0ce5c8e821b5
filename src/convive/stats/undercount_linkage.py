"""What imperfect linkage does to a table of capture histories, and how it is undone.

Two errors are made where lists are linked without a common number. A match is **missed**: a person
of two lists becomes two, overlaps look small and the estimate too large. A match is **false**: two
people become one, overlaps look large and the estimate too small.

Missed. A person whose history is s falls into pieces; T[a, s] is the expected number of pieces of
history a, so that the table after missed matches is z = T x. "pair": each pair of the person's
records is missed on its own with probability m_ij, and what is still tied together, directly or by
way of a third record, stays one (as a linkage does that joins whatever is linked). "record": each
record is lost to all others of the person at once (a name that is badly written), with the
probability that gives each pair the missed rate: 1 − √(1 − m).

False. A record of list i that has found no record of list j is given somebody else's with
probability f_ij (i before j): whose, is drawn evenly among those of j that could be joined to it.

With two lists this is: linked n₁₁ = (1 − m) x₁₁ + f (x₁₀ + m x₁₁), which is the correction of Ding
and Fienberg (1994) with f = 0, and that of Di Consiglio and Tuoto (2015) but for the small term
f m x₁₁ (a record whose match was missed may be given another's). de Wolf, van der Laan and Zult
(2019) connect the two.

References
----------
Ding Y, Fienberg SE (1994). Dual system estimation of census undercount in the presence of matching
error. Survey Methodology 20: 149–158.
Di Consiglio L, Tuoto T (2015). Coverage evaluation on probabilistically linked data. Journal of
Official Statistics 31: 415–429.
de Wolf P-P, van der Laan J, Zult D (2019). Connecting correction methods for linkage error in
capture–recapture. Journal of Official Statistics 35: 577–597.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from convive.stats import undercount_tables as tables
from convive.stats.kernels import kernel
from convive.stats.undercount_tables import Floats, Lists, Longs

By = Literal["pair", "record"]
_TURNS = 200


@dataclass(frozen=True)
class LinkageError:
    """How often a linkage errs, and how well that is known.

    missed : share of true matches that were not made; one number, or (K, K) for each pair of lists.
    missed_sd : its standard deviation, of the same form; 0 where it is known exactly.
    false : share of records with no match found that were given somebody else's; as `missed`.
    false_sd : its standard deviation.
    by : whether matches are missed pair by pair or record by record.

    A rate with a deviation is drawn from the beta distribution with that mean and deviation: one
    draw for all pairs where one number is given, and one for each pair otherwise.
    """

    missed: ArrayLike = 0.0
    missed_sd: ArrayLike = 0.0
    false: ArrayLike = 0.0
    false_sd: ArrayLike = 0.0
    by: By = "pair"


@dataclass(frozen=True)
class Rates:
    """One value of each rate: (K, K), symmetric, with 0 on the diagonal."""

    missed: Floats
    false: Floats
    by: By


def rate_of_counts(errors: int, of: int) -> tuple[float, float]:
    """Mean and standard deviation of a rate that was found by checking `of` cases.

    The beta distribution with parameters errors + ½ and of − errors + ½ (Jeffreys).

    Raises
    ------
    ValueError
        Not 0 ≤ errors ≤ of, or nothing was checked.
    """
    if not 0 <= errors <= of or of < 1:
        raise ValueError("errors: give how many of the checked cases were wrong")
    a, b = errors + 0.5, of - errors + 0.5
    return a / (a + b), float(np.sqrt(a * b / (a + b + 1)) / (a + b))


def central(error: LinkageError, lists: int) -> Rates:
    """The rates at their means."""
    return Rates(
        _square(error.missed, lists, "missed"), _square(error.false, lists, "false"), error.by
    )


def drawn(error: LinkageError, lists: int, random: np.random.Generator) -> Rates:
    """The rates as their uncertainty may have them."""
    return Rates(
        _draw(error.missed, error.missed_sd, lists, "missed", random),
        _draw(error.false, error.false_sd, lists, "false", random),
        error.by,
    )


def linked(table: Lists, rates: Rates) -> Lists:
    """The table that linkage is expected to give where `table` is the truth."""
    split = pieces(table.lists, rates) @ table.cells
    return Lists(split + _joined(split, table.lists, rates.false))


def corrected(table: Lists, rates: Rates) -> Floats:
    """(2^K − 1,) the truth that linkage is expected to make into `table`; may be below 0.

    False matches are undone by going back and forth (z ← y − joined(z)), missed ones by solving
    T x = z.
    """
    split = table.cells.copy()
    if rates.false.any():
        for _ in range(_TURNS):
            new = table.cells - _joined(np.maximum(split, 0.0), table.lists, rates.false)
            moved = np.abs(new - split).max()
            split = new
            if moved <= 1e-9 * max(table.observed, 1.0):
                break
    solved = np.linalg.solve(pieces(table.lists, rates), split)
    return np.asarray(solved, dtype=np.float64)


def simulated(people: Longs, rates: Rates, random: np.random.Generator) -> Lists:
    """Link people of these true histories once, making errors by chance.

    people : (2^K − 1,) whole numbers, by true history.
    """
    lists = len(people).bit_length()
    tied, apart = _tied(rates.missed, lists)
    split = np.zeros(len(people), dtype=np.int64)
    for s in (np.flatnonzero(people) + 1).tolist():
        ways = list(_by_record(s, rates, lists)) if rates.by == "record" else [
            (blocks, _chance(blocks, tied, apart)) for blocks in _partitions(s)
        ]  # fmt: skip
        chance = np.array([p for _blocks, p in ways])
        times = random.multinomial(people[s - 1], chance / chance.sum())
        for (blocks, _p), many in zip(ways, times.tolist(), strict=True):
            for block in blocks:
                split[block - 1] += many
    for one, other, expected in _joins(split.astype(np.float64), lists, rates.false):
        made = np.minimum(random.poisson(expected), np.minimum(split[one], split[other]))
        for i, j, many in zip(one.tolist(), other.tolist(), made.tolist(), strict=True):
            # what was joined before is gone
            left = min(many, int(split[i]), int(split[j]))
            split[i] -= left
            split[j] -= left
            split[(i + 1 | j + 1) - 1] += left
    return Lists(split.astype(np.float64))


def pieces(lists: int, rates: Rates) -> Floats:
    """T[a − 1, s − 1]: expected pieces of history a of a person of history s.

    "pair": the probability that the records of a hang together, times the one that all their pairs
    with the rest of s were missed.
    """
    codes = np.arange(1, 1 << lists)
    matrix = np.zeros((len(codes), len(codes)))
    if rates.by == "record":
        for s in codes.tolist():
            for blocks, p in _by_record(s, rates, lists):
                for block in blocks:
                    matrix[block - 1, s - 1] += p
        return matrix
    tied, apart = _tied(rates.missed, lists)
    piece, whole = codes[:, None], codes[None, :]
    within = piece & whole == piece
    rest = np.where(within, whole ^ piece, 0)
    return np.where(within, tied[piece] * apart[piece, rest], 0.0)


def _tied(missed: Floats, lists: int) -> tuple[Floats, Floats]:
    """For sets of lists as numbers: that the records of one hang together; that two are apart.

    apart[a, b] is the product of m_ij over i in a and j in b. The records of a hang together unless
    the first of them hangs together with some of the others alone, apart from the rest.
    """
    sets = np.arange(1 << lists)
    held = ((sets[:, None] >> np.arange(lists)) & 1).astype(np.float64)
    apart = np.exp(held @ np.log(np.maximum(missed, 1e-300)) @ held.T)
    tied = np.ones(1 << lists)
    for block in range(1, 1 << lists):
        first = block & -block
        part = rest = block ^ first
        while part:
            part = (part - 1) & rest
            tied[block] -= tied[first | part] * apart[first | part, rest ^ part]
    return np.maximum(tied, 0.0), apart


def _chance(blocks: tuple[int, ...], tied: Floats, apart: Floats) -> float:
    p = 1.0
    for i, block in enumerate(blocks):
        p *= float(tied[block])
        for other in blocks[i + 1 :]:
            p *= float(apart[block, other])
    return p


def _by_record(s: int, rates: Rates, lists: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Ways in which single records of history s may be lost: what is left, and how probable."""
    held = [i for i in range(lists) if s >> i & 1]
    pairs = np.triu_indices(lists, 1)
    lost = 1 - float(np.sqrt(1 - rates.missed[pairs].mean()))
    for bits in range(1 << len(held)):
        away = [1 << i for j, i in enumerate(held) if bits >> j & 1]
        rest = s - sum(away)
        p = lost ** len(away) * (1 - lost) ** (len(held) - len(away))
        yield tuple(b for b in (rest, *away) if b), p


@cache
def _partitions(s: int) -> tuple[tuple[int, ...], ...]:
    """All ways to cut the set of lists `s` into blocks."""
    if not s:
        return ((),)
    first = s & -s
    part = rest = s ^ first
    found = []
    while True:
        found += [(first | part, *others) for others in _partitions(rest ^ part)]
        if not part:
            return tuple(found)
        part = (part - 1) & rest


def _joins(split: Floats, lists: int, false: Floats) -> Iterator[tuple[Longs, Longs, Floats]]:
    """Expected false matches for each pair of lists: places of the two histories, and how many."""
    held = tables.members(lists)
    codes = np.arange(1, 1 << lists)
    disjoint = codes[:, None] & codes == 0
    for i in range(lists):
        for j in range(i + 1, lists):
            if not false[i, j]:
                continue
            open_to = disjoint & held[:, j] & (held[:, i] & ~held[:, j])[:, None]
            total = open_to @ split
            # no more can be joined than there are to join with
            made = np.minimum(false[i, j] * split, total)
            share = np.divide(made, total, out=np.zeros_like(total), where=total > 0)
            a, b = np.nonzero(open_to & (split > 0) & (share > 0)[:, None])
            yield a, b, share[a] * split[b]


def _joined(split: Floats, lists: int, false: Floats) -> Floats:
    """What false matches add to each history, and take from it: the sum of `_joins`."""
    change = np.zeros(len(split))
    _join(split, lists, false, change)
    return change


@kernel
def _join(split: Floats, lists: int, false: Floats, change: Floats) -> None:
    most = len(split)
    for i in range(lists):
        for j in range(i + 1, lists):
            if false[i, j] <= 0.0:
                continue
            for a in range(1, most + 1):
                if not a >> i & 1 or a >> j & 1 or split[a - 1] <= 0.0:
                    continue
                total = 0.0
                for b in range(1, most + 1):
                    if b >> j & 1 and not a & b:
                        total += split[b - 1]
                if total <= 0.0:
                    continue
                share = min(false[i, j] * split[a - 1], total) / total
                for b in range(1, most + 1):
                    if b >> j & 1 and not a & b:
                        made = share * split[b - 1]
                        change[a - 1] -= made
                        change[b - 1] -= made
                        change[(a | b) - 1] += made


def _square(rate: ArrayLike, lists: int, name: str) -> Floats:
    given = np.asarray(rate, dtype=np.float64)
    if given.shape not in {(), (lists, lists)}:
        raise ValueError(f"{name}: give one rate, or one for each pair of lists")
    if not ((given >= 0) & (given < 1)).all():
        raise ValueError(f"{name}: give rates from 0 to below 1")
    if given.ndim and not np.allclose(given, given.T):
        raise ValueError(f"{name}: the rate of a pair is given twice, and the two differ")
    square = np.broadcast_to(given, (lists, lists)).copy()
    np.fill_diagonal(square, 0.0)
    return square


def _draw(
    rate: ArrayLike, sd: ArrayLike, lists: int, name: str, random: np.random.Generator
) -> Floats:
    mean = _square(rate, lists, name)
    deviation = np.asarray(sd, dtype=np.float64)
    if deviation.shape not in {(), (lists, lists)} or not (deviation >= 0).all():
        raise ValueError(
            f"{name}_sd: give standard deviations of 0 or more, as the rates are given"
        )
    spread = np.broadcast_to(deviation, mean.shape)
    uncertain = (spread > 0) & (mean > 0)
    room = mean * (1 - mean)
    if (spread**2 >= room)[uncertain].any():
        raise ValueError(f"{name}_sd: no rate between 0 and 1 varies that much about its mean")
    if not uncertain.any():
        return mean
    size = np.where(uncertain, room / np.where(uncertain, spread, 1.0) ** 2 - 1, 1.0)
    a, b = np.where(uncertain, mean * size, 1.0), np.where(uncertain, (1 - mean) * size, 1.0)
    if np.ndim(rate) == 0 and np.ndim(sd) == 0:
        one = float(random.beta(a[0, 1], b[0, 1]))
        return np.where(uncertain, min(one, 0.999), mean)
    upper = np.triu(random.beta(a, b), 1)
    return np.where(uncertain, np.minimum(upper + upper.T, 0.999), mean)
