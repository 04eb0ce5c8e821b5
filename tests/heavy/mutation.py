"""Slips and damage in bytes, as Hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

# Bytes that mean something to one reader or another, and any bytes at all
_MEANT = (
    b'"',
    b"\n",
    b"\r",
    b",",
    b";",
    b"\t",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b"#",
    b"-",
    b"1e999",
    b"0",
    b"nan",
    b"null",
    b"\xc3",
    b"<",
    b"PK\x05\x06",
)
_PIECE = st.one_of(st.sampled_from(_MEANT), st.binary(max_size=12))
_PLACE = st.floats(0, 1, exclude_max=True)
_LENGTH = st.sampled_from((0, 0, 1, 1, 2, 4, 16, 200))
_SLIP = st.tuples(_PLACE, _LENGTH, _PIECE, st.integers(0, 3))


def mutated(valid: st.SearchStrategy[bytes], most: int = 6) -> st.SearchStrategy[bytes]:
    """A valid file after 1 to `most` slips: bytes replaced, put in, taken out, doubled, cut off."""
    return st.builds(_slip, valid, st.lists(_SLIP, min_size=1, max_size=most))


def _slip(content: bytes, slips: list[tuple[float, int, bytes, int]]) -> bytes:
    for place, length, piece, kind in slips:
        start = int(place * len(content))
        before, hit, after = content[:start], content[start : start + length], content[start:]
        content = (
            before + piece + after[length:],  # replaced, put in or taken out
            before + hit * 3 + after[length:],  # doubled
            before + after[length:] + hit,  # moved to the end
            before if place > 0.5 else before + piece + after,  # cut off
        )[kind]
    return content
