"""The parts of a profile that set places side by side, or read a second source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory import answers, estimates, measures, profile_words, sayings
from convive.domain.observatory.analyses import compare as compared
from convive.domain.observatory.analyses.counted import Counted, by_sex_and_age
from convive.domain.observatory.answers import Compared
from convive.domain.observatory.desk import Desk, can_profile
from convive.domain.observatory.parts import ChangeRow, Class, Headline, MapRow, PeerRow
from convive.domain.observatory.reading import asked_of
from convive.domain.observatory.rules import RANKS, Direction
from convive.domain.observatory.smoothed import with_smoothed
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel.errors import Refused
from convive.kernel.periods import Period
from convive.stats import classes, rates

HOMICIDE = "0101"


def changes(at: Desk) -> tuple[ChangeRow, ...]:
    """The change of each programme district and of the province, against the months before."""
    return tuple(_change(at, place) for place in at.compared)


def _change(at: Desk, place: Place) -> ChangeRow:
    is_here = place.pk == at.place.pk
    try:
        compared = compare(at, place)
    except Refused as refused:
        why = refused.problems[0]
        return ChangeRow(
            place.ref, place.name, is_here, None, None, None, None, None,
            Direction.UNCLEAR, False, None, why.why,
        )  # fmt: skip
    figure = answers.change(compared, measures.names_of(*(compared.people or ())))
    ratio = compared.ratio
    uncovered = compared.before.uncovered + compared.after.uncovered
    known = not uncovered
    return ChangeRow(
        ref=place.ref,
        name=place.name,
        is_here=is_here,
        before=compared.before.n if known else None,
        after=compared.after.n if known else None,
        ratio=ratio.value if known else None,
        lower=ratio.lower if known else None,
        upper=ratio.upper if known else None,
        direction=ratio.direction if known else Direction.UNCLEAR,
        by_rate=compared.by_rate,
        figure=figure,
        verdict=sayings.verdict_of(compared),
        refusal="" if known else sayings.coverage_mark(at.source, uncovered).text,
    )


def compare(at: Desk, place: Place) -> Compared:
    """The recent months of a place against those before. Raises Refused across a break."""
    asked = at.asked(place)
    measures.comparable(asked, at.baseline)
    people = measures.comparable_people(asked, at.baseline, at.census)
    before, after = at.tally(place, at.baseline), at.tally(place, at.recent)
    return answers.compare(asked, at.baseline, before, after, people, at.scatter(place))


def peers(at: Desk) -> tuple[tuple[PeerRow, ...], str]:
    """This district beside the programme's others, in the recent months: they lie on one side of
    every break, and a district that the source still counts within another is left out.

    Beside it, whether people are compared as if they were alike, in words.
    """
    listed = sorted(
        (place for place in at.compared if place.level == Place.Level.DISTRICT),
        key=lambda place: (place.pk != at.place.pk, place.code),
    )
    told = []
    for place in listed:
        tally, exposure = at.tally(place, at.recent), at.exposure(place)
        if not tally.uncovered and exposure is not None:
            told.append((place, tally.n, exposure.person_years))
    if len(told) < 2 or told[0][0].pk != at.place.pk:
        return (), ""
    given = Counted(
        [place.name for place, _n, _years in told],
        [""],
        np.array([[float(n)] for _place, n, _years in told]),
        np.array([[years] for _place, _n, years in told]),
        tuple(place.ref for place, _n, _years in told),
        scatter=tuple(at.scatter(place) for place, _n, _years in told),
    )
    given = by_sex_and_age(given, [at.asked(place) for place, _n, _years in told])
    rows = compared.rows_of(given, compared.Options())
    how = given.how() if given.how is not None else ""
    found = (
        PeerRow(row, row.ref == at.place.ref, varies)
        for row, varies in zip(rows, given.scatter, strict=True)
    )
    return tuple(found), how


def change_headline(at: Desk, rows: Sequence[ChangeRow]) -> list[Headline]:
    """The change of this place as a figure card, where it can be told."""
    row = next(row for row in rows if row.is_here)
    if row.figure is None:
        return []
    title = _("Against a year before")
    return [
        Headline(
            title, row.figure, at.recent, 0, profile_words.origin_of(row.figure), at.source.code
        )
    ]


def choropleth(at: Desk) -> tuple[tuple[MapRow, ...], tuple[Class, ...]]:
    """The rate of each district of the province in the recent months, in classes of equal size.

    A district that the source still counts within another shares its value and its class.
    """
    edition = at.source.edition_on(at.recent.end) or ""
    found = with_smoothed([_map_row(at, d) for d in at.districts if not _within(at, d, edition)])
    ranked, ranges = in_classes(found)
    rows = {row.ref: row for row in ranked}
    by_ref = {district.ref: district for district in at.districts}
    for district in at.districts:
        within = _within(at, district, edition)
        if within and within in rows:
            rows[district.ref] = _shared(at, district, rows[within], by_ref[within].name)
    ordered = tuple(rows[district.ref] for district in at.districts if district.ref in rows)
    return ordered, ranges


def in_classes(rows: Sequence[MapRow]) -> tuple[list[MapRow], tuple[Class, ...]]:
    """The rows with the class of their rate, and the ranges of the classes."""
    found = classes.quantile_classes(
        [float("nan") if row.rate is None else row.rate for row in rows], RANKS
    )
    ranked = [
        replace(row, rank=int(rank) or None)
        for row, rank in zip(rows, found.numbers.tolist(), strict=True)
    ]
    return ranked, tuple(Class(r.number, r.lower, r.upper) for r in found.ranges)


def _within(at: Desk, district: Place, edition: str) -> str | None:
    return at.census.drawings.within(district.ref, edition)


def _map_row(at: Desk, district: Place) -> MapRow:
    tally = at.tally(district, at.recent)
    exposure = at.exposure(district)
    value = lower = upper = None
    if exposure is not None and not tally.uncovered:
        value, lower, upper = (
            float(x) for x in rates.rate(tally.n, exposure.person_years, answers.PER)
        )
    return MapRow(
        ref=district.ref,
        name=district.name,
        is_here=district.pk == at.place.pk,
        in_programme=district.in_programme,
        outline=district.outline,
        n=None if tally.uncovered else tally.n,
        rate=value,
        lower=lower,
        upper=upper,
        rank=None,
        person_years=None if value is None or exposure is None else exposure.person_years,
    )


def _shared(at: Desk, district: Place, whole: MapRow, name: str) -> MapRow:
    return replace(
        whole,
        ref=district.ref,
        name=district.name,
        is_here=whole.is_here or district.pk == at.place.pk,
        in_programme=district.in_programme,
        outline=district.outline,
        shared_with=name,
    )


def homicides(at: Desk) -> list[Headline]:
    """Homicides in this place, from the first source of the same family that records them."""
    for view in _family(at):
        recorded = evidence.offences(view.code).values()
        counted = [offence for offence in recorded if offence.iccs.startswith(HOMICIDE)]
        if not can_profile(view) or not counted:
            continue
        window = Desk(at.place, view, _until(at.period, view)).recent
        where = {"source": view.code, "offence": HOMICIDE}
        try:
            asked = asked_of(view, (at.place,), at.place.name, window, where, at.census.drawings)
            exposure = measures.exposure_of(asked, at.census)
        except Refused:
            continue
        tally = measures.tally(asked)
        figure = answers.rate(asked, tally, exposure, measures.names_of(exposure))
        sensitive = any("sensitive" in offence.flags for offence in counted)
        return [
            Headline(
                _("Homicides"),
                figure,
                window,
                1,
                profile_words.origin_of(figure),
                view.code,
                programme.threshold(sensitive=sensitive),
            )
        ]
    return []


def survey(at: Desk) -> list[Headline]:
    """The first published estimate for this place, or for the nearest place above it."""
    for view in _family(at):
        if not view.spec.is_survey:
            continue
        found = estimates.nearest(view, at.place, at.period.end)
        if found is not None:
            title, figure, period = found
            origin = profile_words.origin_of(figure)
            least = programme.threshold(sensitive=True)
            return [Headline(title, figure, period, 1, origin, view.code, least)]
    return []


def _family(at: Desk) -> list[SourceView]:
    """This source first, then the others of its family: sample and real are never mixed."""
    others = [
        view
        for view in evidence.sources()
        if view.is_sample == at.source.is_sample
        and view.code != at.source.code
        and view.coverage is not None
    ]
    return [at.source, *others]


def _until(period: Period, view: SourceView) -> Period:
    """The period, cut to what another source covers; its last year where they do not meet."""
    coverage = view.coverage or period
    if coverage.end < period.start or coverage.start > period.end:
        return coverage
    return Period(max(period.start, coverage.start), min(period.end, coverage.end))
