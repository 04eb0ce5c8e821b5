"""Moves the records of a home to a database of another kind; files stay where they are.

Rows are read and written by our own models, so that each kind of database gets each value in its
own form. Both sides are then hashed in one common form and compared, table by table.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    models,
    transaction,
)
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.kernel import journal, sealed
from convive.kernel.errors import BadInput
from convive.kernel.home import Home
from convive.kernel.models import JournalEntry
from convive.upkeep.target import TARGET, make_schema, target_database

_BATCH = 500
_FILES = 5  # rows that may weigh megabytes
_SQLITE = "sqlite:"
Model = type[models.Model]


@dataclass(frozen=True)
class Moved:
    """What was moved: rows and hash of each table, the same on both sides."""

    rows: dict[str, int]
    hashes: dict[str, str]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def move(*, by: Actor, to: str, progress: Callable[[str, int, int], None]) -> Moved:
    """Copy every record into an empty database; the one in use is read, and gets one entry.

    to : `postgresql://user@host:port/name`, or `sqlite:` for the file in the home.
    progress : told the table, its number and how many there are.

    Nothing may write meanwhile: SQLite is locked, PostgreSQL is read as of one moment. Raises
    BadInput where the target is not empty, or afterwards not the same; then it is left empty.

    Returns what was the same on both sides. The entry of the journal that says so comes after it,
    the same in both: they share the head that the home keeps.
    """
    require(by, Permission.KEEP_SYSTEM)
    home: Home = settings.HOME
    is_sqlite = to == _SQLITE
    if is_sqlite and connection.vendor == "sqlite":
        raise BadInput.at(
            to, _("The records are in SQLite already."), _("Name another kind of database.")
        )
    if is_sqlite and home.database.exists():
        raise BadInput.at(
            home.database,
            _("A database is there already."),
            _("Move it away, if nobody needs it."),
        )
    address = "" if is_sqlite else to
    with home.scratch() as folder:
        with target_database(address, folder):
            _refuse_filled()
            moved = _moved(by, address, folder, progress)
            if is_sqlite:
                with connections[TARGET].cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_sqlite:
            made = Home(folder).database
            made.chmod(0o600)
            os.link(made, home.database)
    return moved


def content(alias: str) -> Moved:
    """Rows and hash of every table, in a form that does not depend on the kind of database."""
    found = {model._meta.db_table: _digest(model, alias) for model in tables()}
    return Moved(
        {table: rows for table, (rows, _hash) in found.items()},
        {table: digest for table, (_rows, digest) in found.items()},
    )


def tables() -> list[Model]:
    """Every table that belongs to a model, those between two models too."""
    found = apps.get_models(include_auto_created=True)
    by_table = {model._meta.db_table: model for model in found if _is_table(model)}
    return [by_table[name] for name in sorted(by_table)]


def _is_table(model: Model) -> bool:
    return bool(model._meta.managed and not model._meta.proxy)


def _moved(
    by: Actor, address: str, folder: Path, progress: Callable[[str, int, int], None]
) -> Moved:
    try:
        make_schema(address, folder)
        models_ = tables()
        with _held_still(), transaction.atomic(using=TARGET):
            _clear(models_)
            for number, model in enumerate(models_):
                progress(model._meta.db_table, number, len(models_))
                _insert(model, _rows(model, "default"))
            _set_sequences(models_)
            source, target = content("default"), content(TARGET)
            if source != target:
                different = [name for name in source.hashes if _differs(name, source, target)]
                raise BadInput.at(
                    ", ".join(different),
                    _("The copied table is not what the original is."),
                    _("Nothing was kept. Tell whoever looks after Convive."),
                )
            _note(by, target)
    except BaseException:
        _drop_all()
        raise
    return target


def _note(by: Actor, moved: Moved) -> None:
    """Write into the journal that the records were moved, and the same entry into the copy."""
    digest = hashlib.sha256(json.dumps(moved.hashes, sort_keys=True).encode()).hexdigest()
    try:
        entry = journal.write(
            who=by.id,
            did="home.moved",
            kind="home",
            subject=connections[TARGET].vendor,
            data={"rows": moved.total, "tables": len(moved.rows), "hash": digest},
        )
    except IntegrityError:  # its number was taken since the moment as of which we read
        raise BadInput.at(
            "--to",
            _("Somebody wrote meanwhile."),
            _("Nothing was kept. Stop the server and its worker, and move again."),
        ) from None
    _insert(JournalEntry, _rows(JournalEntry, "default", pk=entry.pk))


def _differs(name: str, one: Moved, other: Moved) -> bool:
    return (one.rows[name], one.hashes[name]) != (other.rows[name], other.hashes[name])


@contextlib.contextmanager
def _held_still() -> Iterator[None]:
    """The database in use, as of one moment: nobody writes to it, or we do not see it."""
    with transaction.atomic():  # SQLite: takes the one right to write
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _refuse_filled() -> None:
    with connections[TARGET].cursor() as cursor:
        if found := connections[TARGET].introspection.table_names(cursor):
            raise BadInput.at(
                "--to",
                _("The database is not empty: it has the table %(name)s.") % {"name": found[0]},
                _("Name an empty one."),
            )


def _clear(found: list[Model]) -> None:
    """Take out what the migrations themselves put in."""
    with connections[TARGET].cursor() as cursor:
        for model in found:
            cursor.execute(f"DELETE FROM {_quoted(model._meta.db_table)}")  # noqa: S608


def _insert(model: Model, rows: Iterator[tuple[Any, ...]]) -> None:
    """Put rows into the copy as they are: no default is applied, no signal is sent."""
    made = connections[TARGET]
    fields = model._meta.concrete_fields
    columns = ", ".join(_quoted(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    try:
        with made.cursor() as cursor:
            while batch := list(islice(rows, _at_once(model))):
                cursor.executemany(insert, [_prepared(fields, row, made) for row in batch])
    except (OperationalError, InterfaceError):  # the server, not the row
        raise
    except (DatabaseError, ValueError) as error:  # its text may tell what stands in the row
        raise BadInput.at(
            model._meta.db_table,
            _("The other kind of database cannot take a row of this table (%(error)s).")
            % {"error": type(error).__name__},
            _("Correct what is odd in it, such as a NUL in a text, and move again."),
        ) from error


def _prepared(
    fields: Sequence[models.Field[Any, Any]], row: tuple[Any, ...], made: Any
) -> list[Any]:
    """The values of a row as this kind of database wants them."""
    return [field.get_db_prep_save(value, made) for field, value in zip(fields, row, strict=True)]


def _rows(model: Model, alias: str, **only: Any) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields]
    found = model._base_manager.using(alias).filter(**only).order_by("pk").values_list(*names)
    return iter(found.iterator(chunk_size=_at_once(model)))


def _at_once(model: Model) -> int:
    return _FILES if sealed.holds_files(model) else _BATCH


def _digest(model: Model, alias: str) -> tuple[int, str]:
    """Number of rows and the hash of a table: of the hashes of its rows, in the order of those.

    Not in the order of keys: databases sort texts in different ways.
    """
    rows = sorted(hashlib.sha256(_canonical(row)).digest() for row in _rows(model, alias))
    return len(rows), hashlib.sha256(b"".join(rows)).hexdigest()


def _canonical(row: tuple[Any, ...]) -> bytes:
    plain = [_plain(value) for value in row]
    return json.dumps(plain, cls=_Encoder, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """PostgreSQL gives a 1e16 in JSON back as a whole number: the same, said otherwise."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Encoder(DjangoJSONEncoder):
    """Exact: Django's own cuts microseconds off."""

    def default(self, o: Any) -> Any:
        if isinstance(o, memoryview | bytes):
            return bytes(o).hex()
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _set_sequences(found: list[Model]) -> None:
    with connections[TARGET].cursor() as cursor:
        for sql in connections[TARGET].ops.sequence_reset_sql(no_style(), found):
            cursor.execute(sql)


def _drop_all() -> None:
    """Leave the target as empty as it was."""
    made = connections[TARGET]
    with contextlib.suppress(Exception), made.cursor() as cursor:
        for name in made.introspection.table_names(cursor):
            cascade = " CASCADE" if made.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE IF EXISTS {_quoted(name)}{cascade}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
