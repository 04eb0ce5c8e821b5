"""What holds for people in the register, without a database: ages, disability, who may consent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from convive.domain.people.vocabulary import ADULT, AGE_BANDS, DISABILITY_FROM, WASHINGTON, Voice


@dataclass(frozen=True)
class Said:
    """The newest word on one purpose by one voice, and the day on which it was said."""

    purpose: str
    voice: str
    agrees: bool
    on: date


def age_on(born: date, day: date) -> int:
    """Whole years. Somebody born on 29 February is a year older on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def band_of(age: int) -> str:
    return [band for least, band in AGE_BANDS if age >= least][-1]


def band_on(birth_month: date | None, band: str, band_on: date | None, day: date) -> str:
    """The age band that somebody counts in on a day, from the month of birth; else the band that
    was told, grown older by the whole years since, as the youngest of it would be."""
    if birth_month is not None:
        return band_of(max(0, age_on(birth_month, day)))
    if not band or band_on is None:
        return ""
    least = {name: age for age, name in AGE_BANDS}[band]
    return band_of(least + max(0, age_on(band_on, day)))


def is_minor(born: date | None, band: str, told_on: date | None, day: date) -> bool:
    """Whether somebody is under age on a day. Without a birth date: as long as the youngest of the
    band that was told may be."""
    found = band_on(born, band, told_on, day)
    return bool(found) and found in {name for least, name in AGE_BANDS if least < ADULT}


def has_disability(answers: str) -> bool | None:
    """By the recommended cut-off; None where none of the six was asked."""
    asked = [int(answer) for answer in answers if answer.isdigit() and answer != "0"]
    return max(asked) >= DISABILITY_FROM if asked else None


def washington(answers: Mapping[str, str]) -> str:
    """The six answers as six digits, 0 where one was not asked; nothing where none was."""
    found = "".join(answers.get(name) or "0" for name in WASHINGTON)
    return found if found.strip("0") else ""


def agrees(
    said: Iterable[Said], purpose: str, day: date, *, is_minor: Callable[[date], bool]
) -> bool:
    """Whether a purpose is consented to on a day.

    said : the newest word of each voice on each purpose. is_minor : of whom they are, on a day.

    A minor needs the guardian's consent and their own assent; an adult their own, said as an adult.
    What a guardian once said no longer holds for an adult.
    """
    words = {each.voice: each for each in said if each.purpose == purpose}
    needed = (Voice.GUARDIAN, Voice.ASSENT) if is_minor(day) else (Voice.SELF,)
    return all(voice in words and counts(words[voice], is_minor) for voice in needed)


def counts(word: Said, is_minor: Callable[[date], bool]) -> bool:
    """Whether it is a yes that its voice could give on that day: nobody agrees alone as a minor."""
    return word.agrees and not (word.voice == Voice.SELF and is_minor(word.on))
