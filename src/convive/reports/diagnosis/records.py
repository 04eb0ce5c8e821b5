"""One source's part of the chapter: its series, its months, its offences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from convive import charts
from convive.domain.observatory import sayings_late
from convive.domain.observatory.drawings import break_of, foretold
from convive.domain.observatory.parts import GridRow, OffenceRow
from convive.domain.observatory.profile import RANKS
from convive.kernel import words
from convive.reports.document import (
    Block,
    Cell,
    Column,
    Heading,
    Notice,
    Pair,
    Paragraph,
    Picture,
    Table,
    Tone,
)
from convive.reports.reads import Read
from convive.reports.release import Told
from convive.stats.classes import quantile_classes


def records(read: Read, number: int) -> list[Block]:
    """All that the chapter says of one source. `number` keeps the ids of its charts apart."""
    profile = read.profile
    blocks: list[Block] = [Heading(profile.counted)]
    if read.is_all_apart:
        blocks.append(
            Paragraph(
                _(
                    "Counted apart: never added to other offences, never drawn on a map and never "
                    "shown for anything smaller than the district."
                )
            )
        )
    if is_drawable(read):
        blocks.append(series(read, number))
    else:
        blocks.append(
            Paragraph(_("Too many months are hidden for a line: the table says what may be told."))
        )
    if late := late_words(read):
        blocks.append(Paragraph(late))
    blocks.append(_grid(read))
    if read.telling.hides:
        blocks.append(Paragraph(hidden_words(read), tone=Tone.SMALL))
    together = [row for row in profile.offences if row.category not in read.apart]
    apart = [row for row in profile.offences if row.category in read.apart]
    if len(profile.offences) > 1:
        blocks += _offences(read, together, apart, number)
    return blocks


def source_line(read: Read) -> str:
    """Under every chart and table: source · cut-off."""
    profile = read.profile
    publisher = read.view.spec.publisher
    return _(
        "Source: %(name)s, %(publisher)s · received up to %(day)s · boundaries %(edition)s"
    ) % {
        "name": read.view.name,
        "publisher": publisher or words.no_value(),
        "day": words.day(profile.as_of),
        "edition": read.view.edition_on(profile.recent.end) or words.no_value(),
    }


def hidden_words(read: Read) -> str:
    return _(
        "Hatched: hidden, because it is below %(threshold)s or would give away another that is. "
        "The range in which it lies is written instead. Zero is written as zero."
    ) % {"threshold": words.number(read.profile.threshold)}


def told_text(told: Told) -> str:
    """A count as a table prints it: its number, its range where hidden, or that none is known."""
    if not told.is_hidden:
        return words.number(told.value)
    if told.lower is None:
        return _("hidden")
    if told.upper is None:
        return words.interval(told.lower, float("inf"))
    return words.interval(told.lower, told.upper)


def told_cell(told: Told, *, step: int = 0, is_strong: bool = False) -> Cell:
    step = 0 if told.is_hidden or told.value is None else step
    return Cell(told_text(told), step, told.is_hidden, is_strong)


def is_drawable(read: Read) -> bool:
    """Whether three months in four may be told: fewer make a line of gaps."""
    hidden = [told.is_hidden for told in read.telling.months.values()]
    return 4 * sum(hidden) <= len(hidden)


def series(
    read: Read, number: int, on: charts.Drawing = charts.PAPER, ink: charts.Ink = charts.PRINT
) -> Picture:
    """The months of a source as a line over its band. `number` keeps the ids of charts apart."""
    profile = read.profile
    points = []
    for point in profile.series:
        told = read.telling.months[point.month]
        points.append(
            charts.Point(
                month=point.month,
                value=told.value,
                lower=told.lower if told.is_hidden else point.lower,
                upper=told.upper if told.is_hidden else point.upper,
                provisional=point.provisional,
                suppressed=told.is_hidden,
                expected=None if told.is_hidden else foretold(point),
            )
        )
    compared = [
        charts.Point(p.month, p.reference)
        for p in profile.series
        if p.month in read.telling.compared
    ]
    label = _("%(counted)s by month in %(place)s, %(period)s. %(lead)s") % {
        "counted": profile.counted,
        "place": profile.name,
        "period": words.period(profile.period),
        "lead": profile.lead if read.telling.recent and read.telling.baseline else "",
    }
    label = f"{label.strip()} {late_words(read)}"
    chart = charts.Series(
        label=label.strip(),
        points=points,
        name=profile.name,
        number=words.number,
        month=words.month,
        breaks=[break_of(one) for one in profile.breaks],
        compared=compared,
        compared_name=profile.reference_name,
        empty=_("No months are covered."),
    )
    return Picture(
        svg=charts.series(chart, key=f"series-{number}", on=on, ink=ink),
        alt=label.strip(),
        caption=_("%(counted)s, by month") % {"counted": profile.counted},
        source=source_line(read),
        key=_series_key(read),
    )


def late_words(read: Read) -> str:
    """What the provisional months that may be told will come to, or why that is not known."""
    told = read.telling.months
    shown = [point for point in read.profile.series if not told[point.month].is_hidden]
    return sayings_late.about_late(shown, read.profile.no_band)


def _series_key(read: Read) -> str:
    profile = read.profile
    said = [_("Line: records of the month; band: exact interval, 95%.")]
    if any(point.provisional and not point.expected for point in profile.series):
        said.append(_("Dotted, over a hatch: provisional, late records are still expected."))
    if any(point.expected for point in profile.series):
        said.append(_("Over a hatch: open dots, so far; line and edged band, what is expected."))
    if profile.reference_name:
        said.append(_("Dashed: %(name)s.") % {"name": profile.reference_name})
    if any(not one.is_crossed for one in profile.breaks):
        said.append(_("At a ◆ the boundaries or the method change: the line stops there."))
    if any(one.is_crossed for one in profile.breaks):
        said.append(_("At a ◆ on the line only the map changes: it is counted as before."))
    return " ".join(said)


def _grid(read: Read) -> Table:
    """Months × years, with the sum of each year."""
    profile = read.profile
    steps, ranges = _steps(read)
    return Table(
        caption=_("%(counted)s, months and years") % {"counted": profile.counted},
        columns=(
            Column(_("Year")),
            *(Column(words.month_name(m), is_number=True, share=1) for m in range(1, 13)),
            Column(_("Total"), is_number=True, share=1.3),
        ),
        rows=tuple(_year(row, read, steps) for row in profile.grid),
        source=" ".join([*_grid_key(read, ranges), source_line(read)]),
        is_dense=True,
    )


def _steps(read: Read) -> tuple[dict[date, int], list[str]]:
    """The class of each month that is told and no longer grows, and the classes' ranges."""
    firm = [point.month for point in read.profile.series if not point.provisional]
    told = {month: read.telling.months[month].value for month in firm}
    shown = {month: n for month, n in told.items() if n is not None}
    if not shown:
        return {}, []
    found = quantile_classes(list(shown.values()), RANKS)
    ranges = [
        words.number(r.lower) if r.lower == r.upper else words.interval(r.lower, r.upper)
        for r in found.ranges
    ]
    return dict(zip(shown, found.numbers.tolist(), strict=True)), ranges


def _year(row: GridRow, read: Read, steps: Mapping[date, int]) -> tuple[Cell, ...]:
    cells = [Cell(str(row.year))]
    for cell in row.cells:
        if cell is None:
            cells.append(Cell(""))
            continue
        made = told_cell(read.telling.months[cell.month], step=steps.get(cell.month, 0))
        text = f"{made.text}*" if cell.provisional and not made.is_hidden else made.text
        cells.append(Cell(text, made.step, made.is_hidden))
    return (*cells, told_cell(read.telling.years[row.year], is_strong=True))


def _grid_key(read: Read, ranges: Sequence[str]) -> list[str]:
    said = []
    if ranges:
        said.append(_("Shades, from light to dark: %(ranges)s.") % {"ranges": " · ".join(ranges)})
    if any(point.provisional for point in read.profile.series):
        said.append(_("*: provisional."))
    return said


# Offences


def _offences(
    read: Read, together: Iterable[OffenceRow], apart: Iterable[OffenceRow], number: int
) -> list[Block]:
    profile = read.profile
    told = dict(zip((row.category for row in profile.offences), read.telling.offences, strict=True))
    blocks: list[Block] = [
        Heading(_("What is reported"), 2),
        Paragraph(
            _("Records of %(period)s by offence, with the exact interval.")
            % {"period": words.period(profile.recent)}
        ),
    ]
    for rows, caption, key in (
        (list(together), _("Offences"), f"offences-{number}"),
        (list(apart), _("Counted apart, never drawn on a map"), f"apart-{number}"),
    ):
        if rows:
            blocks.append(_offence_pair(read, rows, told, caption, key))
    if not read.telling.recent:
        blocks.append(Notice(_("These counts are too few to be told in public.")))
    return blocks


def _offence_pair(
    read: Read, rows: list[OffenceRow], told: dict[str, Told], caption: str, key: str
) -> Pair:
    bars = [
        charts.Bar(
            name=row.name,
            text=offence_text(row, told[row.category]),
            value=told[row.category].value,
            lower=None if told[row.category].is_hidden else row.lower,
            upper=told[row.category].upper if told[row.category].is_hidden else row.upper,
            suppressed=told[row.category].is_hidden,
        )
        for row in rows
    ]
    label = f"{caption}: " + "; ".join(f"{bar.name} {bar.text}" for bar in bars)
    period = words.period(read.profile.recent)
    return Pair(
        Picture(
            svg=charts.bars(bars, key=key, label=label, ink=charts.PRINT),
            alt=label,
            caption=f"{caption}, {period}",
            key=_("Bar: records; whisker: exact interval, 95%."),
        ),
        Table(
            caption=f"{caption}, {period}",
            columns=(
                Column(_("Offence"), share=2),
                Column("ICCS", share=0.8),
                Column(_("Records"), is_number=True, share=1),
                Column(_("95%"), is_number=True, share=1.4),
            ),
            rows=tuple(_offence_cells(row, told[row.category]) for row in rows),
            source=source_line(read),
        ),
    )


def _offence_cells(row: OffenceRow, told: Told) -> tuple[Cell | str, ...]:
    digits = 1 if (row.upper or 0) < 100 else 0
    ends = "" if told.is_hidden else words.interval(row.lower, row.upper, digits)
    return row.name, row.iccs or words.no_value(), told_cell(told), ends


def offence_text(row: OffenceRow, told: Told) -> str:
    if told.is_hidden:
        return _("%(range)s, hidden") % {"range": told_text(told)} if told.lower else _("hidden")
    return f"{words.number(row.value)} ({words.interval(row.lower, row.upper)})"
