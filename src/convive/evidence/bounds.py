"""Refuses what would unpack to more than a machine holds, before it is unpacked.

A small file can do that by design or by a slip: one cell at the far corner of a sheet makes the
reader of workbooks ask for the whole sheet, and the system ends the import without a word.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput

MOST_BYTES = 2 << 30  # of a workbook, unpacked
MOST_CELLS = 64_000_000  # of one sheet, up to its last row and column
_BLOCK = 1 << 20
_LONGEST = 64  # bytes in which the address of a cell stands
# Damaged, sealed with a password (RuntimeError), or packed in a way that zipfile does not know
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)
_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,10})[\"']")


def read_workbook(stream: IO[bytes], name: str) -> bytes:
    """The bytes of a workbook. Raises BadInput where it would unpack to too much, or where that
    cannot be told: what was not measured is not handed on.
    """
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _too_large(name)
    if not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise _too_large(name)
            for part in parts.infolist():
                if part.filename.lower().startswith("xl/worksheets/"):
                    with parts.open(part) as sheet:
                        _check_cells(sheet, name)
    except _UNREADABLE as error:
        raise not_a_workbook(name, error) from error
    return content


def not_a_workbook(name: str, error: Exception) -> BadInput:
    return BadInput.at(
        name,
        _("This is neither a workbook nor a text: %(error)s.") % {"error": error},
        _("Unpack it, or save it as XLSX or CSV."),
    )


def _check_cells(sheet: IO[bytes], name: str) -> None:
    rows, columns, tail = 0, b"", b""
    while block := sheet.read(_BLOCK):
        found = _CELL.findall(tail + block)
        if found:
            rows = max(rows, max(int(row) for _column, row in found))
            columns = max([columns, *(column for column, _row in found)], key=_by_number)
        tail = block[-_LONGEST:]
    if rows * _number(columns) > MOST_CELLS:
        raise _too_large(name)


def _by_number(column: bytes) -> tuple[int, bytes]:
    return len(column), column


def _number(column: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in column:
        number = 26 * number + letter - 64
    return number


def _too_large(name: str) -> BadInput:
    return BadInput.at(
        name,
        _("The workbook would unpack to more than can be held."),
        _("Delete the empty rows and columns at its end, or save the sheet as CSV."),
    )
