"""Files on the desk, on disk: uploads as they came, scans sealed to the table that they belong to.

The name that a person's computer gave a file is shown to people and never used here.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from convive.kernel.home import Home, replace_file
from convive.kernel.sealing import seal_bytes, unseal_bytes

_SCAN = "scan of a keyed table"
# The reader tells forms by their content, and these by their names where the content is just text
_ENDINGS = re.compile(r"(?:\.(?:csv|tsv|txt|xlsx|xls|ods|json|geojson|parquet))?(?:\.gz)?$", re.I)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def new_token(name: str) -> str:
    """A name that nobody can guess, with the ending of `name` where it is one that we know."""
    found = _ENDINGS.search(name.strip())
    return secrets.token_hex(12) + (found[0].lower() if found else "")


def shown_name(name: str) -> str:
    """What a person sees of the name of their file: no folders, no control characters."""
    plain = _CONTROL.sub("", name).replace("\\", "/").rpartition("/")[2].strip()
    return plain[-200:] or "file"


def keep(chunks: Iterable[bytes], target: Path) -> tuple[str, int]:
    """Write a private file; return its SHA-256 and its size in bytes."""
    found, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            found.update(chunk)
            size += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return found.hexdigest(), size


def forget(path: Path) -> None:
    """Delete a file of the desk; one that is gone already is no fault."""
    if path.name and path.parent.is_dir():
        path.unlink(missing_ok=True)


def strays(home: Home, known: set[str], before: datetime) -> list[Path]:
    """Files that no upload or table names and that were last written before a moment.

    They are left behind where the server died while it took a file off the line.
    """
    return [
        path
        for folder in (home.uploads, home.scans)
        for path in folder.iterdir()
        if path.is_file() and path.name not in known and path.stat().st_mtime < before.timestamp()
    ]


def keep_scan(content: bytes, path: Path, *, table: int) -> None:
    """Seal a scan so that it opens only as that of this table."""
    replace_file(path, seal_bytes(content, purpose=_SCAN, bound_to=str(table)))
    path.chmod(0o600)


def read_scan(path: Path, *, table: int) -> bytes:
    """Raises ValueError where it was sealed for another table or was changed."""
    return unseal_bytes(path.read_bytes(), purpose=_SCAN, bound_to=str(table))
