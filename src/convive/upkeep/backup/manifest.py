"""What a backup holds, file by file and table by table, signed by the home that made it."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput


@dataclass(frozen=True)
class Stored:
    """One file of the home, or one table of a PostgreSQL database, as pieces in their order."""

    path: str
    size: int
    sha256: str
    pieces: tuple[str, ...]
    columns: tuple[str, ...] = ()  # of a table


@dataclass(frozen=True)
class Manifest:
    """One backup.

    engine : `sqlite`, whose database is one of the files, or `postgresql`, with its tables.
    rows : how many rows each table had. journal : number and hash of its last entry.
    migrations : those that had been applied, as `[app, name]`. own_key : whether the key that
    seals what is inside the records lies in the home, or comes from CONVIVE_SECRET_KEY.
    """

    id: str
    made_at: str
    version: str
    engine: str
    files: tuple[Stored, ...]
    tables: tuple[Stored, ...]
    rows: dict[str, int]
    journal: tuple[int, str]
    migrations: tuple[tuple[str, str], ...]
    own_key: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def sign(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """The manifest with the signature of the home, as bytes."""
    body = _canonical(manifest.as_json())
    signed = {
        "manifest": body,
        "signer": b64encode(_raw(key.public_key())).decode(),
        "signature": b64encode(key.sign(body.encode())).decode(),
    }
    return json.dumps(signed).encode()


def read(content: bytes, name: str) -> tuple[Manifest, str]:
    """The manifest and the fingerprint of its signer.

    Raises BadInput where it is not what its signer signed, or is another backup's.
    """
    try:
        signed = json.loads(content)
        signer = Ed25519PublicKey.from_public_bytes(b64decode(signed["signer"]))
        signer.verify(b64decode(signed["signature"]), signed["manifest"].encode())
        facts = json.loads(signed["manifest"])
        found = Manifest(
            **facts
            | {
                "files": tuple(_stored(each) for each in facts["files"]),
                "tables": tuple(_stored(each) for each in facts["tables"]),
                "journal": (int(facts["journal"][0]), str(facts["journal"][1])),
                "migrations": tuple((app, migration) for app, migration in facts["migrations"]),
            }
        )
        if found.id != name or not all(_is_inside(each.path) for each in found.files):
            raise ValueError
    except (ValueError, KeyError, TypeError, IndexError, InvalidSignature):
        raise BadInput.at(
            name,
            _("The manifest is not what its home signed."),
            _("Use another backup, or another copy of this folder."),
        ) from None
    return found, signer_of(signer)


def signer_of(key: Ed25519PublicKey) -> str:
    """Sixteen hex digits by which people know the home that made a backup."""
    return hashlib.sha256(_raw(key)).hexdigest()[:16]


def _stored(facts: dict[str, Any]) -> Stored:
    lists = {"pieces": tuple(facts["pieces"]), "columns": tuple(facts["columns"])}
    return Stored(**facts | lists)


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts


def _canonical(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
