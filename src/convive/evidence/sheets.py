"""Reads workbooks: one sheet becomes CSV text, cells as a person would read them."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from convive.evidence.bounds import not_a_workbook
from convive.evidence.header import Header, find_header
from convive.evidence.mapping import SourceSpec
from convive.kernel.errors import BadInput


def sheet_to_csv(content: bytes, name: str, spec: SourceSpec, target: Path) -> tuple[str, Header]:
    """Write the sheet that holds the mapped columns to `target`, with a last column that numbers
    its rows; return what it was, in words, and its header.

    The sheet is the one that the source names, else the first in which all columns are found.
    Empty rows are left out; the number of each row is kept. Raises BadInput for no such sheet.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = list(workbook.sheet_names)
    except CalamineError as error:
        raise not_a_workbook(name, error) from error
    if spec.file.sheet:
        if spec.file.sheet not in names:
            raise BadInput.at(
                name,
                _("The workbook has no sheet “%(sheet)s”. It has: %(names)s.")
                % {"sheet": spec.file.sheet, "names": ", ".join(names)},
                _("Correct “sheet” in the source's file of the pack."),
            )
        names = [spec.file.sheet]
    faults: list[BadInput] = []
    for sheet_name in names:
        sheet = workbook.get_sheet_by_name(sheet_name)
        try:
            header = _write(sheet, f"{name} · {sheet_name}", spec, target)
        except BadInput as error:
            faults.append(error)
        else:
            return f"xlsx ({sheet_name})", header
    raise BadInput([problem for fault in faults for problem in fault.problems])


def _write(sheet: CalamineSheet, where: str, spec: SourceSpec, target: Path) -> Header:
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    numbered = ((number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
    header = find_header(numbered, spec, where)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*header.names, "row"])
        for number, row in enumerate(rows[header.lines :], header.lines + 1):
            cells = [_text(cell) for cell in row]
            if any(cells):
                writer.writerow([*cells, number])
    return Header((*header.names, "row"), 1, header.bound)


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as year-month-day."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):  # a clock time in a cell formatted as a duration
        return str(cell)
    return " ".join(str(cell).split())  # a line break in a cell would look like a new row
