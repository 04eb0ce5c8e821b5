"""Whether the values of a column are those of a field, and how that is told.

Each rule gives a strength, 0 where the values forbid it, and a reason.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from convive.evidence.suggest.places import Surroundings
from convive.evidence.suggest.values import Values
from convive.evidence.suggest.words import fold

Fit = tuple[float, str]
NO: Fit = (0.0, "")

_SURE = 0.99
_LIKELY = 0.9
_FIRST_DAY, _LAST_DAY = 19000101, 21001231  # dates of eight digits
_EXCEL = 20_000, 73_415  # dates as day numbers, as `fields` reads them


def fit(role: str, values: Values, around: Surroundings) -> Fit:
    """How well the values are those of the role, 0 to 1.2, and why."""
    if not values.known:
        return NO
    if role == "place":
        return _place(values, around)
    return _RULES[role](values)


def _when(test: bool, why: str = "", strength: float = 1.0) -> Fit:
    return (strength, why) if test else NO


def _dated(values: Values) -> bool:
    return values.is_date > _LIKELY and bool(values.orders)


def _date(v: Values) -> Fit:
    as_number = v.is_whole > _SURE and v.between(_FIRST_DAY, _LAST_DAY)
    as_excel = v.is_number > _SURE and v.between(*_EXCEL)
    return _when((_dated(v) and not v.has_clock) or as_number or as_excel, _("it holds dates"))


def _datetime(v: Values) -> Fit:
    return _when(_dated(v) and v.has_clock, _("it holds dates with a clock time"))


def _some_date(v: Values) -> Fit:
    return _when(_dated(v) or bool(_date(v)[0]), _("it holds dates"))


def _period(v: Values) -> Fit:
    return _when(v.is_period > _SURE, _("it holds periods such as 2018-01, without days"))


def _vintage(v: Values) -> Fit:
    few = v.distinct <= 200 and (_dated(v) or v.is_period > _SURE)
    return _when(few, _("it holds few dates, each many times"))


def _whole(low: float, high: float, why: str, share: float = _LIKELY) -> Callable[[Values], Fit]:
    return lambda v: _when(v.is_whole > share and v.between(low, high), why)


def _month(v: Values) -> Fit:
    as_number = v.is_whole > 0.95 and v.between(1, 12)
    return _when(v.is_month_name > _LIKELY or as_number, _("it holds months"))


def _position(v: Values, most: float) -> Fit:
    if v.is_number <= 0.95:
        return NO
    if v.between(-most, most) and not v.is_whole > _SURE:
        return 1.2, _("it holds degrees")
    return 1.0, _("it holds numbers")


def _category(v: Values) -> Fit:
    if not v.is_words:
        return NO
    if v.is_offences > 0.3:
        return 1.1, _("its words are those of offences")
    return 0.6, _("it holds few different words")


def _number(v: Values) -> Fit:
    return _when(v.is_number > _LIKELY, "", 0.8)


def _few(v: Values) -> Fit:
    return _when(v.distinct <= 300, "", 0.6)


_RULES: dict[str, Callable[[Values], Fit]] = {
    "id": lambda v: _when(v.is_unique > 0.98, _("hardly two rows have the same value")),
    "datetime": _datetime,
    "date": _date,
    "time": lambda v: _when(v.is_clock > _LIKELY, _("it holds clock times")),
    "from": _some_date,
    "to": _some_date,
    "period": _period,
    "year": lambda v: _whole(1900, 2100, _("it holds years"), _SURE)(v),
    "month": _month,
    "day": lambda v: _whole(1, 31, _("it holds days"), _SURE)(v),
    "hour": lambda v: _whole(0, 23, _("it holds hours"))(v),
    "minute": lambda v: _whole(0, 59, _("it holds minutes"))(v),
    "part": lambda v: _when(v.is_part > _LIKELY, _("it holds parts of the day")),
    "registered": _some_date,
    "vintage": _vintage,
    "category": _category,
    "n": lambda v: _whole(0, 1e9, _("it holds whole numbers from zero on"), 0.95)(v),
    "x": lambda v: _position(v, 180),
    "y": lambda v: _position(v, 90),
    "victim_sex": lambda v: _when(v.is_sex > 0.5, _("it tells women and men apart")),
    "age_band": _few,
    "weapon": _few,
    "attempted": lambda v: _when(v.is_yes_no > _LIKELY, _("it holds yes and no")),
    "question": lambda v: _when(v.is_number < 0.5 and v.distinct <= 500, "", 0.8),
    **dict.fromkeys(("value", "lower", "upper", "se", "weight"), _number),
    "stratum": _few,
    "cluster": lambda v: _when(v.distinct > 1, "", 0.6),
}


def _place(values: Values, around: Surroundings) -> Fit:
    """A code of a scheme, or a name that the pack knows."""
    for digits in dict.fromkeys((*around.schemes.values(), 6)):
        if values.codes(digits) > 0.95:
            why = _("it holds codes of %(digits)s digits") % {"digits": digits}
            if values.codes_short(digits):
                why += _(", some without their leading zero, which is put back")
            return 1.1, why
    if values.share(lambda text: fold(text) in around.names) > 0.5:
        return 1.0, _("it holds names of places that the pack knows")
    return NO
