"""Who is counted in figures of services: people who agree to it, each once within an organisation,
real ones or made-up ones and never both; and what may be told of a count: what is small is hidden,
and cannot be worked out from the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from convive.domain.people import queries as people
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services.models import Attendance
from convive.domain.services.vocabulary import Came
from convive.kernel.periods import Period
from convive.stats import linked
from convive.stats.disclosure import (
    Cell,
    ProtectedList,
    ProtectedTable,
    suppress,
    suppress_list,
)

WAYS = ("sex", "age_band", "district")
_TOLD_ANYWAY = 1e3  # the weight of a number that other figures tell

K = TypeVar("K", str, int)


@dataclass(frozen=True)
class Visit:
    """Somebody who came to a service in a district at least once."""

    person: int
    service: str
    district: str


class Reached:
    """People who came within a period, divided by service and in one more way.

    way : one of WAYS, or "" for none. By district it is where the activity was.
    """

    def __init__(self, period: Period, way: str = "") -> None:
        self.period, self.way = period, way

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
    def _cells(self) -> dict[tuple[str, str], set[int]]:
        """Whoever is counted, by service and level."""
        whose = Coalesce("enrolment__person__same_as", "enrolment__person")
        of = ("whose", "session__activity__service__code", "session__activity__district__code")
        seen = {Visit(*row) for row in self.rows.annotate(whose=whose).values_list(*of).distinct()}
        day = min(self.period.end, programme.today())
        counted = {one.pk: one for one in people.those_counted(visit.person for visit in seen)}
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for visit in seen:
            if one := counted.get(visit.person):
                level = {"sex": one.sex, "district": visit.district}.get(self.way, "")
                if self.way == "age_band":
                    level = people.age_band(one, day)
                found[visit.service, level].add(one.pk)
        return found

    def told(self, service: str | None = None, level: str | None = None) -> int | None:
        """How many came, to a service or to any, of a level or of any; None where it is hidden."""
        return told(self._cells, limits(row for row, _level in self._cells), service, level)


def told(
    cells: Mapping[tuple[str, str], set[int]],
    least: Mapping[str, int],
    row: str | None = None,
    column: str | None = None,
) -> int | None:
    """How many different people are in a row or in any, in a column or in any; None where it is
    hidden: the table is protected as one, with its sums, and so are the different people of its
    rows and of its columns, which are told in place of the sums.

    cells : who is in each row and column. least : the smallest count of a row that may be told.
    """
    rows = sorted({each for each, _column in cells})
    columns = sorted({each for _row, each in cells})
    there = (row is None or row in rows) and (column is None or column in columns)
    if not cells or not there:
        return 0
    table = [[len(cells.get((each, one), ())) for one in columns] for each in rows]
    kept = suppress(np.array(table), np.array([[least[each]] for each in rows]))
    cell = _cell(
        kept,
        None if row is None else rows.index(row),
        None if column is None else columns.index(column),
    )
    floor = max(least.values()) if row is None else least[row]
    every = _different(cells, row, column)
    # Who is in several rows is in several cells: the sum of them says less than this
    hidden = [cell.status == "suppressed", 0 < every < floor]
    if column is None:
        counts = [_different(cells, row=each) for each in rows]
        kept_rows = suppress_list(counts, [least[each] for each in rows])
        hidden.append(_is_hidden(kept_rows, rows, row))
    if row is None:
        counts = [_different(cells, column=one) for one in columns]
        most = [max(least[each] for each, at in cells if at == one) for one in columns]
        hidden.append(_is_hidden(suppress_list(counts, most), columns, column))
    return None if any(hidden) else every


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


def _different(
    cells: Mapping[tuple[str, str], set[int]], row: str | None = None, column: str | None = None
) -> int:
    inside = (
        found
        for (each, one), found in cells.items()
        if row in (None, each) and column in (None, one)
    )
    return len(set[int]().union(*inside))


def _is_hidden(kept: ProtectedList, names: Sequence[str], asked: str | None) -> bool:
    cell = kept.total if asked is None else kept.cells[names.index(asked)]
    return cell is not None and cell.status == "suppressed"


def _cell(kept: ProtectedTable, row: int | None, column: int | None) -> Cell:
    if row is not None and column is not None:
        return kept.cells[row][column]
    if row is not None:
        return kept.row_totals[row]
    if column is not None:
        return kept.column_totals[column]
    assert kept.grand_total is not None
    return kept.grand_total
