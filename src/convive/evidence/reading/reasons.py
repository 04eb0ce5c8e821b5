"""Why a row or a line is refused, and what to do about it, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

_CORRECT = _("Correct the value in the source and send the file again.")

REASONS: dict[str, tuple[Text, Text]] = {
    "empty": (_("The value is empty."), _("Fill it in; without it the row cannot be counted.")),
    "unknown_value": (
        _("The mapping does not know this value."),
        _("Correct its spelling, or add it to the source's file in the pack's sources/."),
    ),
    "bad_code": (
        _("This is not a code of the declared scheme."),
        _("Write the code with all its digits; only one leading zero may be missing."),
    ),
    "no_place": (
        _("It has neither a place nor a position."),
        _("Give the code of the place or its coordinates."),
    ),
    "not_whole": (_("This is not a whole number."), _("Write digits alone, without separators.")),
    "not_number": (_("This is not a number."), _("Write digits with one decimal mark.")),
    "negative": (_("A count cannot be below zero."), _CORRECT),
    "no_weight": (
        _("It has no weight: nobody knows how many people it stands for."),
        _("Ask whoever made the survey for the weights of these respondents."),
    ),
    "not_above_zero": (_("It is not above zero."), _CORRECT),
    "not_an_age": (_("Nobody is of this age."), _("Write the age in whole years.")),
    "not_percent": (_("A percentage lies between 0 and 100."), _CORRECT),
    "not_around": (
        _("The margin does not hold the estimate."),
        _("Check which column is the lower and which the upper end."),
    ),
    "bad_date": (
        _("This is not a date in the order that the source declares."),
        _("Write year-month-day, or say in the source how its dates are written."),
    ),
    "bad_period": (
        _("This is not a period."),
        _("Write a year, quarter, month or day: 2018, 2018Q1, 2018-01, 2018-01-05."),
    ),
    "bad_year": (_("This is not a year of the last or this century."), _("Write four digits.")),
    "bad_month": (_("This is not a month."), _("Write 1 to 12, or the month's name.")),
    "bad_day": (_("The month has no such day."), _CORRECT),
    "bad_time": (_("This is not a time of the day."), _("Write it as 14:30.")),
    "ends_before": (
        _("The interval ends before it starts."),
        _("Check which column is the start and which the end."),
    ),
    "future": (
        _("It lies after today: nobody can have recorded it."),
        _("Check the date and the order of day and month."),
    ),
    "half_point": (_("One of the two coordinates is missing."), _("Give both, or neither.")),
    "not_degrees": (
        _("These are no degrees of longitude and latitude."),
        _("Declare the system of coordinates as “crs” in the source's file of the pack."),
    ),
    "outside_crs": (
        _("The position lies outside the declared system of coordinates."),
        _("Check “crs” in the source's file of the pack, and whether x and y are swapped."),
    ),
    "too_long": (_("The text is longer than a category can be."), _("Check the column.")),
    "repeated_id": (
        _("A row above has the same identifier; the record is counted once."),
        _("Nothing, if it is the same record. Otherwise give it an identifier of its own."),
    ),
    "repeated_cell": (
        _("A row above gives the same place, period and category."),
        _("Keep the right one; if both are parts of one sum, declare cells = “sum”."),
    ),
}

# What DuckDB finds in the structure of a line
BREAKS: dict[str, Text] = {
    "MISSING COLUMNS": _("It has %(found)s fields, the header has %(wanted)s."),
    "TOO MANY COLUMNS": _("It has %(found)s fields, the header has %(wanted)s."),
    "UNQUOTED VALUE": _("A quotation mark opens or closes in the middle of a field."),
    "LINE SIZE OVER MAXIMUM": _("It does not end: a quotation mark is probably missing."),
}
OTHER_BREAK: Text = _("It cannot be parted into fields.")


def reason(code: str) -> str:
    return str(REASONS[code][0])


def remedy(code: str) -> str:
    return str(REASONS[code][1])
