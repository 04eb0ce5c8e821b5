"""Reads workbooks: one sheet becomes CSV text, cells as a person would read them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.reading.bounds import kind_of_workbook, measured, not_a_workbook
from convive.evidence.reading.header import Finder, Header
from convive.evidence.reading.months import MonthsInColumns
from convive.evidence.reading.workbook_rows import TooMuch, open_sheet
from convive.kernel.errors import BadInput


def sheet_to_csv(
    path: Path, name: str, wanted: str, find: Finder, target: Path
) -> tuple[str, str, Header]:
    """Write one sheet to `target`, with a last column that numbers its rows; return the kind of
    the workbook (xlsx, xls or ods), the name of the sheet, and its header.

    The sheet is the one that is `wanted`, else the first in which `find` finds a header.
    Empty rows are left out; the number of each row is kept. Raises BadInput for no such sheet, and
    for a workbook that asks for more than a machine holds.
    """
    book = measured(path, name, target.parent)
    faults: list[BadInput] = []
    names: tuple[str, ...] = (wanted,)
    at = 0
    while at < len(names):
        with open_sheet(book, name, names[at]) as sheet:
            if not sheet.names:
                raise not_a_workbook(name, _("it has no sheets"))
            if not wanted:
                names = sheet.names
            elif wanted not in sheet.names:
                raise BadInput.at(
                    name,
                    _("The workbook has no sheet “%(sheet)s”. It has: %(names)s.")
                    % {"sheet": wanted, "names": ", ".join(sheet.names)},
                    _("Correct “sheet” in the source's file of the pack."),
                )
            try:
                header = _write(sheet.rows, f"{name} · {names[at]}", find, target)
            except TooMuch:  # the next sheet would take as long
                raise
            except BadInput as error:
                faults.append(error)
            else:
                return kind_of_workbook(book), names[at], header
        at += 1
    months = next((fault for fault in faults if isinstance(fault, MonthsInColumns)), None)
    if months:  # that another sheet has no header at all says nothing
        raise months
    raise BadInput([problem for fault in faults for problem in fault.problems])


def _write(rows: Iterator[str], where: str, find: Finder, target: Path) -> Header:
    read: list[tuple[int, str]] = []

    def records() -> Iterator[tuple[int, list[str]]]:
        """Every row, also the empty ones between those that came."""
        last = 0
        for line in rows:
            number, cells = _parsed(line)
            read.append((number, line))
            yield from ((empty, [""] * len(cells)) for empty in range(last + 1, number))
            yield number, cells
            last = number

    header = find(records(), where)
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([*header.names, "row"])
        file.writelines(line for number, line in read if number > header.lines)
        file.writelines(rows)
    return Header((*header.names, "row"), 1, header.bound)


def _parsed(line: str) -> tuple[int, list[str]]:
    """The number of a row and its cells; none where one is too long for any header."""
    try:
        *cells, number = next(csv.reader([line]))
    except csv.Error:
        return int(line.rpartition(",")[2]), []
    return int(number), cells
