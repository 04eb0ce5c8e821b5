"""What a place's profile reads once and all its parts share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from convive.domain.observatory import queries, sayings, scatter
from convive.domain.observatory.answers import Exposure, Tally
from convive.domain.observatory.expected import Foretold, of_places
from convive.domain.observatory.exposure import Census, Drawings
from convive.domain.observatory.measures import exposure_of
from convive.domain.observatory.reading import Asked, asked_of, firm_of
from convive.domain.observatory.rules import (
    first_whole_month,
    months_back,
    recent,
    same_months_before,
)
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import Need, Selection, SourceView
from convive.evidence.support import lacks
from convive.kernel.errors import Refused
from convive.kernel.periods import Period

Months = Mapping[date, int]


@dataclass(frozen=True)
class Desk:
    """One place, one source, one period; each table is read from the evidence once."""

    place: Place
    source: SourceView
    period: Period

    @cached_property
    def province(self) -> Place:
        return queries.province_of(self.place)

    @cached_property
    def districts(self) -> list[Place]:
        """The districts of the province."""
        return queries.districts_in(self.province)

    @cached_property
    def compared(self) -> list[Place]:
        """The places set side by side: the programme's districts here, this place, the province.

        A district that the source still counts within another is not set beside it.
        """
        edition = self.source.edition_on(self.recent.end) or ""
        within = self.census.drawings.within
        rows = [
            district
            for district in self.districts
            if (district.in_programme or district.pk == self.place.pk)
            and within(district.ref, edition) is None
        ]
        return [*rows, self.province] if self.province not in rows else rows

    @cached_property
    def names(self) -> dict[str, str]:
        return {place.ref: place.name for place in [self.place, self.province, *self.districts]}

    @cached_property
    def firm(self) -> date:
        return firm_of(self.source)

    @cached_property
    def recent(self) -> Period:
        """The last twelve firm months, since the last break: no figure mixes both sides of one.

        A drawing that divides any district of the province breaks them for all, as they stand side
        by side on one map. A month at either end that the source holds in part is left out.
        """
        found = self._in_whole_months(recent(self.period, self.firm))
        together = [self.place, *self.districts]
        is_divided = any(self.census.drawings.divides(place.ref) for place in together)
        for mark in sayings.breaks_of(self.source, found, is_divided=is_divided):
            start = first_whole_month(mark.on) if mark.on else found.start
            if start <= found.end:
                found = Period(start, found.end)
        return found

    @cached_property
    def baseline(self) -> Period:
        return same_months_before(self.recent)

    @cached_property
    def census(self) -> Census:
        return queries.census([self.province, self.place, *self.districts], queries.drawings())

    @cached_property
    def here(self) -> Asked:
        """The question about this place. Raises Refused where the source counts it elsewhere."""
        return self.asked(self.place)

    def asked(self, place: Place, period: Period | None = None) -> Asked:
        return asked_of(
            self.source,
            (place,),
            place.name,
            period or self.recent,
            {"source": self.source.code},
            self.census.drawings,
            self.names,
        )

    def exposure(self, place: Place, period: Period | None = None) -> Exposure | None:
        """The people of a place, or None where they are not known within these boundaries."""
        try:
            return exposure_of(self.asked(place, period), self.census)
        except Refused:
            return None

    # One scan of the evidence for each table

    @cached_property
    def months_here(self) -> Months:
        return evidence.by_month(self.here.selection(self._read))

    @cached_property
    def foretold(self) -> Foretold:
        """What the newest months of this place will come to; unread where none still grows."""
        if self.period.end <= self.firm:
            return Foretold({})
        return of_places(self.source.code, queries.refs(self.place))

    @cached_property
    def months_province(self) -> Months:
        if self.province.pk == self.place.pk:
            return self.months_here
        return evidence.by_month(self.asked(self.province).selection(self._read))

    @cached_property
    def months_by_district(self) -> Mapping[str, Months]:
        """By district of the province, months without records left out."""
        selection = self.asked(self.province).selection(self._read)
        return by_own_code(evidence.by_place_and_month(selection, "district"), self.districts)

    @cached_property
    def offences(self) -> list[tuple[str, str, int]]:
        return evidence.by_offence(self.here.selection(self.recent))

    @cached_property
    def _read(self) -> Period:
        """The period, what it is compared with, and the years by which that is judged."""
        judged_by = months_back(self.recent.end, scatter.HISTORY_MONTHS - 1)
        start = min(self.period.start, self.baseline.start, judged_by)
        return Period(start, self.period.end)

    def scatter(self, place: Place) -> float | None:
        """How many times as much as by chance the months of a place vary; see `scatter`."""
        return scatter.of_months(self._months(place), scatter.history(self.asked(place)))

    @cached_property
    def scatter_of_the_rest(self) -> float | None:
        """The same of the province without this place."""
        period = scatter.history(self.asked(self.province))
        rest = {
            month: n - self.months_here[month]
            for month, n in self.months_province.items()
            if n >= self.months_here.get(month, n + 1)
        }
        return scatter.of_months(rest, period)

    def _months(self, place: Place) -> Months:
        """The months of this place, of its province or of a district of it, as far as covered."""
        if place.pk == self.place.pk:
            return self.months_here
        if place.pk == self.province.pk or not self.months_province:
            return self.months_province
        counted = self.months_by_district.get(place.ref, {})
        return {month: counted.get(month, 0) for month in self.months_province}

    def tally(self, place: Place, period: Period) -> Tally:
        """The records of this place or of a district of its province in one of the two periods."""
        months = self._months(place)
        uncovered = tuple(m.start for m in period.months() if m.start not in months)
        return Tally(0 if uncovered else sum(months[m.start] for m in period.months()), uncovered)

    def _in_whole_months(self, found: Period) -> Period:
        """Without the months at the ends of the source of which only some days are there."""
        spoken, whole = self.source.coverage, evidence.whole(self.source.code)
        if spoken is None or whole is None:
            return found
        start, end = found.start, found.end
        if spoken.start.replace(day=1) <= start < whole.start:
            start = whole.start
        if whole.end < end <= Period.month(spoken.end.year, spoken.end.month).end:
            end = whole.end
        return Period(start, end) if start <= end else found


def by_own_code(
    counts: Mapping[str, Months], places: Iterable[Place]
) -> dict[str, dict[date, int]]:
    """Months by each place's own code, whatever scheme the source writes."""
    own = {ref: place.ref for place in places for ref in queries.refs(place)}
    found: dict[str, dict[date, int]] = {}
    for ref, months in counts.items():
        told = found.setdefault(own.get(ref, ref), {})
        for month, n in months.items():
            told[month] = told.get(month, 0) + n
    return found


def can_profile(view: SourceView) -> bool:
    """Whether the source holds every record, with its month, so that months compare."""
    return not {Need.RECORDS, Need.MONTH, Need.TREND} & lacks(view.spec).keys()


def sources_here(place: Place) -> list[SourceView]:
    """Sources that speak of a place, real ones first, the latest first.

    A place that a source still counts within another is spoken of there.
    """
    drawings = queries.drawings()
    found = [view for view in evidence.sources() if _speaks_of(view, place, drawings)]
    return sorted(found, key=lambda view: (view.is_sample, _since(view.coverage), view.code))


def _speaks_of(view: SourceView, place: Place, drawings: Drawings) -> bool:
    if view.coverage is None or {Need.RECORDS, Need.MONTH} & lacks(view.spec).keys():
        return False
    within = drawings.within(place.ref, view.edition_on(view.coverage.end) or "")
    here = programme.place(within) if within else place
    needed = queries.all_of([here], view.spec.place.scheme, drawings)
    asked = Selection(view.code, view.coverage, queries.refs(here), all_of=needed)
    return bool(evidence.by_month(asked))


def _since(coverage: Period | None) -> int:
    """Sorts the source that reaches furthest to the front."""
    return -coverage.end.toordinal() if coverage else 0


def programme_places() -> list[Place]:
    """The districts of the programme, then the provinces that they lie in."""
    districts = list(programme.districts().select_related("parent__parent"))
    provinces = {queries.province_of(d).pk: queries.province_of(d) for d in districts}
    return [*districts, *(p for p in provinces.values() if p not in districts)]
