"""Guesses the ICCS class of a local word by the words that both have in common.

Accents, case, plural and gender do not count; rare words count more than frequent ones. The score
of a class is that of its best name: twice the weight of the common words, divided by the weight of
both texts (the Dice coefficient). Nothing is applied unasked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache

from django.utils.translation import gettext as _

from convive.evidence.iccs.classes import IccsClass, IccsGuess, classes
from convive.evidence.suggest.words import fold

_MOST = 5
_LEAST = 0.4
_RECOGNISED = 0.85
_LITTLE = re.compile(
    "al?|ante|con|contra|del?|e|el|en|las?|los|of?|on|or|para|por|que|se|sin|sus?|the|to|una?|y|"
    "and|in|u|by|for|art|articulo|ley|nro"
)
_TRIED = re.compile("tentativas?|intentos?|frustrad[oa]s?|attempt(ed|s)?")
_ENDINGS = (
    "aciones",
    "iciones",
    "mente",
    "acion",
    "icion",
    "iones",
    "ados",
    "adas",
    "idos",
    "idas",
)
_SHORT_ENDINGS = (
    "ion",
    "ado",
    "ada",
    "ido",
    "ida",
    "ing",
    "es",
    "os",
    "as",
    "s",
    "o",
    "a",
    "e",
    "y",
)
_ROOT = 4
# Spanish names an act by its first word; a name without that word says less
_WITHOUT_FIRST = 0.8
_INTENT = "01", "0101"
_ATTEMPT = "0102"

# Classes of which a dot on a map could be somebody's door, and of which small numbers betray
_GUARDED = ("0106", "02021", "0203", "0204", "02051", "020611", "020292", "03", "110133")
_GUARDED_WORDS = re.compile(
    r"\b(mujer(es)?|feminicidio|familiar|familia|violencia domestica|genero|menor(es)?|nin[oa]s?|"
    r"adolescentes?|infantil|wom[ae]n|femicide|domestic|child(ren)?|minors?|sexual|extorsi)"
)
BOTH = ("no_small_area", "sensitive")


def guesses(category: str) -> list[IccsGuess]:
    """Classes that the words may mean, the likeliest first, at most five."""
    said = _words(category)
    attempted = tried(category)
    stems = frozenset(stem(word) for word in said if not _TRIED.fullmatch(word))
    if not stems:
        return []
    weights, names = _index()
    first = next(s for s in map(stem, said) if s in stems)
    unknown = max(weights.values())
    mine = sum(weights.get(s, unknown) for s in stems)
    found: dict[str, tuple[float, str]] = {}
    for code, phrase, wanted in names:
        common = stems & wanted
        if not common:
            continue
        score = 2 * sum(weights[s] for s in common) / (mine + sum(weights[s] for s in wanted))
        score *= 1.0 if first in wanted else _WITHOUT_FIRST
        code = _ATTEMPT if attempted and code in _INTENT else code
        if score > found.get(code, (0.0, ""))[0]:
            found[code] = (score, phrase)
    ranked = sorted(
        (item for item in found.items() if item[1][0] >= _LEAST),
        key=lambda item: (-round(item[1][0], 3), len(item[0]), item[0]),
    )
    return [
        _guess(classes()[code], score, phrase, category, attempted)
        for code, (score, phrase) in ranked[:_MOST]
    ]


def tried(category: str) -> bool:
    """Whether the words say that the act was attempted."""
    return any(_TRIED.fullmatch(word) for word in _words(category))


def is_offence(text: str) -> bool:
    """Whether the words are known as those of some offence; “other” alone is none."""
    return any(g.score >= _RECOGNISED and not g.code.startswith("11") for g in guesses(text))


def flags_for(code: str, category: str) -> tuple[str, ...]:
    """The flags that an offence should have: violence against women, sexual, minors, extortion."""
    guarded = any(code.startswith(prefix) for prefix in _GUARDED)
    return BOTH if guarded or _GUARDED_WORDS.search(fold(category)) else ()


def stem(word: str) -> str:
    """The root of a word without its plural, gender and the commonest endings; not shorter than
    four letters.
    """
    for ending in (*_ENDINGS, *_SHORT_ENDINGS):
        if word.endswith(ending) and len(word) - len(ending) >= _ROOT:
            word = word[: -len(ending)]
    return word


def _guess(
    found: IccsClass, score: float, phrase: str, category: str, attempted: bool
) -> IccsGuess:
    if not found.code:
        why = _("ICCS describes it by victim and perpetrator: no one class fits.")
    elif score > 0.99:
        why = _("It is what this class is called.")
    else:
        why = _("It has words in common with “%(name)s”.") % {"name": phrase}
    if attempted:
        why += " " + _("It says that the act was attempted.")
    return IccsGuess(
        code=found.code,
        label_es=found.label_es,
        label_en=found.label_en,
        score=round(score, 3),
        why=why,
        attempted=attempted,
        flags=flags_for(found.code, f"{category} {'' if found.code else found.label_es}"),
    )


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", fold(text)) if not _LITTLE.fullmatch(word)]


@cache
def _index() -> tuple[dict[str, float], list[tuple[str, str, frozenset[str]]]]:
    """Stem -> weight, the more the fewer classes use it; and (code, name, stems) of every name."""
    names = [
        (code, phrase, frozenset(map(stem, _words(phrase))))
        for code, one in classes().items()
        for phrase in (*one.words, one.label_es, one.label_en)
    ]
    using = Counter(s for s, _code in {(s, code) for code, _p, wanted in names for s in wanted})
    weights = {s: math.log(1 + len(classes()) / n) for s, n in using.items()}
    return weights, names
