"""Bands of age, as people and records write them, and the bands that both of them fit into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Ages = tuple[int, int | None]
"""First and last year of a band, both within it; None where it has no end."""

_CLOSED = re.compile(r"(\d{1,3})\s*(?:-|–|a|to)\s*(\d{1,3})(?:\s*(?:años|years))?")
_OPEN = re.compile(
    r"(\d{1,3})\s*(?:\+|(?:años\s*)?(?:y|a|o) más|(?:years\s*)?(?:and|or) (?:over|more))"
)


def ages(band: str) -> Ages | None:
    """The years of `15-17`, `15 a 17 años`, `30+` or `60 y más`; None for another text."""
    text = " ".join(band.casefold().split())
    if found := _CLOSED.fullmatch(text):
        first, last = int(found[1]), int(found[2])
        return (first, last) if first <= last else None
    return (int(found[1]), None) if (found := _OPEN.fullmatch(text)) else None


def is_whole(bands: Iterable[Ages]) -> bool:
    """Whether every age from 0 on lies in just one of the bands."""
    at: int | None = 0
    for first, last in sorted(bands, key=lambda one: one[0]):
        if first != at:
            return False
        at = None if last is None else last + 1
    return at is None


def joined(known: Sequence[str], written: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The finest bands into which both fit: the band of each of `known`, and of each of `written`.

    known : bands of people, which hold every age once. written : bands of records. A band of
    records that lies across an end of bands joins them; where all are joined there is one, and
    nothing is told apart. Two empty answers where one of the texts is no band.
    """
    people, records = read(known), read(written)
    if people is None or records is None or not is_whole(people.values()):
        return {}, {}
    starts = sorted(
        start
        for start, _last in people.values()
        if not any(
            first < start and (last is None or last >= start) for first, last in records.values()
        )
    )
    names = {
        first: f"{first}+" if following is None else f"{first}-{following - 1}"
        for first, following in zip(starts, [*starts[1:], None], strict=True)
    }

    def of(one: Ages) -> str:
        return names[max(first for first in starts if first <= one[0])]

    return (
        {name: of(one) for name, one in people.items()},
        {name: of(one) for name, one in records.items()},
    )


def read(bands: Sequence[str]) -> Mapping[str, Ages] | None:
    """The years of each band; None where one of the texts is no band."""
    found = {band: ages(band) for band in bands}
    told = {band: one for band, one in found.items() if one is not None}
    return told if len(told) == len(found) else None
