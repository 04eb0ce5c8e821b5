"""Makes a backup of a home while people work in it.

The database first, as it was at one moment; then the files, which are immutable or replaced in one
step. So every file that the copied records name is copied too, if it was there. The head of the
journal is brought to the last entry of the copy, unless it does not belong to it: then it is
evidence, and is kept as it is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from convive import __version__
from convive.kernel import journal_head
from convive.kernel.errors import BadInput
from convive.kernel.home import Home
from convive.kernel.journal_head import GENESIS, Head
from convive.kernel.recipients import fingerprint
from convive.upkeep.backup import postgres_copy, sqlite_copy
from convive.upkeep.backup.manifest import Manifest, Stored, sign, signer_of
from convive.upkeep.backup.store import Heading, Store

PAGES = 16 << 10  # bytes of a piece of a SQLite database, whose pages change in place
MOST_PAGES = 4096  # pieces of it: a larger database is cut into larger ones
PIECE = 4 << 20  # of any other file, which never changes
_WORK = ".backup-"
# What makes itself again, or belongs to a process: the database comes as a copy, the head of the
# journal with it
_LEFT_OUT = frozenset({"convive.sqlite3", "journal.head", "schema"})
_PASSING = (".", "duckdb_temp")  # half-made files, and what a query spills
_BESIDE = (".lock", "-wal", "-shm")
_COMPRESSED = frozenset({".parquet", ".pdf", ".png", ".jpg", ".jpeg", ".xlsx", ".zip", ".gz"})

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Made:
    """A backup that was made.

    size : bytes of the home as they are restored. pieces : how many it needs. new_pieces,
    new_bytes : what had to be written for it. signer : the home, by sixteen digits.
    """

    id: str
    made_at: datetime
    size: int
    files: int
    pieces: int
    new_pieces: int
    new_bytes: int
    rows: int
    journal: tuple[int, str]
    recipient: str
    signer: str


def make(
    home: Home,
    store: Store,
    recipient: ec.EllipticCurvePublicKey,
    *,
    now: datetime,
    progress: Progress,
) -> Made:
    """Write one backup of the home into the store.

    progress : told `database`, `files` and how far they are; may raise to stop, which leaves
    pieces that the next backup uses and nothing else.

    Raises BadInput where another backup is being written into the same store.
    """
    with store.one_writer():
        writer = _Writer(store, recipient)
        head = _head()
        with _workspace(home) as folder:
            progress("database", 0, None)
            if connection.vendor == "sqlite":
                contents = _sqlite(home, writer, folder, head, progress)
            else:
                contents = _postgresql(writer, head, progress)
            paths = list(_files(home))
            for number, path in enumerate(paths):
                progress("files", number, len(paths))
                writer.file(path, path.relative_to(home.root).as_posix(), PIECE)
        progress("manifest", len(paths), len(paths))
        key = _signing_key()
        name = store.new_id(now)
        manifest = Manifest(
            id=name,
            made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
            version=__version__,
            engine=connection.vendor,
            files=tuple(writer.files),
            tables=tuple(writer.tables),
            rows=contents.rows,
            journal=contents.journal,
            migrations=contents.migrations,
            own_key=(home.root / "secret.key").is_file()
            and (home.root / "secret.key").read_text().strip() == settings.SECRET_KEY,
        )
        heading = Heading(
            name, now, fingerprint(recipient), writer.size, tuple(sorted(writer.needed))
        )
        written = store.write_manifest(heading, sign(manifest, key), recipient)
    return Made(
        id=name,
        made_at=now,
        size=writer.size,
        files=len(writer.files),
        pieces=len(writer.needed),
        new_pieces=writer.new_pieces,
        new_bytes=writer.new_bytes + written,
        rows=sum(contents.rows.values()),
        journal=contents.journal,
        recipient=heading.recipient,
        signer=signer_of(key.public_key()),
    )


def signer() -> str:
    """The sixteen digits by which this home is known among the makers of backups."""
    return signer_by(settings.SECRET_KEY)


def signer_by(secret: str) -> str:
    """The same for the home of which this is the secret key."""
    return signer_of(_signing_key(secret).public_key())


@dataclass(frozen=True)
class _Contents:
    rows: dict[str, int]
    journal: tuple[int, str]
    migrations: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Head(Head):
    """The head of the journal as it was read, with the bytes of its file."""

    content: bytes


def _head() -> _Head | None:
    try:
        content = journal_head.path().read_bytes()
    except FileNotFoundError:
        return None
    found = journal_head.parse(content)
    return _Head(found.seq, found.hash, content) if found else _Head(-1, "", content)


def pages(size: int) -> int:
    """Into pieces of how many bytes a SQLite database of this size is cut.

    The smaller, the less is written for a day of small changes here and there (measured: a third
    of the first backup with 16 KiB, all of it with 256 KiB), and the more files there are.
    """
    piece = PAGES
    while size > piece * MOST_PAGES:
        piece *= 2
    return piece


class _Writer:
    """Cuts what it is given into pieces and writes those that the store has not."""

    def __init__(self, store: Store, recipient: ec.EllipticCurvePublicKey) -> None:
        self._store, self._recipient = store, recipient
        # Another recipient cannot open what was sealed to the first, so nothing is shared with them
        self._key = _derived(f"backup names {store.name} {fingerprint(recipient)}")
        self.files: list[Stored] = []
        self.tables: list[Stored] = []
        self.needed: set[str] = set()
        self.size = self.new_pieces = self.new_bytes = 0

    def file(self, path: Path, name: str, piece: int) -> None:
        """Store a file. One that was removed meanwhile, as its time was over, is left out."""
        try:
            with path.open("rb") as content:
                pack = path.suffix not in _COMPRESSED
                self.files.append(self._stored(name, iter(lambda: content.read(piece), b""), pack))
        except FileNotFoundError:
            return

    def content(self, content: bytes, name: str) -> None:
        self.files.append(self._stored(name, [content], pack=True))

    def table(self, name: str, columns: tuple[str, ...], pieces: Iterable[bytes]) -> None:
        self.tables.append(self._stored(name, pieces, pack=True, columns=columns))

    def _stored(
        self, name: str, pieces: Iterable[bytes], pack: bool, columns: tuple[str, ...] = ()
    ) -> Stored:
        digest, size, addresses = hashlib.sha256(), 0, []
        for content in pieces:
            digest.update(content)
            size += len(content)
            address = self._store.address(self._key, content)
            if address not in self.needed and not self._store.has(address):
                self.new_bytes += self._store.put(address, content, self._recipient, pack=pack)
                self.new_pieces += 1
            self.needed.add(address)
            addresses.append(address)
        self.size += size
        return Stored(name, size, digest.hexdigest(), tuple(addresses), columns)


def _sqlite(
    home: Home, writer: _Writer, folder: Path, head: _Head | None, progress: Progress
) -> _Contents:
    made = folder / "copy.sqlite3"
    sqlite_copy.copy(home.database, made)
    progress("database", 1, None)
    writer.file(made, home.database.name, pages(made.stat().st_size))
    with sqlite_copy.opened(made) as found:
        end = sqlite_copy.journal_end(found)
        _keep_head(writer, head, end, lambda seq: sqlite_copy.hash_of(found, seq))
        rows, migrations = sqlite_copy.rows(found), sqlite_copy.migrations(found)
    return _Contents(rows, end or (0, GENESIS), migrations)


def _postgresql(writer: _Writer, head: _Head | None, progress: Progress) -> _Contents:
    rows: dict[str, int] = {}
    with postgres_copy.snapshot() as cursor:
        tables = postgres_copy.tables(cursor)
        for number, table in enumerate(tables):
            progress("database", number, len(tables))
            rows[table.name] = 0

            def counted(table: postgres_copy.Table = table) -> Iterator[bytes]:
                for piece, count in postgres_copy.cut(postgres_copy.read(cursor, table)):
                    rows[table.name] += count
                    yield piece

            writer.table(table.name, table.columns, counted())
        end = postgres_copy.journal_end(cursor)
        _keep_head(writer, head, end, lambda seq: postgres_copy.hash_of(cursor, seq))
        migrations = postgres_copy.migrations(cursor)
    return _Contents(rows, end or (0, GENESIS), migrations)


def _keep_head(
    writer: _Writer,
    head: _Head | None,
    end: tuple[int, str] | None,
    hash_of: Callable[[int], str | None],
) -> None:
    """The head for the copied journal. `head` was read before the copy was made."""
    if head is None:
        return
    content = head.content
    if end and head.seq < end[0] and (head.seq == 0 or hash_of(head.seq) == head.hash):
        content = journal_head.line(Head(*end))
    writer.content(content, journal_head.path().name)


def _files(home: Home) -> Iterator[Path]:
    """Every file of the home that a backup holds: all but what makes itself again.

    Nor coded lists of people: they are deleted once counted, and would live on in every backup.
    """
    left = {home.work, home.lists}
    for folder, folders, names in os.walk(home.root):
        folders[:] = sorted(
            name for name in folders if name[0] != "." and Path(folder, name) not in left
        )
        for name in sorted(names):
            path = Path(folder) / name
            if name.startswith(_PASSING) or name.endswith(_BESIDE) or path.is_symlink():
                continue
            if Path(folder) != home.root or name not in _LEFT_OUT:
                yield path


@contextmanager
def _workspace(home: Home) -> Iterator[Path]:
    """A folder in the home for the copy of the database; what a killed backup left goes first.

    One backup of a home at a time: else one would take another's copy for a leftover.
    """
    with (home.root / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput.at(
                home.root,
                _("A backup of this home is being made."),
                _("Wait until it is ready."),
            ) from None
        for left in home.root.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=home.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _signing_key(secret: str = "") -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived("backup signature", secret))


def _derived(purpose: str, secret: str = "") -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"convive {purpose}".encode())
    return derive.derive((secret or settings.SECRET_KEY).encode())
