"""Keyed tokens by which people are found though their names are sealed and misspelt.

Each word of a name, as it sounds, gives tokens: the word itself and the word without any one of its
letters (deletion neighbourhood). Two words share a token where they sound alike or differ by one
letter written, left out, added or swapped with its neighbour. So `Jomira Kispe Guaman` meets
`Yomira Quispe Huamán`. A token is a keyed hash, and each organisation has a key of its own: a copy
of the database neither tells a name nor who is on two registers. It does tell which tokens are
frequent, within one organisation.

Source: F. J. Damerau (1964) for the one letter; W. Garbe, SymSpell (2012), for deletions.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from convive.kernel.names import given_word, letters, surname_word

_SHORT = 4  # words of fewer sounds must be as they are: one letter of three is another name
_TOKEN = 8  # bytes


def words(*names: str) -> list[str]:
    """The words of names as they sound, each once, without particles."""
    found: dict[str, None] = {}
    for text in names:
        for word in letters(text).split():
            if sounds := given_word(word) or surname_word(word):
                found[sounds] = None
    return list(found)


def forms(word: str) -> set[str]:
    """The word and, where it is long enough, the word without any one of its letters."""
    if len(word) < _SHORT:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


class Tokens:
    """The tokens of one organisation."""

    def __init__(self, organisation: str) -> None:
        info = f"convive search of people {organisation}".encode()
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
        self._key = derive.derive(settings.SECRET_KEY.encode())

    def of_words(self, found: Iterable[str]) -> set[int]:
        """Every token under which somebody of these words is kept."""
        return {self._token(form) for word in found for form in forms(word)}

    def of_word(self, word: str) -> set[int]:
        """The tokens of one word that is looked for."""
        return self.of_words([word])

    def of_number(self, number: str) -> int:
        """The token of a DNI."""
        return self._token(f"dni {number}")

    def _token(self, text: str) -> int:
        digest = hmac.digest(self._key, text.encode(), hashlib.sha256)
        return int.from_bytes(digest[:_TOKEN], "big", signed=True)
