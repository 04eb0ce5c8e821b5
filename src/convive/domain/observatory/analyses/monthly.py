"""Months of counts for the questions of change: from a file, or from what was imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory import expected, queries, reading, sayings
from convive.domain.observatory.answers import Exposure
from convive.domain.observatory.expected import Expected
from convive.domain.observatory.exposure import CountedBy
from convive.domain.observatory.measures import exposure_of
from convive.domain.programme import queries as programme
from convive.evidence import columns as table
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Question
from convive.kernel.periods import Period
from convive.kernel.texts import LANGUAGES

MONTH = ("month", "mes", "period", "periodo", "date", "fecha")
YEAR = ("year", "anio", "año", "ano")
COUNT = ("n", "count", "cantidad", "cases", "casos", "value", "valor")


@dataclass(frozen=True)
class Break:
    """A day from which it is another series, and why.

    texts : the same in each language, for an answer that is kept; empty where only `text` is known.
    """

    on: date
    text: str
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """Why, in the language of the reader."""
        return said_of(self.text, self.texts)


def said_of(text: str, texts: Mapping[str, str]) -> str:
    """The one of `texts` that the reader asked for; `text` where there is none."""
    return texts.get("en" if (get_language() or "es").startswith("en") else "es", text)


@dataclass(frozen=True)
class Monthly:
    """Counts by month, without gaps.

    counts : (n,) nan where the month is not covered. person_years : (n,), or None where the people
    are not known. firm : the last month that no longer grows. foretold : what later ones will come
    to, where that was asked for and can be told. counted_by : who counted the people of each month,
    and within which boundaries; empty where the people are not known.
    """

    name: str
    months: tuple[date, ...]
    counts: NDArray[np.float64]
    person_years: NDArray[np.float64] | None
    breaks: Sequence[Break]
    firm: date
    foretold: Mapping[date, Expected] = field(default_factory=dict)
    counted_by: Sequence[CountedBy] = ()

    @property
    def period(self) -> Period:
        last = self.months[-1]
        return Period(self.months[0], Period.month(last.year, last.month).end)

    @property
    def unknown(self) -> list[date]:
        """The months that no longer grow and whose number is not known."""
        known = zip(self.months, self.counts, strict=True)
        return [month for month, n in known if np.isnan(n) and month <= self.firm]

    def stretches(self) -> list[Monthly]:
        """Parts that no break divides: numbers on its two sides are not compared.

        A part has no person-years where its people were counted anew meanwhile, by another source
        or within other boundaries: what changed there would show as a change in crime.
        """
        cuts = sorted({each.on.replace(day=1) for each in self.breaks} & set(self.months[1:]))
        edges = [0, *(self.months.index(cut) for cut in cuts), len(self.months)]
        return [
            replace(
                self,
                months=self.months[a:b],
                counts=self.counts[a:b],
                person_years=self._comparable(a, b),
                breaks=(),
                counted_by=self.counted_by[a:b],
            )
            for a, b in pairwise(edges)
        ]

    def counts_of_people(self, first: int = 0, end: int | None = None) -> CountedBy:
        """Every count of the people that some of these months rest on."""
        return CountedBy().union(*self.counted_by[first:end])

    def _comparable(self, first: int, end: int) -> NDArray[np.float64] | None:
        if self.person_years is None or len(self.counts_of_people(first, end)) > 1:
            return None
        return self.person_years[first:end]


def of_file(path: Path, firm: date | None = None, *, absent_is_zero: bool = False) -> Monthly:
    """A table of one row for each month; rows of one month are added up.

    firm : the last month that no longer grows; None where no month grows. absent_is_zero : a month
    without a row is zero; else it is not known, as one is whose number is empty.

    Raises BadInput where the columns are not there or hold something else.
    """
    found = table.columns_of(path)
    count = table.find(found, "", COUNT, "n", _("how many"))
    n = table.numbers(found, count, path.name)
    months = months_of(found, path.name)
    every = np.arange(months.min(), months.max() + 1)
    at = (months - every[0]).astype(np.int64)
    counts = np.full(len(every), 0.0 if absent_is_zero else np.nan)
    counts[at] = 0.0
    np.add.at(counts, at, n)
    days = tuple(each.astype("datetime64[D]").astype(object) for each in every)
    return Monthly(path.stem, days, counts, None, (), firm or days[-1])


def of_source(source: str, place: str | None, period: Period | None, offence: str = "") -> Monthly:
    """The months of a place as a source counts it. Raises Refused where it carries no series."""
    view = evidence.source(source)
    if view.coverage is None:
        raise Refused.at(source, _("Nothing has been imported from this source yet."))
    where = {"source": source} | ({"category": offence} if offence else {})
    asked = reading.read(Question(_whole_months(period or view.coverage), place, where))
    reading.counted(asked)
    reading.complete(asked)
    found = evidence.by_month(asked.selection())
    months = tuple(month.start for month in asked.period.months())
    people = _people(asked, months)
    return Monthly(
        asked.name,
        months,
        np.array([float(found.get(month, np.nan)) for month in months]),
        None if people is None else np.array([each.person_years / 12 for each in people]),
        breaks_of(view, asked.period, is_divided=asked.is_divided),
        reading.firm_of(view),
        counted_by=tuple(each.counted_by for each in people or ()),
    )


def breaks_of(view: SourceView, period: Period, *, is_divided: bool) -> list[Break]:
    """The breaks of a source within a period, each with its reason in every language."""
    told: dict[date, dict[str, str]] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for mark in sayings.breaks_of(view, period, is_divided=is_divided):
                if mark.on:
                    told.setdefault(mark.on, {})[language] = mark.text
    return [Break(on, said_of("", texts), texts) for on, texts in told.items()]


def of_source_foretold(
    source: str, place: str | None, period: Period | None, offence: str = ""
) -> Monthly:
    """As `of_source`, with what the months that still grow will come to."""
    given = of_source(source, place, period, offence)
    if given.months[-1] <= given.firm:
        return given
    here = [programme.place(place)] if place else list(programme.districts())
    refs = [ref for each in here for ref in queries.refs(each)]
    found = expected.of_places(source, refs, offence).months
    counts = dict(zip(given.months, given.counts, strict=True))
    growing = {m: one for m, one in found.items() if m > given.firm and m in counts}
    return replace(
        given, foretold={m: one for m, one in growing.items() if one.published == counts[m]}
    )


def _whole_months(period: Period) -> Period:
    """Every month that the period touches: days of a month are no number of the month."""
    return Period(period.start.replace(day=1), Period.month(period.end.year, period.end.month).end)


def _people(asked: reading.Asked, months: Sequence[date]) -> list[Exposure] | None:
    """The people of each month's year; None where a year is not known."""
    census = asked.census()
    try:
        by_year = {
            year: exposure_of(asked, census, Period.between(str(year), str(year)))
            for year in sorted({month.year for month in months})
        }
    except Refused:
        return None
    return [by_year[month.year] for month in months]


def months_of(found: dict[str, table.Texts], file: str) -> NDArray[np.datetime64]:
    """The month of each row, from one column or from a year and a month."""
    year = table.optional(found, "", YEAR)
    month = table.find(found, "", MONTH, "month", _("the month"))
    try:
        if year is None or year == month:
            return found[month].astype(str).astype("datetime64[M]")
        years = table.numbers(found, year, file).astype(np.int64)
        numbers = table.numbers(found, month, file).astype(np.int64)
    except ValueError:
        raise BadInput.at(
            file, _("A month is not written as one."), _("Write it as 2024-12.")
        ) from None
    return np.datetime64("1970-01", "M") + ((years - 1970) * 12 + numbers - 1).astype(
        "timedelta64[M]"
    )
