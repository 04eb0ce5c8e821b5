"""Seals bytes to somebody who is not here: only the holder of the private key reads them.

HPKE (RFC 9180) in base mode with the one suite of the house: DHKEM(P-256, HKDF-SHA256),
HKDF-SHA256, AES-256-GCM. Each sealing draws a fresh key.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.home import write_once

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Unreadable(ValueError):
    """Sealed to another key or for another purpose, or changed since."""


def make_pair(private: Path, public: Path) -> str:
    """Write a new pair of keys to two files that must not exist yet. Returns the fingerprint."""
    for path in (private, public):
        if path.exists():
            raise BadInput.at(
                path, _("This file exists already."), _("Name another: a key is never replaced.")
            )
        if not path.parent.is_dir():
            raise BadInput.at(path, _("There is no such folder."), _("Make it, or name another."))
    key = ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    told = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_once(private, secret)
    write_once(public, told)
    return fingerprint(key.public_key())


def read_public(path: Path) -> ec.EllipticCurvePublicKey:
    """The key to seal to. Raises BadInput where the file holds none."""
    try:
        found = serialization.load_pem_public_key(_content(path))
    except ValueError:
        found = None
    if not isinstance(found, ec.EllipticCurvePublicKey) or not _fits(found.curve):
        raise BadInput.at(
            path,
            _("This is not the public key of a recipient."),
            _("Name the file that ends in .pub, as convive backup key wrote it."),
        )
    return found


def read_private(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key that opens. Raises BadInput where the file holds none."""
    try:
        found = serialization.load_pem_private_key(_content(path), password=None)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, ec.EllipticCurvePrivateKey) or not _fits(found.curve):
        raise BadInput.at(
            path,
            _("This is not the private key of a recipient."),
            _("Name the file that convive backup key wrote and that was put away."),
        )
    return found


def fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    """Sixteen hex digits by which people compare two public keys."""
    return hashlib.sha256(_point(key)).hexdigest()[:16]


def seal_to(key: ec.EllipticCurvePublicKey, content: bytes, *, purpose: bytes) -> bytes:
    """The content, for the holder of the private key alone, and for this purpose alone."""
    return SUITE.encrypt(content, key, info=purpose)


def open_with(key: ec.EllipticCurvePrivateKey, sealed: bytes, *, purpose: bytes) -> bytes:
    """Raises Unreadable where it was sealed to another key or purpose, or was changed."""
    try:
        return SUITE.decrypt(sealed, key, info=purpose)
    except (InvalidTag, ValueError):
        raise Unreadable("sealed to another key or for another purpose, or changed") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput.at(
            path,
            _("It cannot be read: %(why)s.") % {"why": error.strerror},
            _("Name the file of the key."),
        ) from None


def _fits(curve: ec.EllipticCurve) -> bool:
    return isinstance(curve, ec.SECP256R1)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
