"""The head of the journal, kept in a file outside the database: count and hash of the last entry.

The file only ever moves forward along one chain. Where the journal no longer holds the entry that
the file names, the file stays as it is: it is the evidence.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from convive.kernel.home import Home, replace_file, write_once

GENESIS = "0" * 64
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Head:
    """The last entry: its number, which is the count of entries, and its hash."""

    seq: int
    hash: str


def path() -> Path:
    home: Home = settings.HOME
    return home.journal_head


def read() -> Head | None:
    """The kept head, or None where the file is gone or spoilt."""
    try:
        return parse(path().read_bytes())
    except FileNotFoundError:
        return None


def parse(content: bytes) -> Head | None:
    """The head that a file of this content keeps, or None where it is spoilt."""
    try:
        seq, digest, *_rest = content.decode().split()
        return Head(int(seq), digest)
    except ValueError:
        return None


def begin() -> None:
    """Lay down the head of an empty journal, so that a missing file always means a removed one."""
    if not path().exists():
        write_once(path(), line(Head(0, GENESIS)))


def advance(*, last: Callable[[], Head], hash_of: Callable[[int], str | None]) -> None:
    """Move the file to the last committed entry, one writer at a time.

    last, hash_of : read the journal; called under the lock, so that no writer takes another back.
    """
    with _locked():
        kept, newest = read(), last()
        if kept is None or hash_of(kept.seq) != kept.hash:
            log.error("journal: the kept head is gone or not in the journal; run journal verify")
        elif newest.seq > kept.seq:
            replace_file(path(), line(newest))


def line(head: Head) -> bytes:
    """What the file holds for this head."""
    return f"{head.seq} {head.hash} {datetime.now(UTC).isoformat(timespec='seconds')}\n".encode()


@contextmanager
def _locked() -> Iterator[None]:
    with path().with_suffix(".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
