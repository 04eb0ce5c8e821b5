"""The tables behind the charts of a profile: inside the house, and as they may leave it.

Every download goes through `released`: small counts are hidden, and as many more as it takes that
nobody can work them out within the table, or with the sums that the other tables of the page tell;
what is computed from a hidden count is hidden with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from django.utils.translation import gettext as _

from convive.domain.observatory.parts import PlaceProfile
from convive.kernel import words
from convive.stats import disclosure

NAMES = ("months", "offences", "changes", "districts")


class Kind(StrEnum):
    """What a column holds."""

    LABEL = "label"
    COUNT = "count"
    DERIVED = "derived"  # computed from the counts of its row: hidden where one of them is
    APART = "apart"  # computed from nothing in its row


class Told(StrEnum):
    """What kind of cell this is. Zero is told as zero; a hidden or missing one never is."""

    OK = "ok"
    ZERO = "zero"
    PROVISIONAL = "provisional"
    SUPPRESSED = "suppressed"
    MISSING = "missing"


@dataclass(frozen=True)
class Column:
    """digits : decimals on the page. is_percent : the value is in percent, said with its sign."""

    title: str
    kind: Kind
    digits: int = 0
    is_percent: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell; a date is a month. A suppressed one says the range that could be worked out.

    gives_away : it would tell a small count that stands elsewhere, so it never leaves the house.
    """

    value: str | date | float | int | None
    told: Told = Told.OK
    lower: int | None = None
    upper: int | None = None
    gives_away: bool = False


@dataclass(frozen=True)
class Row:
    """group : rows of one group add up to a total known elsewhere; "" stands outside every total.

    threshold : counts below it are not told.
    is_whole : the sum of the other rows, and of others that are not listed.
    """

    cells: tuple[Cell, ...]
    group: str
    threshold: int
    is_whole: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def table_of(profile: PlaceProfile, name: str) -> Table:
    """One of the tables `NAMES` of a profile, with every value: for inside the house."""
    return {"months": months, "offences": offences, "changes": changes, "districts": districts}[
        name
    ](profile)


def months(profile: PlaceProfile) -> Table:
    title = _("%(counted)s, by month") % {"counted": profile.counted}
    columns = [
        Column(_("Month"), Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
    ]
    if profile.reference_name:
        columns.append(Column(profile.reference_name, Kind.APART, 1))
    rows = []
    for point in profile.series:
        cells = [
            Cell(point.month),
            _counted(point.value, provisional=point.provisional),
            _derived(point.lower),
            _derived(point.upper),
        ]
        if profile.reference_name:
            reference = _derived(point.reference)
            cells.append(replace(reference, gives_away=point.reference_is_few))
        rows.append(Row(tuple(cells), _stretch(profile, point.month), profile.threshold))
    return Table("months", title, _poisson(profile), tuple(columns), tuple(rows))


def _stretch(profile: PlaceProfile, month: date) -> str:
    """The year, parted where the sum of the recent months or of those before them is told."""
    part = (
        "recent" if month in profile.recent else "before" if month in profile.baseline else "rest"
    )
    return f"{month.year} {part}"


def offences(profile: PlaceProfile) -> Table:
    title = _("What is reported, %(period)s") % {"period": words.period(profile.recent)}
    columns = (
        Column(_("Category"), Kind.LABEL),
        Column("ICCS", Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
    )
    rows = tuple(
        Row(
            (
                Cell(row.name),
                Cell(row.iccs),
                _counted(row.value),
                _derived(row.lower),
                _derived(row.upper),
            ),
            "all",
            row.threshold,
        )
        for row in profile.offences
    )
    return Table("offences", title, _poisson(profile), columns, rows)


def changes(profile: PlaceProfile) -> Table:
    said = {"recent": words.period(profile.recent), "baseline": words.period(profile.baseline)}
    title = _("Change, %(recent)s against %(baseline)s") % said
    columns = (
        Column(_("Place"), Kind.LABEL),
        Column(said["baseline"], Kind.COUNT),
        Column(said["recent"], Kind.COUNT),
        Column(_("Change"), Kind.DERIVED, 0, is_percent=True),
        Column(_("Lower end, 95%"), Kind.DERIVED, 0, is_percent=True),
        Column(_("Upper end, 95%"), Kind.DERIVED, 0, is_percent=True),
    )
    rows = []
    hidden = _hidden_districts(profile)
    below = {row.ref for row in profile.map_rows}
    for row in profile.changes:
        figure = row.figure
        ends = (figure.value, figure.lower, figure.upper) if figure else (None, None, None)
        is_whole = row.ref not in below
        # The count of this place can be added up from its months: then the sum is not told
        gives_away = row.ref in hidden or (is_whole and profile.ref in hidden)
        after = replace(_counted(row.after), gives_away=gives_away)
        cells = (Cell(row.name), _counted(row.before), after, *map(_derived, ends))
        rows.append(Row(cells, row.ref, profile.threshold, is_whole))
    definition = _(
        "Exact comparison of two counts; rates where the people of both are known alike."
    )
    return Table("changes", title, definition, columns, tuple(rows))


def _hidden_districts(profile: PlaceProfile) -> set[str]:
    """The districts whose counts the table of districts hides: told beside it they would help."""
    told = released(districts(profile)).rows
    return {
        place.ref
        for place, row in zip(profile.map_rows, told, strict=True)
        if any(cell.told is Told.SUPPRESSED for cell in row.cells)
    }


def districts(profile: PlaceProfile) -> Table:
    title = _("Districts of %(province)s, %(period)s") % {
        "province": profile.province,
        "period": words.period(profile.recent),
    }
    columns = (
        Column(_("District"), Kind.LABEL),
        Column(_("Counted with"), Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Per 100,000 people a year"), Kind.DERIVED, 1),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
    )
    rows = tuple(
        Row(
            (
                Cell(row.name),
                Cell(row.shared_with),
                _counted(row.n),
                _derived(row.rate),
                _derived(row.lower),
                _derived(row.upper),
            ),
            f"with {row.shared_with}" if row.shared_with else "all",
            profile.threshold,
        )
        for row in profile.map_rows
    )
    definition = " ".join(filter(None, [_poisson(profile), profile.map_note]))
    return Table("districts", title, definition, columns, rows)


def released(table: Table) -> Table:
    """The table as it may leave the house."""
    counts = [i for i, column in enumerate(table.columns) if column.kind is Kind.COUNT]
    rows = list(table.rows)
    for at in counts:
        keyed = sorted(range(len(rows)), key=lambda i: rows[i].group)
        for _group, members in groupby(keyed, key=lambda i: rows[i].group):
            _protect(rows, list(members), at)
        _protect_from_the_whole(table.rows, rows, at)
    return replace(table, rows=tuple(_hide_derived(row, table.columns) for row in rows))


def _protect(rows: list[Row], members: Sequence[int], at: int) -> None:
    """Hide the small counts of one column within one group of rows, its total being known."""
    values = [rows[i].cells[at].value for i in members]
    known = [float(value) if isinstance(value, int) else float("nan") for value in values]
    if all(value is None for value in values):
        return
    shown = disclosure.suppress_list(
        known, [rows[i].threshold for i in members], total=len(members) > 1
    )
    for i, cell in zip(members, shown.cells, strict=True):
        if cell.status == "suppressed":
            hidden = Cell(None, Told.SUPPRESSED, cell.lower, cell.upper)
            cells = rows[i].cells
            rows[i] = replace(rows[i], cells=(*cells[:at], hidden, *cells[at + 1 :]))


def _protect_from_the_whole(inside: Sequence[Row], rows: list[Row], at: int) -> None:
    """Hide a sum from which a small count could be worked out by taking away what is told."""
    values = [row.cells[at].value for row in inside if not row.is_whole]
    known = [value for value in values if isinstance(value, int)]
    if not values or len(known) < len(values):
        return
    told = [row.cells[at] for row in rows if not row.is_whole]
    is_hidden = any(cell.told is Told.SUPPRESSED or cell.gives_away for cell in told)
    for i, row in enumerate(inside):
        whole = row.cells[at].value
        if row.is_whole and isinstance(whole, int):
            rest = whole - sum(known)
            if 0 < rest < row.threshold or (is_hidden and rest < row.threshold):
                cells = rows[i].cells
                hidden = Cell(None, Told.SUPPRESSED)
                rows[i] = replace(rows[i], cells=(*cells[:at], hidden, *cells[at + 1 :]))


def _hide_derived(row: Row, columns: Sequence[Column]) -> Row:
    cells = (Cell(None, Told.SUPPRESSED) if cell.gives_away else cell for cell in row.cells)
    row = replace(row, cells=tuple(cells))
    counts = (c for c, column in zip(row.cells, columns, strict=True) if column.kind is Kind.COUNT)
    if not any(cell.told is Told.SUPPRESSED for cell in counts):
        return row
    cells = (
        Cell(None, Told.SUPPRESSED) if column.kind is Kind.DERIVED else cell
        for cell, column in zip(row.cells, columns, strict=True)
    )
    return replace(row, cells=tuple(cells))


def as_csv(profile: PlaceProfile, table: Table) -> bytes:
    """The released table as CSV: what it is and whence first, then each count with its status.

    UTF-8 with BOM, so that a spreadsheet reads its accents; no text begins like a formula.
    """
    table = released(table)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for term, text in _preamble(profile, table):
        writer.writerow([_safe(term), _safe(text)])
    writer.writerow([])
    heads: list[str] = []
    for column in table.columns:
        heads.append(_safe(column.title))
        if column.kind is Kind.COUNT:
            heads += [_("Status"), _("At least"), _("At most")]
    writer.writerow(heads)
    for row in table.rows:
        cells: list[str | float | int | None] = []
        for column, cell in zip(table.columns, row.cells, strict=True):
            cells.append(_plain(cell))
            if column.kind is Kind.COUNT:
                cells += [cell.told.value, cell.lower, cell.upper]
        writer.writerow(["" if cell is None else cell for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _preamble(profile: PlaceProfile, table: Table) -> list[tuple[str, str]]:
    rows = [
        (_("Table"), table.title),
        (_("Place"), f"{profile.name} ({profile.ref})"),
        (_("Source"), "; ".join(f"{s.title} ({s.publisher})" for s in profile.sources[:1])),
        (_("Received up to"), profile.as_of.isoformat() if profile.as_of else ""),
        (_("Definition"), table.definition),
        (
            _("Status"),
            _("ok, zero, provisional (still growing), missing (not zero), suppressed (few cases)"),
        ),
        (
            _("Internal use"),
            _("Small counts are hidden within this table; beside another period they may show."),
        ),
    ]
    if profile.is_sample:
        rows.append((_("Sample"), _("Invented records that show how the system works.")))
    return rows


def _poisson(profile: PlaceProfile) -> str:
    return _("%(unit)s of %(counted)s; exact Poisson interval, 95%%.") % {
        "unit": profile.unit,
        "counted": profile.counted,
    }


def _counted(value: int | None, *, provisional: bool = False) -> Cell:
    if value is None:
        return Cell(None, Told.MISSING)
    if provisional:
        return Cell(value, Told.PROVISIONAL)
    return Cell(value, Told.OK if value else Told.ZERO)


def _derived(value: float | None) -> Cell:
    return Cell(value, Told.MISSING if value is None else Told.OK)


def _plain(cell: Cell) -> str | float | int | None:
    if isinstance(cell.value, str):
        return _safe(cell.value)
    if isinstance(cell.value, date):
        return f"{cell.value:%Y-%m}"
    return round(cell.value, 3) if isinstance(cell.value, float) else cell.value


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
