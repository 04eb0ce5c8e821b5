"""A folder of backups: sealed pieces named by their content, and one manifest for each backup.

    convive-backups.json      what this folder is
    pieces/ab/abcdef…         up to 4 MiB each, sealed; written once, shared by backups
    backups/<id>.backup       a line of JSON (what may be known without the key), then the manifest

A piece is named by a keyed hash of what it holds: the home finds what is there already, and the
name tells nobody else what it is. Everything is written beside its place and moved, so that what
stands under its name is whole; a manifest comes last, when all its pieces are there.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.home import replace_file
from convive.kernel.recipients import Unreadable, fingerprint, open_with, seal_to

FORMAT = 1
_MARK = "convive-backups.json"
_ID = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
_ADDRESS = re.compile(r"[0-9a-f]{64}")
_PLAIN, _PACKED = b"\x00", b"\x01"


@dataclass(frozen=True)
class Heading:
    """What may be known of a backup without the key.

    recipient : fingerprint of the key that opens it. pieces : the addresses that it needs.
    """

    id: str
    made_at: datetime
    recipient: str
    size: int
    pieces: tuple[str, ...]

    def line(self) -> bytes:
        facts = {
            "format": FORMAT,
            "id": self.id,
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "recipient": self.recipient,
            "size": self.size,
            "pieces": list(self.pieces),
        }
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode() + b"\n"


class Store:
    """One folder of backups. Made by `create`, found again by `at`."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name

    @classmethod
    def at(cls, root: Path) -> Store:
        """Raises BadInput where no backups are kept: a disk that is not attached looks like that.

        A folder is never made here, so that nothing is written where a disk should be.
        """
        try:
            facts = json.loads((root / _MARK).read_bytes())
            kept, name = int(facts["format"]), str(facts["store"])
        except FileNotFoundError:
            raise BadInput.at(
                root,
                _("No backups are kept in this folder."),
                _("Attach its disk, or begin by hand: convive backup --to %(folder)s")
                % {"folder": root},
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput.at(
                root / _MARK, _("It cannot be read."), _("Look at the disk: %s") % error
            ) from None
        if kept != FORMAT:
            raise BadInput.at(
                root,
                _("These backups are of a later version of Convive."),
                _("Use that version."),
            )
        return cls(root, name)

    @classmethod
    def create(cls, root: Path) -> Store:
        """The store in `root`; a missing or empty folder becomes one."""
        if (root / _MARK).exists():
            return cls.at(root)
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            strangers = sorted(entry.name for entry in root.iterdir() if entry.name[0] != ".")
            if strangers and strangers != ["lost+found"]:
                raise BadInput.at(
                    root,
                    _("The folder holds other files, such as %(name)s.") % {"name": strangers[0]},
                    _("Name an empty folder for the backups."),
                )
            mark = {"format": FORMAT, "store": secrets.token_hex(16)}
            replace_file(root / _MARK, json.dumps(mark).encode() + b"\n")
        except OSError as error:
            raise BadInput.at(
                root,
                _("It cannot be written: %(why)s.") % {"why": error.strerror},
                _("Name a folder that you may write."),
            ) from None
        return cls.at(root)

    @contextmanager
    def one_writer(self) -> Iterator[None]:
        """Hold the one right to write here. Raises BadInput where somebody else has it."""
        with (self.root / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInput.at(
                    self.root,
                    _("Another backup is being written here."),
                    _("Wait until it is ready."),
                ) from None
            yield

    # Pieces

    def address(self, key: bytes, content: bytes) -> str:
        """The name of the piece that holds `content`. key : the home's, for this store."""
        return hmac.new(key, content, hashlib.sha256).hexdigest()

    def has(self, address: str) -> bool:
        return self._piece(address).is_file()

    def put(
        self, address: str, content: bytes, to: ec.EllipticCurvePublicKey, *, pack: bool
    ) -> int:
        """Seal and write a piece; return its bytes on the disk.

        pack : whether to try if it gets smaller first; what is compressed already does not.
        """
        packed = zlib.compress(content, 1) if pack else content
        smaller = len(packed) < len(content)
        inner = _PACKED + packed if smaller else _PLAIN + content
        sealed = seal_to(to, inner, purpose=_purpose("piece", address))
        path = self._piece(address)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, sealed)
        return len(sealed)

    def get(self, address: str, key: ec.EllipticCurvePrivateKey) -> bytes:
        """What the piece holds. Raises BadInput where it is gone, changed or another."""
        path = self._piece(address)
        try:
            inner = open_with(key, path.read_bytes(), purpose=_purpose("piece", address))
            return zlib.decompress(inner[1:]) if inner[:1] == _PACKED else inner[1:]
        except FileNotFoundError:
            why = _("This piece of the backup is gone.")
        except (Unreadable, zlib.error, OSError):
            why = _("This piece of the backup was changed, or exchanged for another.")
        raise BadInput.at(path, why, _("Use another backup, or another copy of this folder."))

    def _piece(self, address: str) -> Path:
        if not _ADDRESS.fullmatch(address):
            raise BadInput.at(address, _("This is no name of a piece."), _("Use another backup."))
        return self.root / "pieces" / address[:2] / address

    # Manifests

    def new_id(self, now: datetime) -> str:
        """The moment, in UTC; numbered where one second saw several."""
        base = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        taken = set(self.ids())
        others = (f"{base}-{number}" for number in range(2, 1000))
        return next(name for name in (base, *others) if name not in taken)

    def ids(self) -> list[str]:
        """Every backup, the oldest first."""
        found = (path.stem for path in (self.root / "backups").glob("*.backup"))
        return sorted(name for name in found if _ID.fullmatch(name))

    def write_manifest(
        self, heading: Heading, manifest: bytes, to: ec.EllipticCurvePublicKey
    ) -> int:
        """The last step of a backup: from here on it is one."""
        line = heading.line()
        body = seal_to(to, zlib.compress(manifest), purpose=_purpose("manifest", _hash(line)))
        path = self._manifest(heading.id)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # A loss of power must not leave a manifest whose pieces have no name yet
        for folder in {self._piece(address).parent for address in heading.pieces}:
            _sync(folder)
        replace_file(path, line + body)
        _sync(self.root)
        return len(line) + len(body)

    def heading(self, name: str) -> Heading:
        """Raises BadInput where there is no such backup, or its first line was spoilt."""
        return self._split(name)[0]

    def headings(self) -> list[Heading]:
        return [self.heading(name) for name in self.ids()]

    def manifest(self, name: str, key: ec.EllipticCurvePrivateKey) -> tuple[Heading, bytes]:
        """Raises BadInput where the key is another, or the file was changed."""
        heading, line, body = self._split(name)
        if heading.recipient != fingerprint(key.public_key()):
            raise BadInput.at(
                name,
                _("It is sealed to the key %(key)s.") % {"key": heading.recipient},
                _("Give that key."),
            )
        try:
            opened = open_with(key, body, purpose=_purpose("manifest", _hash(line)))
            return heading, zlib.decompress(opened)
        except (Unreadable, zlib.error):
            raise self._spoilt(name) from None

    def _split(self, name: str) -> tuple[Heading, bytes, bytes]:
        path = self._manifest(name)
        if not _ID.fullmatch(name) or not path.is_file():
            known = ", ".join(self.ids()[-5:]) or "—"
            raise BadInput.at(
                name, _("There is no such backup."), _("The last are: %(ids)s.") % {"ids": known}
            )
        line, _end, body = path.read_bytes().partition(b"\n")
        try:
            facts = json.loads(line)
            heading = Heading(
                str(facts["id"]),
                datetime.fromisoformat(facts["made_at"]),
                str(facts["recipient"]),
                int(facts["size"]),
                tuple(str(each) for each in facts["pieces"]),
            )
        except (ValueError, KeyError, TypeError):
            raise self._spoilt(name) from None
        if heading.id != name:
            raise self._spoilt(name)
        return heading, line + b"\n", body

    def _spoilt(self, name: str) -> BadInput:
        return BadInput.at(
            self._manifest(name),
            _("The manifest of this backup was changed."),
            _("Use another backup, or another copy of this folder."),
        )

    @staticmethod
    def file(root: Path, name: str) -> Path:
        """Where a folder of backups keeps the manifest of this one, if it has it."""
        return root / "backups" / f"{name}.backup"

    def _manifest(self, name: str) -> Path:
        return self.file(self.root, name)

    # What is no longer wanted

    def drop(self, names: list[str]) -> int:
        """Remove these backups, then every piece that no other needs. Returns the bytes freed.

        Manifests go first: a kill in between leaves pieces too many, never too few.
        """
        freed = 0
        for name in names:
            freed += self._manifest(name).stat().st_size
            self._manifest(name).unlink()
        needed = {piece for heading in self.headings() for piece in heading.pieces}
        for path in (self.root / "pieces").glob("*/*"):
            if path.name not in needed:
                freed += path.stat().st_size
                path.unlink()
        return freed


def _purpose(what: str, name: str) -> bytes:
    return f"convive backup {FORMAT} {what} {name}".encode()


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
