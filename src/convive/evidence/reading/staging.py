"""Reads a whole file in one pass of DuckDB: accepted rows to Parquet, the others to a list.

Sets, not rows: whatever is done here is done to a million rows by a handful of statements.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext as _

from convive.evidence.engine import settings_of_engine
from convive.evidence.mapping import ABOUT, SourceSpec
from convive.evidence.reading import fields, reasons
from convive.evidence.reading.crs import DEGREES, same_system
from convive.evidence.reading.degrees import to_degrees
from convive.evidence.reading.files import Table
from convive.evidence.reading.layers import Reading
from convive.evidence.reading.parquet_rows import parquet_records
from convive.evidence.reading.rows import reading
from convive.kernel.errors import BadInput, Problem

_BREAKS_TOLD = 5
# Fewer rows than this may all but one be wrong by chance
_FEW = 20
_HARDLY_ANY = 0.1
_REPEATS = ("repeated_id", "repeated_cell")


@dataclass
class Staged:
    """What was read. `connection` holds the table `staged`; valid inside `stage` alone.

    row : SQL for the number of a row as the file counts them.
    reasons : reason -> how many rows were rejected for it.
    """

    connection: duckdb.DuckDBPyConnection
    spec: SourceSpec
    made: Reading
    row: str
    read: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.read - self.rejected


@contextmanager
def stage(table: Table, spec: SourceSpec, folder: Path, today: date) -> Iterator[Staged]:
    """Read, type and check every row. Raises BadInput where the file as a whole is broken."""
    made = reading(spec, table.header, today)
    with duckdb.connect(":memory:", config=settings_of_engine(folder)) as connection:
        # From here on no statement, whatever a mapping says, reaches another folder
        connection.execute(f"SET allowed_directories = [{fields.literal(str(folder))}]")
        connection.execute("SET enable_external_access = false")
        row = _load(connection, table, made)
        broken = [*table.damage, *breaks(connection, table)]
        if broken:
            # What still can be read may tell more plainly what is wrong
            broken += _nearly_all_rejected(_staged(connection, spec, made, row))
            raise BadInput(broken)
        if spec.shape == "incidents" and made.has("x") and not same_system(spec.crs, DEGREES):
            to_degrees(connection, spec, made)
        _repeats(connection, spec, made)
        staged = _staged(connection, spec, made, row)
        if not staged.read:
            raise BadInput.at(
                _("line %(line)s") % {"line": table.header.lines},
                _("There is no row below the header."),
                _("Check what was sent."),
            )
        broken = _nearly_all_rejected(staged)
        if broken:
            raise BadInput(broken)
        yield staged


def write_parquet(staged: Staged, target: Path) -> None:
    """The accepted rows, one column for each field that is kept."""
    if staged.spec.is_wide:
        bound = [q for q in staged.spec.questions if staged.made.has(f"question:{q.code}")]
        rows = " UNION ALL ".join(
            f"SELECT {staged.row} AS row, place, day, last_day, "
            f"{fields.literal(q.code)} AS question, q{i} AS value "
            f"FROM staged WHERE fault IS NULL AND q{i} IS NOT NULL"
            for i, q in enumerate(bound)
        )
    else:
        written = [name for name in staged.made.kept if name not in staged.made.unwritten]
        names = ", ".join(f'"{name}"' for name in written)
        rows = f"SELECT {staged.row} AS row, {names} FROM staged WHERE fault IS NULL"
    staged.connection.execute(f"COPY ({rows}) TO {fields.literal(str(target))} (FORMAT parquet)")


def write_rejects(staged: Staged, target: Path) -> None:
    """One line for each rejected row, in its order, with why and what to do.

    A value that a spreadsheet would take for a formula is disarmed by an apostrophe.
    """
    staged.connection.execute(
        "CREATE OR REPLACE TEMP TABLE why (fault UTINYINT, col VARCHAR, reason VARCHAR, "
        "remedy VARCHAR)"
    )
    staged.connection.executemany(
        "INSERT INTO why VALUES (?, ?, ?, ?)",
        [
            (
                n,
                staged.made.names[rule.key],
                reasons.reason(rule.reason),
                reasons.remedy(rule.reason),
            )
            for n, rule in enumerate(staged.made.rules, 1)
        ],
    )
    column, value = fields.inert("col"), fields.inert("bad")
    staged.connection.execute(
        f'COPY (SELECT {staged.row} AS row, {column} AS "column", {value} AS value, '
        "reason, remedy FROM staged JOIN why USING (fault) ORDER BY 1) "
        f"TO {fields.literal(str(target))} (FORMAT csv, HEADER, QUOTE '\"')"
    )


def first_rejects(staged: Staged, count: int) -> list[dict[str, Any]]:
    """The first rejected rows: row, column, value, reason, remedy."""
    found = staged.connection.execute(
        f"SELECT {staged.row} AS number, fault, bad FROM staged WHERE fault IS NOT NULL "
        "ORDER BY number LIMIT ?",
        [count],
    ).fetchall()
    rejects = []
    for row, fault, bad in found:
        rule = staged.made.rules[fault - 1]
        rejects.append(
            {
                "row": row,
                "column": staged.made.names[rule.key],
                "value": bad,
                "reason": reasons.reason(rule.reason),
                "remedy": reasons.remedy(rule.reason),
            }
        )
    return rejects


def first_rows(staged: Staged, count: int) -> list[dict[str, Any]]:
    """The first accepted rows as they were understood; fields without a value are left out."""
    # UTC moments and the like are for queries; a person checks what they can see in the file
    hidden = {"starts", "ends"} | staged.made.unwritten
    names = [name for name in staged.made.kept if name not in hidden]
    listed = ", ".join(f'"{name}"' for name in names)
    found = staged.connection.execute(
        f"SELECT {staged.row} AS number, {listed} FROM staged WHERE fault IS NULL "
        "ORDER BY number LIMIT ?",
        [count],
    ).fetchall()
    constant = staged.spec.columns.get("category")
    fixed = {"category": constant.constant} if constant and constant.constant else {}
    scheme = f"{staged.spec.place.scheme}:"
    rows = []
    for values in found:
        row = dict(zip(("row", *_labels(staged, names)), values, strict=True)) | fixed
        if row.get("place"):
            row["place"] = scheme + row["place"]
        rows.append({key: value for key, value in row.items() if value is not None})
    return rows


def _labels(staged: Staged, names: list[str]) -> list[str]:
    codes = [q.code for q in staged.spec.questions if staged.made.has(f"question:{q.code}")]
    wide = {f"q{i}": code for i, code in enumerate(codes)} if staged.spec.is_wide else {}
    return [wide.get(name, name) for name in names]


def _load(connection: duckdb.DuckDBPyConnection, table: Table, made: Reading) -> str:
    """Make the table `staged`; return SQL for the number of each of its rows."""
    width = len(table.header.names)
    number = f"try_cast(c{width - 1} AS BIGINT)" if table.numbered else "NULL::BIGINT"
    connection.execute(f"CREATE TABLE staged AS {made.select(records(table), number)}")
    return "staged.row" if table.numbered else f"staged.rowid + {table.header.lines + 1}"


def records(table: Table, *, lenient: bool = False) -> str:
    """SQL for the rows of a table, with columns c0, c1, … as texts.

    lenient : lines that cannot be parted are passed over instead of being kept as faults.
    """
    if table.form == "parquet":
        return parquet_records(table.path, table.header.names)
    names = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(table.header.names)))
    faults = "ignore_errors=true" if lenient else "store_rejects=true"
    return (
        f"read_csv({fields.literal(str(table.path))}, delim={fields.literal(table.separator)}, "
        f"quote='\"', escape='\"', header=false, skip={table.header.lines}, auto_detect=false, "
        f"columns={{{names}}}, strict_mode=true, null_padding=false, {faults})"
    )


def _staged(
    connection: duckdb.DuckDBPyConnection, spec: SourceSpec, made: Reading, row: str
) -> Staged:
    counted = connection.execute("SELECT fault, count(*) FROM staged GROUP BY fault").fetchall()
    by_reason: dict[str, int] = {}
    for fault, count in counted:
        if fault is not None:
            code = made.rules[fault - 1].reason
            by_reason[code] = by_reason.get(code, 0) + count
    read = sum(count for _fault, count in counted)
    return Staged(connection, spec, made, row, read, sum(by_reason.values()), by_reason)


def breaks(connection: duckdb.DuckDBPyConnection, table: Table) -> list[Problem]:
    """The first lines that are not rows of this table, each with its place in the file, once
    `records` was read. What is told as damage already is not told again."""
    if not table.separator:
        return []
    found = connection.execute(
        "SELECT line_byte_position, error_type::VARCHAR, csv_line FROM reject_errors "
        "ORDER BY line_byte_position LIMIT ?",
        [_BREAKS_TOLD],
    ).fetchall()
    problems = []
    known = {problem.where for problem in table.damage}
    for position, kind, text in found:
        where = _("line %(line)s") % {"line": _line_at(table.path, position)}
        if where in known:
            continue
        fields_found = _fields_in(text or "", table.separator)
        why = reasons.BREAKS.get(kind, reasons.OTHER_BREAK)
        problems.append(
            Problem(
                where,
                str(why) % {"found": fields_found, "wanted": len(table.header.names)},
                _("Nothing was imported. Repair the line, or ask for a whole export."),
            )
        )
    return problems


def _fields_in(text: str, separator: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), []))
    except csv.Error:  # so broken that quotes mean nothing in it
        return text.count(separator) + 1


def _line_at(path: Path, position: int) -> int:
    """The number of the line in which the byte at `position` (from 0) stands."""
    lines = 1
    with path.open("rb") as file:
        while position > 0 and (block := file.read(min(position, 1 << 20))):
            lines += block.count(b"\n")
            position -= len(block)
    return lines


def _nearly_all_rejected(staged: Staged) -> list[Problem]:
    """A file of which hardly a row can be read is not what the mapping says: where it begins."""
    unread = staged.rejected - sum(staged.reasons.get(code, 0) for code in _REPEATS)
    few = staged.read < _FEW
    if not unread or staged.read - unread > (0 if few else staged.read * _HARDLY_ANY):
        return []
    columns = staged.connection.execute(
        f"SELECT fault, count(*), min({staged.row}) AS first, arg_min(bad, {staged.row}) "
        "FROM staged WHERE fault IS NOT NULL GROUP BY fault ORDER BY first"
    ).fetchall()
    problems = []
    for fault, count, row, value in columns:
        rule = staged.made.rules[fault - 1]
        problems.append(
            Problem(
                _("row %(row)s, column %(column)s")
                % {"row": row, "column": staged.made.names[rule.key]},
                _("“%(value)s”: %(reason)s So in %(count)s of %(read)s rows.")
                % {
                    "value": value or "",
                    "reason": reasons.reason(rule.reason),
                    "count": count,
                    "read": staged.read,
                },
                _(
                    "Nothing was imported: the columns do not hold what the mapping says. Look "
                    "whether the header stands over its values."
                ),
            )
        )
    return problems


def _repeats(connection: duckdb.DuckDBPyConnection, spec: SourceSpec, made: Reading) -> None:
    """Accept a record once: by its identifier, or by the cell of the table that it fills."""
    key: list[str]
    if spec.shape == "incidents":
        key = [name for name in ("id", "vintage") if name in made.kept]
        blamed, code = "id", "repeated_id"
    elif spec.shape == "microdata":  # two people may well answer alike
        key = [name for name in ("id", "round") if name in made.kept]
        blamed, code = "id", "repeated_id"
    else:
        cell = ("place", "day", "last_day", "category", "question", "vintage", *ABOUT)
        key, blamed, code = [name for name in cell if name in made.kept], "place", "repeated_cell"
    if blamed not in made.kept or (spec.shape == "counts" and spec.cells == "sum"):
        return
    columns = ", ".join(key)
    made.reject(blamed, "false", code)
    distinct, rows = connection.execute(
        f"SELECT count(DISTINCT hash({columns})), count(*) FROM staged WHERE fault IS NULL"
    ).fetchall()[0]
    if distinct == rows:  # by far the most common, and found much faster than by the whole key
        return
    connection.execute(
        "CREATE TEMP TABLE again AS "
        f"SELECT {columns}, min(rowid) AS first FROM staged WHERE fault IS NULL "
        f"GROUP BY {columns} HAVING count(*) > 1"
    )
    same = " AND ".join(f"staged.{name} IS NOT DISTINCT FROM again.{name}" for name in key)
    connection.execute(
        f"UPDATE staged SET fault = {len(made.rules)}, bad = staged.{blamed} FROM again "
        f"WHERE staged.fault IS NULL AND {same} AND staged.rowid > again.first"
    )
