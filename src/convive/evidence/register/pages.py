"""What the pages of the register show of a source, in words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from convive.domain.programme import queries as programme
from convive.evidence import queries
from convive.evidence.holding import SourceView
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Batch
from convive.evidence.queries import Release, Selection
from convive.evidence.register.entries import Entry
from convive.evidence.support import Need, lacks
from convive.kernel import words
from convive.kernel.leaving import Audience, Cell, Column, Kind, Row, Table, Told, leave
from convive.kernel.periods import Period

_MONTHS = 14  # of the table of releases, and so many releases at most
_RELEASES = 8
_UNITS = {
    "victim": gettext_lazy("victims"),
    "offence": gettext_lazy("offences"),
    "complaint": gettext_lazy("complaints"),
    "respondent": gettext_lazy("people who were asked"),
}


def facts(entry: Entry) -> list[tuple[str, str]]:
    """Terms and texts: who gives it, under what, until when, what for. What is unknown says so."""
    spec, agreement = entry.view.spec, entry.agreement
    found = [
        (_("Given by"), agreement.given_by or spec.publisher or _("not said")),
        (_("Open to"), entry.owner_name or _("every partner who may see evidence")),
        (_("Agreement"), agreement.document or _("none is recorded")),
    ]
    if agreement.signed_on:
        found.append((_("Signed on"), words.day(agreement.signed_on)))
    if agreement.until:
        found.append((_("Ends on"), words.day(agreement.until)))
    found.append((_("Licence"), spec.licence or _("not said")))
    found.append((_("Purpose"), agreement.purpose or _("not said")))
    found.append((_("Comes"), how_often(agreement.every)))
    found.append((_("Last received"), words.day(entry.expected.last) or _("never")))
    if entry.expected.due:
        found.append((_("Next expected by"), words.day(entry.expected.due)))
    if agreement.contact_role:
        found.append((_("Whom to ask"), agreement.contact_role))
    found.append((_("What it counts"), str(_UNITS[spec.count_unit])))
    found.append((_("Small areas"), _smallest(entry.view)))
    return found


def how_often(days: int) -> str:
    named = {31: _("every month"), 92: _("every quarter"), 366: _("every year")}
    if not days:
        return _("nobody has said how often")
    other = ngettext("every day", "every %(n)s days", days) % {"n": words.number(days)}
    return named.get(days, other)


def _smallest(view: SourceView) -> str:
    if view.limits.no_small_area:
        return _("never finer than a district: a point would be somebody's door")
    if Need.POSITION in lacks(view.spec):
        return _("it has no positions")
    return _("points, but for offences that are never shown finer than a district")


def fields(spec: SourceSpec) -> list[tuple[str, str]]:
    """Field -> the columns that it comes from, or the text that stands for all rows."""
    return [
        (name, ", ".join(column.names) if column.names else f"“{column.constant}”")
        for name, column in spec.every_column().items()
    ]


@dataclass(frozen=True)
class Came:
    """A batch in the list of its source, and how it stands."""

    batch: Batch
    state: str
    tag: str


def batches(entry: Entry) -> list[Came]:
    """Every import of a source, the latest first, with what became of it."""
    return [Came(batch, *_state(batch, entry)) for batch in entry.batches]


def _state(batch: Batch, entry: Entry) -> tuple[str, str]:
    if not batch.visible:
        return _("withdrawn"), "error"
    if batch.pk not in entry.counted:
        return _("replaced"), "warn"
    return _("counts"), "ok"


@dataclass(frozen=True)
class Grown:
    """What each release said of each recent month, as this page may show it.

    days : of the releases, the oldest first. rows : month, what each release said of it, and by
    how much it grew from its first number to its last.
    threshold : below which counts are hidden; None where all are exact, for internal use.
    earlier : the month up to which an older page goes, or None.
    """

    days: list[date]
    rows: list[tuple[date, list[str], str]]
    threshold: int | None
    earlier: date | None


def grown(view: SourceView, listed: Sequence[Release], until: date | None) -> Grown | None:
    """The table of months and releases; None where the source cannot be counted by month."""
    if view.coverage is None or {Need.RECORDS, Need.MONTH} & set(lacks(view.spec)):
        return None
    last = until if until and until in view.coverage else view.coverage.end
    months = [one.start for one in Period(view.coverage.start, last).months()]
    shown = months[-_MONTHS:]
    days = [one.vintage for one in listed][-_RELEASES:]
    period = Period(shown[0], Period.month(shown[-1].year, shown[-1].month).end)
    known = queries.by_month_and_vintage(Selection(view.code, period))
    threshold = programme.threshold(sensitive=True) if is_sensitive(view) else None
    rows = [_row(month, known.get(month, {}), days, threshold or 5) for month in reversed(shown)]
    columns = (
        Column("", Kind.LABEL),
        *(Column("", Kind.COUNT) for _day in days),
        Column("", Kind.DERIVED),
    )
    table = Table("releases", "", "", columns, tuple(rows))
    cleared = leave([table], Audience.OUTSIDE if threshold else Audience.INSIDE)
    return Grown(
        days=days,
        rows=[
            (month, [_said(cell) for cell in row.cells[1:-1]], _growth(row.cells[-1]))
            for month, row in zip(reversed(shown), cleared.table("releases").rows, strict=True)
        ],
        threshold=threshold,
        earlier=months[-_MONTHS - 1] if len(months) > _MONTHS else None,
    )


def _row(month: date, known: dict[date, int], days: Sequence[date], threshold: int) -> Row:
    said = [known[day] for day in days if day in known]
    growth = said[-1] / said[0] - 1 if len(said) > 1 and said[0] else None
    return Row(
        (Cell(month), *(Cell(known.get(day)) for day in days), Cell(growth)),
        threshold=threshold,
    )


def _said(cell: Cell) -> str:
    if cell.told is Told.SUPPRESSED:
        upper = words.number(cell.upper) if cell.upper is not None else "…"
        return _("hidden, %(lower)s–%(upper)s") % {"lower": cell.lower, "upper": upper}
    return "" if cell.value is None else words.number(cast(int, cell.value))


def _growth(cell: Cell) -> str:
    return "" if cell.value is None else words.signed_percent(cast(float, cell.value), 1)


def is_sensitive(view: SourceView) -> bool:
    """Whether small counts of it are hidden on every page."""
    flags = {flag for row in queries.offences(view.code).values() for flag in row.flags}
    return view.limits.no_small_area or bool(flags & {"sensitive", "no_small_area"})
