"""Every read of reports, and what they take from the programme and its plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.observatory import queries as observatory
from convive.domain.observatory.desk import can_profile, sources_here
from convive.domain.plans import queries as plans
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation, Place, Population
from convive.evidence import queries as evidence
from convive.kernel.periods import Period
from convive.reports.models import Report
from convive.reports.orders import Kind


def report(number: int) -> Report | None:
    return Report.objects.select_related("place", "job").filter(pk=number).first()


def latest_month(place: Place) -> Period | None:
    """The last whole month that a source with records of a place knows; real sources first.

    None where nothing has been imported about it.
    """
    views = [view for view in sources_here(place) if can_profile(view)]
    known = [evidence.whole(view.code) for view in views if view.is_sample == views[0].is_sample]
    ends = [months.end for months in known if months is not None]
    return Period.month(max(ends).year, max(ends).month) if ends else None


def has_brief(place: Place, month: Period, language: str) -> bool:
    """Whether a brief of this month was asked for, made or not."""
    rows = Report.objects.filter(kind=Kind.BRIEF, place=place, start=month.start)
    return rows.filter(language=language, internal=False).exists()


def reports_for(actor: Actor) -> QuerySet[Report]:
    """The reports of the districts in which this person may make them, the newest first."""
    places = Place.objects.filter(pk__in=Report.objects.values("place"))
    seen = [
        place.pk for place in places if may(actor, Permission.MAKE_REPORT, observatory.scope(place))
    ]
    return Report.objects.select_related("place", "job").filter(place__in=seen)


@dataclass(frozen=True)
class PeopleRow:
    """The people of a place in one year, by one source, within one drawing of the map.

    women, men : None where the source does not part them.
    """

    year: int
    value: int
    women: int | None
    men: int | None
    source: str
    edition: str


def people(place: Place, period: Period) -> tuple[PeopleRow, ...]:
    """Every count of a place's people in these years, and the latest after them, by year."""
    rows = Population.objects.filter(
        place=place, retired_on=None, age_band=Population.TOTAL
    ).select_related("edition")
    found: dict[tuple[int, str, str], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.year, row.source, row.edition.name), {})[row.sex] = row.value
    latest = max((year for year, _source, _edition in found), default=0)
    return tuple(
        PeopleRow(year, by[Population.TOTAL], by.get("female"), by.get("male"), source, edition)
        for (year, source, edition), by in sorted(found.items())
        if Population.TOTAL in by and (year in period.years() or year == latest)
    )


@dataclass(frozen=True)
class Partner:
    """An organisation and its part in the programme."""

    name: str
    part: str


def partners() -> tuple[Partner, ...]:
    """Who takes part, the lead first, then by kind."""
    kinds = list(Organisation.Kind.values)
    rows = sorted(
        programme.organisations(),
        key=lambda row: (not row.is_lead, kinds.index(row.kind), row.code),
    )
    return tuple(
        Partner(f"{row.name} ({row.acronym})" if row.acronym else row.name, row.part)
        for row in rows
    )


@dataclass(frozen=True)
class Promise:
    """An open public commitment."""

    what: str
    who: str
    due: date


def promises(place: Place) -> tuple[Promise, ...]:
    """The open public commitments for a place or for the whole programme, the next due first."""
    rows = (
        plans.commitments()
        .filter(is_public=True, state=Commitment.State.OPEN)
        .filter(Q(district=place) | Q(district=None))
        .order_by("due", "pk")
    )
    return tuple(Promise(row.what, row.organisation.name, row.due) for row in rows)
