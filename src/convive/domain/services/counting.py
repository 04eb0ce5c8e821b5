"""Who is counted in figures of services: people who agree to it, each once within an organisation;
and what may be told of a count: what is small is hidden, and cannot be worked out from the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.queries import Agreed
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services.models import Attendance
from convive.domain.services.vocabulary import Came
from convive.kernel.periods import Period
from convive.stats.disclosure import Cell, ProtectedTable, suppress

WAYS = ("sex", "age_band", "district")
_AT_ONCE = 5000  # people read in one query


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
        days = (self.period.start, self.period.end)
        return Attendance.objects.filter(state=Came.PRESENT, session__day__range=days)

    @cached_property
    def _cells(self) -> dict[tuple[str, str], set[int]]:
        """Whoever is counted, by service and level."""
        whose = Coalesce("enrolment__person__same_as", "enrolment__person")
        of = ("whose", "session__activity__service__code", "session__activity__district__code")
        seen = {Visit(*row) for row in self.rows.annotate(whose=whose).values_list(*of).distinct()}
        day = min(self.period.end, programme.today())
        counted = {one.pk: one for one in those_counted(visit.person for visit in seen)}
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
    hidden: the table is protected as one, with its sums.

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
    inside = (
        found
        for (each, one), found in cells.items()
        if row in (None, each) and column in (None, one)
    )
    # Who is in several rows is in several cells: the sum of them says less than this
    different = len(set[int]().union(*inside))
    floor = max(least.values()) if row is None else least[row]
    return None if cell.status == "suppressed" or 0 < different < floor else different


def those_counted(pks: Iterable[int]) -> list[Person]:
    """Of these people, who agrees to be counted in reports, and who was forgotten since."""
    found: list[Person] = []
    every, today = sorted(set(pks)), programme.today()
    for start in range(0, len(every), _AT_ONCE):
        rows = list(Person.objects.filter(pk__in=every[start : start + _AT_ONCE]))
        agreed = Agreed(rows, today)
        found += [one for one in rows if one.is_erased or agreed.to(Purpose.REPORTING, one)]
    return found


def limits(services: Iterable[str]) -> dict[str, int]:
    """The smallest count of each service that may be told: higher where it is sensitive."""
    wanted = sorted(set(services))
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE, code__in=wanted)
    sensitive = set(rows.filter(data__sensitive=True).values_list("code", flat=True))
    return {code: programme.threshold(sensitive=code in sensitive) for code in wanted}


def _cell(kept: ProtectedTable, row: int | None, column: int | None) -> Cell:
    if row is not None and column is not None:
        return kept.cells[row][column]
    if row is not None:
        return kept.row_totals[row]
    if column is not None:
        return kept.column_totals[column]
    assert kept.grand_total is not None
    return kept.grand_total
