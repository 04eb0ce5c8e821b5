"""Seals secrets for storage, so that a copy of the database or of a file alone tells nothing.

AES-256-GCM (NIST SP 800-38D) under a key drawn by HKDF-SHA256 (RFC 5869) from the home's secret
key, another for each purpose.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12  # bytes, drawn afresh for each sealing


def seal(text: str, *, purpose: str) -> str:
    """The text, readable again only with the home's secret key and for the same purpose."""
    nonce = os.urandom(_NONCE)
    return urlsafe_b64encode(nonce + _cipher(purpose).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises ValueError where it was sealed under another key or purpose, or was changed."""
    box = urlsafe_b64decode(sealed)
    try:
        return _cipher(purpose).decrypt(box[:_NONCE], box[_NONCE:], None).decode()
    except InvalidTag:
        raise ValueError("this was not sealed here for this purpose, or it was changed") from None


def seal_bytes(content: bytes, *, purpose: str, bound_to: str) -> bytes:
    """As `seal`, for a file. It opens only for the record that it is bound to."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(purpose).encrypt(nonce, content, bound_to.encode())


def unseal_bytes(sealed: bytes, *, purpose: str, bound_to: str) -> bytes:
    """Raises ValueError as `unseal` does, also where it was sealed for another record."""
    try:
        return _cipher(purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise ValueError("this was not sealed here for this record, or it was changed") from None


def _cipher(purpose: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"convive {purpose}".encode())
    return AESGCM(derive.derive(settings.SECRET_KEY.encode()))
