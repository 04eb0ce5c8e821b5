"""How much more than by chance the months of a place vary: what its comparisons are judged by.

The number belongs to the place, the source and the last month compared, whatever period a page
shows: so page, report, API and command judge alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from convive.domain.observatory import sayings
from convive.domain.observatory.reading import Asked, firm_of
from convive.domain.observatory.rules import first_whole_month, months_back
from convive.evidence import queries as evidence
from convive.kernel.periods import Period
from convive.stats import dispersion

HISTORY_MONTHS = 84


def history(asked: Asked) -> Period:
    """The months that are looked at: the last seven years, on this side of every break, up to the
    end of the question or the last month that no longer grows."""
    end = min(asked.period.end, max(firm_of(asked.source), asked.period.start))
    start = months_back(end, HISTORY_MONTHS - 1)
    whole = Period(start, Period.month(end.year, end.month).end)
    for mark in sayings.breaks(asked, whole):
        if mark.on is not None:
            start = max(start, first_whole_month(mark.on))
    return Period(start, whole.end) if start <= whole.end else asked.period


def of_place(asked: Asked) -> float | None:
    """Read from the evidence. See `of_months`."""
    period = history(asked)
    return of_months(evidence.by_month(asked.selection(period)), period)


def of_months(months: Mapping[date, int], period: Period) -> float | None:
    """How many times as much as Poisson counts these vary, 1 or more; None where fewer than two
    years of the period are known, or nothing happened in them."""
    return dispersion.of_sums([months.get(month.start, np.nan) for month in period.months()])
