"""Numbers and dates as each language writes them: `38,6`, `5 180`, `17 %`, `14 set 2016`.

Every page, document and chart writes its numbers here, so that a number looks the same everywhere.
The language is the active one (`django.utils.translation`). What has no value is said in words
("s/d", "n/a"), never left blank and never shown as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import isfinite, isnan
from typing import Literal, SupportsFloat

from babel.dates import format_time, get_month_names
from django.utils import timezone
from django.utils.translation import get_language

from convive.kernel.periods import Period

Number = SupportsFloat | None
MINUS = "\N{MINUS SIGN}"
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class _Writing:
    """How one language writes: locale data, as CLDR has it, with the spaces of our look."""

    locale: str  # whose month names Babel gives; es_PE says "set" where es says "sept"
    group: str
    decimal: str
    percent: str
    no_value: str
    range: str
    between: str
    or_more: str
    long_month: str


_WRITINGS = {
    "es": _Writing(
        "es_PE", _NARROW_SPACE, ",", f"{_SPACE}%", "s/d",
        "{} a {}", "entre {} y {}", "{} o más", "{} de {}",
    ),
    "en": _Writing(
        "en", ",", ".", "%", "n/a",
        "{} to {}", "between {} and {}", "{} or more", "{} {}",
    ),
}  # fmt: skip


def _writing() -> _Writing:
    return _WRITINGS["en" if (get_language() or "es").startswith("en") else "es"]


def no_value() -> str:
    """What stands where a number is missing: "s/d" (sin dato), "n/a"."""
    return _writing().no_value


def number(x: Number, digits: int = 0, *, signed: bool = False) -> str:
    """`5 180`, `38,6`, `−3`. Halves are rounded away from zero, as people do.

    x : the number, or None.
    digits : decimals, always all of them: 4 with one digit is `4,0`.
    signed : write `+` before what is above zero.
    """
    if x is None or not isfinite(float(x)):
        return no_value()
    writing = _writing()
    exact = Decimal(x) if isinstance(x, int) else _exact(x)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}".translate({ord(","): writing.group, ord("."): writing.decimal})
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def percent(share: Number, digits: int = 0) -> str:
    """`17 %` for the share 0.17."""
    return _percent(share, digits, signed=False)


def signed_percent(change: Number, digits: int = 0) -> str:
    """`+17 %` for the change 0.17 (ratio 1.17), `−16 %` for −0.16, `0 %` for none."""
    return _percent(change, digits, signed=True)


def _percent(share: Number, digits: int, *, signed: bool) -> str:
    if share is None or not isfinite(float(share)):
        return no_value()
    return number(_exact(share) * 100, digits, signed=signed) + _writing().percent


def _exact(x: SupportsFloat) -> Decimal:
    """The number as it is written, so that 0.145 is 14.5 % and not 14.499… %."""
    return x if isinstance(x, Decimal) else Decimal(repr(float(x)))


def interval(lower: Number, upper: Number, digits: int = 0) -> str:
    """`35,8 a 41,6`; an upper end without bound is `35,8 o más`."""
    return _ends(lower, upper, digits, _writing().range)


def between(lower: Number, upper: Number, digits: int = 0) -> str:
    """`entre 35,8 y 41,6`, as a figure card says it."""
    return _ends(lower, upper, digits, _writing().between)


def _ends(lower: Number, upper: Number, digits: int, joined: str) -> str:
    if lower is None or upper is None or isnan(float(lower)) or isnan(float(upper)):
        return no_value()
    if float(upper) == float("inf"):
        return _writing().or_more.format(number(lower, digits))
    return joined.format(number(lower, digits), number(upper, digits))


def percent_interval(lower: Number, upper: Number, digits: int = 0) -> str:
    """`−25 % a −5 %` for the shares or changes −0.25 and −0.05."""
    if lower is None or upper is None or isnan(float(lower)) or isnan(float(upper)):
        return no_value()
    if float(upper) == float("inf"):
        return _writing().or_more.format(percent(lower, digits))
    return _writing().range.format(percent(lower, digits), percent(upper, digits))


def change(ratio: Number, lower: Number, upper: Number) -> str:
    """`+17 % (+5 a +31)` for the ratio 1.17 (1.05 to 1.31): how a chart writes a change.

    A ratio to a count of zero is infinite: it is said as "s/d", with the end that is known.
    """
    if lower is None or upper is None or ratio is None or isnan(float(ratio)):
        return no_value()
    low, high = (
        number(_exact(end) * 100 - 100, signed=True) if isfinite(float(end)) else None
        for end in (lower, upper)
    )
    writing = _writing()
    ends = writing.or_more.format(low) if high is None else writing.range.format(low, high)
    moved = _exact(ratio) - 1 if isfinite(float(ratio)) else None
    return f"{signed_percent(moved)} ({ends})"


def month_name(month: int, width: Literal["narrow", "short", "long"] = "short") -> str:
    """The month 1 to 12 alone: `S`, `set`, `setiembre`."""
    return _month_names(width, _writing().locale)[month]


@cache
def _month_names(width: Literal["narrow", "short", "long"], locale: str) -> dict[int, str]:
    if width == "narrow":
        return dict(get_month_names("narrow", "stand-alone", locale=locale))
    form: Literal["abbreviated", "wide"] = "abbreviated" if width == "short" else "wide"
    names = get_month_names(form, "format", locale=locale)
    return {month: name.rstrip(".") for month, name in names.items()}


def day(on: date | None, *, year: bool = True) -> str:
    """`14 jul 2016`, or `14 jul` where the year is known."""
    if on is None:
        return no_value()
    return f"{on.day} {month_name(on.month)}" + (f" {on.year}" if year else "")


def month(on: date | None) -> str:
    """`jul 2016`."""
    return no_value() if on is None else f"{month_name(on.month)} {on.year}"


def long_month(on: date | None) -> str:
    """`julio de 2016`, `July 2016`: the month in running text and titles."""
    if on is None:
        return no_value()
    return _writing().long_month.format(month_name(on.month, "long"), on.year)


def moment(at: datetime | None) -> str:
    """`14 set 2016, 20:14` in the zone of the programme."""
    if at is None:
        return no_value()
    here = timezone.localtime(at)
    return f"{day(here.date())}, {format_time(here, 'HH:mm', locale=_writing().locale)}"


def period(span: Period | None) -> str:
    """`2023`, `2018 a 2024`, `ene–may 2016`, `jul 2015 a jun 2016`, `3–14 jul 2016`."""
    if span is None:
        return no_value()
    first, last = span.start, span.end
    same_year = first.year == last.year
    joined = _writing().range.format
    if span.is_whole_months:
        if (first.month, last.month) == (1, 12):
            return f"{first.year}" if same_year else joined(first.year, last.year)
        if not same_year:
            return joined(month(first), month(last))
        if first.month == last.month:
            return month(first)
        return f"{month_name(first.month)}–{month_name(last.month)} {last.year}"
    if first == last:
        return day(first)
    if same_year and first.month == last.month:
        return f"{first.day}–{day(last)}"
    return joined(day(first, year=not same_year), day(last))
