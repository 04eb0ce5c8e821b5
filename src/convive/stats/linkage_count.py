"""How many different people stand on several lists that were linked by tokens.

Counting the groups that linkage made counts too many: a match that was missed makes two people of
one. It also counts too few: an invented match makes one of two. How often either happens is known
from people with an identifier (DNI) in several records, whom tokens alone should have found:

    N̂ = G − M̂ + F̂
    M̂ = Σ w · r / (1 − r)    over records that hang on their group by tokens alone
    F̂ = Σ (p − 1) · (1 / π − 1)    over groups of tokens that hold p > 1 identifiers

G groups; r the rate at which tokens miss a record, by list, sex, age, district and how many others
there are to meet; w half in a pair, else one; π the chance that both people of an invented match
have an identifier and are so found out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from convive.stats import linkage_known as known_people
from convive.stats import linkage_rates as rates
from convive.stats.linkage_known import UNKNOWN, Floats, Longs, Records

Kind = Literal["corrected", "model range"]

LEAST_KNOWN = 50  # known matches from which the count is said to be corrected by them
DRAWS = 500
# Before any match is known: rates of missed and invented matches of published trials, with the
# weight of ten matches and of one mistake
_MISSED_PRIOR = (0.5, 9.5)
_INVENTED_PRIOR, _INVENTED_SHARE = 1.0, 0.01
# How far people without an identifier may differ from those with one: standard error of the log
_UNLIKE_MISSED, _UNLIKE_INVENTED = 0.12, 0.3


@dataclass(frozen=True)
class Estimate:
    """A number of people and its 95 % interval."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Count:
    """How many different people, and how it was found.

    people : those who refused linkage included: the lower end takes all of them for people who are
        counted already, the upper end none. linked : of those who agreed. groups : as linkage left
        them, not corrected.
    kind : "model range" where too few have an identifier: then the rates are those of published
        trials, and the interval says what is possible rather than what was measured.
    matches : known matches: records with an identifier less the people whose it is. missed_rate :
        the share of them that tokens alone miss. invented_rate : mistakes that tokens alone are
        known to make, people taken for one less one, for each known match.
    missed, invented : by how much the groups are too many, and too few.
    refused : people who refused. by : name -> people of each level, of those who agreed.
    overlap : (lists, lists) people on both lists; on the diagonal, on the list.
    """

    people: Estimate
    linked: Estimate
    groups: int
    kind: Kind
    matches: int
    missed_rate: float
    invented_rate: float
    missed: float
    invented: float
    refused: int
    by: Mapping[str, tuple[Estimate, ...]]
    overlap: Floats


def count(
    of_list: ArrayLike,
    known: ArrayLike,
    group: ArrayLike,
    by_tokens: ArrayLike,
    *,
    strata: Mapping[str, ArrayLike] | None = None,
    by: Mapping[str, ArrayLike] | None = None,
    refused: ArrayLike = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> Count:
    """How many different people stand on the lists.

    Parameters
    ----------
    of_list : (n,) number of the list of each record, from 0.
    known : (n,) number of its identifier; −1 where there is none. Alike in all lists.
    group : (n,) number of the person that identifiers and tokens together take it for.
    by_tokens : (n,) the same, had no identifier been known.
    strata : name -> (n,) numbers of levels from 0, such as sex, age band and district, as each
        record has them: what is missed differs by them.
    by : name -> (n,) numbers of levels from 0, alike within a group: the answer is given by each.
    refused : (lists,) people of each list who refused linkage and stand in no record.
    draws : of the bootstrap. seed : of its random numbers: the same input gives the same answer.

    Returns
    -------
    Count

    Raises
    ------
    ValueError
        Arrays of different length, numbers below 0, an identifier in two groups.

    Notes
    -----
    The interval is a Bayesian bootstrap (Rubin DB, 1981, Annals of Statistics 9: 130–134) over
    people with an identifier, so that the records of one person move together; within each draw the
    people without one are missed or invented by chance (Poisson), and their rates may differ from
    those of the others by a log-normal factor.

    Limits. Within a stratum, people without an identifier are taken to be as hard to match as
    people with one, up to that factor. Mistakes of the identifiers themselves are not seen. Second
    order: two of three records of one person missed at once are taken as two single misses.
    """
    records = _records(of_list, known, group, by_tokens, strata or {})
    shown = {name: _levels(name, level, len(records)) for name, level in (by or {}).items()}
    refusing = np.asarray(refused, dtype=np.int64)
    if (refusing < 0).any():
        raise ValueError("refused: give counts of 0 or more")
    random = np.random.default_rng(seed)
    told = known_people.tell(records)
    missed = _missed(records, draws, random)
    invented = _invented(records, draws, random)
    first = np.unique(records.group, return_index=True)[1]
    (linked,) = _estimates(np.zeros_like(records.group), records, first, missed, invented)
    no = int(refusing.sum())
    return Count(
        people=Estimate(
            linked.estimate + _refusers(linked.estimate, len(records), no),
            linked.lower,
            linked.upper + no,
        ),
        linked=linked,
        groups=len(first),
        kind="corrected" if told.matches >= LEAST_KNOWN else "model range",
        matches=told.matches,
        missed_rate=told.missed / max(told.matches, 1),
        invented_rate=told.invented / max(told.matches, 1),
        missed=float(missed.expected.sum()),
        invented=float(invented.expected.sum()),
        refused=no,
        by={
            name: tuple(_estimates(level, records, first, missed, invented))
            for name, level in shown.items()
        },
        overlap=_overlap(records, missed, invented),
    )


def _records(
    of_list: ArrayLike,
    known: ArrayLike,
    group: ArrayLike,
    by_tokens: ArrayLike,
    strata: Mapping[str, ArrayLike],
) -> Records:
    whose = _levels("of_list", of_list)
    n = len(whose)
    found = np.asarray(known, dtype=np.int64)
    groups = _levels("group", group, n)
    if found.shape != (n,) or (found < UNKNOWN).any():
        raise ValueError("known: give one number for each record, −1 where there is none")
    has = found != UNKNOWN
    if len(np.unique(found[has])) != len(np.unique(np.stack([found[has], groups[has]]), axis=1).T):
        raise ValueError("group: records with one identifier stand in one group")
    return Records(
        whose,
        found,
        groups,
        _levels("by_tokens", by_tokens, n),
        {name: _levels(name, level, n) for name, level in strata.items()},
        int(whose.max(initial=-1)) + 1,
    )


def _levels(name: str, given: ArrayLike, n: int | None = None) -> Longs:
    found = np.asarray(given, dtype=np.int64)
    if found.ndim != 1 or (n is not None and len(found) != n) or (found < 0).any():
        raise ValueError(f"{name}: give one number from 0 for each record")
    return found


@dataclass(frozen=True)
class _Amount:
    """People by whom the groups are wrong.

    record, cell, weight : (k,) records by which they are told, the cell of each and its weight in
        it. expected : (cells,) people. drawn : (draws, cells) as it might have been.
    """

    record: Longs
    cell: Longs
    weight: Floats
    expected: Floats
    drawn: Floats

    def of_records(self) -> Floats:
        """(k,) each record's part of what is expected."""
        whole = np.bincount(self.cell, self.weight, len(self.expected))
        return self.weight * (self.expected / np.where(whole > 0, whole, 1))[self.cell]

    def by(self, level: Longs, levels: int) -> tuple[Floats, Floats]:
        """(levels,) what is expected at each level of the records, and (draws, levels)."""
        cells = len(self.expected)
        at = self.cell * levels + level[self.record]
        part = np.bincount(at, self.weight, cells * levels).reshape(cells, levels)
        share = part / np.maximum(part.sum(axis=1, keepdims=True), 1e-12)
        return self.expected @ share, self.drawn @ share


def _missed(records: Records, draws: int, random: Generator) -> _Amount:
    """Matches that tokens missed, of records that hang on their group by tokens alone."""
    stand = known_people.standing(records)
    rows = np.flatnonzero(stand.tied | stand.open)
    tied, hangs = stand.tied[rows], stand.open[rows]
    weight, is_alone = stand.weight[rows], stand.alone[rows]
    where = known_people.where(records, stand.size)
    factors = [np.minimum(stand.size, 5), where, *records.strata.values()]
    cells = rates.cells([factor[rows] for factor in factors])
    events, exposure = cells.sums(weight * (tied & is_alone)), cells.sums(weight * tied)
    hanging = cells.sums(weight * hangs)
    kappa = rates.strengths(events, exposure, cells.level)
    a, b = _MISSED_PRIOR
    middle = np.array([(events.sum() + a) / (exposure.sum() + a + b)])
    rate = rates.pooled(events[None], exposure[None], cells.level, middle, kappa)[0]
    # The bootstrap: the records of one person move together
    whose = np.unique(records.known[rows][tied], return_inverse=True)[1].reshape(-1)
    cell, of_person = cells.of[tied], int(whose.max(initial=-1)) + 1
    drawn_events, drawn_exposure = np.empty((2, draws, len(cells)))
    for draw in range(draws):
        mine = weight[tied] * random.standard_exponential(of_person)[whose]
        drawn_exposure[draw] = np.bincount(cell, mine, len(cells))
        drawn_events[draw] = np.bincount(cell, mine * is_alone[tied], len(cells))
    yes, no = random.gamma(a, size=draws), random.gamma(b, size=draws)
    overall = (drawn_events.sum(axis=1) + yes) / (drawn_exposure.sum(axis=1) + yes + no)
    drawn_rate = rates.pooled(drawn_events, drawn_exposure, cells.level, overall, kappa)
    unlike = random.lognormal(0, _UNLIKE_MISSED, (draws, 1))
    drawn = random.poisson(hanging * drawn_rate / (1 - drawn_rate) * unlike).astype(np.float64)
    return _Amount(rows[hangs], cells.of[hangs], weight[hangs], hanging * rate / (1 - rate), drawn)


def _invented(records: Records, draws: int, random: Generator) -> _Amount:
    """Matches that tokens invented between people who do not both have an identifier."""
    found = known_people.conflicts(records)
    odds = 1 / found.chance - 1  # unseen mistakes for each one that is seen
    usual = float((records.known != UNKNOWN).mean()) if len(records) else 0.0
    merges = len(records) - len(np.unique(records.group))
    prior = min(1 / max(usual, 1e-6) ** 2 - 1, _INVENTED_SHARE * merges / _INVENTED_PRIOR)
    odds = np.append(odds, prior)
    seen = np.append(found.mistakes, _INVENTED_PRIOR)
    weight = random.gamma(np.maximum(seen, 1e-12), size=(draws, len(seen)))
    unlike = random.lognormal(0, _UNLIKE_INVENTED, (draws, 1))
    drawn = random.poisson(weight * odds * unlike).astype(np.float64)
    # What is not known to be anywhere stands where any record does
    everywhere = np.arange(len(records))
    last = len(found.record)
    return _Amount(
        np.concatenate([found.record, everywhere]),
        np.concatenate([np.arange(last), np.full(len(records), last)]),
        np.ones(last + len(records)),
        seen * odds,
        drawn,
    )


def _estimates(
    level: Longs, records: Records, first: Longs, missed: _Amount, invented: _Amount
) -> list[Estimate]:
    """People of each level: groups less what was missed, and what was invented besides."""
    levels = int(level.max(initial=0)) + 1
    groups = np.bincount(level[first], minlength=levels)
    most = np.bincount(level, minlength=levels)  # every record somebody else
    least = _longest(level, records, levels)
    less, drawn_less = missed.by(level, levels)
    more, drawn_more = invented.by(level, levels)
    drawn = np.clip(groups - drawn_less + drawn_more, least, most)
    lower, upper = np.quantile(drawn, (0.025, 0.975), axis=0)
    return [
        Estimate(float(e), float(min(low, e)), float(max(high, e)))
        for e, low, high in zip(
            np.clip(groups - less + more, least, most), lower, upper, strict=True
        )
    ]


def _longest(level: Longs, records: Records, levels: int) -> Longs:
    """(levels,) people of the longest list: there are no fewer. A list in which doubles were found
    may have more of them, and says nothing.
    """
    at = records.of_list * levels + level
    rows = np.bincount(at, minlength=records.lists * levels)
    seen = known_people.runs(at, records.group)
    first = np.unique(seen[0], return_index=True)[1]
    people = np.bincount(at[first], minlength=records.lists * levels)
    has_none = (rows == people).reshape(records.lists, levels)
    has_none[~has_none.all(axis=1)] = False
    found: Longs = np.where(has_none, people.reshape(records.lists, levels), 0).max(
        axis=0, initial=0
    )
    return found


def _refusers(people: float, records: int, refused: int) -> float:
    """People that refusers add, in the middle between two ways of refusing.

    Whoever refuses wherever asked stands on as many lists as others; whoever refuses in one list
    is counted in the others, so that only people of one list are lost.
    """
    if not records:
        return float(refused)
    everywhere = people / records
    once = max(2 * people - records, 0) / records  # of records, those whose person has one only
    return refused * (everywhere + min(once, everywhere)) / 2


def _overlap(records: Records, missed: _Amount, invented: _Amount) -> Floats:
    """People on both lists: groups that are, and the matches that were missed, less the share of
    matches that were invented.
    """
    of, first = np.unique(records.group, return_index=True)
    at = np.searchsorted(of, records.group)
    on = np.zeros((len(first), records.lists))
    on[at, records.of_list] = 1
    found = on.T @ on
    part = missed.of_records()
    rows = missed.record
    # A record that was missed is one of its list that stands apart from the others of its group
    apart = np.zeros((records.lists, records.lists))
    for own in range(records.lists):
        mine = records.of_list[rows] == own
        apart[own] = part[mine] @ on[at[rows[mine]]]
    np.fill_diagonal(apart, 0)
    apart += apart.T
    merges = len(records) - len(first)
    true = 1 - min(float(invented.expected.sum()) / merges, 1.0) if merges else 1.0
    size = np.diag(found)
    result: Floats = np.minimum((found + apart) * true, np.minimum.outer(size, size))
    np.fill_diagonal(result, size)
    return result
