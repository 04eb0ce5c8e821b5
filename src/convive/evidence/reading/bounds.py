"""Refuses what would unpack to more than a machine holds, before it is unpacked.

A small file can do that by design or by a slip: one cell at the far corner of a sheet makes the
reader of workbooks ask for the whole sheet, and the system ends the import without a word.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from convive.evidence.reading.workbook_texts import in_utf8
from convive.kernel.errors import BadInput

MOST_BYTES = 2 << 30  # of a workbook, unpacked
MOST_CELLS = 64_000_000  # of one sheet, up to its last row and column
MOST_PART = 200_000_000  # of a part of a workbook that holds no cells, such as its texts
MOST_TEXT = 8 << 30  # of a text, unpacked
_BLOCK = 1 << 20
_LONGEST = 16 << 20  # bytes of an OpenDocument sheet without a tag, which its parser holds at once
# Damaged, sealed with a password (RuntimeError), or packed in a way that zipfile does not know
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)
_BINARY = ("xl/worksheets/", "xl/workbook")
# A row or a cell, and its address where it has one
_MARK = re.compile(
    rb"<(?:\w+:)?(row|c)(?=[\s/>])"
    rb"(?:(?:[^>]*?\s)r\s*=\s*[\"']([A-Za-z]{0,3})(\d{1,10})[\"'])?"
)


def measured(path: Path, name: str, folder: Path) -> Path:
    """The workbook to hand on to its reader: this one, or a copy in UTF-8 in `folder`.

    Raises BadInput where it would unpack to too much, or where that cannot be told: what was not
    measured is not handed on. What the reader makes of it may still be more than is seen here.
    """
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return path
    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise too_large(name)
        path = in_utf8(path, name, folder / "utf-8")
        with zipfile.ZipFile(path) as parts:
            for part in parts.infolist():
                file_name = part.filename.lower()
                if file_name.endswith(".bin") and file_name.startswith(_BINARY):
                    raise not_a_workbook(name, _("a binary workbook (XLSB)"))
                with parts.open(part) as content:
                    if file_name == "content.xml":
                        _check_open_document(content, name)
                    else:
                        _check_cells(content, part.file_size, name)
    except (*_UNREADABLE, expat.ExpatError) as error:
        raise not_a_workbook(name, error) from error
    return path


def kind_of_workbook(path: Path) -> str:
    """xlsx, xls or ods."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return "xls"
    with zipfile.ZipFile(path) as parts:
        return "ods" if "content.xml" in parts.namelist() else "xlsx"


def not_a_workbook(name: str, error: object) -> BadInput:
    return BadInput.at(
        name,
        _("This is neither a workbook nor a text: %(error)s.") % {"error": error},
        _("Unpack it, or save it as XLSX or CSV."),
    )


def _check_cells(part: IO[bytes], size: int, name: str) -> None:
    """Measure the cells of a part, which is a sheet wherever it lies, if it is XML and has any."""
    block = part.read(_BLOCK)
    if not block.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        if size > MOST_PART:
            raise too_large(name)
        return
    reach, done, tail = _Reach(), 0, b""
    while block:
        done += len(block)
        text = tail + block
        end = text.rfind(b"<") if len(tail) < _BLOCK else len(text)
        reach.read(text[:end])
        tail = text[end:]
        if done > MOST_PART and not reach.rows:
            raise too_large(name)
        block = part.read(_BLOCK)
    reach.read(tail)
    if reach.rows * reach.columns > MOST_CELLS:
        raise too_large(name)


class _Reach:
    """How far the cells of a sheet reach. One without an address stands beside the one before."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = 0
        self._numbers: dict[bytes, int] = {}

    def read(self, text: bytes) -> None:
        for tag, column, row in _MARK.findall(text):
            if tag == b"row":
                self._row = int(row) if row else self._row + 1
                self._column = 0
            elif column:
                self._row = int(row)
                self._column = self._numbers.get(column) or self._number(column)
            else:
                self._column += 1
            if self._row > self.rows:
                self.rows = self._row
            if self._column > self.columns:
                self.columns = self._column

    def _number(self, column: bytes) -> int:
        """A is 1, Z is 26, AA is 27, in capitals or not."""
        number = 0
        for letter in column.upper():
            number = 26 * number + letter - 64
        self._numbers[column] = number
        return number


class _Extent:
    """How far the cells of an OpenDocument sheet reach: rows and cells may say “repeat me”.

    Empty rows and cells after the last that is filled cost nothing; before it, they do.
    """

    def __init__(self) -> None:
        self.worst = 0
        self.unmarked = 0  # bytes since the last tag
        self._start()

    def _start(self) -> None:
        self.row = self.last_row = self.last_column = 0
        self.column = self.filled_to = self.repeated = 0

    def opens(self, tag: str, attributes: dict[str, str]) -> None:
        self.unmarked = 0
        if tag == "table:table":
            self._start()
        elif tag == "table:table-row":
            self.column = self.filled_to = 0
            self.repeated = _repeats(attributes, "table:number-rows-repeated")
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.column += _repeats(attributes, "table:number-columns-repeated")
            if "office:value-type" in attributes:
                self.filled_to = self.column
        elif tag == "text:p":
            self.filled_to = self.column

    def closes(self, tag: str) -> None:
        self.unmarked = 0
        if tag == "table:table-row":
            self.row += self.repeated
            if self.filled_to:
                self.last_row = self.row
                self.last_column = max(self.last_column, self.filled_to)
        elif tag == "table:table":
            self.worst = max(self.worst, self.last_row * self.last_column)


def _repeats(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    return int(said) if said.isdecimal() else 1


def _check_open_document(content: IO[bytes], name: str) -> None:
    extent = _Extent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.opens
    parser.EndElementHandler = extent.closes

    def refuse(*_anything: Any) -> None:
        raise not_a_workbook(name, _("it declares a document type"))

    parser.StartDoctypeDeclHandler = refuse  # entities unpack to anything; no office writes them
    while block := content.read(_BLOCK):
        extent.unmarked += len(block)
        parser.Parse(block, False)
        if extent.unmarked > _LONGEST:
            raise too_large(name)
        if extent.worst > MOST_CELLS:
            break
    else:
        parser.Parse(b"", True)
    if max(extent.worst, extent.last_row * extent.last_column) > MOST_CELLS:
        raise too_large(name)


def too_large(name: str) -> BadInput:
    return BadInput.at(
        name,
        _("The file would unpack to more than can be held."),
        _("Delete the empty rows and columns at its end, or save the sheet as CSV."),
    )
