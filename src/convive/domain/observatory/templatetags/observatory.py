"""Parts of the place page: the table under a chart, the link to its CSV, one month of the grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Literal

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from convive.domain.observatory import smoothed
from convive.domain.observatory.drawings import hidden_text
from convive.domain.observatory.parts import GridCell, Hidden, MonthPoint, PlaceProfile
from convive.domain.programme.models import Place
from convive.kernel import words
from convive.kernel.figures import Figure, MarkKind
from convive.kernel.leaving import Cell, Column, Kind, Table, Told
from convive.look.templatetags.look import scroll

register = template.Library()


@register.filter
def without_notes(figure: Figure) -> Figure:
    """The figure for its card: its notes stand in "where from?" and once below the charts."""
    return replace(
        figure, marks=tuple(mark for mark in figure.marks if mark.kind is not MarkKind.NOTE)
    )


@register.simple_tag
def about_smoothed(profile: PlaceProfile) -> str:
    """What the smoothed rates of a place's map are for; nothing where none is told."""
    return smoothed.said() if any(row.smoothed for row in profile.map_rows) else ""


@register.filter
def has_thousands(series: Iterable[MonthPoint]) -> bool:
    """Whether the months need wider cells than a phone has."""
    return any((point.value or 0) >= 1000 for point in series)


@register.simple_tag
def chart_foot(profile: PlaceProfile) -> SafeString:
    """Under each chart: source, cut-off, and whether it is a sample."""
    source = profile.sources[0]
    said = [source.title, _("received up to %(day)s") % {"day": words.day(source.as_of)}]
    if profile.is_sample:
        said.append(_("sample"))
    return format_html('<p class="foot">{}</p>', " · ".join(said))


@register.simple_tag
def table_of(table: Table) -> SafeString:
    """ "See as a table": the numbers of a chart, inside the house."""
    heads = format_html_join(
        "",
        '<th scope="col"{}>{}</th>',
        ((_right(column), column.title) for column in table.columns),
    )
    rows = format_html_join(
        "", "<tr>{}</tr>", ((_row(table.columns, row.cells),) for row in table.rows)
    )
    whole = format_html(
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        table.title,
        heads,
        rows,
    )
    return format_html(
        '<details><summary>{}<span class="vh">: {}</span></summary>{}</details>',
        _("See as a table"),
        table.title,
        scroll(whole, table.title),
    )


@register.simple_tag
def table_links(place: Place, name: str, query: str) -> SafeString:
    """The table to take away, its small counts hidden: as CSV and as a workbook."""
    links = []
    for ending, text in (
        ("csv", _("CSV, small counts hidden")),
        ("xlsx", _("XLSX, small counts hidden")),
    ):
        url = reverse(f"observatory:place_{ending}", args=[place.scheme, place.code, name])
        links.append((f"{url}?{query}" if query else url, text))
    return format_html_join(" ", '<a href="{}">{}</a>', links)


@register.simple_tag
def month_word(number: int, width: Literal["narrow", "short", "long"]) -> str:
    return words.month_name(number, width)


@register.simple_tag
def month_cell(cell: GridCell | None) -> SafeString:
    """One month: its number in its class; hatched where it is provisional; never blank for none."""
    if cell is None:
        return mark_safe("<td></td>")
    if cell.hidden:
        return format_html('<td class="supp"><span>{}</span></td>', _brief(cell.hidden))
    if cell.value is None:
        return format_html("<td>{}</td>", words.no_value())
    if cell.provisional:
        return format_html(
            '<td class="prov"><span>{}</span><span class="vh"> {}</span></td>',
            words.number(cell.value),
            _("provisional"),
        )
    return format_html('<td class="q{}">{}</td>', cell.rank, words.number(cell.value))


def _brief(hidden: Hidden) -> SafeString:
    """The range in a narrow cell, with its words for a screen reader."""
    ends = "" if hidden.lower is None else f"{hidden.lower}–{hidden.upper or ''}"
    return format_html(
        '<span aria-hidden="true">{}</span><span class="vh">{}</span>', ends, hidden_text(hidden)
    )


def _row(columns: tuple[Column, ...], cells: tuple[Cell, ...]) -> SafeString:
    first, *rest = (_said(column, cell) for column, cell in zip(columns, cells, strict=True))
    return format_html(
        '<th scope="row">{}</th>{}',
        first,
        format_html_join(
            "",
            "<td{}>{}</td>",
            (
                (_class(column, cell), text)
                for column, cell, text in zip(columns[1:], cells[1:], rest, strict=True)
            ),
        ),
    )


def _right(column: Column) -> SafeString:
    return SafeString("" if column.kind is Kind.LABEL else ' class="num"')


def _class(column: Column, cell: Cell) -> SafeString:
    if cell.told is Told.SUPPRESSED:
        return SafeString(' class="num supp"')
    return _right(column)


def _said(column: Column, cell: Cell) -> str:
    if cell.told is Told.SUPPRESSED:
        return hidden_text(Hidden(cell.lower, cell.upper))
    if isinstance(cell.value, str):
        return cell.value
    if isinstance(cell.value, date):
        return words.month(cell.value).replace(" ", "\N{NO-BREAK SPACE}")
    if column.is_percent:
        share = None if cell.value is None else float(cell.value) / 100
        return words.signed_percent(share, column.digits)
    text = words.number(cell.value, column.digits)
    return _("%(n)s, provisional") % {"n": text} if cell.told is Told.PROVISIONAL else text
