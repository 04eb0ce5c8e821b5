"""What the columns of a list of people say: one row becomes facts and words on consent.

A column is known by the name that the XLSForm and the export give it, or by one of those that
agencies use (`kernel.columns`). A group of a form stands before its name: `who/given`, `who.given`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from convive.domain.people import rules
from convive.domain.people.consent import BOTH, Word
from convive.domain.people.facts import Facts
from convive.domain.people.vocabulary import (
    AGE_BANDS,
    WASHINGTON,
    Calls,
    Language,
    Purpose,
    Sex,
    Voice,
    Way,
)
from convive.kernel import columns, names
from convive.kernel.columns import NO, SYNONYMS, YES
from convive.kernel.errors import Problem

CONSENTS = {purpose: f"consent_{purpose}" for purpose in Purpose.values}
# Name of a column, as it is written and read back -> other names of it
_OWN: dict[str, tuple[str, ...]] = {
    "given": SYNONYMS["given"],
    "paternal": SYNONYMS["paternal"],
    "maternal": SYNONYMS["maternal"],
    "dni": SYNONYMS["dni"],
    "born": SYNONYMS["birth"],
    "age_band": ("grupo de edad", "rango de edad", "age group"),
    "sex": SYNONYMS["sex"],
    "district": SYNONYMS["district"],
    "neighbourhood": SYNONYMS["locality"],
    "phone": (
        "telephone", "phone number", "telefono", "celular", "nro celular", "numero de celular",
        "numero de telefono", "telefono celular", "movil", "mobile",
    ),
    "calls": ("safe to call", "se puede llamar", "llamada segura", "es seguro llamar"),
    "call_hours": ("horas seguras", "horario de llamada", "hours to call"),
    "guardian": ("apoderado", "apoderada", "tutor", "tutora", "nombre del apoderado"),
    "guardian_phone": ("telefono del apoderado", "celular del apoderado", "telefono apoderado"),
    "language": ("idioma", "lengua", "lengua materna", "mother tongue"),
    "seeing": ("ver", "vision"),
    "hearing": ("oir", "audicion"),
    "walking": ("caminar",),
    "remembering": ("recordar", "concentrarse"),
    "caring": ("cuidado personal", "self care"),
    "communicating": ("comunicarse", "comunicacion"),
    CONSENTS[Purpose.SERVICES]: ("consentimiento servicios", "consentimiento atencion"),
    CONSENTS[Purpose.DISCLOSURE]: ("consentimiento otras entidades",),
    CONSENTS[Purpose.REPORTING]: ("consentimiento reportes", "consentimiento informes"),
    CONSENTS[Purpose.LINKAGE]: SYNONYMS["consent_linkage"],
    CONSENTS[Purpose.CONTACT]: ("consentimiento contacto",),
    "consent_voice": ("quien consiente", "who agreed"),
    "consent_way": ("forma del consentimiento", "how they agreed"),
    "consent_on": ("fecha del consentimiento", "fecha consentimiento", "consent date"),
}  # fmt: skip
COLUMNS = tuple(_OWN)
# Read, never written
_READ: dict[str, tuple[str, ...]] = {
    name: SYNONYMS[name]
    for name in ("given_more", "surnames", "full", "document", "document_type", "consent")
} | {"age": ("edad", "anos", "age in years"), "is_another": ("es otra persona",)}
_KNOWN = {name: (columns.plain(name), *others) for name, others in (_OWN | _READ).items()}
NAMED = ("given", "paternal", "surnames", "full")

_SEXES: dict[str, set[str]] = {
    "F": set(),
    "M": set(),
    Sex.OTHER: {"X", "OTRO", "OTRA", "OTHER", "ANOTHER"},
}
_LANGUAGES = {
    Language.SPANISH: {"ES", "ESPANOL", "CASTELLANO", "SPANISH"},
    Language.QUECHUA: {"QU", "QUECHUA"},
    Language.AYMARA: {"AY", "AYMARA", "AIMARA"},
    Language.SIGNS: {"SGN", "LENGUA DE SENAS", "LENGUA DE SENAS PERUANA", "SIGN LANGUAGE"},
    Language.OTHER: {"OTHER", "OTRO", "OTRA", "ANOTHER"},
}
_CALLS = {
    Calls.YES: {"YES", "SI"},
    Calls.HOURS: {"HOURS", "HORAS", "SOLO A CIERTAS HORAS"},
    Calls.NO: {"NO"},
    Calls.UNASKED: {"UNASKED", "NO PREGUNTADO"},
}
_VOICES = {
    Voice.SELF: {"SELF", "LA PERSONA", "PERSONA"},
    BOTH: {"BOTH", "AMBOS", "LOS DOS"},
    Voice.GUARDIAN: {"GUARDIAN", "APODERADO", "APODERADA", "TUTOR", "TUTORA"},
    Voice.ASSENT: {"ASSENT", "EL MENOR", "LA MENOR", "MENOR"},
}
_WAYS = {
    Way.SIGNED: {"SIGNED", "FIRMADO", "FIRMA", "FIRMADO EN PAPEL"},
    Way.SPOKEN: {"SPOKEN", "VERBAL", "ORAL", "DE PALABRA"},
    Way.FINGERPRINT: {"FINGERPRINT", "HUELLA", "HUELLA DIGITAL"},
}
_NO = NO | {"N", "0", "FALSE", "FALSO", "F"}
_QUOTED = re.compile(r"^'(?=[=+\-@])")  # what `downloads.inert` puts before a text


@dataclass
class Said:
    """What one row says. problems : cells that are not understood, by the name of the column."""

    facts: Facts = field(default_factory=Facts)
    words: list[Word] = field(default_factory=list)
    is_another: bool = False
    problems: list[Problem] = field(default_factory=list)


def known(headers: Iterable[str]) -> dict[str, str]:
    """Name of a column as it is written here -> the header under which it stands in a file."""
    short: dict[str, str] = {}
    for header in headers:
        short.setdefault(header, header)
        short.setdefault(re.split(r"[/.]", header)[-1], header)
    return {name: short[found] for name, found in columns.found(short, _KNOWN).items()}


@dataclass(frozen=True)
class Reader:
    """Reads the rows of one file.

    headers : those of its columns that are known, by name. places : the district that a text
    means, "" where it means none. sexes : what each text of the column of sexes means, F or M,
    which depends on the others in it. today : the day on which it is read.
    """

    headers: Mapping[str, str]
    places: Callable[[str], str]
    sexes: Mapping[str, str]
    today: date

    def read(self, cells: Mapping[str, str]) -> Said:
        """What one row says. cells : header -> text."""
        texts = {
            name: _QUOTED.sub("", cells.get(header, "")) for name, header in self.headers.items()
        }
        said = Said()
        said.facts = self._facts(texts, said.problems)
        said.is_another = bool(_yes(texts, "is_another", said.problems))
        said.words = list(self._words(texts, said))
        return said

    def _facts(self, texts: Mapping[str, str], problems: list[Problem]) -> Facts:
        given, paternal, maternal = _names(texts)
        born = self._day(texts, "born", problems)
        answers = {name: _answer(texts, name, problems) for name in WASHINGTON}
        return Facts(
            given=given,
            paternal=paternal,
            maternal=maternal,
            dni=_dni(texts),
            born=born,
            age_band="" if born else _age_band(texts, problems),
            sex=self.sexes.get(texts.get("sex", "")) or _one(texts, "sex", _SEXES, problems),
            district=self._district(texts, problems),
            neighbourhood=texts.get("neighbourhood", ""),
            phone=texts.get("phone", ""),
            calls=_one(texts, "calls", _CALLS, problems) or Calls.UNASKED,
            call_hours=texts.get("call_hours", ""),
            guardian=texts.get("guardian", ""),
            guardian_phone=texts.get("guardian_phone", ""),
            language=_one(texts, "language", _LANGUAGES, problems) or Language.SPANISH,
            functioning=rules.washington(answers),
        )

    def _district(self, texts: Mapping[str, str], problems: list[Problem]) -> str:
        text = texts.get("district", "")
        found = self.places(text) if text else ""
        if text and not found:
            problems.append(
                Problem(
                    "district",
                    _("The programme knows no district of this name or code, or several."),
                    _("Write its ubigeo, or leave it empty."),
                )
            )
        return found

    def _day(self, texts: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
        text = texts.get(name, "")
        if not text:
            return None
        parts = names.birth(text, self.today.year)
        try:
            return date(*map(int, parts or ()))
        except (TypeError, ValueError):
            problems.append(
                Problem(name, _("This is no day."), _("Write it as 2001-07-30 or 30/07/2001."))
            )
            return None

    def _words(self, texts: Mapping[str, str], said: Said) -> Iterator[Word]:
        """The words on consent. What is not understood is a fault, never a consent."""
        problems = said.problems
        named = _purposes(texts.get("consent", ""), problems)
        own = {purpose: _yes(texts, column, problems) for purpose, column in CONSENTS.items()}
        answers = named | {purpose: says for purpose, says in own.items() if says is not None}
        voice = _one(texts, "consent_voice", _VOICES, problems)
        way = _one(texts, "consent_way", _WAYS, problems)
        on = self._day(texts, "consent_on", problems)
        if not any(answers.values()) and not way:
            return  # who agrees to nothing is not asked how
        minor = said.facts.is_minor(self.today)
        problems += _lacking(answers, voice, way, on, minor=minor)
        if not (way and on):
            return
        spoke = voice or Voice.SELF
        for each in (Voice.GUARDIAN, Voice.ASSENT) if spoke == BOTH else (spoke,):
            yield from (Word(purpose, each, says, way, on) for purpose, says in answers.items())


def _lacking(
    answers: Mapping[str, bool], voice: str, way: str, on: date | None, *, minor: bool
) -> Iterator[Problem]:
    if not answers:
        return
    if minor and not voice:
        yield Problem(
            "consent_voice",
            _("It does not say who agreed for a minor."),
            _("Write both, guardian or assent."),
        )
    if not way:
        yield Problem(
            "consent_way",
            _("It does not say how they agreed."),
            _("Write signed, spoken or fingerprint."),
        )
    if on is None:
        yield Problem(
            "consent_on", _("It does not say when they agreed."), _("Write the day it was said.")
        )


def _names(texts: Mapping[str, str]) -> tuple[str, str, str]:
    """Given names, paternal and maternal surname. A whole name that nothing parts stays whole, as
    the given one: it is found by each of its words, and nothing is made up."""
    given = " ".join(filter(None, (texts.get("given", ""), texts.get("given_more", ""))))
    paternal, maternal = texts.get("paternal", ""), texts.get("maternal", "")
    surnames = texts.get("surnames", "")
    if not (given or paternal or surnames):
        whole = texts.get("full", "")
        surnames, comma, after = whole.partition(",")
        given = after.strip() if comma else whole
        surnames = surnames if comma else ""
    if surnames and not paternal:
        paternal, maternal = _parted(surnames)
    return given, paternal, maternal


def _parted(surnames: str) -> tuple[str, str]:
    """Two surnames, particles with the word that follows them: De la Cruz | Huamán."""
    words = surnames.split()
    plain = [names.letters(word) for word in words]
    end = 0
    while end < len(words) - 1 and plain[end] in names.LEFT_OUT:
        end += 1
    end += 1
    if tuple(word for word in plain[end - 1 : end + 2] if word != "DE") in names.OWN:
        end += 2  # Ponce de León
    return " ".join(words[:end]), " ".join(words[end:])


def _dni(texts: Mapping[str, str]) -> str:
    """What stands for a DNI. Another document has no place in the register."""
    if texts.get("dni"):
        return texts["dni"]
    kind, number = names.letters(texts.get("document_type", "")), texts.get("document", "")
    if "DNI" in kind.split():
        return number
    return number if not kind and names.dni(number) else ""


def _age_band(texts: Mapping[str, str], problems: list[Problem]) -> str:
    if text := texts.get("age_band", ""):
        plain = re.sub(r"\s*(?:[-\u2010-\u2015]|\ba\b|\bto\b)\s*", "–", text.strip())
        if plain in {name for _least, name in AGE_BANDS}:
            return plain
        problems.append(_unlisted("age_band", [name for _least, name in AGE_BANDS]))
        return ""
    text = texts.get("age", "")
    if not text:
        return ""
    if found := re.fullmatch(r"(\d{1,3})(?:[.,]0)?(?:\s*(?:años|anos|years))?", text.strip()):
        return rules.band_of(int(found[1]))
    problems.append(Problem("age", _("This is no age in years."), _("Write digits, such as 17.")))
    return ""


def _one(
    texts: Mapping[str, str],
    name: str,
    means: Mapping[Any, set[str]],
    problems: list[Problem],
) -> str:
    plain = names.letters(texts.get(name, ""))
    if not plain:
        return ""
    for found, said in means.items():
        if plain in said:
            return str(found)
    problems.append(_unlisted(name, [str(each) for each in means]))
    return ""


def _unlisted(name: str, listed: Iterable[str]) -> Problem:
    return Problem(
        name,
        _("This is not in the list."),
        _("Choose one of: %(names)s.") % {"names": ", ".join(filter(None, listed))},
    )


def _answer(texts: Mapping[str, str], name: str, problems: list[Problem]) -> str:
    text = texts.get(name, "").removesuffix(".0")
    if text in ("", "1", "2", "3", "4"):
        return text
    problems.append(_unlisted(name, "1234"))
    return ""


def _yes(texts: Mapping[str, str], name: str, problems: list[Problem]) -> bool | None:
    words = names.letters(texts.get(name, "")).split()
    if not words:
        return None
    if any(word in _NO for word in words):
        return False
    if words[0] in YES:
        return True
    problems.append(_unlisted(name, ("yes", "no")))
    return None


def _purposes(text: str, problems: list[Problem]) -> dict[str, bool]:
    """A common column: the purposes that were agreed to, by name; yes alone is for attending."""
    chosen = [each for each in re.split(r"[\s,;|]+", text.casefold()) if each]
    if chosen and set(chosen) <= set(Purpose.values):
        return dict.fromkeys(chosen, True)
    says = _yes({"consent": text}, "consent", problems)
    return {} if says is None else {Purpose.SERVICES.value: says}
