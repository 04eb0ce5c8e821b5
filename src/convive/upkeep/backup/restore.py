"""Brings a backup back into an empty home, in one step: the home is there whole, or not at all.

Files are written into a folder beside the new home, each compared with its hash, and the folder is
moved into place at the end. A PostgreSQL database is filled in one transaction before that: it is
the database of the process that restores, since migrations of others write to that one alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.home import Home
from convive.upkeep.backup import manifest as manifests
from convive.upkeep.backup import postgres_copy, sqlite_copy
from convive.upkeep.backup.make import Progress
from convive.upkeep.backup.manifest import Manifest, Stored
from convive.upkeep.backup.store import Heading, Store
from convive.upkeep.target import check_reached


@dataclass(frozen=True)
class Found:
    """A backup that was opened: its manifest, and who made it, by sixteen digits."""

    heading: Heading
    manifest: Manifest
    signer: str


def find(store: Store, key: ec.EllipticCurvePrivateKey, name: str = "") -> Found:
    """Open the manifest of a backup, by default of the newest. Raises BadInput."""
    names = store.ids()
    if not names:
        raise BadInput.at(store.root, _("There is no backup yet."), _("Make one first."))
    heading, content = store.manifest(name or names[-1], key)
    manifest, signer = manifests.read(content, heading.id)
    return Found(heading, manifest, signer)


def restore(
    store: Store,
    key: ec.EllipticCurvePrivateKey,
    found: Found,
    target: Path,
    *,
    with_database: bool,
    progress: Progress,
) -> None:
    """Make the home `target`, which must be empty or absent, what the backup holds.

    with_database : whether the database of this process is an empty one of PostgreSQL that takes
        the records in; only where the backup is of one.

    Raises BadInput where a piece is gone or changed; then nothing was made.
    """
    _check_target(target)
    manifest = found.manifest
    if manifest.engine == "sqlite" and with_database:
        raise BadInput.at(
            "--database",
            _("This backup holds a SQLite database, which lives in the home itself."),
            _("Leave the address away; convive home move changes the kind of database."),
        )
    if manifest.engine == "postgresql" and not with_database:
        raise BadInput.at(
            "--database",
            _("This backup holds a PostgreSQL database."),
            _("Make an empty database and give its address."),
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as folder:
        for number, stored in enumerate(manifest.files):
            progress("files", number, len(manifest.files))
            _write(store, key, stored, folder / stored.path)
        Home(folder).make()
        _sync_all(folder)
        if with_database:
            _fill(store, key, manifest, progress)
        progress("done", len(manifest.files), len(manifest.files))
        folder.rename(target)
        _sync(target.parent)


def _fill(
    store: Store, key: ec.EllipticCurvePrivateKey, manifest: Manifest, progress: Progress
) -> None:
    """Fill the empty PostgreSQL database of this process with the tables of the backup.

    One that holds exactly this backup, because a restore was killed after it, is taken as it is.
    """
    check_reached("default", "--database")
    with connection.cursor() as cursor:
        is_empty = not postgres_copy.tables(cursor)
    if not is_empty:
        if _differing(manifest):
            raise BadInput.at(
                "--database", _("This database is not empty."), _("Name an empty one.")
            )
        return
    try:
        _migrate(manifest)
        progress("database", 0, len(manifest.tables))
        postgres_copy.load(
            (each.path, each.columns, partial(_pieces, store, key, each))
            for each in manifest.tables
        )
    except BaseException:
        _empty()
        raise
    if different := _differing(manifest):
        _empty()
        raise BadInput.at(
            ", ".join(different),
            _("The restored table is not what was backed up."),
            _("Use another backup, or another copy of this folder."),
        )


def _migrate(manifest: Manifest) -> None:
    """The schema exactly as it was when the backup was made, by our own migrations."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.graph.nodes)
    wanted = {each for each in manifest.migrations if each in known}
    if unknown := [
        each for each in manifest.migrations if each not in executor.loader.disk_migrations
    ]:
        raise BadInput.at(
            ".".join(unknown[0]),
            _("The backup was made by another version of Convive (%(version)s).")
            % {"version": manifest.version},
            _("Restore with that version, then bring in the new one."),
        )
    ends = [
        node
        for node in wanted
        if not any(child.key in wanted for child in executor.loader.graph.node_map[node].children)
    ]
    executor.migrate(sorted(ends))


def _differing(manifest: Manifest) -> list[str]:
    """The tables of the target whose content is not the backup's."""
    with connection.cursor() as cursor:
        present = {table.name: table for table in postgres_copy.tables(cursor)}
        different = [each.path for each in manifest.tables if each.path not in present]
        for each in manifest.tables:
            if table := present.get(each.path):
                rows, digest = postgres_copy.digest(cursor, table)
                if (rows, digest) != (manifest.rows[each.path], each.sha256):
                    different.append(each.path)
    return different


def _empty() -> None:
    """Take away what was made in the target: it was empty before."""
    with connection.cursor() as cursor:
        for table in postgres_copy.tables(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {postgres_copy.quoted(table.name)} CASCADE")


def differences(home: Path, manifest: Manifest) -> list[str]:
    """What of a restored SQLite home is not as the backup says: tables, journal, integrity."""
    with sqlite_copy.opened(home / "convive.sqlite3") as database:
        found = []
        if database.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            found.append("quick_check")
        counted = sqlite_copy.rows(database)
        found += sorted(
            name
            for name in {*counted, *manifest.rows}
            if counted.get(name) != manifest.rows.get(name)
        )
        end: Any = sqlite_copy.journal_end(database)
        if end is not None and tuple(end) != manifest.journal:
            found.append("journal")
    return found


def _check_target(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput.at(
            target,
            _("This home is not empty, and is left as it is."),
            _("Name a directory that does not exist yet."),
        )


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """The folder in which the home is made. What a killed restore left there goes first."""
    folder = target.with_name(f".{target.name}.restoring")
    with target.with_name(f".{target.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput.at(
                target, _("A restore into this home is at work."), _("Wait for it.")
            ) from None
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            Path(lock.name).unlink(missing_ok=True)


def _pieces(store: Store, key: ec.EllipticCurvePrivateKey, stored: Stored) -> Iterable[bytes]:
    return (store.get(address, key) for address in stored.pieces)


def _write(store: Store, key: ec.EllipticCurvePrivateKey, stored: Stored, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for content in _pieces(store, key, stored):
            digest.update(content)
            size += len(content)
            file.write(content)
    if (size, digest.hexdigest()) != (stored.size, stored.sha256):
        raise BadInput.at(
            stored.path,
            _("The restored file is not what was backed up."),
            _("Use another backup, or another copy of this folder."),
        )


def _sync_all(folder: Path) -> None:
    for parent, _folders, names in os.walk(folder):
        for name in names:
            _sync(Path(parent) / name)
        _sync(Path(parent))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
