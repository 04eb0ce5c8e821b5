"""Rows of bits: set from tokens, folded, counted and compared, 64 at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from convive.stats.kernels import kernel

Bits = NDArray[np.uint64]
Floats = NDArray[np.float32]
Longs = NDArray[np.int64]


def _population(_context: Any, _word: Any) -> Any:
    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), build


# How many of 64 bits are set: one instruction of the machine. To be called in compiled loops only
ones = cast("Callable[[np.uint64], np.uint64]", intrinsic(_population))


@kernel
def counts(bits: Bits) -> NDArray[np.int64]:
    """How many bits of each row are set."""
    found = np.zeros(len(bits), dtype=np.int64)
    for i in range(len(bits)):
        total = np.uint64(0)
        for w in range(bits.shape[1]):
            total += ones(bits[i, w])
        found[i] = total
    return found


@kernel
def dice(bits: Bits, size: Longs, left: Longs, right: Longs) -> Floats:
    """Dice of pairs of rows: 2 |A ∩ B| / (|A| + |B|); 0 where both are empty.

    Parameters
    ----------
    bits : (n, words). size : (n,) as `counts` gives it. left, right : (pairs,) rows.

    Returns
    -------
    scores : (pairs,) in [0, 1]
    """
    found = np.zeros(len(left), dtype=np.float32)
    words = bits.shape[1]
    for p in range(len(left)):
        i, j = left[p], right[p]
        common = np.int64(0)
        for w in range(words):
            common += np.int64(ones(bits[i, w] & bits[j, w]))
        both = size[i] + size[j]
        if both:
            found[p] = np.float32(2 * common) / np.float32(both)
    return found


@kernel
def spread(
    values: NDArray[np.int32], part_ends: Longs, parts: NDArray[np.int32], token_ends: Longs,
    tokens: NDArray[np.int32], positions: NDArray[np.uint16], weight: NDArray[np.int8], bits: int,
) -> Bits:  # fmt: skip
    """Set the bits of each record's tokens, then fold the two halves by exclusive or.

    Folding hides which token set a bit: a set bit says that one half has it and the other not.
    Source: R. Schnell and C. Borgs, XOR-folding for hardening Bloom filters (2016).

    Parameters
    ----------
    values : (records, columns) which text each record has in each column.
    part_ends : (texts + 1,) where the parts of each text begin. parts : all of them, text by text.
    token_ends : (parts + 1,) where the tokens of each part begin. tokens : all of them.
    positions : (tokens, 16) below `bits`. weight : (tokens,) how many of them are used.

    Returns
    -------
    encodings : (records, bits / 128) uint64
        Bit p stands in word p >> 6 at 1 << (p & 63).
    """
    rows, columns = values.shape
    words = bits // 64
    half = words // 2
    out = np.zeros((rows, half), dtype=np.uint64)
    row = np.zeros(words, dtype=np.uint64)
    for r in range(rows):
        row[:] = 0
        for c in range(columns):
            v = values[r, c]
            for p in range(part_ends[v], part_ends[v + 1]):
                part = parts[p]
                for t in range(token_ends[part], token_ends[part + 1]):
                    token = tokens[t]
                    for k in range(weight[token]):
                        at = positions[token, k]
                        row[at >> 6] |= np.uint64(1) << np.uint64(at & 63)
        for w in range(half):
            out[r, w] = row[w] ^ row[half + w]
    return out
