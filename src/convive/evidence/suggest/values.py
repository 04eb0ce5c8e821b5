"""What the values of one column look like: numbers, dates and their order, clocks, codes, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from convive.evidence.iccs.guess import is_offence
from convive.evidence.reading.fields import MONTH_NAMES
from convive.evidence.suggest.words import fold

# Texts by which files say that there is no value
MISSING = {"na", "n/a", "nan", "null", "none", "nd", "n.d.", "s/d", "sd", "s/i", "-", "--", "."}
MISSING |= {"sin dato", "sin datos", "no registra", "sin registro", "sin información", "no data"}

_SEX_WORDS = {
    "female": ("f", "female", "femenino", "mujer", "mujeres", "fem", "woman"),
    "male": ("h", "m", "male", "masculino", "hombre", "hombres", "varon", "masc", "man"),
}
_YES_NO = {"true", "false", "t", "f", "yes", "no", "y", "n", "si", "s", "1", "0"}
_PART_WORDS = {
    "dawn": ("madrugada", "dawn", "early morning"),
    "morning": ("manana", "morning", "dia", "day"),
    "afternoon": ("tarde", "afternoon"),
    "night": ("noche", "night", "evening"),
}
PART_HOURS = {"dawn": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "night": (18, 24)}
_DATE = re.compile(
    r"(?P<a>\d{1,4})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<c>\d{1,4})"
    r"(?:[T ]+(?P<clock>\d{1,2}:\d{2}.*))?"
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[AaPp]\.?[Mm]\.?)?")
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
_PERIOD = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])|(0[1-9]|1[0-2])|Q[1-4])")
_PHONE = re.compile(r"(\+?51)?[ -]?9\d{2}[ -]?\d{3}[ -]?\d{3}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)


MOST_TEXTS = 500  # different words that a suggestion lists
_COMMON = 30


def part_of_day(text: str) -> str:
    """Our name for a part of the day; nothing for what is none."""
    return next((part for part, said in _PART_WORDS.items() if fold(text) in said), "")


def sex_of(texts: Sequence[str]) -> dict[str, str]:
    """What the file writes -> female or male. Beside H (hombre), M is mujer."""
    said = {text: fold(text) for text in texts}
    is_spanish = "h" in said.values()
    found = {}
    for text, word in said.items():
        sex = next((sex for sex, words in _SEX_WORDS.items() if word in words), "")
        if sex:
            found[text] = "female" if is_spanish and word == "m" else sex
    return found


_DOCUMENT = re.compile(r"\d{8}|9\d{8}")  # a DNI; a mobile number of Peru
_FULL_NAME = re.compile(r"[^\W\d_]{2,}(?:[ '\u2019-]+[^\W\d_]+\.?){1,4}(?:,[^,\d]+)?")
_RECORD_NUMBER = re.compile(r"(?:[^\W\d_]{1,12}[-/. ]?)?\d+(?:[-/.][^\W_]{1,12})*")
_A_FEW_RECORDS = 3
_A_FEW_PEOPLE, _HARDLY_TWO, _NEARLY_ALL = 20, 0.8, 0.9


@dataclass(frozen=True)
class Values:
    """Different values of a column with how often each stands there, the most frequent first.

    rows : rows of the file that were looked at. filled : those with a value. distinct : how many
    different values there are in all of them (`counted` may hold fewer). is_running : they are the
    whole numbers from 1 (or 0) on, each once.
    """

    counted: Sequence[tuple[str, int]]
    rows: int
    filled: int
    distinct: int
    is_running: bool = False

    @cached_property
    def known(self) -> list[tuple[str, int]]:
        """The values without those that stand for none."""
        return [(text, n) for text, n in self.counted if text.casefold() not in MISSING]

    def share(self, test: Callable[[str], object]) -> float:
        """Share of the known values, by how often they stand there, that pass the test."""
        total = sum(n for _text, n in self.known)
        return sum(n for text, n in self.known if test(text)) / total if total else 0.0

    @cached_property
    def numbers(self) -> list[tuple[float, int]]:
        return [
            (float(text.replace(",", ".")), n)
            for text, n in self.known
            if _NUMBER.fullmatch(text) and len(text) < 40
        ]

    @cached_property
    def is_number(self) -> float:
        return self.share(_NUMBER.fullmatch)

    @cached_property
    def is_whole(self) -> float:
        return self.share(re.compile(r"\d+([.,]0+)?").fullmatch)

    def between(self, low: float, high: float) -> bool:
        """Whether hardly any number lies outside."""
        total = sum(n for _x, n in self.numbers)
        return bool(total) and sum(n for x, n in self.numbers if low <= x <= high) >= 0.99 * total

    @cached_property
    def dates(self) -> list[tuple[re.Match[str], int]]:
        found = [(_DATE.fullmatch(text), n) for text, n in self.known]
        return [(match, n) for match, n in found if match and _year_of(match)]

    @cached_property
    def is_date(self) -> float:
        total = sum(n for _text, n in self.known)
        return sum(n for _match, n in self.dates) / total if total else 0.0

    @cached_property
    def orders(self) -> tuple[str, ...]:
        """The orders under which every date is one: ymd, or dmy or mdy or both."""
        if not self.dates:
            return ()
        if all(len(match["a"]) == 4 for match, _n in self.dates):
            return ("ymd",)
        firsts = max(int(m["a"]) for m, _n in self.dates if len(m["a"]) < 4)
        seconds = max(int(m["b"]) for m, _n in self.dates)
        found = []
        if seconds <= 12 and firsts <= 31:
            found.append("dmy")
        if firsts <= 12 and seconds <= 31:
            found.append("mdy")
        return tuple(found)

    @cached_property
    def has_clock(self) -> bool:
        """Some dates carry a clock that is not midnight."""
        clocks = [match["clock"] for match, _n in self.dates if match["clock"]]
        return any(not re.match(r"0?0:00(:00)?", clock) for clock in clocks)

    @cached_property
    def has_utc_mark(self) -> bool:
        return any((match["clock"] or "").endswith("Z") for match, _n in self.dates)

    @cached_property
    def is_first_of_month(self) -> bool:
        """Every date is the first of its month, in more than two months."""
        order = self.orders[0] if self.orders else "ymd"
        place = {"ymd": "c", "dmy": "a", "mdy": "b"}[order]
        days = {int(match[place]) for match, _n in self.dates}
        return days == {1} and len(self.dates) > 2

    @cached_property
    def is_clock(self) -> float:
        return self.share(_CLOCK.fullmatch)

    @cached_property
    def is_period(self) -> float:
        return self.share(_PERIOD.fullmatch)

    @cached_property
    def is_month_name(self) -> float:
        return self.share(lambda text: text.upper() in MONTH_NAMES)

    @cached_property
    def is_sex(self) -> float:
        known = {word for words in _SEX_WORDS.values() for word in words}
        return self.share(lambda text: fold(text) in known)

    @cached_property
    def is_yes_no(self) -> float:
        return self.share(lambda text: fold(text) in _YES_NO)

    @cached_property
    def is_part(self) -> float:
        return self.share(part_of_day)

    @cached_property
    def is_words(self) -> bool:
        """Words, not numbers or dates, and few enough of them to list."""
        return self.is_number < 0.5 and self.is_date < 0.5 and self.distinct <= MOST_TEXTS

    @cached_property
    def is_offences(self) -> float:
        """Share of the rows whose word is known as that of an offence, by the commonest words."""
        common = self.known[:_COMMON]
        total = sum(n for _text, n in common)
        return sum(n for text, n in common if is_offence(text)) / total if total else 0.0

    @cached_property
    def is_contact(self) -> float:
        return self.share(lambda text: _PHONE.fullmatch(text) or _MAIL.fullmatch(text))

    @cached_property
    def is_free_text(self) -> bool:
        """Long texts of which hardly two are the same."""
        long = self.share(lambda text: len(text) > 60 and text.count(" ") > 7)
        return long > 0.3 and self.distinct > 0.5 * self.filled

    @property
    def is_about_people(self) -> bool:
        """Documents, telephones or full names, whatever the column is called: hardly two are equal,
        and they are numbers of eight digits, mobile numbers, or two to five words of letters."""
        if self.distinct < _A_FEW_PEOPLE or self.is_unique < _HARDLY_TWO:
            return False
        return max(self.share(_DOCUMENT.fullmatch), self.share(_FULL_NAME.fullmatch)) > _NEARLY_ALL

    @cached_property
    def is_unique(self) -> float:
        """Different values for each row that has one."""
        return self.distinct / self.filled if self.filled else 0.0

    @cached_property
    def is_record_number(self) -> bool:
        """Numbers or codes such as D-0012 and 2024/118, no two the same."""
        if self.distinct < self.filled or self.distinct < _A_FEW_RECORDS or self.is_date > 0.1:
            return False
        return self.share(_RECORD_NUMBER.fullmatch) > _NEARLY_ALL

    def codes(self, digits: int) -> float:
        """Share of values that are a code of this length, or have lost their leading zero."""
        pattern = re.compile(rf"\d{{{digits - 1},{digits}}}(\.0)?")
        return self.share(pattern.fullmatch)

    def codes_short(self, digits: int) -> bool:
        """Whether some codes have lost their leading zero."""
        return self.share(re.compile(rf"\d{{{digits - 1}}}(\.0)?").fullmatch) > 0


def _year_of(match: re.Match[str]) -> bool:
    return (len(match["a"]) == 4) != (len(match["c"]) == 4)
