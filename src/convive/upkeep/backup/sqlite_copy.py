"""A consistent copy of a SQLite database while others write to it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def copy(database: Path, into: Path) -> None:
    """Copy in one step of SQLite's backup interface: what was committed when it began."""
    with (
        contextlib.closing(sqlite3.connect(database, timeout=60)) as source,
        contextlib.closing(sqlite3.connect(into)) as target,
    ):
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target)


@contextlib.contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """A copy that nobody writes to, for reading: nothing beside it is touched."""
    address = f"{database.resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection


def rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
    ).fetchall()
    count = "SELECT count(*) FROM "
    return {name: connection.execute(count + _quoted(name)).fetchone()[0] for (name,) in tables}


def journal_end(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """Number and hash of the last entry; None where there is none."""
    found = connection.execute(
        "SELECT seq, hash FROM kernel_journalentry ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return tuple(found) if found else None


def hash_of(connection: sqlite3.Connection, seq: int) -> str | None:
    """The hash of an entry of the journal."""
    found = connection.execute(
        "SELECT hash FROM kernel_journalentry WHERE seq = ?", [seq]
    ).fetchone()
    return found[0] if found else None


def migrations(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """What has been applied, in its order."""
    found = connection.execute("SELECT app, name FROM django_migrations ORDER BY id")
    return tuple((app, name) for app, name in found)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
