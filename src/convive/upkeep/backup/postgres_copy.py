"""A consistent copy of a PostgreSQL database while others write to it: COPY in one snapshot."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# Tables are cut after a row that looks like a thousandth of all rows do: a row that changes moves
# no cut but its own
_CUT = 1 << 10
_LEAST, _MOST = 64 << 10, 4 << 20


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    order: str  # by its key, so that equal content is equal text


@contextlib.contextmanager
def snapshot() -> Iterator[Any]:
    """A cursor that sees one moment of the database, on a connection of its own."""
    wrapper: BaseDatabaseWrapper = connection.copy()
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cursor
            cursor.execute("COMMIT")
    finally:
        wrapper.close()


def tables(cursor: Any) -> list[Table]:
    """The tables of the schema, by name."""
    cursor.execute(
        "SELECT c.relname, a.attname, t.typname,"
        " COALESCE(a.attnum = ANY (i.indkey::smallint[]), false)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " JOIN pg_type t ON t.oid = a.atttypid"
        " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
        " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
    )
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for table, column, kind, is_key in cursor.fetchall():
        found.setdefault(table, []).append((column, kind, is_key))
    return [
        Table(name, tuple(column for column, _kind, _key in columns), _order(columns))
        for name, columns in found.items()
    ]


def _order(columns: list[tuple[str, str, bool]]) -> str:
    keys = [each for each in columns if each[2]] or columns
    return ", ".join(
        quoted(column) if kind.startswith("int") else f'{quoted(column)}::text COLLATE "C"'
        for column, kind, _is_key in keys
    )


def read(cursor: Any, table: Table) -> Iterator[bytes]:
    """The rows of a table in the text form of COPY, a line for each."""
    columns = ", ".join(quoted(name) for name in table.columns)
    wanted = f"SELECT {columns} FROM {quoted(table.name)} ORDER BY {table.order}"  # noqa: S608
    with cursor.copy(f"COPY ({wanted}) TO STDOUT") as copying:
        for block in copying:
            yield from bytes(block).splitlines(keepends=True)


def cut(rows: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """The rows as pieces of some size, with the number of rows in each."""
    kept: list[bytes] = []
    size = 0
    for row in rows:
        kept.append(row)
        size += len(row)
        if size >= _MOST or (size >= _LEAST and zlib.crc32(row) % _CUT == 0):
            yield b"".join(kept), len(kept)
            kept, size = [], 0
    if kept:
        yield b"".join(kept), len(kept)


def journal_end(cursor: Any) -> tuple[int, str] | None:
    cursor.execute("SELECT seq, hash FROM kernel_journalentry ORDER BY seq DESC LIMIT 1")
    found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def hash_of(cursor: Any, seq: int) -> str | None:
    cursor.execute("SELECT hash FROM kernel_journalentry WHERE seq = %s", [seq])
    found = cursor.fetchone()
    return found[0] if found else None


def migrations(cursor: Any) -> tuple[tuple[str, str], ...]:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    return tuple((app, name) for app, name in cursor.fetchall())


def load(
    contents: Iterable[tuple[str, tuple[str, ...], Callable[[], Iterable[bytes]]]],
) -> None:
    """Fill the tables of a fresh schema with the given text, in one transaction.

    Foreign keys are checked when it ends; what the migrations themselves put in is replaced.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        present = ", ".join(quoted(table.name) for table in tables(cursor))
        cursor.execute(f"TRUNCATE {present}")
        for name, columns, pieces in contents:
            listed = ", ".join(quoted(column) for column in columns)
            with cursor.copy(f"COPY {quoted(name)} ({listed}) FROM STDIN") as copying:
                for piece in pieces():
                    copying.write(piece)
        _set_sequences(cursor)


def _set_sequences(cursor: Any) -> None:
    """The next number of each table is above the last that came in."""
    cursor.execute(
        "SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
        " AND a.attnum > 0 AND NOT a.attisdropped"
        " AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL"
    )
    for table, column, sequence in cursor.fetchall():
        last = f"SELECT max({quoted(column)}) FROM {quoted(table)}"  # noqa: S608
        cursor.execute(
            f"SELECT setval(%s, COALESCE(({last}), 1), ({last}) IS NOT NULL)", [sequence]
        )


def digest(cursor: Any, table: Table) -> tuple[int, str]:
    """Number of rows and SHA-256 of the text of a table."""
    counted, digest = 0, hashlib.sha256()
    for row in read(cursor, table):
        counted += 1
        digest.update(row)
    return counted, digest.hexdigest()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
