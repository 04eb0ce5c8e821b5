"""Linked lists become an answer: how many different people, and what may be told of it.

The answer holds counts alone, and small ones are hidden before it is made: by `kernel.leaving`, as
everything that leaves the house. Nor does an overlap say of a whole list that another knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convive.domain.reach.coded import protect, words
from convive.domain.reach.coded.link import Linked
from convive.domain.reach.coded.tokens import STRATA
from convive.kernel.leaving import Cell, Cleared, Table, Told
from convive.stats import linkage, linkage_count
from convive.stats.linkage_count import Count, Estimate, Kind

Longs = NDArray[np.int64]

YOUNG_WOMEN: Mapping[str, tuple[str, ...]] = {
    "sex": ("F",),
    "age_band": ("0–11", "12–14", "15–17", "18–24", "25–29"),
}
# What is missed differs by these; the quarter says when somebody came, not how they were written
_RATES = ("sex", "age_band", "district")


@dataclass(frozen=True)
class Aim:
    """A target: so many different people.

    code : of the indicator. where : stratum -> its levels that count; empty for everybody.
    """

    code: str
    target: float
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Interval:
    """People, in whole numbers."""

    value: int
    lower: int
    upper: int


@dataclass(frozen=True)
class Held:
    """An aim and the people it counts; None where they are too few to be told.

    For an aim of some strata these are people who agreed to linkage.
    """

    aim: Aim
    found: Interval | None


@dataclass(frozen=True)
class Answer:
    """How many different people are on the lists.

    people : those who did not agree to linkage, or of whom too little was written, included.
    agreed : the others. kind : "corrected" by people with a DNI, or a "model range".
    total : of the lists, as their agencies report them. largest : the largest of them.
    unlinked : people who stand on a list and were not linked.
    matches, missed_rate, invented_rate : what people with a DNI taught; see `linkage_count`.
    told : the tables, as they may leave. `protect` names them.
    """

    agencies: tuple[str, ...]
    people: Interval
    agreed: Interval
    kind: Kind
    total: int
    largest: int
    unlinked: int
    matches: int
    missed_rate: float
    invented_rate: float
    told: Cleared
    aims: tuple[Held, ...]
    is_sample: bool

    def as_json(self) -> dict[str, Any]:
        """What may be passed on; docs/methods/reach.md explains each."""
        is_hidden = self.told.is_hidden("agreed")
        strata = [t for t in self.told.tables if t.name not in (protect.LISTS, protect.OVERLAP)]
        found: dict[str, Any] = {
            "agencies": list(self.agencies),
            "kind": self.kind,
            "people": _told(None if is_hidden else self.people),
            "agreed": _told(None if is_hidden else self.agreed),
            "sum": self.total,
            "largest": self.largest,
            "not_linked": self.unlinked,
            "known": {
                "matches": self.matches,
                "missed_rate": round(self.missed_rate, 4),
                "invented_rate": round(self.invented_rate, 4),
            },
            "lists": _rows(self.told.table(protect.LISTS)),
            "overlap": _rows(self.told.table(protect.OVERLAP)),
            "by": {table.name: _rows(table) for table in strata},
            "aims": [_aim(held, is_hidden=is_hidden) for held in self.aims],
            "sample": self.is_sample,
        }
        return found | {"note": {code: words.note(found, code) for code in ("es", "en")}}


def _told(found: Interval | None) -> dict[str, Any]:
    if found is None:
        return {"value": None, "lower": None, "upper": None, "status": "suppressed"}
    return asdict(found) | {"status": "ok" if found.value else "zero"}


def _aim(held: Held, *, is_hidden: bool) -> dict[str, Any]:
    found = None if is_hidden else held.found
    verdict = None
    if found is not None:
        verdict = (
            "reached" if found.lower >= held.aim.target
            else "missed" if found.upper < held.aim.target
            else "open"
        )  # fmt: skip
    about = {"indicator": held.aim.code, "target": held.aim.target}
    return about | {"people": _told(found), "verdict": verdict}


def _rows(table: Table) -> list[dict[str, Any]]:
    names = [column.title for column in table.columns]
    return [dict(zip(names, map(_cell, row.cells), strict=True)) for row in table.rows]


def _cell(cell: Cell) -> Any:
    """A label or an end of an interval as it is; a count with its status."""
    if cell.told is Told.SUPPRESSED:
        return {"value": None, "status": "suppressed", "range": [cell.lower, cell.upper]}
    if not cell.key:
        return cell.value
    return {"value": cell.value, "status": "ok" if cell.value else "zero"}


def answer(
    linked: Linked,
    aims: Sequence[Aim] = (),
    *,
    threshold: int = 5,
    seed: int = 0,
    draws: int = linkage_count.DRAWS,
) -> Answer:
    """The answer of linked lists.

    Parameters
    ----------
    aims : targets that it is held against. threshold : counts below it are hidden; it may only be
        raised above 5, and is 10 for minors.
    """
    lists = linked.lists
    bits = np.concatenate([each.bits for each in lists])
    nobody = np.zeros_like(linked.known)
    links = linked.links
    tokens_alone = linkage.link(bits, linked.of_list, nobody, seed=seed, close=links.close)
    codes = {name: _codes([each.strata[name] for each in lists]) for name in STRATA}
    group = np.unique(links.group, return_inverse=True)[1].reshape(-1)
    person = {
        name: _of_person(group, level, names, is_first=name == "quarter")
        for name, (names, level) in codes.items()
    }
    shown = {name: level for name, level in person.items() if len(codes[name][0]) > 1}
    counted = {
        f"aim {at}": _counts_for(aim, codes, person) for at, aim in enumerate(aims) if aim.where
    }
    unlinked = [sum(each.refused.values()) + each.without_fields for each in lists]
    found = linkage_count.count(
        linked.of_list,
        linked.known - 1,
        group,
        tokens_alone.group,
        strata={name: codes[name][1] for name in _RATES},
        by=shown | counted,
        refused=unlinked,
        seed=seed,
        draws=draws,
    )
    different = np.bincount(linked.of_list[np.unique(links.double)], minlength=len(lists))
    told = protect.tables(
        [each.agency for each in lists],
        different,
        unlinked,
        found,
        {name: codes[name][0] for name in shown},
        {name: _on_lists(codes[name][1], linked, links.double) for name in shown},
        threshold,
    )
    rows = [len(each) + more for each, more in zip(lists, unlinked, strict=True)]
    return Answer(
        agencies=tuple(each.agency for each in lists),
        people=_interval(found.people),
        agreed=_interval(found.linked, protect.agreed(found, different)),
        kind=found.kind,
        total=sum(rows),
        largest=int((different + np.array(unlinked)).max()),
        unlinked=sum(unlinked),
        matches=found.matches,
        missed_rate=found.missed_rate,
        invented_rate=found.invented_rate,
        told=told,
        aims=tuple(_held(at, aim, found, threshold) for at, aim in enumerate(aims)),
        is_sample=any(each.is_sample for each in lists),
    )


def _codes(parts: Sequence[NDArray[np.str_]]) -> tuple[list[str], Longs]:
    """Names of the levels, what is not known last, and the number of each record's."""
    names, level = np.unique(np.concatenate(parts), return_inverse=True)
    level = level.reshape(-1).astype(np.int64)
    if names[0] == "":  # sorts before all others
        names, level = np.roll(names, -1), (level - 1) % len(names)
    return [str(name) for name in names], level


def _of_person(group: Longs, level: Longs, names: Sequence[str], *, is_first: bool) -> Longs:
    """One level for each person, on every record of them: the first, or the one met most often.

    What is not known gives way to whatever is known.
    """
    people = int(group.max(initial=-1)) + 1
    unknown = len(names) - 1 if names[-1] == "" else len(names)
    of_each: Longs
    if is_first:
        of_each = np.full(people, len(names) - 1)
        np.minimum.at(of_each, group, level)
        return of_each[group]
    cell, often = np.unique(group * len(names) + level, return_counts=True)
    whose, which = np.divmod(cell, len(names))
    order = np.lexsort((which, -often, which == unknown, whose))
    first = order[np.unique(whose[order], return_index=True)[1]]
    of_each = which[first]
    return of_each[group]


def _counts_for(
    aim: Aim, codes: Mapping[str, tuple[list[str], Longs]], person: Mapping[str, Longs]
) -> Longs:
    """1 for whom an aim counts."""
    counts = np.ones(len(next(iter(person.values()))), dtype=bool)
    for name, wanted in aim.where.items():
        names = codes[name][0]
        counts &= np.array([each in wanted for each in names])[person[name]]
    return counts.astype(np.int64)


def _on_lists(level: Longs, linked: Linked, double: Longs) -> Longs:
    """People of each level over all lists, whoever stands on several being counted in each."""
    return np.bincount(level[np.unique(double)], minlength=int(level.max(initial=0)) + 1)


def _interval(found: Estimate, value: int | None = None) -> Interval:
    value = round(found.estimate) if value is None else value
    lower, upper = int(np.floor(found.lower)), int(np.ceil(found.upper))
    return Interval(value, min(lower, value), max(upper, value))


def _held(at: int, aim: Aim, found: Count, threshold: int) -> Held:
    if not aim.where:
        return Held(aim, _interval(found.people))
    levels = found.by[f"aim {at}"]
    people = _interval(levels[1]) if len(levels) > 1 else Interval(0, 0, 0)
    least = max(threshold, protect.LEAST_OF_MINORS)
    return Held(aim, people if people.value == 0 or people.value >= least else None)
