"""Files that somebody takes away: tables as CSV and XLSX, and what belongs to whoever asks, as ODS
too.

Tables come from `convive.kernel.leaving.leave` alone. A file holds what it is and whence, what was
hidden, and whether it is for internal use. No text in it is taken for a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from convive.kernel import ods, words
from convive.kernel.leaving import Cell, Cleared, Column, Kind, Table

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
JSON = "application/json"
_UTF8_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # tells a spreadsheet that the text is UTF-8
# What a spreadsheet takes for a formula begins so, behind what nobody sees
STARTS = "=+-@\t\r\n＝＋－＠"
UNSEEN = " \N{NO-BREAK SPACE}\v\f\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
# Where a spreadsheet of another country begins a new cell, whatever the quotation marks say
_WITHIN = re.compile(rf"([;\t\r\n][{UNSEEN}]*)([=+\-@＝＋－＠][^;\t\r\n]*)")
SIGNED_NUMBER = r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?"
_NUMBER = re.compile(SIGNED_NUMBER)
_GATE = object()
csv.field_size_limit(2**31 - 1)  # rejected rows come back whole, however long a cell is

About = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class File:
    """A file to be taken away. Only the functions of this module make one."""

    name: str
    content: bytes
    media_type: str
    gate: InitVar[object] = None

    def __post_init__(self, gate: object) -> None:
        if gate is not _GATE:
            raise TypeError("files are made by kernel.downloads and by nothing else")


def answer(file: File, *, shown: bool = False) -> HttpResponse:
    """The file as the answer to a request.

    shown : a document that the browser may show by itself; else it is kept, never shown.
    """
    how = "inline" if shown else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{file.name}"'}
    return HttpResponse(file.content, content_type=file.media_type, headers=headers)


# Tables


def as_csv(cleared: Cleared, table: str, *, name: str, about: About = ()) -> File:
    """One cleared table as CSV: what it is and whence first, then each count with its status.

    name : of the file, without its ending. about : source, day and the like, as terms with texts.
    """
    found = cleared.table(table)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for term, text in _notes(cleared, found, about):
        writer.writerow([inert(term), inert(text)])
    writer.writerow([])
    writer.writerow([inert(head) for head in _heads(found.columns)])
    for row in found.rows:
        cells = [_plain(cell) for cell in _spread(found.columns, row.cells)]
        writer.writerow(["" if cell is None else cell for cell in cells])
    return _file(_named(name, cleared, "csv"), out.getvalue(), CSV)


def as_xlsx(cleared: Cleared, table: str, *, name: str, about: About = ()) -> File:
    """The same as a workbook: the table with its header fixed, and a sheet of notes."""
    import xlsxwriter

    found = cleared.table(table)
    out = io.BytesIO()
    quiet = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True, **quiet}) as book:
        # No clock in the file: the same table gives the same bytes
        book.set_properties({"title": found.title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        _table_sheet(book, found)
        _notes_sheet(book, _notes(cleared, found, about))
    return _file(_named(name, cleared, "xlsx"), out.getvalue(), XLSX)


def _table_sheet(book: Any, table: Table) -> None:
    sheet = book.add_worksheet(_("Table"))
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    month = book.add_format({"num_format": "yyyy-mm", "align": "left"})
    for j, text in enumerate(_heads(table.columns)):
        sheet.write_string(0, j, text, head)
        sheet.set_column(j, j, max(12, min(40, len(text) + 2)))
    sheet.freeze_panes(1, 0)
    formats = [book.add_format({"num_format": each}) for each in _number_formats(table.columns)]
    for i, row in enumerate(table.rows, 1):
        for j, cell in enumerate(_spread(table.columns, row.cells)):
            value = cell.value if isinstance(cell, Cell) else cell
            if isinstance(value, str):
                sheet.write_string(i, j, value)
            elif isinstance(value, date):
                sheet.write_datetime(i, j, datetime(value.year, value.month, value.day), month)  # noqa: DTZ001
            elif value is not None:
                sheet.write_number(i, j, value, formats[j])


def _notes_sheet(book: Any, notes: Iterable[tuple[str, str]]) -> None:
    sheet = book.add_worksheet(_("Notes"))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for i, (term, text) in enumerate(notes):
        sheet.write_string(i, 0, term, bold)
        sheet.write_string(i, 1, text, wrapped)


def _number_formats(columns: Sequence[Column]) -> list[str]:
    found = []
    for column in columns:
        decimals = "." + "0" * column.digits if column.digits else ""
        found.append(f"+0{decimals}; -0{decimals}; 0" if column.is_percent else f"#,##0{decimals}")
        if column.kind is Kind.COUNT:
            found += ["@", "0", "0"]
    return found


def _heads(columns: Sequence[Column]) -> list[str]:
    heads: list[str] = []
    for column in columns:
        heads.append(f"{column.title} (%)" if column.is_percent else column.title)
        if column.kind is Kind.COUNT:
            heads += [_("Status"), _("At least"), _("At most")]
    return heads


def _spread(columns: Sequence[Column], cells: Sequence[Cell]) -> Iterable[Cell | str | int | None]:
    """The cells of a row, each count followed by its status and range."""
    for column, cell in zip(columns, cells, strict=True):
        yield cell
        if column.kind is Kind.COUNT:
            yield from (cell.told.value, cell.lower, cell.upper)


def _plain(cell: Cell | str | int | None) -> str | float | int | None:
    value = cell.value if isinstance(cell, Cell) else cell
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    return round(value, 3) if isinstance(value, float) else value


def _notes(cleared: Cleared, table: Table, about: About) -> list[tuple[str, str]]:
    """What stands with every table, whoever made it."""
    notes = [(_("Table"), table.title), *about]
    if table.definition:
        notes.append((_("Definition"), table.definition))
    notes.append(
        (
            _("Status"),
            _("ok, zero, provisional (still growing), missing (not zero), suppressed (few cases)"),
        )
    )
    if cleared.is_internal:
        notes.append((_("Internal use"), _("Exact numbers. This file must not leave the house.")))
    if cleared.thresholds:
        limits = " / ".join(words.number(limit) for limit in cleared.thresholds)
        text = _(
            "Counts below %(limits)s are hidden, with as many others as it takes so that nobody "
            "works them out from the tables of this page; beside another period they may show."
        )
        notes.append((_("Hidden"), text % {"limits": limits}))
    return notes


def _named(name: str, cleared: Cleared, ending: str) -> str:
    return f"{_marked(name) if cleared.is_internal else name}.{ending}"


def _marked(name: str) -> str:
    use = _("internal-use")  # part of a file's name: no blanks, no accents
    return f"{name}-{use}"


# What belongs to whoever asks: no statistics, so nothing is hidden; marked internal use


def own_rows(name: str, content: bytes) -> File:
    """A CSV (UTF-8) of somebody's own rows, such as those that an import rejected."""
    text = content.decode("utf-8-sig")
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(
        [inert(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))
    )
    return _file(f"{_marked(name)}.csv", out.getvalue(), CSV)


def own_workbook(
    name: str, sheets: Mapping[str, Sequence[Sequence[str]]], *, internal: bool = True
) -> File:
    """Texts of somebody's own as a workbook, the first row of each sheet its header."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  no clock in the file
        bold = book.add_format({"bold": True, "bottom": 1})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for i, row in enumerate(rows):
                for j, text in enumerate(row):
                    sheet.write_string(i, j, text, None if i else bold)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(map(len, rows), default=1) - 1, 18)
    return _file(f"{_marked(name) if internal else name}.xlsx", out.getvalue(), XLSX)


def own_spreadsheet(name: str, sheets: Mapping[str, Sequence[Sequence[str]]]) -> File:
    """The same as ODS, as LibreOffice writes it."""
    return _file(f"{_marked(name)}.ods", ods.workbook(sheets), ods.MEDIA_TYPE)


def own_record(name: str, data: dict[str, Any]) -> File:
    """What is kept about the person who asks, as JSON."""
    text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)
    return File(f"{_ascii(name)}.json", text.encode(), JSON, gate=_GATE)


def own_document(name: str, content: bytes, media_type: str) -> File:
    """A document that somebody of the programme brought in, as it came."""
    return File(_ascii(name), content, media_type, gate=_GATE)


def report(name: str, content: bytes) -> File:
    """A PDF that kernel.paper set: the numbers of a report went through `leave`, its pages are
    marked; a certificate tells of one person, who is given it."""
    return File(_ascii(name), content, PDF, gate=_GATE)


# Texts that are only texts


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP: CSV injection).

    A number keeps its sign, and so does a sign that stands alone for "none". The beginning is not
    the only place: where lists are parted by semicolons, a text holds several cells.
    """
    bare = text.lstrip(UNSEEN)
    quote = "'" if bare and bare[0] in STARTS and not _is_plain(bare) else ""
    rest = bare.lstrip(STARTS) if quote else bare
    begin = text[: len(text) - len(rest)]
    return quote + begin + _WITHIN.sub(_disarmed, rest)


def _disarmed(cell: re.Match[str]) -> str:
    return cell[0] if _is_plain(cell[2]) else f"{cell[1]}'{cell[2]}"


def _is_plain(cell: str) -> bool:
    return len(cell) < 2 or _NUMBER.fullmatch(cell.strip()) is not None


def _ascii(name: str) -> str:
    """A name that every system can keep: no blanks, no accents, nothing that quotes or parts."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return slugify(name)
    return f"{slugify(stem) or 'file'}.{slugify(ending)}"


def _file(name: str, content: str | bytes, media_type: str) -> File:
    """Text goes out with the mark that tells spreadsheets how it is written."""
    if isinstance(content, str):
        content = (_UTF8_MARK + content).encode()
    return File(_ascii(name), content, media_type, gate=_GATE)
