"""Tables whose months stand side by side as columns, as letters print them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from convive.evidence.reading.fields import months_by_name
from convive.kernel.errors import BadInput

_LEAST = 3  # one or two names of months may mean something else
_MOST_WORDS = 4  # of a head: MES DE ENERO, 2024 ENERO
# The first of a month, as a workbook gives a head that is a date; year and month in figures
_FIRST_DAY = re.compile(
    r"(?:19|20)\d\d-(?P<a>\d\d)(?:-01)?(?:[T ].*)?|(?:0?1/)?(?P<b>\d\d?)/20\d\d"
)


class MonthsInColumns(BadInput):
    """The columns of a file are months, where a row for each month is needed."""


def month_columns(names: Iterable[str]) -> list[str]:
    """The names that are months, where there are so many that the columns are months; else none."""
    said = [" ".join(name.split()) for name in names]
    found = {name: month for name in said if (month := _month(name))}
    if len(set(found.values())) >= _LEAST:
        return list(found)
    year = [str(month) for month in range(1, 13)]
    is_a_year = any(said[start : start + 12] == year for start in range(len(said) - 11))
    return year if is_a_year else []


def why_months(columns: list[str]) -> str:
    return _("Months stand in its columns: %(first)s, %(second)s, … %(last)s.") % {
        "first": columns[0],
        "second": columns[1],
        "last": columns[-1],
    }


def one_row_for_each() -> str:
    return _(
        "Write one row for each place, offence and month. A small table can also be typed in, "
        "under “Type in a small table”."
    )


def months_in_columns(file_name: str, columns: list[str]) -> MonthsInColumns:
    return MonthsInColumns.at(file_name, why_months(columns), one_row_for_each())


def _month(name: str) -> int:
    """The month that a head names, from 1; 0 for any other head."""
    as_date = _FIRST_DAY.fullmatch(name)
    if as_date:
        return int(as_date["a"] or as_date["b"])
    words = re.findall(r"[^\W\d_]+", name.upper())
    if len(words) > _MOST_WORDS:
        return 0
    known = months_by_name()
    return next((known[word] for word in words if word in known), 0)
