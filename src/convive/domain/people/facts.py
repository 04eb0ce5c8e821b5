"""What is written down of a person, checked alike from a page, a file or a form on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.people import rules
from convive.domain.people.vocabulary import AGE_BANDS, LANGUAGE_NAMES, Calls, Sex
from convive.kernel import names
from convive.kernel.errors import BadInput, Problem

_OLDEST = 120  # years


@dataclass(frozen=True)
class Facts:
    """Texts are as they were said; "" where nothing is known.

    district : `SCHEME:CODE`. born : the day of birth. age_band : where it is not known.
    functioning : the six answers, as `rules.washington` writes them.
    """

    given: str = ""
    paternal: str = ""
    maternal: str = ""
    dni: str = ""
    born: date | None = None
    age_band: str = ""
    sex: str = Sex.UNSAID
    district: str = ""
    neighbourhood: str = ""
    phone: str = ""
    calls: str = Calls.UNASKED
    call_hours: str = ""
    guardian: str = ""
    guardian_phone: str = ""
    language: str = "es"
    functioning: str = ""

    def minor_on(self, today: date) -> Callable[[date], bool]:
        """Whether they are under age on a day. today : when the band, if any, is told."""
        return lambda day: rules.is_minor(self.born, self.age_band, today, day)

    def is_minor(self, today: date) -> bool:
        return self.minor_on(today)(today)

    @property
    def birth_month(self) -> date | None:
        return self.born.replace(day=1) if self.born else None


TEXTS = ("given", "paternal", "maternal", "neighbourhood", "call_hours", "guardian")
_LONGEST = 120


def checked(facts: Facts, today: date) -> None:
    """Raises BadInput, with every problem beside its field, where these facts cannot be kept."""
    if problems := list(_problems(facts, today)):
        raise BadInput(problems)


def _problems(facts: Facts, today: date) -> Iterator[Problem]:
    if not (facts.given.strip() or facts.paternal.strip()):
        yield Problem(
            "given",
            _("There is no name."),
            _("Write what the person is called, were it one name alone."),
        )
    for field in TEXTS:
        if len(getattr(facts, field)) > _LONGEST:
            yield Problem(
                field,
                _("It is longer than %(most)d letters.") % {"most": _LONGEST},
                _("Write less."),
            )
    if facts.dni and not names.dni(facts.dni):
        yield Problem(
            "dni",
            _("This is no DNI: it has eight digits, and they are not all the same."),
            _("Correct it, or leave it empty where the person has none."),
        )
    if facts.born is None and not facts.age_band:
        yield Problem(
            "born",
            _("Neither a birth date nor an age is written."),
            _("Give the date; where nobody knows it, the age band."),
        )
    if facts.born and not today.replace(year=today.year - _OLDEST, day=1) <= facts.born <= today:
        yield Problem(
            "born",
            _("Nobody alive was born on this day."),
            _("Correct the year."),
        )
    if facts.age_band and facts.age_band not in {band for _least, band in AGE_BANDS}:
        yield Problem(
            "age_band",
            _("This is no age band."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(name for _l, name in AGE_BANDS)},
        )
    yield from _contact(facts)
    for field, known in (("sex", Sex.values), ("language", LANGUAGE_NAMES)):
        if getattr(facts, field) not in known:
            yield Problem(field, _("This is not in the list."), _("Choose one that is."))
    if facts.functioning and not re.fullmatch(r"[0-4]{6}", facts.functioning):
        yield Problem(
            "functioning", _("These are not six answers of 1 to 4."), _("Answer the six questions.")
        )


def _contact(facts: Facts) -> Iterator[Problem]:
    for field in ("phone", "guardian_phone"):
        if getattr(facts, field) and not plain_phone(getattr(facts, field)):
            yield Problem(
                field,
                _("This is no telephone number."),
                _("Write its digits, such as 944 123 456, or leave it empty."),
            )
    if facts.calls not in Calls.values:
        yield Problem("calls", _("This is not in the list."), _("Choose one that is."))
    if facts.calls == Calls.HOURS and not facts.call_hours.strip():
        yield Problem(
            "call_hours",
            _("The hours at which it is safe to call are missing."),
            _("Write them, or choose “Do not call”."),
        )


def plain_phone(text: str) -> str:
    """The digits of a number, `+` before them where it is there; nothing where it is none."""
    plain = re.sub(r"[\s().-]", "", text)
    return plain if re.fullmatch(r"\+?\d{6,15}", plain) else ""
