"""What the server can tell of what it cannot read: whether it has the shape of something sealed."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from convive.kernel.codes import LETTERS

ROUNDS = 600_000  # of PBKDF2-SHA256, the least (OWASP, Password Storage Cheat Sheet, 2023)
MOST_ROUNDS = 10_000_000
SIZES = tuple(4096 << step for step in range(7))  # bytes that a record is filled up to
# bytes that a record is filled up to: 4 to 256 KiB
POINT, SCALAR, TAG, SALT, NONCE = 65, 32, 16, 16, 12  # bytes: of P-256 and of AES-GCM
MOST_PARTS = 20
_CODE = re.compile(rf"[{LETTERS}]{{12}}")
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


def is_code(text: str) -> bool:
    """Twelve letters that a browser drew: they say nothing of anybody."""
    return _CODE.fullmatch(text) is not None


def is_month(text: str, this_month: str) -> bool:
    """`2026-05`, and not after this month."""
    return _MONTH.fullmatch(text) is not None and text <= this_month


def is_public_key(text: str) -> bool:
    """A point of P-256 as X9.62 writes it without compression, in Base64."""
    return _is_point(_bytes(text))


def is_wrapped(wrapped: Mapping[str, Any]) -> bool:
    """A private key under a passphrase: salt, rounds, nonce and what AES-GCM made of 32 bytes."""
    sizes = {"salt": SALT, "nonce": NONCE, "sealed": SCALAR + TAG}
    if set(wrapped) != {*sizes, "rounds"} or type(wrapped["rounds"]) is not int:
        return False
    return ROUNDS <= wrapped["rounds"] <= MOST_ROUNDS and all(
        isinstance(wrapped[name], str) and len(_bytes(wrapped[name])) == size
        for name, size in sizes.items()
    )


def is_key_copy(text: str) -> bool:
    """A private key that HPKE sealed to one member."""
    content = _bytes(text)
    return len(content) == POINT + SCALAR + TAG and _is_point(content[:POINT])


def is_sealed_record(text: str) -> bool:
    """What HPKE made of a record that was filled up to one of SIZES: no other text passes."""
    content = _bytes(text)
    return len(content) - POINT - TAG in SIZES and _is_point(content[:POINT])


def are_shares(need: int, parts: int) -> bool:
    """Whether a key may be parted so: one part alone never gives it back."""
    return 2 <= need <= parts <= MOST_PARTS


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""


def _is_point(content: bytes) -> bool:
    if len(content) != POINT:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content)
    except ValueError:
        return False
    return True
