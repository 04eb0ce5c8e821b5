"""What of a profile a reader gets to see: its tables go through `convive.kernel.leaving` together.

A page shows the same counts in several places: a month stands in the series, in its year and in the
recent months; these are also the sum of the offences, and a part of the province. The ties are told
here once, and page, CSV, XLSX and diagnosis all read what came out.

Whoever works in some districts sees those exactly; their neighbours and the province are joint
knowledge of the programme, shown as outside and protected against somebody who knows their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory import tables
from convive.domain.observatory.parts import (
    ChangeRow,
    Class,
    Headline,
    Hidden,
    MapRow,
    MonthPoint,
    OffenceRow,
    PeerRow,
    PlaceProfile,
)
from convive.domain.observatory.profile import grid_of
from convive.domain.observatory.profile_places import HOMICIDE, in_classes
from convive.domain.observatory.profile_words import origin_of
from convive.domain.observatory.profile_words import peers as peers_said
from convive.domain.observatory.rules import Direction
from convive.domain.observatory.tables import (
    after_key,
    before_key,
    counted_as,
    least_key,
    month_key,
    offence_key,
    province_month_key,
    year_key,
)
from convive.kernel.figures import MarkKind, Status
from convive.kernel.leaving import Audience, Cleared, Number, Sum, leave
from convive.kernel.periods import Period

_OF_THE_REFERENCE = 0.5  # a point of the dashed line is hidden before a count of the place


def cleared(
    profile: PlaceProfile, audience: Audience, *, sees: Collection[str] | None = None
) -> Cleared:
    """All tables of a profile as this audience may have them.

    sees : inside, the places whose counts this reader may see exactly; None means all.
    """
    ties = _Ties(profile)
    return leave(
        tables.all_tables(profile),
        audience,
        sums=ties.sums,
        beside=ties.beside,
        knows=None if sees is None or audience is Audience.OUTSIDE else known(profile, sees),
    )


def known(profile: PlaceProfile, sees: Collection[str]) -> set[str]:
    """The numbers of these places."""
    keys = {key(ref) for ref in sees for key in (before_key, after_key, least_key)}
    if profile.ref in sees:
        keys |= {month_key(point.month) for point in profile.series}
        keys |= {year_key(point.month.year) for point in profile.series}
        keys |= {offence_key(row.category) for row in profile.offences}
    return keys


class _Ties:
    """The sums that a reader of a profile knows, and the numbers that stand in no cell."""

    def __init__(self, profile: PlaceProfile) -> None:
        self.profile = profile
        self.sums: list[Sum] = []
        self.beside: list[Number] = []
        months = {p.month: p.value for p in profile.series if p.value is not None}
        self._years(months)
        for key, period in ((after_key, profile.recent), (before_key, profile.baseline)):
            counts = _counts(profile, key)
            inside = {month_key(m): n for m, n in months.items() if m in period}
            if inside:
                self._tie(key(profile.ref), counts, inside)
            self._place(key, counts)
            self._province(key, counts, period)
        recent = _counts(profile, after_key)
        offences = {offence_key(row.category): row.value or 0 for row in profile.offences}
        if offences:
            self._tie(after_key(profile.ref), recent, offences)
        self._reference()
        self.beside += [
            Number(least_key(row.found.ref), row.found.least, profile.threshold)
            for row in profile.peers
            if row.found.least != row.found.n
        ]

    def _years(self, months: Mapping[date, int]) -> None:
        for year in {month.year for month in months}:
            parts = tuple(month_key(month) for month in months if month.year == year)
            self.sums.append(Sum(year_key(year), parts))

    def _place(self, key: tables.Key, counts: Mapping[str, int]) -> None:
        """The places above: the sum of the districts, and of whatever is not listed."""
        districts = {counted_as(self.profile, row) for row in self.profile.map_rows}
        parts = {key(ref): counts[key(ref)] for ref in sorted(districts) if key(ref) in counts}
        for row in self.profile.changes:
            if row.ref not in districts and parts:
                self._tie(key(row.ref), counts, parts)

    def _tie(self, whole: str, counts: Mapping[str, int], parts: Mapping[str, int]) -> None:
        """One sum; what its parts do not make up is a number of its own."""
        if whole not in counts:
            return
        rest = counts[whole] - sum(parts.values())
        if rest < 0:
            return
        names = tuple(parts)
        if rest:
            name = f"rest of {whole} {len(self.sums)}"
            self.beside.append(Number(name, rest, self.profile.threshold, is_told=False))
            names = (*names, name)
        self.sums.append(Sum(whole, names))

    def _reference(self) -> None:
        """The province's own months, told by the dashed line."""
        for point in self.profile.series:
            if point.in_province is None:
                continue
            name, limit = province_month_key(point.month), self.profile.threshold
            self.beside.append(Number(name, point.in_province, limit, weight=_OF_THE_REFERENCE))
            if point.value is not None and point.in_province >= point.value:
                parts = {month_key(point.month): point.value}
                self._tie(name, {name: point.in_province}, parts)

    def _province(self, key: tables.Key, counts: Mapping[str, int], period: Period) -> None:
        """The province's sum over the months of its line."""
        line = {p.month: p.in_province for p in self.profile.series if p.in_province is not None}
        parts = {province_month_key(m): n for m, n in line.items() if m in period}
        districts = {row.ref for row in self.profile.map_rows}
        for row in self.profile.changes:
            if parts and row.ref not in districts and row.ref != self.profile.ref:
                self._tie(key(row.ref), counts, parts)


def _counts(profile: PlaceProfile, key: tables.Key) -> dict[str, int]:
    """What the tables tell of each place, in the recent months or in those before."""
    is_after = key is after_key
    found = {key(r.ref): r.after if is_after else r.before for r in profile.changes}
    if is_after:
        found |= {key(counted_as(profile, r)): r.n for r in profile.map_rows if r.n is not None}
    return {name: n for name, n in found.items() if n is not None}


# The profile as a page shows it


def shown(
    profile: PlaceProfile, told: Cleared, *, sees: Collection[str] | None = None
) -> PlaceProfile:
    """The profile with only what came out: hidden counts as their range, and nothing made of them.

    `told` was cleared from the same profile, for the same reader (`sees`).
    """
    if told.audience is Audience.INSIDE and sees is None:
        return profile
    is_own = told.audience is Audience.INSIDE and sees is not None and profile.ref in sees
    series = tuple(_points(profile.series, told))
    grid, grid_classes = grid_of(series)
    map_rows, map_classes = _districts(profile, told)
    peers = peers_of(profile, told)
    return replace(
        profile,
        lead=profile.lead if tells_the_sums(profile, told) else too_few(),
        headlines=tuple(
            headline
            if is_own and headline.source != profile.source
            else _headline(profile, told, headline)
            for headline in profile.headlines
        ),
        series=series,
        grid=grid,
        grid_classes=grid_classes,
        offences=tuple(_offence(row, told) for row in profile.offences),
        changes=tuple(_change(row, told) for row in profile.changes),
        peers=peers,
        peers_said=peers_said(peers),
        map_rows=map_rows,
        map_classes=map_classes,
    )


def peers_of(profile: PlaceProfile, told: Cleared) -> tuple[PeerRow, ...]:
    """The district and those beside it, each with whether its count is hidden."""
    return tuple(
        replace(row, hidden=_hidden_of(told, after_key(row.found.ref), least_key(row.found.ref)))
        for row in profile.peers
    )


def _hidden_of(told: Cleared, count: str, least: str) -> Hidden | None:
    """A count that is told may give away, with its rate, a small one of a sex or age."""
    return hidden(told, count) or (Hidden() if told.is_hidden(least) else None)


def too_few() -> str:
    return _("Too few to be told here. That is not to say none.")


def tells_the_sums(profile: PlaceProfile, told: Cleared) -> bool:
    """Whether the sums of both periods here, and all that follows from them, may be told."""
    return not told.is_hidden(after_key(profile.ref), before_key(profile.ref))


def hidden(told: Cleared, key: str) -> Hidden | None:
    """What may be said of a hidden number; None where it is not hidden."""
    if not told.is_hidden(key):
        return None
    return Hidden(told.numbers[key].lower, told.numbers[key].upper)


def may_tell(profile: PlaceProfile, told: Cleared, headline: Headline) -> bool:
    """Whether nothing that is hidden follows from a figure of the head.

    One of another source is told by its own count alone: its tables are not here.
    """
    figure = headline.figure
    if headline.source != profile.source:
        return not figure.n or figure.n >= headline.threshold
    if figure.unit == "%":
        return tells_the_sums(profile, told)
    keys = [after_key(profile.ref)]
    if figure.n != told_count(profile):
        keys += [
            offence_key(row.category) for row in profile.offences if row.iccs.startswith(HOMICIDE)
        ]
    return not told.is_hidden(*keys)


def told_count(profile: PlaceProfile) -> int | None:
    """The records here in the recent months."""
    return _counts(profile, after_key).get(after_key(profile.ref))


def _points(points: Iterable[MonthPoint], told: Cleared) -> Iterator[MonthPoint]:
    for point in points:
        bounds = hidden(told, month_key(point.month))
        if bounds is not None:
            point = replace(point, value=None, lower=None, upper=None, hidden=bounds, expected=None)
        if told.is_hidden(province_month_key(point.month)):
            point = replace(point, reference=None, in_province=None)
        yield point


def _offence(row: OffenceRow, told: Cleared) -> OffenceRow:
    bounds = hidden(told, offence_key(row.category))
    if bounds is None:
        return row
    return replace(row, value=None, lower=None, upper=None, hidden=bounds)


def _change(row: ChangeRow, told: Cleared) -> ChangeRow:
    if not told.is_hidden(before_key(row.ref), after_key(row.ref)):
        return row
    return replace(
        row,
        before=None,
        after=None,
        ratio=None,
        lower=None,
        upper=None,
        direction=Direction.UNCLEAR,
        figure=None,
        is_hidden=True,
    )


def _districts(
    profile: PlaceProfile, told: Cleared
) -> tuple[tuple[MapRow, ...], tuple[Class, ...]]:
    """The rows of the map, their classes made anew of the rates that are told."""
    rows = [_district(profile, row, told) for row in profile.map_rows]
    if any(row.hidden for row in rows):  # the smoothed rate of one follows from all of them
        rows = [replace(row, smoothed=None) for row in rows]
    ranked, ranges = in_classes([row for row in rows if not row.shared_with])
    ranks = {row.ref: row.rank for row in ranked}
    return (
        tuple(replace(row, rank=ranks.get(counted_as(profile, row))) for row in rows),
        ranges,
    )


def _district(profile: PlaceProfile, row: MapRow, told: Cleared) -> MapRow:
    bounds = hidden(told, after_key(counted_as(profile, row)))
    if bounds is None:
        return row
    return replace(row, n=None, rate=None, lower=None, upper=None, rank=None, hidden=bounds)


def _headline(profile: PlaceProfile, told: Cleared, headline: Headline) -> Headline:
    if may_tell(profile, told, headline):
        return headline
    figure = replace(
        headline.figure,
        value=None,
        lower=None,
        upper=None,
        n=None,
        status=Status.SUPPRESSED,
        marks=tuple(m for m in headline.figure.marks if m.kind is MarkKind.SAMPLE),
        words=too_few(),
    )
    return replace(headline, figure=figure, origin=origin_of(figure))
