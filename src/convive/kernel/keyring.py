"""The keys that seal columns of the record. They lie in a file of the home, never in its database.

What is written is sealed under the current key; what was written before opens under its own, until
it is sealed anew and the old key is dropped. The file holds one key in each line, the current last.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from convive.kernel.home import Home, replace_file, write_once

NAME = 4  # bytes by which a sealed value says under which key
_SECRET = 32
_read: dict[Path, tuple[int, tuple[Key, ...]]] = {}


@dataclass(frozen=True)
class Key:
    """A key and the bytes that name it."""

    name: bytes
    secret: bytes


def every() -> tuple[Key, ...]:
    """Every key of the home, the current last. The first is made when it is asked for."""
    home: Home = settings.HOME
    path = home.column_keys
    if not path.exists():
        home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(path, _line(_new()))
    changed = path.stat().st_mtime_ns
    if path not in _read or _read[path][0] != changed:
        _read[path] = (changed, tuple(map(_key, path.read_text("ascii").split("\n")[:-1])))
    return _read[path][1]


def current() -> Key:
    return every()[-1]


def named(name: bytes) -> Key:
    """Raises ValueError where the home has no such key."""
    for key in every():
        if key.name == name:
            return key
    raise ValueError("this was sealed under a key that this home does not have")


def add() -> Key:
    """A new key, from now on the current one."""
    made = _new()
    _write((*every(), made))
    return made


def drop(names: set[bytes]) -> None:
    """Forget keys under which nothing is sealed any more. The current one always stays."""
    *old, last = every()
    _write((*(key for key in old if key.name not in names), last))


def _new() -> Key:
    return Key(secrets.token_bytes(NAME), secrets.token_bytes(_SECRET))


def _write(kept: tuple[Key, ...]) -> None:
    home: Home = settings.HOME
    replace_file(home.column_keys, b"".join(map(_line, kept)))
    home.column_keys.chmod(0o600)


def _line(key: Key) -> bytes:
    return f"{key.name.hex()} {key.secret.hex()}\n".encode("ascii")


def _key(line: str) -> Key:
    name, secret = map(bytes.fromhex, line.split(" "))
    if len(name) != NAME or len(secret) != _SECRET:
        raise ValueError("the file of keys of the home is damaged: bring it back from a backup")
    return Key(name, secret)
