"""A secret in n parts of which any k give it back and fewer say nothing (Shamir, over GF(256)).

Source: A. Shamir, How to share a secret, Communications of the ACM 22 (1979).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

MOST = 255  # parts: each has a place of its own in the field, and 0 is the secret's


def split(secret: bytes, need: int, parts: int) -> dict[int, bytes]:
    """The parts by their number, from 1. Raises ValueError unless 2 ≤ need ≤ parts ≤ 255."""
    if not 2 <= need <= parts <= MOST:
        raise ValueError(f"{need} of {parts}")
    polynomials = [bytes([byte]) + secrets.token_bytes(need - 1) for byte in secret]
    return {x: bytes(_at(p, x) for p in polynomials) for x in range(1, parts + 1)}


def join(parts: Mapping[int, bytes]) -> bytes:
    """The secret of as many parts as are needed. Wrong or too few parts give another secret."""
    found = bytearray(len(next(iter(parts.values()))))
    for x, part in parts.items():
        weight = 1  # Lagrange, at 0: the product of others / (others − x); minus is exclusive or
        for other in parts:
            if other != x:
                weight = _times(weight, _times(other, _inverse(other ^ x)))
        for i, byte in enumerate(part):
            found[i] ^= _times(weight, byte)
    return bytes(found)


def _at(polynomial: bytes, x: int) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = _times(value, x) ^ coefficient
    return value


def _times(a: int, b: int) -> int:
    """In GF(256) with the polynomial of AES, x⁸ + x⁴ + x³ + x + 1."""
    product = 0
    for _bit in range(8):
        product ^= a * (b & 1)
        a, b = (a << 1) ^ (0x11B * (a >> 7)), b >> 1
    return product


def _inverse(a: int) -> int:
    """a²⁵⁴: as every element but 0 to the 255th is 1."""
    power = 1
    for _step in range(254):
        power = _times(power, a)
    return power
