"""The key of one run: what the agencies share, and the linker never holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from convive.domain.reach.coded import shares
from convive.domain.reach.coded.files import write_private
from convive.kernel.errors import BadInput

_KIND = "convive reach key"
_SIZE = 32  # bytes, as many as SHA-256 gives


@dataclass(frozen=True)
class Key:
    """A key, or one of the parts that give it.

    run : 16 hexadecimal digits that name the run. made : the day it was made.
    part, need : number of this part and how many give the key; 0 where this is the whole key.
    name : what every list made with the key carries; it reveals nothing of it.
    """

    run: str
    made: dt.date
    secret: bytes = field(repr=False)
    name: str = ""
    part: int = 0
    need: int = 0

    def of_field(self, name: str) -> bytes:
        """The key of one field: what is told of one field says nothing of another."""
        return _derived(self.secret, self.run, f"field {name}", _SIZE)

    def text(self) -> str:
        """What stands in its file."""
        data: dict[str, str | int] = {
            "kind": _KIND, "version": 1, "run": self.run, "made": self.made.isoformat(),
            "name": self.name,
        }  # fmt: skip
        if self.part:
            data |= {"part": self.part, "need": self.need}
        return json.dumps(data | {"secret": self.secret.hex()}, indent=1) + "\n"


class Hashed:
    """HMAC-SHA256 of many short texts under one key: the key is taken in once (RFC 2104)."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")  # no key of ours is longer than a block
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def __call__(self, text: str) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.digest()


def make(today: dt.date) -> Key:
    """A new key, from the system's source of chance."""
    run, secret = secrets.token_hex(8), secrets.token_bytes(_SIZE)
    return Key(run, today, secret, _name(secret, run))


def split(key: Key, need: int, parts: int) -> list[Key]:
    """The parts of a key, any `need` of which give it. Raises BadInput for others."""
    try:
        found = shares.split(key.secret, need, parts)
    except ValueError:
        raise BadInput.at(
            f"--split {need}-of-{parts}",
            _("A key cannot be parted so."),
            _("Name two or more, and not more than there are parts: --split 3-of-5."),
        ) from None
    return [Key(key.run, key.made, part, key.name, x, need) for x, part in found.items()]


def write_all(files: Mapping[Path, Key]) -> None:
    """Write keys where only their owner reads. Raises BadInput where a file stands there."""
    for path in files:
        if path.exists():
            raise BadInput.at(
                path,
                _("A file of this name exists; a key is never overwritten."),
                _("Name another file, or delete the old key if its run is over."),
            )
    write_private({path: key.text().encode() for path, key in files.items()})


def read(paths: Sequence[Path]) -> Key:
    """The key of a file, or of enough of its parts.

    Raises BadInput where a file is no key, or the parts are too few or of several keys.
    """
    found = [_read(path) for path in paths]
    first = found[0]
    if len(found) == 1 and not first.part:
        return first
    where = ", ".join(path.name for path in paths)
    if any(key.name != first.name or not key.part for key in found):
        raise BadInput.at(
            where, _("These are not parts of one key."), _("Name one key, or parts of the same.")
        )
    parts = {key.part: key.secret for key in found}
    if len(parts) < first.need:
        raise BadInput.at(
            where,
            _("Parts of the key: %(have)d of the %(need)d that it takes.")
            % {"have": len(parts), "need": first.need},
            _("Name each part with --key, once for every file."),
        )
    secret = shares.join(dict(list(parts.items())[: first.need]))
    if _name(secret, first.run) != first.name:
        raise BadInput.at(
            where,
            _("The parts do not give the key: one of them was changed."),
            _("Ask for it anew."),
        )
    return Key(first.run, first.made, secret, first.name)


def _read(path: Path) -> Key:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["kind"] != _KIND or data["version"] != 1:
            raise ValueError
        key = Key(
            str(data["run"]), dt.date.fromisoformat(data["made"]), bytes.fromhex(data["secret"]),
            str(data["name"]), int(data.get("part", 0)), int(data.get("need", 0)),
        )  # fmt: skip
        if len(key.secret) != _SIZE or (not key.part and _name(key.secret, key.run) != key.name):
            raise ValueError
    except OSError as error:
        raise BadInput.at(
            path, _("The key cannot be read: %(why)s.") % {"why": error.strerror},
            _("Check its name and whether you may read it."),
        ) from None  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput.at(
            path, _("This is not a key of a run, or it was changed."),
            _("Make one with: convive reach key --out FILE"),
        ) from None  # fmt: skip
    return key


def _name(secret: bytes, run: str) -> str:
    return _derived(secret, run, "name of the key", 8).hex()


def _derived(secret: bytes, run: str, info: str, length: int) -> bytes:
    hkdf = HKDF(SHA256(), length, salt=run.encode(), info=f"convive reach {info}".encode())
    return hkdf.derive(secret)
