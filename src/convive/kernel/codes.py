"""Codes that stand for an account: whoever sent something without one finds it again by its code.

Sixteen digits from a secure source, told once. Only a slow hash is stored, so that a copy of the
database does not give them. All codes of a home share one salt, drawn from its secret key: else
none could be looked up.
"""

from __future__ import annotations

import re
import secrets

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

LETTERS = "23456789bcdfghjkmnpqrstvwxz"  # no vowels, so no words; nothing that looks like another
DIGITS = 16
_TIME, _MEMORY, _LANES = 2, 19_456, 1  # argon2id as OWASP advises: 19 MiB, two passes


def new_name() -> str:
    """A name of twelve letters that says nothing of a person and that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(12))


def new_code() -> str:
    """Sixteen digits, any of 10¹⁶."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def spoken(code: str) -> str:
    """`4817 2093 5561 0042`: in groups that can be read out and copied by hand."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def read_code(text: str) -> str | None:
    """The sixteen digits in what somebody wrote; None where they are not that many."""
    digits = re.sub(r"[\s.\-]", "", text)
    return digits if re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits) else None


def code_hash(code: str, *, purpose: str) -> str:
    """What is stored of a code: 64 hexadecimal digits, others for another purpose or home."""
    salt = HKDF(algorithm=SHA256(), length=16, salt=None, info=f"convive code {purpose}".encode())
    raw = hash_secret_raw(
        code.encode(),
        salt.derive(settings.SECRET_KEY.encode()),
        time_cost=_TIME,
        memory_cost=_MEMORY,
        parallelism=_LANES,
        hash_len=32,
        type=Type.ID,
    )
    return raw.hex()
