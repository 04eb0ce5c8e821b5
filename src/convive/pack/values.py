"""Reads one value of a pack's file: the same kinds serve TOML, CSV and GeoJSON.

Each kind takes what the file holds (a text in CSV, a native value in TOML and GeoJSON) and returns
what the programme keeps, or raises `Fault` with the reason and the remedy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from convive.domain.plans.definitions import suggest as suggest
from convive.domain.services import opening

Read = Callable[[Any], Any]

# Stands in the frame of a new pack for what somebody has to write
FILL = "???"

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_REF = re.compile(r"[^\s:]+:[^\s:]+")
_YES = {"yes": True, "true": True, "sí": True, "si": True, "no": False, "false": False}


class Fault(Exception):
    """A value that cannot be used: why, and what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


def is_unfilled(value: Any) -> bool:
    """Whether a value still holds the sign for what is to be filled in."""
    if isinstance(value, str):
        return FILL in value
    if isinstance(value, dict):
        return any(is_unfilled(part) for part in value.values())
    return isinstance(value, list) and any(is_unfilled(part) for part in value)


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise Fault(_("It is not a text."), _('Write it between quotation marks: "…".'))
    return value.strip()


def at_most(letters: int) -> Read:
    """A text of no more than so many letters: what the record can hold."""

    def read(value: Any) -> str:
        found = text(value)
        if len(found) > letters:
            raise Fault(
                _("The text has %(count)s letters, of which %(most)s can be kept.")
                % {"count": len(found), "most": letters},
                _("Write it shorter."),
            )
        return found

    return read


def slug(value: Any) -> str:
    """A short name for use in references: `la-esperanza`."""
    code = str(at_most(50)(value))
    if not _SLUG.fullmatch(code):
        raise Fault(
            _("“%(code)s” cannot be a code.") % {"code": code},
            _("Use small letters a–z, digits, - and _ alone, such as la-esperanza."),
        )
    return code


def reference(value: Any) -> str:
    """A place, `SCHEME:CODE`."""
    ref = text(value)
    if not _REF.fullmatch(ref):
        raise Fault(
            _("“%(ref)s” does not name a place.") % {"ref": ref},
            _("Write scheme and code, such as PE-INEI:130105."),
        )
    return ref


def day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise Fault(
            _("“%(value)s” is not a date.") % {"value": value},
            _("Write year-month-day, such as 2014-05-22."),
        ) from None


def whole(value: Any) -> int:
    """A whole number, zero or more."""
    if isinstance(value, str) and re.fullmatch(r"\d+", value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise Fault(
        _("“%(value)s” is not a whole number.") % {"value": value},
        _("Write digits alone, without separators, point or sign."),
    )


def number(value: Any) -> float:
    if isinstance(value, bool):
        raise Fault(_("It is not a number."), _("Write digits, with a point for decimals."))
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise Fault(
            _("“%(value)s” is not a number.") % {"value": value},
            _("Write digits, with a point for decimals."),
        )
    return found


def yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    answer = _YES.get(str(value).strip().lower())
    if answer is None:
        raise Fault(
            _("“%(value)s” is neither yes nor no.") % {"value": value},
            _("Write true or false; in CSV, yes or no."),
        )
    return answer


def spans(value: Any) -> tuple[str, ...]:
    """Opening hours, such as `mon-fri 08:00-13:00`."""
    found = texts(value)
    for each in found:
        try:
            opening.span(each)
        except ValueError:
            raise Fault(
                _("“%(hours)s” are no opening hours.") % {"hours": each},
                _("Write days and hours, such as mon-fri 08:00-13:00, sat 20:00-02:00."),
            ) from None
    return found


def holiday(value: Any) -> str:
    """A day of every year, `12-25`, or of one, `2026-04-03`."""
    try:
        return opening.holiday(text(value))
    except ValueError:
        raise Fault(
            _("“%(value)s” is not a date.") % {"value": value},
            _("Write month-day for every year, such as 12-25, or year-month-day."),
        ) from None


def telephone(value: Any) -> str:
    """A telephone as it is dialled: digits, spaces, and a + before the code of a country."""
    number = text(value)
    if not re.fullmatch(r"\+?\d[\d ]*", number):
        raise Fault(
            _("“%(number)s” is not a telephone.") % {"number": number},
            _("Write digits and spaces alone, with + before the code of another country."),
        )
    return number


def email(value: Any) -> str:
    address = text(value)
    if not re.fullmatch(r"[^@\s<>?&]+@[^@\s<>?&]+\.[^@\s<>?&]+", address):
        raise Fault(
            _("“%(address)s” is not an e-mail address.") % {"address": address},
            _("Write it as name@example.org."),
        )
    return address


def texts(value: Any) -> tuple[str, ...]:
    """A list; in CSV its parts stand between semicolons."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    if isinstance(value, list):
        return tuple(text(part) for part in value)
    raise Fault(_("It is not a list."), _('Write ["one", "two"]; in CSV, one;two.'))


def wholes(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Fault(_("It is not a list."), _("Write the numbers between brackets: [2, 4, 6]."))
    return tuple(whole(part) for part in value)


def pairs(value: Any) -> dict[str, str]:
    """Names and values; in CSV as `name=value;name=value`."""
    if isinstance(value, dict):
        return {text(name): text(part) for name, part in value.items()}
    found: dict[str, str] = {}
    for part in texts(value):
        name, sign, rest = part.partition("=")
        if not (sign and name.strip() and rest.strip()):
            raise Fault(
                _("“%(part)s” is not of the form name=value.") % {"part": part},
                _("Write name=value, several between semicolons."),
            )
        found[name.strip()] = rest.strip()
    return found


def pattern(value: Any) -> str:
    """A regular expression that a code must match from end to end."""
    try:
        re.compile(text(value))
    except re.error as error:
        raise Fault(
            _("It is not a regular expression: %(error)s.") % {"error": error},
            _("Correct it, or leave it out."),
        ) from None
    return text(value)


def one_of(*choices: str) -> Read:
    """A word of a fixed list."""

    def read(value: Any) -> str:
        word = text(value)
        if word not in choices:
            raise Fault(
                _("“%(word)s” is not one of the words used here.") % {"word": word},
                suggest(word, choices),
            )
        return word

    return read


def some_of(*choices: str) -> Read:
    """A list of words, each of a fixed list."""
    read_one = one_of(*choices)
    return lambda value: tuple(read_one(word) for word in texts(value))
