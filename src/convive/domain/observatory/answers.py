"""Makes figures of counts: one way for page, report, API and command. Nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from convive.domain.observatory import sayings
from convive.domain.observatory.exposure import CountedBy, People, Span, person_years
from convive.domain.observatory.reading import Asked
from convive.domain.observatory.rules import Ratio
from convive.kernel.figures import Figure, Mark, Status
from convive.kernel.periods import Period
from convive.stats import rates

PER = 100_000


@dataclass(frozen=True)
class Tally:
    """How many records, and which months of the period the source does not cover."""

    n: int
    uncovered: tuple[date, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """The people a count is divided by: one row for each year and boundary edition."""

    parts: Mapping[Span, People]

    @property
    def person_years(self) -> float:
        return person_years(self.parts)

    @property
    def counted_by(self) -> CountedBy:
        """Source and edition of every row: two periods compare only where these are the same."""
        return frozenset((people.source, people.edition) for people in self.parts.values())


def count(asked: Asked, tally: Tally) -> Figure:
    """How many records, with the exact Poisson interval."""
    if tally.uncovered:
        return missing(asked, tally, sayings.unit(asked.source))
    common = _common(asked, sayings.unit(asked.source), sayings.count_method())
    lower, upper = (float(end) for end in rates.poisson_interval(tally.n))
    return Figure(
        **common,
        value=tally.n,
        lower=lower,
        upper=upper,
        n=tally.n,
        words=sayings.count(asked, tally.n, lower, upper),
    )


def rate(asked: Asked, tally: Tally, exposure: Exposure, names: Mapping[str, str]) -> Figure:
    """Records per 100,000 person-years, with the exact Poisson interval."""
    if tally.uncovered:
        return missing(asked, tally, sayings.rate_unit())
    method = sayings.rate_method(asked.source, exposure.parts, names)
    marks = sayings.exposure_marks(exposure.counted_by)
    common = _common(asked, sayings.rate_unit(), method, marks)
    value, lower, upper = (float(x) for x in rates.rate(tally.n, exposure.person_years, PER))
    return Figure(
        **common,
        value=value,
        lower=lower,
        upper=upper,
        n=tally.n,
        words=sayings.rate(asked, tally.n, value, lower, upper),
    )


@dataclass(frozen=True)
class Compared:
    """Two periods of one place, and the ratio of later over earlier.

    people : exposures of both where rates are compared, else None: then counts are.
    dispersion : how many times as much as by chance the months vary (`scatter`), None if not known.
    same_months : whether both have the same months of the year, so that no season lies between.
    """

    asked: Asked
    baseline: Period
    before: Tally
    after: Tally
    people: tuple[Exposure, Exposure] | None
    ratio: Ratio
    dispersion: float | None
    same_months: bool

    @property
    def by_rate(self) -> bool:
        return self.people is not None


def compare(
    asked: Asked,
    baseline: Period,
    before: Tally,
    after: Tally,
    people: tuple[Exposure, Exposure] | None,
    dispersion: float | None,
) -> Compared:
    """Compare two counts, as far as the months of the place vary by themselves.

    It has no direction where that is not known, or where other months of the year are compared.

    Rates are compared where the same source counted the people of both periods in the same
    boundaries; else counts are, by day where the periods are not the same months of the year.
    """
    same_months = _same_months(baseline, asked.period)
    if people is not None:
        times = (people[0].person_years, people[1].person_years)
    elif same_months:
        times = (1.0, 1.0)
    else:
        times = (float(baseline.days), float(asked.period.days))
    times_as_much = dispersion or 1.0
    found = rates.compare_counts(
        before.n, after.n, *times, dispersion=(times_as_much, times_as_much)
    )
    is_told = same_months and dispersion is not None
    ratio = Ratio(found.ratio, found.lower, found.upper, is_told)
    return Compared(asked, baseline, before, after, people, ratio, dispersion, same_months)


def change(compared: Compared, names: Mapping[str, str]) -> Figure:
    """The change in percent, with its interval; it says no more than the interval allows."""
    asked = compared.asked
    uncovered = compared.before.uncovered + compared.after.uncovered
    if uncovered:
        return missing(asked, Tally(0, uncovered), "%")
    common = _common(asked, "%", sayings.change_method(compared, names))
    value, lower, upper = compared.ratio.as_change()
    if value is None:
        common["status"] = Status.UNDEFINED
    return Figure(
        **common,
        value=value,
        lower=lower,
        upper=upper,
        n=compared.after.n,
        words=sayings.change(compared, is_provisional=common["status"] is Status.PROVISIONAL),
    )


def share(asked: Asked, part: Tally, whole: Tally) -> Figure:
    """The share of one offence or category in all that the source counts, in percent."""
    if whole.uncovered:
        return missing(asked, whole, "%")
    common = _common(asked, "%", sayings.share_method(asked))
    if whole.n == 0:
        common["status"] = Status.UNDEFINED
        return Figure(**common, value=None, n=0, words=sayings.nothing(asked))
    value, lower, upper = (100 * float(x) for x in rates.proportion(part.n, whole.n))
    return Figure(
        **common,
        value=value,
        lower=lower,
        upper=upper,
        n=part.n,
        words=sayings.share(asked, part.n, whole.n, value, lower, upper),
    )


def missing(asked: Asked, tally: Tally, unit: str) -> Figure:
    """No number where months are not covered: a partial sum is never shown as the whole."""
    common = _common(asked, unit, sayings.missing_method())
    common["status"] = Status.MISSING
    common["marks"] += (sayings.coverage_mark(asked.source, tally.uncovered),)
    return Figure(**common, value=None, words=sayings.missing(asked, tally.uncovered))


def _common(asked: Asked, unit: str, method: str, more: tuple[Mark, ...] = ()) -> dict[str, Any]:
    """What every figure of a source carries: its source, date, status and marks."""
    marks, status = sayings.marks(asked) + more, Status.OK
    if growing := sayings.provisional_mark(asked):
        marks, status = (*marks, growing), Status.PROVISIONAL
    return {
        "unit": unit,
        "method": method,
        "source": sayings.source(asked.source),
        "as_of": asked.source.as_of,
        "status": status,
        "marks": marks,
    }


def _same_months(earlier: Period, later: Period) -> bool:
    return (
        earlier.is_whole_months
        and later.is_whole_months
        and [p.start.month for p in earlier.months()] == [p.start.month for p in later.months()]
    )
