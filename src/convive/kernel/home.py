"""The home directory: everything that one running programme owns, in one place."""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Paths below one home. Made on first use; private to the user who runs Convive."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        return cls(Path(os.environ.get("CONVIVE_HOME") or ".convive").expanduser().resolve())

    @property
    def database(self) -> Path:
        return self.root / "convive.sqlite3"

    @property
    def evidence(self) -> Path:
        """Immutable Parquet files, named by their content."""
        return self.root / "evidence"

    @property
    def rejects(self) -> Path:
        """Rows that an import could not take, one CSV per batch."""
        return self.root / "rejects"

    @property
    def uploads(self) -> Path:
        """Files that somebody is bringing in, until they are a batch or are given up."""
        return self.root / "uploads"

    @property
    def scans(self) -> Path:
        """Scanned documents behind tables that were typed in, sealed."""
        return self.root / "scans"

    @property
    def lists(self) -> Path:
        """Coded lists of a count of people, sealed, until they are counted. In no backup."""
        return self.root / "lists"

    @property
    def column_keys(self) -> Path:
        """The keys that seal columns of the record: see `kernel.keyring`."""
        return self.root / "columns.keys"

    @property
    def work(self) -> Path:
        """Half-made files, with what a dry run reads: never in a folder that others share."""
        return self.root / "work"

    @property
    def documents(self) -> Path:
        """Documents that people asked for: diagnoses, briefs."""
        return self.root / "documents"

    @property
    def public(self) -> Path:
        """Published text and files. All that the public portal reads."""
        return self.root / "public"

    @property
    def journal_head(self) -> Path:
        """Count and hash of the journal, kept outside the database."""
        return self.root / "journal.head"

    @property
    def derived(self) -> Path:
        """What is worked out anew where it is missing. The dot keeps it out of a backup."""
        return self.root / ".derived"

    @property
    def demo_mark(self) -> Path:
        """Present in a demo home only: no other home is ever rebuilt."""
        return self.root / "demo.json"

    def make(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (
            *(self.evidence, self.rejects, self.uploads, self.scans),
            *(self.documents, self.public, self.lists, self.work),
        ):
            folder.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder, gone afterwards. What a killed process leaves, the tick clears."""
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.work) as name:
            yield Path(name)

    def secret_key(self) -> str:
        """The key that signs sessions: made once, readable by its owner only."""
        path = self.root / "secret.key"
        if not path.exists():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_once(path, secrets.token_urlsafe(64).encode())
        return path.read_text().strip()


def _beside(path: Path) -> Path:
    """A name for the half-written file that no other thread or process uses."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")


def write_once(path: Path, content: bytes) -> None:
    """Write a private file that must not exist yet; if another process was first, keep theirs."""
    temporary = _beside(path)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step: a reader sees the old content or the new, never half."""
    temporary = _beside(path)
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
