"""The profile of a place: everything that its page and its diagnosis show, as plain data.

Every number is made by the functions behind the measures, so that page, report, API and command
give one number.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from convive.domain.observatory import (
    answers,
    desk,
    profile_breaks,
    profile_places,
    profile_words,
    queries,
    sayings,
)
from convive.domain.observatory.desk import Desk
from convive.domain.observatory.expected import Expected
from convive.domain.observatory.measures import names_of
from convive.domain.observatory.parts import (
    ChangeRow,
    Class,
    GridCell,
    GridRow,
    Headline,
    MonthPoint,
    OffenceRow,
    PlaceProfile,
    SourceUsed,
)
from convive.domain.observatory.rules import RANKS, months_back
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import Need, SourceView, require
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.kernel.readings import one_reading
from convive.kernel.texts import in_language
from convive.stats import classes, rates

HISTORY_MONTHS = 84


@one_reading()
def place_profile(
    place: str, period: Period | None = None, *, source: str | None = None
) -> PlaceProfile:
    """The profile of the place written `SCHEME:CODE`, in the active language.

    period : whole months; by default the last seven years that the source covers.
    source : by default the real source that reaches furthest, else a sample one.

    Raises BadInput for an unknown place or source, Refused where the source cannot carry a profile.
    """
    here = programme.place(place)
    view = evidence.source(source) if source else default_source(here)
    _require(view)
    chosen = Desk(here, view, period or history(view, here))
    if not chosen.period.is_whole_months:
        raise BadInput.at(
            str(chosen.period), _("A profile is made of whole months."), _("Give months or years.")
        )
    return _profile(chosen)


def default_source(place: Place) -> SourceView:
    """The source that a page opens with. Raises Refused where no source has records here."""
    found = [view for view in desk.sources_here(place) if desk.can_profile(view)]
    if not found:
        raise Refused.at(
            place.name,
            _("No source has records of this place yet."),
            _("Import evidence first: convive evidence import FILE --source NAME."),
        )
    return found[0]


def history(view: SourceView, place: Place) -> Period:
    """The last seven years that a source covers, since it counts the place apart."""
    coverage = view.coverage
    if coverage is None:
        raise Refused.at(view.code, _("Nothing has been imported from this source yet."))
    start = max(coverage.start.replace(day=1), months_back(coverage.end, HISTORY_MONTHS - 1))
    known = queries.drawings()
    for span in view.spec.editions:
        later = span.first is not None and start < span.first <= coverage.end
        before = view.edition_on(start)
        if later and before and known.within(place.ref, before):
            start = span.first or start
    return Period(start, Period.month(coverage.end.year, coverage.end.month).end)


def _require(view: SourceView) -> None:
    if view.spec.is_survey:
        raise Refused.at(
            view.code, _("A survey has no monthly series: choose a source of records.")
        )
    require(view.spec, Need.MONTH, Need.TREND)


def _profile(at: Desk) -> PlaceProfile:
    changes = profile_places.changes(at)
    peers, peers_how = profile_places.peers(at)
    map_rows, map_classes = profile_places.choropleth(at)
    offences = _offences(at)
    known = evidence.offences(at.source.code)
    sensitive = any("sensitive" in offence.flags for offence in known.values())
    threshold = programme.threshold(sensitive=sensitive)
    series = _series(at)
    grid, grid_classes = grid_of(series)
    apart = {name for name, offence in known.items() if "no_small_area" in offence.flags}
    headlines = _headlines(at, changes)
    return PlaceProfile(
        ref=at.place.ref,
        name=at.place.name,
        level=at.place.level,
        province=at.province.name,
        period=at.period,
        recent=at.recent,
        baseline=at.baseline,
        source=at.source.code,
        counted=at.source.name,
        unit=sayings.unit(at.source),
        lead=profile_words.lead(at, changes),
        headlines=headlines,
        series=series,
        breaks=profile_breaks.breaks(at),
        reference_name=profile_words.reference_name(at, series),
        grid=grid,
        grid_classes=grid_classes,
        offences=offences,
        changes=changes,
        peers=peers,
        peers_said=profile_words.peers(peers),
        peers_how=peers_how,
        map_rows=map_rows,
        map_classes=map_classes,
        map_note=profile_words.map_note(map_rows),
        is_mapped=not at.source.limits.no_small_area
        and any(row.category not in apart for row in offences),
        caveats=profile_words.caveats(at),
        sources=_sources(at, headlines),
        origin=profile_words.origin(at),
        changes_origin=profile_words.changes_origin(at, changes),
        threshold=threshold,
        is_sample=at.source.is_sample,
        as_of=at.source.as_of,
        no_band=profile_words.no_band(at, series),
        peers_unsure=profile_words.peers_unsure(peers),
    )


def _series(at: Desk) -> tuple[MonthPoint, ...]:
    """Each month with the exact Poisson interval of its count, and the province beside it."""
    months = [month.start for month in at.period.months()]
    known = [month for month in months if month in at.months_here]
    lower, upper = rates.poisson_interval([at.months_here[month] for month in known])
    ends = dict(zip(known, zip(lower.tolist(), upper.tolist(), strict=True), strict=True))
    scales = {year: _scale(at, year) for year in at.period.years()}
    points = []
    for month in months:
        low, high = ends.get(month, (None, None))
        share, scaled_by = scales[month.year]
        foretold = at.foretold.months.get(month) if month > at.firm else None
        if not _fits(foretold, at.months_here.get(month)):
            foretold = None
        # Beside what is expected here, what is registered so far there would be a false fall
        in_province = None if foretold else at.months_province.get(month)
        points.append(
            MonthPoint(
                month=month,
                value=at.months_here.get(month),
                lower=low,
                upper=high,
                provisional=month > at.firm and month in at.months_here,
                reference=None if share is None or in_province is None else in_province * share,
                reference_of=scaled_by,
                in_province=None if share is None else in_province,
                expected=foretold,
            )
        )
    return tuple(points)


def _fits(found: Expected | None, published: int | None) -> bool:
    """Whether an estimate starts from the number that is shown: all releases speak of the place."""
    return found is not None and found.published == published


def _scale(at: Desk, year: int) -> tuple[float | None, str]:
    """The share of the province's people who live here, and who counted them."""
    if at.place.pk == at.province.pk:
        return None, ""
    whole = Period.between(str(year), str(year))
    here, province = at.exposure(at.place, whole), at.exposure(at.province, whole)
    if here is None or province is None or here.counted_by != province.counted_by:
        return None, ""
    by = ", ".join(f"{source} ({edition})" for source, edition in sorted(here.counted_by))
    return here.person_years / province.person_years, by


def grid_of(series: Sequence[MonthPoint]) -> tuple[tuple[GridRow, ...], tuple[Class, ...]]:
    """Months × years, in five classes of as nearly equal numbers of months as can be.

    Provisional months still grow, so they have no class.
    """
    firm = [p.value if p.value is not None and not p.provisional else float("nan") for p in series]
    found = classes.quantile_classes(firm, RANKS)
    cells = {
        point.month: GridCell(
            point.month, point.value, int(rank) or None, point.provisional, point.hidden
        )
        for point, rank in zip(series, found.numbers.tolist(), strict=True)
    }
    rows = tuple(
        GridRow(
            year,
            tuple(cells.get(Period.month(year, month).start) for month in range(1, 13)),
        )
        for year in sorted({point.month.year for point in series})
    )
    return rows, tuple(Class(r.number, r.lower, r.upper) for r in found.ranges)


def _offences(at: Desk) -> tuple[OffenceRow, ...]:
    """The categories of the recent months, the most frequent first."""
    told = evidence.offences(at.source.code)
    rows = []
    for category, iccs, n in sorted(at.offences, key=lambda row: (-row[2], row[0])):
        lower, upper = (float(end) for end in rates.poisson_interval(n))
        known = told.get(category)
        name = in_language(known, "name") if known else category
        sensitive = known is not None and "sensitive" in known.flags
        threshold = programme.threshold(sensitive=sensitive)
        rows.append(OffenceRow(category, name, iccs, n, lower, upper, threshold))
    return tuple(rows)


def _headlines(at: Desk, changes: Sequence[ChangeRow]) -> tuple[Headline, ...]:
    """The rate of this source, homicides and a survey's figure where there are any."""
    found = [_rate(at), *profile_places.homicides(at), *profile_places.survey(at)]
    if len(found) < 3:
        found += profile_places.change_headline(at, changes)
    if len(found) < 3:
        found.append(_count(at))
    return tuple(found[:3])


def _rate(at: Desk) -> Headline:
    exposure = at.exposure(at.place)
    if exposure is None:
        return _count(at)
    figure = answers.rate(at.here, at.tally(at.place, at.recent), exposure, names_of(exposure))
    return Headline(
        at.source.name, figure, at.recent, 1, profile_words.origin_of(figure), at.source.code
    )


def _count(at: Desk) -> Headline:
    figure = answers.count(at.here, at.tally(at.place, at.recent))
    return Headline(
        _("Records in these months"),
        figure,
        at.recent,
        0,
        profile_words.origin_of(figure),
        at.source.code,
    )


def _sources(at: Desk, headlines: Sequence[Headline]) -> tuple[SourceUsed, ...]:
    """The sources behind the profile: the main one, and those of the other headlines."""
    views = {at.source.code: at.source}
    for headline in headlines:
        if headline.source not in views:
            views[headline.source] = evidence.source(headline.source)
    return tuple(
        SourceUsed(
            code=view.code,
            title=view.name,
            publisher=view.spec.publisher,
            as_of=view.as_of,
            coverage=view.coverage,
            edition=view.edition_on(at.recent.end) or "",
            batches=tuple(evidence.batch_ids(view.code)),
            is_sample=view.is_sample,
        )
        for view in views.values()
    )
