"""Who is counted in figures of services: people who agree to it, each once within an organisation,
real ones or made-up ones and never both; and what may be told of a count: what is small is hidden,
and cannot be worked out from the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from convive.domain.people import queries as people
from convive.domain.people.vocabulary import AGE_BANDS, Sex
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services.models import Attendance
from convive.domain.services.vocabulary import Came
from convive.kernel.periods import Period
from convive.stats import linked
from convive.stats.covered import Number, Tie, hidden
from convive.stats.disclosure import ProtectedTable, suppress

WAYS = ("sex", "age_band", "district")
ANY = ""  # in place of a service, of a way or of a level
Key = tuple[str, str, str]  # of a number: service, way, level
_TOLD_ANYWAY = 1e3  # the weight of a number that other figures tell

K = TypeVar("K", str, int)


@dataclass(frozen=True)
class Visit:
    """Somebody who came to a service in a district at least once."""

    person: int
    service: str
    district: str


@dataclass(frozen=True)
class Counts:
    """Different people by the keys of numbers, and which of them may be told.

    All of it is one attack, so it is protected as one, whatever is asked: what a page, a report and
    a file tell of the same people.
    """

    numbers: Mapping[Key, Number]
    ties: Sequence[Tie[Key]]

    def told(self, service: str = ANY, way: str = ANY, level: str = ANY) -> int | None:
        """How many came, to a service or to any, of a level or of any; None where it is hidden."""
        key = (service, way, level)
        if key not in self.numbers:
            return 0
        return None if key in self._hidden else self.numbers[key].value

    @property
    def _hidden(self) -> frozenset[Key]:
        return _hidden(tuple(sorted(self.numbers.items(), key=itemgetter(0))), tuple(self.ties))


@lru_cache(maxsize=64)
def _hidden(numbers: tuple[tuple[Key, Number], ...], ties: tuple[Tie[Key], ...]) -> frozenset[Key]:
    """Worked out once for all that is asked of the same people."""
    return hidden(dict(numbers), ties)


def counts(
    who: Iterable[tuple[int, str, Mapping[str, str]]],
    least: Mapping[str, int],
    once: Collection[str],
    asked: Mapping[str, Collection[str]],
) -> Counts:
    """People by service, and in each way by level.

    who : a person, a service, and the level of each way. least : the smallest count of a service
    that may be told. once : the ways in which somebody stands at one level alone. asked : the
    levels of a way that are asked for; others are told by nothing, and are protected all the same.
    """
    found: dict[Key, set[int]] = defaultdict(set)
    inside: dict[tuple[str, str], set[str]] = defaultdict(set)  # the services of a level
    for person, service, levels in who:
        for way, level in [(ANY, ANY), *levels.items()]:
            inside[way, level].add(service)
            for row in (ANY, service):
                found[row, way, level].add(person)
    rows = sorted({row for row, _way, _level in found})
    for row, (way, levels_) in product(rows, asked.items()):  # a zero is a number too
        for level in levels_:
            found.setdefault((row, way, level), set())
    numbers = {
        key: Number(
            len(people_),
            max(least[each] for each in inside.get((way, level)) or least)
            if row == ANY
            else least[row],
            is_seen=way == ANY or level in asked[way],
            weight=_WEIGHTS[row == ANY, way == ANY],
        )
        for key, people_ in sorted(found.items())
        for row, way, level in [key]
    }
    by_way: dict[tuple[str, str], list[Key]] = defaultdict(list)
    by_level: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for row, way, level in numbers:
        if way != ANY:
            by_way[row, way].append((row, way, level))
        if row != ANY:
            by_level[way, level].append((row, way, level))
    ties = [Tie((row, ANY, ANY), tuple(parts), way in once) for (row, way), parts in by_way.items()]
    ties += [Tie((ANY, *level), tuple(parts), False) for level, parts in by_level.items()]
    return Counts(numbers, ties)


# What hiding costs: whether it is of any service, and of any level
_WEIGHTS = {(False, False): 1.0, (True, False): 2.0, (False, True): 4.0, (True, True): 16.0}


class Reached:
    """People who came within a period. By district it is where the activity was."""

    def __init__(self, period: Period) -> None:
        self.period = period

    @property
    def rows(self) -> QuerySet[Attendance]:
        return self._real[0]

    @property
    def is_sample(self) -> bool:
        return self._real[1]

    @cached_property
    def _real(self) -> tuple[QuerySet[Attendance], bool]:
        days = (self.period.start, self.period.end)
        rows = Attendance.objects.filter(state=Came.PRESENT, session__day__range=days)
        (found,), is_sample = real((rows, made_up("enrolment__")))
        return found, is_sample

    @cached_property
    def counts(self) -> Counts:
        """Whoever is counted, by service and in each way."""
        whose = Coalesce("enrolment__person__same_as", "enrolment__person")
        of = ("whose", "session__activity__service__code", "session__activity__district__code")
        seen = {Visit(*row) for row in self.rows.annotate(whose=whose).values_list(*of).distinct()}
        day = min(self.period.end, programme.today())
        counted = {one.pk: one for one in people.those_counted(visit.person for visit in seen)}
        who = []
        for visit in seen:
            if one := counted.get(visit.person):
                band = people.age_band(one, day)
                levels = {"sex": one.sex, "age_band": band, "district": visit.district}
                who.append((one.pk, visit.service, levels))
        return counts(who, limits(row[1] for row in who), ("sex", "age_band"), levels_asked())


def levels_asked() -> dict[str, list[str]]:
    """The levels of each way that may be asked for."""
    return {
        "sex": [one for one in Sex.values if one],
        "age_band": [band for _least, band in AGE_BANDS],
        "district": list(programme.districts().values_list("code", flat=True)),
    }


def real(*parts: tuple[QuerySet[Any], Q]) -> tuple[list[QuerySet[Any]], bool]:
    """Of several kinds of rows, those of real people where any is of one; else those of made-up
    people, and that they are: no figure mixes the two.

    parts : rows, and which of them are made up.
    """
    found = [rows.exclude(invented) for rows, invented in parts]
    if any(rows.exists() for rows in found):
        return found, False
    every = [rows for rows, _invented in parts]
    return every, any(rows.exists() for rows in every)


def made_up(enrolment: str = "") -> Q:
    """Whether the activity or the person of an enrolment is a sample. enrolment : the way to it."""
    return made_up_person(enrolment) | Q(**{f"{enrolment}activity__is_sample": True})


def made_up_person(row: str = "") -> Q:
    """The same of a person, of whom something is written down."""
    own, kept = f"{row}person__is_sample", f"{row}person__same_as__is_sample"
    return Q(**{own: True}) | Q(**{kept: True})


@dataclass(frozen=True)
class Unit:
    """What a share counts once. district : its number. part : whether it is of those it tells.

    organisation : by its code.
    """

    service: str
    district: int
    part: bool
    organisation: str = ""


def tells(
    units: Sequence[Unit],
    service: str | None = None,
    district: int | None = None,
    organisation: str | None = None,
) -> bool:
    """Whether a share may be told of a service, of a district, of an organisation or of all:
    neither those it tells nor the others are few, nor can be worked out from what is told of the
    rest.

    Services and districts are two tables with the same sums. Where one has to hide these, the other
    is not told either: it would add up to them. What is told of organisations comes third: one is
    told where nothing small follows from it and the services and districts that are told.
    """
    least = limits(unit.service for unit in units)
    by_service = [(unit.service, unit) for unit in units]
    by_district = [(unit.district, unit) for unit in units]
    told = _tells(by_service, service, least) and _tells(by_district, district, least)
    if organisation is None or not told:
        return told
    by_organisation = [(unit.organisation, unit) for unit in units]
    return (
        _tells(by_organisation, organisation, least)
        and _tells_beside(by_service, organisation, least)
        and _tells_beside(by_district, organisation, least)
    )


def limits(services: Iterable[str]) -> dict[str, int]:
    """The smallest count of each service that may be told: higher where it is sensitive."""
    wanted = sorted(set(services))
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE, code__in=wanted)
    sensitive = set(rows.filter(data__sensitive=True).values_list("code", flat=True))
    return {code: programme.threshold(sensitive=code in sensitive) for code in wanted}


def _tells(units: Sequence[tuple[K, Unit]], asked: K | None, least: Mapping[str, int]) -> bool:
    """units : each under the column in which it stands. asked : a column, or None for all."""
    columns = sorted({column for column, _unit in units})
    counted = Counter((unit.part, column) for column, unit in units)
    limit: dict[K, int] = {}
    for column, unit in units:
        limit[column] = max(limit.get(column, 0), least[unit.service])
    table = np.array([[counted[part, each] for each in columns] for part in (True, False)])
    kept: ProtectedTable = suppress(table, np.array([[limit[each] for each in columns]]))
    if asked is None:
        cells = [*kept.row_totals, kept.grand_total]
    else:
        at = columns.index(asked)
        cells = [kept.cells[0][at], kept.cells[1][at], kept.column_totals[at]]
    return all(cell is not None and cell.status != "suppressed" for cell in cells)


def _tells_beside(units: Sequence[tuple[K, Unit]], asked: str, least: Mapping[str, int]) -> bool:
    """Whether an organisation tells nothing small of what it did in one column of another table.

    units : each under its column of that table, whose sums are told of each.
    """
    cells = Counter((column, unit.organisation, unit.part) for column, unit in units)
    limit: dict[K, int] = {}
    for column, unit in units:
        limit[column] = max(limit.get(column, 0), least[unit.service])
    seen = {column for column in limit if _tells(units, column, least)}
    counts: dict[str, linked.Count] = {}
    parts: dict[tuple[str, bool], list[str]] = defaultdict(list)
    values, limits_of = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for (column, body, part), n in cells.items():
        name = f"{column} of {body}, {part}"
        counts[name] = linked.Count(n, limit[column], is_seen=False)
        wholes = [("all", part), (f"body {body}", part)]
        wholes += [(f"column {column}", part)] * (column in seen)
        for whole in wholes:
            parts[whole].append(name)
            values[whole] += n
            limits_of[whole] = max(limits_of[whole], limit[column])
    for whole, n in values.items():
        # Columns and all are told by other figures: an organisation alone may still be hidden
        weight = 1.0 if whole[0].startswith("body ") else _TOLD_ANYWAY
        counts[str(whole)] = linked.Count(n, limits_of[whole], weight=weight)
    sums = [linked.Sum(str(whole), tuple(names)) for whole, names in parts.items()]
    kept = linked.protect(counts, sums)
    others = {f"body {body}" for _column, body, _part in cells} - {f"body {asked}"}
    return all(kept[str(one)].status != "suppressed" for one in values if one[0] not in others)
