"""Reads one sheet of a workbook in a process of its own, which `workbook_rows.py` starts.

A workbook can make its reader ask for any amount of memory, and the reader then ends its whole
process: here that is nobody else's. Nothing of Convive or Django is loaded.

Given JSON (path, sheet: blank for the first, memory in bytes, seconds), it writes to standard
output one line of JSON with the names of all sheets, then the filled rows of the sheet as CSV, the
number of each row last. Ends with 0, FAULT (why stands on standard error) or TOO_MUCH.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from datetime import date, datetime, time, timedelta
from typing import IO, Any

FAULT, TOO_MUCH = 3, 4


def main(path: str, sheet: str, memory: int, seconds: int) -> int:
    _limit(memory, seconds)
    from python_calamine import CalamineWorkbook

    out = open(1, "w", encoding="utf-8", newline="", closefd=False)  # noqa: SIM115  ends with us
    try:
        workbook = CalamineWorkbook.from_path(path)
        names = list(workbook.sheet_names)
        out.write(json.dumps(names) + "\n")
        wanted = sheet or next(iter(names), "")
        if wanted in names:
            _write(workbook.get_sheet_by_name(wanted), out)
        out.flush()
    except MemoryError:
        return TOO_MUCH
    except BaseException as error:
        sys.stderr.write(" ".join(str(error).split())[:300])
        return FAULT
    return 0


def _limit(memory: int, seconds: int) -> None:
    """Where the system knows no such limits, only the patience of whoever started this is one."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the dump would hold the rows
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, OSError, ValueError):
        return


def _write(sheet: Any, out: IO[str]) -> None:
    write = csv.writer(out, lineterminator="\n").writerow
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            cells.append(str(number))
            write(cells)


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as year-month-day."""
    if isinstance(cell, str):
        return " ".join(cell.split())  # a line break in a cell would look like a new row
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
    return " ".join(str(cell).split())


if __name__ == "__main__":
    code = main(**json.loads(sys.argv[1]))
    sys.stderr.flush()
    os._exit(code)  # without giving millions of cells back one by one
