"""Columns of a table file that nobody imported, found by their names. Nothing is written.

CSV, XLSX, ODS, JSON, Parquet and the others that an import reads; every value comes as text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb
import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.evidence.engine import settings_of_engine
from convive.evidence.mapping import FileForm
from convive.evidence.reading.fields import literal
from convive.evidence.reading.files import Table, open_form
from convive.evidence.reading.header import guess_header, plain
from convive.evidence.reading.staging import breaks, records
from convive.kernel.errors import BadInput

Texts = NDArray[np.object_]


def columns_of(path: Path) -> dict[str, Texts]:
    """Every column of a table by its name, trimmed; an empty value is an empty text.

    Raises BadInput where the file cannot be read as a table, for a line that is no row of it, and
    where it has no rows.
    """
    with settings.HOME.scratch() as folder:
        table = open_form(path, FileForm(), guess_header, folder, lambda _part, _share: None)
        if table.damage:
            raise BadInput(table.damage)
        with duckdb.connect(":memory:", config=settings_of_engine(folder)) as connection:
            connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
            connection.execute("SET enable_external_access = false")
            found = _read(connection, table, path.name)
    names = [name for name in found if name]
    if not names or not len(found[names[0]]):
        raise BadInput.at(path.name, _("The table has no rows."), _("Give one with values."))
    return {name: found[name] for name in names}


def _read(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> dict[str, Texts]:
    headers = table.header.names
    width = len(headers) - 1 if table.numbered else len(headers)
    chosen = ", ".join(f"coalesce(trim(c{i}::VARCHAR), '')" for i in range(width))
    try:
        rows = connection.execute(f"SELECT {chosen} FROM {records(table)}").fetchall()
    except duckdb.Error:
        raise BadInput.at(
            name, _("It cannot be read as a table."), _("Save it anew as CSV or XLSX.")
        ) from None
    if broken := breaks(connection, table):
        raise BadInput(broken)
    columns = list(zip(*rows, strict=True)) or [()] * width
    return {
        header: np.array(values, dtype=object)
        for header, values in zip(headers[:width], columns, strict=True)
    }


@dataclass(frozen=True)
class Rows:
    """A table row by row: the number of each in its file, and its cells, as many as it has."""

    headers: tuple[str, ...]
    cells: list[tuple[int, list[str]]]


def rows_of(path: Path) -> Rows:
    """Every row of a table that is not empty, so that each can be told of by its number.

    Raises BadInput where the file cannot be read as a table or has no rows.
    """
    with settings.HOME.scratch() as folder:
        table = open_form(path, FileForm(), guess_header, folder, lambda _part, _share: None)
        if table.damage:
            raise BadInput(table.damage)
        if table.form == "parquet":
            raise BadInput.at(
                path.name, _("It cannot be read row by row."), _("Save it anew as CSV or XLSX.")
            )
        headers = table.header.names[:-1] if table.numbered else table.header.names
        rows = list(_numbered(table))
    if not rows:
        raise BadInput.at(path.name, _("The table has no rows."), _("Give one with values."))
    return Rows(tuple(name.strip() for name in headers), rows)


def _numbered(table: Table) -> Iterator[tuple[int, list[str]]]:
    with table.path.open(encoding="utf-8", newline="") as text:
        for _line in range(table.header.lines):
            text.readline()
        for number, record in enumerate(_parted(text, table), table.header.lines + 1):
            cells = [cell.strip() for cell in record]
            if table.numbered:
                number, cells = int(cells[-1]), cells[:-1]
            if any(cells):
                yield number, cells


def _parted(text: TextIO, table: Table) -> Iterator[list[str]]:
    """The records below the header. Raises BadInput for a cell that is too long for one."""
    reader = csv.reader(text, delimiter=table.separator)
    try:
        yield from reader
    except csv.Error:
        raise BadInput.at(
            _("line %(line)s") % {"line": table.header.lines + reader.line_num},
            _("A cell is too long to be read."),
            _("Look there for a quotation mark that is missing."),
        ) from None


def find(
    columns: Mapping[str, Texts], named: str, synonyms: Sequence[str], option: str, what: str
) -> str:
    """The name of a column: the one that was named, else the first that is called like it.

    option, what : how to name it, and what it holds, for the error.
    Raises BadInput where there is none.
    """
    found = optional(columns, named, synonyms)
    if found is None:
        raise BadInput.at(
            named or option,
            _("The table has no such column: %(what)s.") % {"what": what},
            _("Name one of: %(names)s.") % {"names": ", ".join(columns)},
        )
    return found


def optional(columns: Mapping[str, Texts], named: str, synonyms: Sequence[str]) -> str | None:
    """As `find`; None where there is no such column."""
    by_plain = {plain(name): name for name in columns}
    wanted = [named] if named else list(synonyms)
    return next((by_plain[plain(each)] for each in wanted if plain(each) in by_plain), None)


def numbers(columns: Mapping[str, Texts], name: str, file: str) -> NDArray[np.float64]:
    """A column as numbers; an empty value is not a number. Raises BadInput for any other text."""
    found = np.full(len(columns[name]), np.nan)
    for row, text in enumerate(columns[name]):
        if text:
            try:
                found[row] = float(text.replace(",", ".") if text.count(",") == 1 else text)
            except ValueError:
                raise BadInput.at(
                    _("%(file)s, column %(column)s, row %(row)s")
                    % {"file": file, "column": name, "row": row + 1},
                    _("“%(text)s” is no number.") % {"text": text[:40]},
                    _("Write numbers without thousands marks."),
                ) from None
    return found
