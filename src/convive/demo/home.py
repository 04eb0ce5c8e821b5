"""The demo's home: how it is told from any other, and what it keeps secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import shutil
from enum import Enum
from pathlib import Path

from convive.kernel.home import Home, replace_file, write_once


class State(Enum):
    """What a directory is to the demo."""

    ABSENT = "absent"  # missing or empty: it may be built here
    UNFINISHED = "unfinished"  # its own, but the building was interrupted
    READY = "ready"  # its own, and whole
    FOREIGN = "foreign"  # somebody's: never touched


def state(home: Home) -> State:
    if home.demo_mark.is_file():
        return State.READY if _whole(home).is_file() else State.UNFINISHED
    if not home.root.exists() or (home.root.is_dir() and not any(home.root.iterdir())):
        return State.ABSENT
    return State.FOREIGN


def claim(home: Home) -> None:
    """Mark an empty or missing directory as the demo's, before anything else is in it."""
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = {"what": "a home of ./convive demo: may be thrown away", "secret": secrets.token_hex(32)}
    write_once(home.demo_mark, json.dumps(mark).encode())


def clear(home: Home) -> None:
    """Throw away all that the demo built. The mark and its secret stay, so codes stay the same.

    Raises RuntimeError for a home that is not the demo's.
    """
    if not home.demo_mark.is_file():
        raise RuntimeError(f"{home.root} is not a demo's home")
    _whole(home).unlink(missing_ok=True)  # first: an interrupted clearing is an unfinished home
    for path in home.root.iterdir():
        if path == home.demo_mark:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def finish(home: Home) -> None:
    """Say that the demo is whole. Written last."""
    replace_file(_whole(home), b"built\n")


def password(home: Home) -> str:
    """The one password of every account of this demo."""
    return f"muestra-{base64.b32encode(_derive(home, 'password'))[:12].decode().lower()}"


def totp_secret(home: Home, email: str) -> str:
    """The second factor's secret of one account, base32 as authenticator apps read it."""
    return base64.b32encode(_derive(home, f"totp {email}")[:20]).decode()


def _derive(home: Home, purpose: str) -> bytes:
    secret = json.loads(home.demo_mark.read_text())["secret"]
    return hmac.digest(bytes.fromhex(secret), purpose.encode(), hashlib.sha256)


def _whole(home: Home) -> Path:
    return home.root / "demo.built"
