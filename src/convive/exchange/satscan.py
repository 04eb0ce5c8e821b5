"""SaTScan's case, coordinates and population files, read as they are.

Every function takes lines of text (an open file, `text.splitlines()`), or the whole as bytes or
text, and gives plain tables. Columns are parted by blanks, tabs or commas; a name in quotation
marks may hold blanks. Empty lines are passed over. A line that cannot be read is refused with its
number, the reason and what to do.

    .cas   place  count  date  [covariate …]
    .geo   place  latitude  longitude      (or  place  x  y)
    .pop   place  date  count  [covariate …]

Dates: 1977, 77, 1977/3, 1977/3/24, 1977-03-24, 3/24/1977. Of a case, a year is its 1 January and a
month its first day; of a population, they are 1 July and the 15th.

Source: SaTScan User Guide, "SaTScan ASCII file format".
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

Lines = Iterable[str] | str | bytes

_WORD = re.compile(r'"([^"]*)"|([^\s,"]+)')
_PRECISIONS = ("day", "month", "year")


class BadLine(ValueError):
    """A line that cannot be used: where, why, and what to do."""

    def __init__(self, line: int, why: str, remedy: str) -> None:
        self.line, self.why, self.remedy = line, why, remedy
        super().__init__(f"line {line}: {why}; {remedy}")


@dataclass(frozen=True)
class CaseFile:
    """Rows of a .cas file. `group` holds the covariates of a row, joined; None without any.
    `precision` is that of the coarsest date: "day", "month" or "year"."""

    place: list[str]
    date: list[date]
    count: list[int]
    group: list[str] | None
    precision: str


@dataclass(frozen=True)
class PlaceFile:
    """Rows of a .geo file; `unit` is "degrees" (x longitude, y latitude), "km" or "m"."""

    place: list[str]
    x: list[float]
    y: list[float]
    unit: str


@dataclass(frozen=True)
class PopulationFile:
    """Rows of a .pop file. `group` as in `CaseFile`."""

    place: list[str]
    date: list[date]
    count: list[float]
    group: list[str] | None


def read_cases(lines: Lines, near: date | None = None) -> CaseFile:
    """A .cas file. `near` is a day of the study: years of two digits are taken near to it."""
    places, dates, counts, groups = [], [], [], []
    coarsest = 0
    for line, words in _rows(lines, 3, "a place, a count and a date"):
        day, precision = _date(line, words[2], near, (1, 1, 1))
        coarsest = max(coarsest, _PRECISIONS.index(precision))
        places.append(words[0])
        counts.append(_whole(line, words[1]))
        dates.append(day)
        groups.append(words[3:])
    return CaseFile(places, dates, counts, _groups(groups), _PRECISIONS[coarsest])


def read_places(lines: Lines, unit: str = "degrees") -> PlaceFile:
    """A .geo file: latitude before longitude in degrees, x before y in "km" or "m"."""
    if unit not in ("degrees", "km", "m"):
        raise ValueError(f'unit {unit!r} is none of "degrees", "km", "m"')
    places, x, y = [], [], []
    where: dict[str, int] = {}
    for line, words in _rows(lines, 3, "a place and two coordinates"):
        first, second = _number(line, words[1]), _number(line, words[2])
        if words[0] in where:
            raise BadLine(
                line, f"{words[0]!r} has coordinates in line {where[words[0]]} already",
                "leave one of the two lines",
            )  # fmt: skip
        if unit == "degrees" and (abs(first) > 90 or abs(second) > 180):
            raise BadLine(
                line, f"{first:g} {second:g} are not a latitude and a longitude",
                "write the latitude first, or say that the coordinates are in km or m",
            )  # fmt: skip
        where[words[0]] = line
        places.append(words[0])
        x.append(second if unit == "degrees" else first)
        y.append(first if unit == "degrees" else second)
    return PlaceFile(places, x, y, unit)


def read_population(lines: Lines, near: date | None = None) -> PopulationFile:
    """A .pop file. `near` as in `read_cases`."""
    places, dates, counts, groups = [], [], [], []
    for line, words in _rows(lines, 3, "a place, a date and a count"):
        day, _precision = _date(line, words[1], near, (7, 1, 15))
        count = _number(line, words[2])
        if count < 0:
            raise BadLine(line, f"{words[2]} people are fewer than none", "write 0 or more")
        places.append(words[0])
        dates.append(day)
        counts.append(count)
        groups.append(words[3:])
    return PopulationFile(places, dates, counts, _groups(groups))


def _rows(lines: Lines, least: int, wanted: str) -> Iterator[tuple[int, list[str]]]:
    """Number and words of each line that is not empty; every line as long as the first."""
    if isinstance(lines, bytes):
        lines = _decoded(lines)
    if isinstance(lines, str):
        lines = lines.splitlines()
    length = 0
    for line, text in enumerate(lines, start=1):
        words = [quoted or plain for quoted, plain in _WORD.findall(text.lstrip("\ufeff"))]
        if not words:
            continue
        if len(words) < least:
            raise BadLine(line, f"{len(words)} columns", f"write {wanted}")
        if length and len(words) != length:
            raise BadLine(
                line, f"{len(words)} columns where the lines above have {length}",
                "give every line the same columns; a name with blanks goes in quotation marks",
            )  # fmt: skip
        length = len(words)
        yield line, words
    if not length:
        raise BadLine(1, "there is no row at all", f"write {wanted} in each line")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # what Windows wrote before
        return raw.decode("cp1252", errors="replace")


def _groups(groups: list[list[str]]) -> list[str] | None:
    return [" ".join(group) for group in groups] if groups[0] else None


def _convert(line: int, word: str, to: Callable[[str], float], what: str) -> float:
    try:
        value = to(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadLine(line, f"{word!r} is not {what}", f"write {what}, without spaces in it")
    return value


def _number(line: int, word: str) -> float:
    return _convert(line, word, float, "a number")


def _whole(line: int, word: str) -> int:
    value = int(_convert(line, word, int, "a whole number"))
    if value < 0:
        raise BadLine(line, f"{word} cases are fewer than none", "write 0 or more")
    return value


def _date(line: int, word: str, near: date | None, usual: tuple[int, int, int]) -> tuple[date, str]:
    """Day and precision. `usual` = month and day of a year, day of a month."""
    parts = re.split(r"[/\-]", word)
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        raise BadLine(line, f"{word!r} is not a date", "write year, year/month or year/month/day")
    numbers = [int(part) for part in parts]
    if len(parts) > 1 and len(parts[0]) < 3 and len(parts[-1]) == 4:  # month/day/year
        parts, numbers = [parts[-1], *parts[:-1]], [numbers[-1], *numbers[:-1]]
    year = _year(line, parts[0], near)
    month, day = usual[0], usual[1]
    if len(numbers) > 1:
        month, day = numbers[1], usual[2]
    if len(numbers) > 2:
        day = numbers[2]
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        raise BadLine(line, f"{word!r} is no day of the calendar", "write year/month/day")
    return date(year, month, day), _PRECISIONS[3 - len(numbers)]


def _year(line: int, text: str, near: date | None) -> int:
    year = int(text)
    if len(text) == 2:
        if near is None:
            raise BadLine(
                line, f"the year {text} has two digits",
                "write four, or say from when to when the study goes",
            )  # fmt: skip
        centuries = [near.year // 100 + shift for shift in (-1, 0, 1)]
        return min((c * 100 + year for c in centuries), key=lambda y: (abs(y - near.year), y))
    if len(text) != 4 or year < 1:
        raise BadLine(line, f"{text!r} is not a year", "write a year of four digits")
    return year
