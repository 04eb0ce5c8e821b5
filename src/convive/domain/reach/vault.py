"""The folder of coded lists: each sealed to the run and organisation that it belongs to."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from convive.domain.reach.models import RunList
from convive.kernel.home import Home, replace_file
from convive.kernel.sealing import seal_bytes, unseal_bytes

_PURPOSE = "coded list of a count"


def new_token() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep(found: RunList, content: bytes) -> None:
    """Seal a list into its file. It opens only as that organisation's list of that run."""
    replace_file(found.path, seal_bytes(content, purpose=_PURPOSE, bound_to=_bound(found)))
    found.path.chmod(0o600)


def read(found: RunList) -> bytes:
    """Raises FileNotFoundError where it is gone, ValueError where it was changed or moved."""
    return unseal_bytes(found.path.read_bytes(), purpose=_PURPOSE, bound_to=_bound(found))


def forget(path: Path) -> None:
    """Delete a list; one that is gone already is no fault."""
    path.unlink(missing_ok=True)


def strays(home: Home, known: Iterable[str], before: datetime) -> list[Path]:
    """Files that no run names and that are older than a moment: what a crash left behind."""
    names = set(known)
    return [
        path
        for path in sorted(home.lists.iterdir())
        if path.is_file() and path.name not in names and path.stat().st_mtime < before.timestamp()
    ]


def _bound(found: RunList) -> str:
    return f"run {found.run_id} organisation {found.organisation_id}"
