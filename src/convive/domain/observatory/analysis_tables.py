"""The tables of an answer, as they may leave: a small count of a cell is told to nobody.

Pairs of incidents and hours of the week are of a whole district or more: whoever sees its exact
numbers sees these exactly. Cells and clusters are small areas, and hide small counts inside too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from convive.domain.observatory import analysis_tables_beside as compared
from convive.domain.observatory.models import Analysis, Kind
from convive.kernel import leaving, words
from convive.kernel.leaving import Audience, Cell, Cleared, Column, Number, Row, Sum, Table
from convive.kernel.periods import Period

LEVEL = 0.05
_LATE = ("estimate", "lower", "upper")
Numbers = Mapping[str, Any]
_LABEL, _COUNT = leaving.Kind.LABEL, leaving.Kind.COUNT
_OF_ROW, _APART = leaving.Kind.DERIVED, leaving.Kind.APART


def cleared(
    found: Analysis, threshold: int, audience: Audience, *, sees: Collection[str] = ()
) -> Cleared:
    """Every table of an answer, as this audience may have it.

    sees : inside, the districts beside the answer's own whose counts this reader may see exactly.
    """
    numbers = found.result["numbers"]
    tables = tuple(make(found, threshold) for make in _TABLES[Kind(found.kind)])
    sums, beside = _ties(found.kind, numbers, threshold)
    if found.kind == Kind.COMPARE:
        beside = compared.least(found, threshold)
    knows = None
    if audience is Audience.INSIDE:
        exact = {table.name for table in tables} & {"knox", "hours", "months", "lists"}
        knows = {
            cell.key for t in tables if t.name in exact for row in t.rows for cell in row.cells
        } - {""}
        if found.kind == Kind.COMPARE:
            knows = compared.known(found, sees)
    return leaving.leave(tables, audience, sums=sums, beside=beside, knows=knows)


def cell_key(cell: str) -> str:
    return f"cell {cell}"


def _ties(kind: str, numbers: Numbers, threshold: int) -> tuple[list[Sum], list[Number]]:
    """All incidents are those of the cells and of the rest, which nobody is told."""
    if kind != Kind.HOTSPOTS:
        return [], []
    parts = {cell_key(row["cell"]): row["n"] for row in numbers["cells"] if row["n"]}
    rest = numbers["n"] - sum(parts.values())
    beside = [Number("all", numbers["n"], threshold)]
    if rest > 0:
        beside.append(Number("rest", rest, threshold, is_told=False))
    if rest < 0 or not parts:
        return [], beside
    return [Sum("all", (*parts, *(("rest",) if rest else ())))], beside


def _cells(found: Analysis, threshold: int) -> Table:
    numbers = found.result["numbers"]
    columns = (
        Column(_("Cell (H3)"), _LABEL),
        Column(_("Stands out"), _LABEL),
        Column(_("Incidents"), _COUNT),
        Column(_("Gi*, in standard deviations"), _OF_ROW, 2),
        Column(_("q, corrected for all cells"), _OF_ROW, 3),
    )
    listed = sorted(
        numbers["cells"],
        key=lambda row: (not row["hot"], -_z(row), row["cell"]),
    )
    rows = tuple(
        Row(
            (
                Cell(row["cell"]),
                Cell(_("yes") if row["hot"] else _("no")),
                Cell(row["n"], key=cell_key(row["cell"])),
                Cell(row["gi_z"]),
                Cell(row["q"]),
            ),
            threshold,
        )
        for row in listed
    )
    return Table("cells", _("Cells"), _("Local Gi* of Getis and Ord."), columns, rows)


def _z(row: Mapping[str, Any]) -> float:
    """A cell without neighbours was not tested, and comes last."""
    return -math.inf if row["gi_z"] is None else float(row["gi_z"])


def _backtest(found: Analysis, threshold: int) -> Table:
    from convive.domain.observatory.analyses.hotspots import method_name

    numbers = found.result["numbers"]
    columns = (
        Column(_("Method"), _LABEL),
        Column(_("Incidents that followed"), _COUNT),
        Column(_("of them in its cells"), _COUNT),
        Column(_("Prediction accuracy index (PAI)"), _OF_ROW, 2),
        Column(_("Lower end, 95%"), _OF_ROW, 2),
        Column(_("Upper end, 95%"), _OF_ROW, 2),
        Column(_("Of the best possible (PEI)"), _OF_ROW, 2),
    )
    # Where cells tie for the last place, each counts in part: hits need not be whole
    rows = tuple(
        Row(
            (
                Cell(method_name(one["method"])),
                Cell(round(one["n"]), key="followed"),
                Cell(round(one["hits"]), key=f"hits {one['method']}"),
                *(Cell(one[name]) for name in ("pai", "lower", "upper", "pei")),
            ),
            threshold,
        )
        for one in numbers["backtest"]
    )
    about = _("Each method names cells at the start of a period; then it is seen what followed.")
    return Table("backtest", _("Tried on the past"), about, columns, rows)


def knox_words(found: Analysis) -> tuple[list[str], list[str]]:
    """The bins of distance and of days, in words."""
    from convive.domain.observatory.analyses import near_repeat

    asked = found.result["asked"]
    far = [near_repeat.distance_words(*pair) for pair in pairwise(asked["distances"])]
    late = [
        near_repeat.days_words(*pair, closed=asked["closed"]) for pair in pairwise(asked["days"])
    ]
    return far, late


def _knox(found: Analysis, threshold: int) -> Table:
    numbers = found.result["numbers"]
    distances, lapses = knox_words(found)
    columns = (
        Column(_("Apart"), _LABEL),
        Column(_("One after the other"), _LABEL),
        Column(_("Pairs"), _COUNT),
        Column(_("By chance"), _OF_ROW, 1),
        Column(_("Ratio"), _OF_ROW, 2),
        Column("p", _OF_ROW, 3),
        Column(_("p, corrected for the table"), _OF_ROW, 3),
    )
    rows = []
    for i, far in enumerate(distances):
        for j, late in enumerate(lapses):
            told = (numbers[name][i][j] for name in ("expected", "ratio", "p", "p_adjusted"))
            pairs = Cell(numbers["observed"][i][j], key=f"pairs {i} {j}")
            rows.append(Row((Cell(far), Cell(late), pairs, *map(Cell, told)), threshold))
    return Table("knox", _("Pairs of incidents"), _("Test of Knox."), columns, tuple(rows))


def _windows(found: Analysis, threshold: int) -> Table:
    numbers = found.result["numbers"]
    columns = (
        Column(_("Cell (H3)"), _LABEL),
        Column(_("Look after it until"), _LABEL),
        Column(_("Within metres of each"), _APART),
        Column(_("Incidents that opened it"), _COUNT),
    )
    rows = tuple(
        Row(
            (
                Cell(row["cell"]),
                Cell(_day(row["until"])),
                Cell(row["radius"]),
                Cell(row["n"], key=f"window {row['cell']}"),
            ),
            threshold,
        )
        for row in numbers["windows"]["cells"]
    )
    about = _("Where more than chance followed nearby before, and the time is not over.")
    return Table("windows", _("Open on the last day"), about, columns, rows)


def _clusters(found: Analysis, threshold: int) -> Table:
    numbers = found.result["numbers"]
    columns = (
        Column(_("Cluster"), _LABEL),
        Column(_("From"), _LABEL),
        Column(_("To"), _LABEL),
        Column(_("Places"), _APART),
        Column(_("Cases"), _COUNT),
        Column(_("Expected"), _OF_ROW, 1),
        Column(_("Ratio"), _OF_ROW, 2),
        Column("p", _OF_ROW, 3),
        Column(_("Once in so many days by chance"), _OF_ROW),
    )
    rows = tuple(
        Row(
            (
                Cell(str(number)),
                Cell(_day(one["from"])),
                Cell(_day(one["to"])),
                Cell(len(one["locations"])),
                Cell(one["cases"], key=f"cluster {number}"),
                *(Cell(one[name]) for name in ("expected", "ratio", "p", "recurrence_days")),
            ),
            threshold,
        )
        for number, one in enumerate(numbers["clusters"], 1)
    )
    return Table("clusters", _("Clusters"), _("Space-time scan of Kulldorff."), columns, rows)


def _hours(found: Analysis, threshold: int) -> Table:
    numbers = found.result["numbers"]
    columns = (
        Column(_("Day"), _LABEL),
        Column(_("Hour"), _LABEL),
        Column(_("Incidents, rounded"), _COUNT),
        Column(_("Weight"), _OF_ROW, 1),
    )
    rows = tuple(
        Row(
            (
                Cell(weekday(day)),
                Cell(f"{hour:02}"),
                Cell(round(weight), key=f"hour {day} {hour}"),
                Cell(weight),
            ),
            threshold,
        )
        for day, weights in enumerate(numbers["weights"])
        for hour, weight in enumerate(weights)
    )
    about = _("An incident known as an interval counts in equal parts in its hours.")
    return Table("hours", _("Hours of the week"), about, columns, rows)


def month_key(period: str) -> str:
    return f"month {period}"


def _months(found: Analysis, threshold: int) -> Table:
    columns = (
        Column(_("Month"), _LABEL),
        Column(_("Records"), _COUNT),
        Column(_("Lower end, 95%"), _OF_ROW, 1),
        Column(_("Upper end, 95%"), _OF_ROW, 1),
        Column(_("Expected"), _OF_ROW, 1),
        Column(_("Still grows"), _LABEL),
        Column(_("Expected once all is registered"), _OF_ROW),
        Column(_("Lower end of it, 95%"), _OF_ROW),
        Column(_("Upper end of it, 95%"), _OF_ROW),
    )
    rows = tuple(
        Row(
            (
                Cell(words.period(Period.parse(row["period"]))),
                Cell(row["n"], key=month_key(row["period"])),
                *(Cell(row[name]) for name in ("lower", "upper", "expected")),
                Cell(_("yes") if row["provisional"] else _("no")),
                *(Cell((row.get("late") or {}).get(name)) for name in _LATE),
            ),
            threshold,
        )
        for row in found.result["numbers"]["months"]
    )
    about = _("Expected: the level of its part, with the season.")
    return Table("months", _("Months"), about, columns, rows)


def _changes(found: Analysis, threshold: int) -> Table:
    columns = (
        Column(_("First month of the new level"), _LABEL),
        Column(_("Not before"), _LABEL),
        Column(_("Not after"), _LABEL),
        Column(_("New level over old"), _APART, 2),
        Column(_("Lower end, 95%"), _APART, 2),
        Column(_("Upper end, 95%"), _APART, 2),
    )
    rows = tuple(
        Row(
            (
                *(Cell(words.period(Period.parse(row[name]))) for name in ("period", "from", "to")),
                *(Cell(row[name]) for name in ("ratio", "lower", "upper")),
            ),
            threshold,
        )
        for row in found.result["numbers"]["changes"]
    )
    about = _("When the level changed, and by how much.")
    return Table("changes", _("Changes of level"), about, columns, rows)


def weekday(number: int) -> str:
    """Monday is 0."""
    return str(WEEKDAYS[number])


def _day(text: str) -> str:
    return words.day(date.fromisoformat(text))


_TABLES = {
    Kind.HOTSPOTS: (_backtest, _cells),
    Kind.NEAR_REPEAT: (_knox, _windows),
    Kind.CLUSTERS: (_clusters,),
    Kind.AORISTIC: (_hours,),
    Kind.SERIES: (_changes, _months),
    Kind.COMPARE: (compared.places, compared.traits_of),
    Kind.UNDERCOUNT: (compared.estimates, compared.lists, compared.models),
}
