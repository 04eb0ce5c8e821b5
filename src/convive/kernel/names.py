"""How names, dates and places are written before they are encoded: the same person, the same text.

The page that encodes in a browser follows these rules to the letter; `docs/methods/reach.md` has
them as a table.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LEFT_OUT = frozenset(["DE", "DEL", "LA", "LAS", "LOS", "Y", "E", "VDA", "VIUDA"])
# After these the rest of a surname is the husband's; but some surnames hold a "de" of their own
ARTICLES = frozenset(("LA", "LAS", "LOS"))
MARRIED = frozenset(("DE", "VDA", "VIUDA"))
OWN = frozenset((("PONCE", "LEON"), ("MONTES", "OCA"), ("PEREZ", "CUELLAR"), ("DIEZ", "MEDINA")))
SHORT = {"MA": "MARIA", "FCO": "FRANCISCO", "STA": "SANTA"}
_ACCENTS = re.compile("[\u0300-\u036f]")
_NO_LETTER = re.compile(r"[^A-Z0-9\n]+")
SOUNDS = (
    # Order matters: what is written twice first, then what sounds alike in Peru
    (re.compile(r"PH"), "F"),
    (re.compile(r"LL"), "Y"),
    (re.compile(r"QU(?=[EI])|Q|CK"), "K"),
    (re.compile(r"GU(?=[EI])"), "G"),
    (re.compile(r"CH|SH"), "X"),
    (re.compile(r"C(?=[EIY])|Z"), "S"),
    (re.compile(r"C"), "K"),
    (re.compile(r"G(?=[EI])"), "J"),
    (re.compile(r"H"), ""),
    (re.compile(r"[VW]"), "B"),
    (re.compile(r"Y(?![AEIOU])"), "I"),
    (re.compile(r"([A-Z])\1+"), r"\1"),
)
MEN, WOMEN = "M", "F"
SEX = {
    WOMEN: "F FEM FEMENINO FEMENINA MUJER FEMALE WOMAN GIRL NINA 2",
    MEN: "M MASC MASCULINO MASCULINA HOMBRE VARON MALE MAN BOY NINO H V 1",
}
_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[ T].*)?$")
_WHOLE = re.compile(r"(\d{4})(\d{2})(\d{2})$")


def letters(text: str) -> str:
    """Capitals without accents, everything else a blank: `  Peña-Núñez ` → `PENA NUNEZ`."""
    return all_letters([text.replace("\n", " ")])[0]


def all_letters(texts: list[str]) -> list[str]:
    """As `letters`, of many texts at once; between words may stand several blanks."""
    if not texts:
        return []
    whole = "\n".join(texts)
    if whole.count("\n") >= len(texts):
        whole = "\n".join(text.replace("\n", " ") for text in texts)
    if not whole.isascii():
        whole = _ACCENTS.sub("", unicodedata.normalize("NFKD", whole))
    return [text.strip() for text in _NO_LETTER.sub(" ", whole.upper()).split("\n")]


@lru_cache(maxsize=1 << 17)
def sound(word: str) -> str:
    """A word as it sounds: `QUISPE` and `KISPE` are `KISPE`, `YLLANES` and `ILLANES` `IYANES`."""
    if not word.isdigit():
        for pattern, by in SOUNDS:
            word = pattern.sub(by, word)
    return word


def given_word(word: str) -> str:
    """A word of given names as it counts: nothing for a particle, abbreviations written out."""
    return "" if word in LEFT_OUT else sound(SHORT.get(word, word))


def surname_word(word: str) -> str:
    """A word of surnames as it counts: nothing for a particle."""
    return "" if word in LEFT_OUT else sound(word)


def without_husband(words: list[str]) -> list[str]:
    """Words of surnames without a husband's: ROJAS DE TORRES, ROJAS VDA DE TORRES → ROJAS."""
    if MARRIED.isdisjoint(words):
        return words
    for at in range(1, len(words) - 1):
        before, word, following = words[at - 1 : at + 2]
        is_husbands = word in MARRIED and following not in ARTICLES
        if is_husbands and (before, following) not in OWN:
            return words[:at]
    return words


@lru_cache(maxsize=1 << 17)
def birth(text: str, this_year: int) -> tuple[str, str, str] | None:
    """Year, month and day as digits (`1990`, `05`, `09`); None where the text is no date.

    Days come first where both could be meant (`09/12/1908`); the encoding does not depend on it.
    A date that cannot be, such as a 40th day, is kept: the rest of it may be right.
    this_year : years of two digits above it are of the century before.
    """
    text = text.strip()
    if found := _WHOLE.match(text):
        return found[1], found[2], found[3]
    found = _DATE.match(text)
    if not found:
        return None
    first, middle, last = found.groups()
    if len(first) > 2:
        year, month, day = first, middle, last
    else:
        year, month, day = last, middle, first
        if int(month) > 12 >= int(day):
            month, day = day, month
    if len(year) <= 2:
        century = this_year // 100 * 100
        year = str(century + int(year) - (100 if century + int(year) > this_year else 0))
    if len(year) != 4 or len(day) > 2:
        return None
    return year, month.zfill(2), day.zfill(2)


def sexes(texts: list[str]) -> list[str]:
    """`F`, `M` or nothing for each value of a column. Where men are written H, M is a woman."""
    plain = {text: letters(text) for text in set(texts)}
    means = {word: sex for sex, words in SEX.items() for word in words.split()}
    if "H" in plain.values() and not {"F", "V"} & set(plain.values()):
        means["M"] = WOMEN
    return [means.get(plain[text], "") for text in texts]


def dni(text: str) -> str:
    """The eight digits of a DNI; nothing where there are not eight, or they fill a gap."""
    if len(text) == 8 and text.isdigit():
        digits = text
    else:
        digits = text.strip().removesuffix(".0").replace(" ", "").replace("-", "").replace(".", "")
    is_dni = digits.isascii() and digits.isdigit() and len(digits) == 8
    return digits if is_dni and len(set(digits)) > 1 and digits != "12345678" else ""
