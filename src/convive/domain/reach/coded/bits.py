"""From the texts of columns to bits: texts are parted, parts give tokens, tokens set bits.

A text (`María del Carmen`) has parts (`MARIA`, `KARMEN`); a part has tokens (`_M`, `MA`, …). Parts
and tokens are few, so each is worked out once; each token is hashed once, by HMAC-SHA256 under the
key of its field.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from convive.domain.reach.coded.keys import Hashed, Key
from convive.domain.reach.coded.schema import MOST_PER_TOKEN, Field, Schema
from convive.kernel import names
from convive.stats.linkage_bits import spread


def encodings(texts: Mapping[str, list[str]], key: Key, schema: Schema) -> NDArray[np.uint64]:
    """The encoding of each row. texts : role -> text of each row, all of one length."""
    met = _Met(schema, key)
    columns = [
        met.column(field, role, texts[role])
        for field in schema.fields
        for role in field.roles
        if role in texts
    ]
    return spread(
        np.ascontiguousarray(np.array(columns, dtype=np.int32).T),
        *met.parts_of_text.flat(), *met.tokens_of_part.flat(), met.positions,
        np.array(met.weights, dtype=np.int8), schema.bits,
    )  # fmt: skip


def tokens_of(kind: str, text: str, role: str, schema: Schema, this_year: int) -> list[str]:
    """The tokens of one text. The page that encodes in a browser holds to these."""
    words = _words(kind, names.letters(text), text, role, schema, this_year)
    parts = (_part(kind, word, role) for word in words)
    return list(dict.fromkeys(chain.from_iterable(tokens_of_part(kind, part) for part in parts)))


def _words(
    kind: str, plain: str, text: str, role: str, schema: Schema, this_year: int
) -> list[str]:
    """The words of a text. plain : the same in plain letters, as `names.letters` gives it."""
    if kind in ("names", "words"):
        words = plain.split()
        return words if kind == "words" or role == "given" else names.without_husband(words)
    if kind == "exact":
        return [schema.places.get(plain, plain)] if plain else []
    found = names.birth(text, this_year)
    if found is None:
        return []
    year, month, day = found
    # Day and month without saying which is which: a swap changes nothing
    return [f"y{year}", f"b{min(month, day)}{max(month, day)}"]


def _part(kind: str, word: str, role: str) -> str:
    """A word as it counts; nothing where it does not."""
    if kind == "names":
        return names.given_word(word) if role == "given" else names.surname_word(word)
    return names.sound(word) if kind == "words" else word


def tokens_of_part(kind: str, part: str) -> list[str]:
    """The tokens of one part: pairs of letters (_ANA_ → _A AN NA A_), the whole, or of a date.

    A year is told whole and by the place of its digits, so a wrong one leaves the others; day and
    month each alone, the smaller and the larger, and both.
    """
    if kind == "exact":
        return [part]
    if kind == "date":
        if part[0] == "y":
            return [part, *(f"d{at}{digit}" for at, digit in enumerate(part[2:]))]
        return [part, f"p{part[1:3]}", f"q{part[3:5]}"]
    edged = f"_{part}_" if part else ""
    return [edged[at : at + 2] for at in range(len(edged) - 1)]


class _Met:
    """Texts, parts and tokens met so far, by number. Text 0 is empty."""

    def __init__(self, schema: Schema, key: Key) -> None:
        self._schema, self._key = schema, key
        self._tokens: dict[tuple[str, str], int] = {}
        self._hashes: list[bytes] = []
        self.weights: list[int] = []
        self.parts_of_text, self.tokens_of_part = _Rows(), _Rows()
        self.parts_of_text.append([])

    def hashed(self, field: Field) -> Hashed:
        return Hashed(self._key.of_field(field.name))

    @cached_property
    def positions(self) -> NDArray[np.uint16]:
        """(tokens, 16) bits that each token may set: two bytes of its hash each."""
        raw = np.frombuffer(b"".join(self._hashes), dtype=">u2").reshape(-1, MOST_PER_TOKEN)
        return (raw % self._schema.bits).astype(np.uint16)

    def column(self, field: Field, role: str, texts: list[str]) -> list[int]:
        """The number of each row's text."""
        year, kind, schema = self._key.made.year, field.kind, self._schema
        part_of = _Parts(self, field, role)
        different = list(set(texts) - {""})
        numbers = {"": 0} | {text: len(self.parts_of_text) + i for i, text in enumerate(different)}
        for text, plain in zip(different, names.all_letters(different), strict=True):
            words = _words(kind, plain, text, role, schema, year)
            self.parts_of_text.append(map(part_of.__getitem__, words))
        return list(map(numbers.__getitem__, texts))

    def token(self, field: Field, hashed: Hashed, token: str) -> int:
        number = self._tokens.get((field.name, token))
        if number is None:
            number = self._tokens[field.name, token] = len(self._hashes)
            self._hashes.append(hashed(token))
            self.weights.append(field.weight)
        return number


class _Parts(dict[str, int]):
    """The number of each word's part, worked out when it is first asked for."""

    def __init__(self, met: _Met, field: Field, role: str) -> None:
        super().__init__()
        self._met, self._field, self._role = met, field, role
        self._hashed = met.hashed(field)

    def __missing__(self, word: str) -> int:
        met, field = self._met, self._field
        number = self[word] = len(met.tokens_of_part)
        tokens = tokens_of_part(field.kind, _part(field.kind, word, self._role))
        met.tokens_of_part.append([met.token(field, self._hashed, token) for token in tokens])
        return number


class _Rows:
    """Rows of numbers, kept flat: a list for each would be a hundred thousand things to watch."""

    def __init__(self) -> None:
        self._ends, self._items = array("q", [0]), array("i")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, row: Iterable[int]) -> None:
        self._items.extend(row)
        self._ends.append(len(self._items))

    def flat(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Where each row begins, and the items of all."""
        return np.array(self._ends, dtype=np.int64), np.array(self._items, dtype=np.int32)
