"""The International Classification of Crime for Statistical Purposes (ICCS 1.0): our own short
names of its classes, and guesses at the class of a local word.

The names and local words stand in `iccs.csv` beside this file. Codes have 2, 4, 5 or 6 digits and
are texts: the leading zero counts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from convive.kernel.texts import in_language


@dataclass(frozen=True)
class IccsClass:
    """A class. words : what people and files call it, in Spanish and English.

    One entry has no code: violence against women and in the family, which ICCS describes by victim
    and perpetrator and not as a class.
    """

    code: str
    label_es: str
    label_en: str
    words: tuple[str, ...]

    @property
    def label(self) -> str:
        return in_language(self, "label")


@dataclass(frozen=True)
class IccsGuess:
    """A class that a local word may belong to. It is applied only when a person confirms it.

    code : of ICCS 1.0, or nothing where no one class fits. label_es, label_en : its short names.
    score : 0 to 1. why : in the reader's language. attempted : the words say that it was tried.
    flags : proposed for `offences.csv`: `no_small_area`, `sensitive`.
    """

    code: str
    label_es: str
    label_en: str
    score: float
    why: str
    attempted: bool = False
    flags: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return in_language(self, "label")


@cache
def classes() -> Mapping[str, IccsClass]:
    """Code -> class, in the order of the classification."""
    text = resources.files("convive.evidence.iccs").joinpath("iccs.csv").read_text(encoding="utf-8")
    return {
        row["code"]: IccsClass(
            row["code"],
            row["label_es"],
            row["label_en"],
            tuple(word.strip() for word in row["words"].split(";") if word.strip()),
        )
        for row in csv.DictReader(text.splitlines())
    }


def label(code: str) -> str:
    """The short name of a class in the reader's language; of the nearest class above where we have
    none of its own; nothing for what is no code.
    """
    known = classes()
    for length in (6, 5, 4, 2):
        if len(code) >= length and code[:length] in known:
            return known[code[:length]].label
    return ""


def offences(categories: Iterable[str]) -> dict[str, list[IccsGuess]]:
    """Category as a source writes it -> guesses, the likeliest first; none for unknown words."""
    from convive.evidence.iccs.guess import guesses  # late: it is built on these classes

    return {category: guesses(category) for category in categories}


def is_attempted(category: str) -> bool:
    """Whether the words say that the act was tried and not completed."""
    from convive.evidence.iccs.guess import tried

    return tried(category)
