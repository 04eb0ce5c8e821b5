"""Every read of the observatory: places and their people, analyses. Records: evidence.queries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Actor, Scope, may, require
from convive.domain.observatory.exposure import Census, Drawings, Split
from convive.domain.observatory.models import Analysis, Finding, Kind
from convive.domain.observatory.models_findings import FindingState
from convive.domain.plans import queries as plans
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.domain.programme.models import BoundaryEdition, Composition, Place, Population
from convive.evidence import queries as evidence
from convive.evidence.positions import may_be_mapped
from convive.kernel.errors import NotAllowed
from convive.kernel.periods import Period
from convive.kernel.readings import once


def refs(place: Place) -> tuple[str, ...]:
    """Every way in which a source may write this place, or one of the districts that it holds.

    A code of our own scheme holds the codes that begin with it; those of other schemes do not nest
    in the same way, so a larger place names its districts.
    """
    written = [place.ref, *elsewhere(place)]
    if place.level not in {Place.Level.DISTRICT, Place.Level.SETTLEMENT}:
        written += [ref for district in districts_in(place) for ref in elsewhere(district)]
    return tuple(written)


def all_of(places: Iterable[Place], scheme: str, known: Drawings) -> tuple[str, ...]:
    """What a source that writes codes of `scheme` must speak of to tell all of these places.

    A larger place is told in another scheme by all of its districts, but for those that were drawn
    later from another. One that has no code there cannot be told.
    """
    found = []
    for place in places:
        if scheme == place.scheme or scheme in place.other_codes:
            found.append(f"{scheme}:{place.other_codes.get(scheme, place.code)}")
            continue
        for district in districts_in(place):
            if scheme in district.other_codes:
                found.append(f"{scheme}:{district.other_codes[scheme]}")
            elif not known.is_later(district.ref):
                found.append(district.ref)
    return tuple(found)


def elsewhere(place: Place) -> list[str]:
    """The place under the codes of other schemes."""
    return [f"{scheme}:{code}" for scheme, code in sorted(place.other_codes.items())]


def scope(place: Place) -> Scope:
    """Where a place's figures stand: in its district, or in none for a larger place."""
    above: Place | None = place
    while above is not None and above.level == Place.Level.SETTLEMENT:
        above = above.parent
    if above is None or above.level != Place.Level.DISTRICT:
        return EVERYWHERE
    return Scope(district=above.ref)


def sees(who: Actor, place: Place) -> frozenset[str] | None:
    """The districts whose counts this person may see exactly, on the page of a place.

    None where they are all those of the province: then nothing on the page is hidden from them.
    """
    districts = list(districts_in(province_of(place)))
    if place.level == Place.Level.SETTLEMENT:
        districts.append(place)
    seen = {
        district.ref for district in districts if may(who, Permission.SEE_FIGURES, scope(district))
    }
    return None if len(seen) == len(districts) else frozenset(seen)


def require_exact(who: Actor, permission: Permission, place: Place) -> None:
    """Raise NotAllowed unless somebody has this right in every district of a place.

    A province's page is open to all who see figures; its exact numbers tell each of its districts.
    """
    for district in districts_in(place):
        require(who, permission, scope(district))


def province_of(place: Place) -> Place:
    """The province that a place lies in; the place itself where nothing above it is one."""
    above: Place | None = place
    while above is not None:
        if above.level == Place.Level.PROVINCE:
            return above
        above = above.parent
    return place


@once
def districts_in(place: Place) -> list[Place]:
    """The districts below a place, or the place itself where it is one."""
    if place.level in {Place.Level.DISTRICT, Place.Level.SETTLEMENT}:
        return [place]
    found, above = [], [place.pk]
    while above:
        children = list(programme.places().filter(parent__in=above))
        found += [child for child in children if child.level == Place.Level.DISTRICT]
        above = [child.pk for child in children if child.level != Place.Level.DISTRICT]
    return sorted(found, key=lambda child: child.code)


@once
def drawings() -> Drawings:
    """How the boundary editions of the pack differ."""
    parts: dict[tuple[str, str, str], set[str]] = {}
    for row in Composition.objects.filter(retired_on=None).select_related(
        "edition", "older", "whole", "part"
    ):
        parts.setdefault((row.older.code, row.edition.code, row.whole.ref), set()).add(row.part.ref)
    return Drawings(
        tuple(
            Split(older, newer, whole, frozenset(found))
            for (older, newer, whole), found in sorted(parts.items())
        )
    )


def drawn_anew(place: Place, edition: str) -> list[BoundaryEdition]:
    """Later editions that part a place as this one draws it, the oldest first."""
    rows = BoundaryEdition.objects.filter(retired_on=None).order_by("valid_from")
    parted = Composition.objects.filter(retired_on=None, older__code=edition, whole=place)
    return list(rows.filter(pk__in=parted.values("edition")))


def census(
    places: Iterable[Place],
    known: Drawings,
    *,
    sex: str = Population.TOTAL,
    age_band: str = Population.TOTAL,
) -> Census:
    """The people of these places, of their districts, and of the places made from them."""
    wanted: set[str] = set()
    districts = {}
    for place in places:
        below = [child.ref for child in districts_in(place)]
        wanted.update([place.ref, *below])
        if place.level == Place.Level.PROVINCE:
            districts[place.ref] = tuple(below)
    wanted |= {part for split in known.splits if split.whole in wanted for part in split.parts}
    rows = Population.objects.filter(
        retired_on=None,
        place__code__in={ref.partition(":")[2] for ref in wanted},
        sex=sex,
        age_band=age_band,
    ).values_list("place__scheme", "place__code", "year", "source", "edition__code", "value")
    found = {
        (f"{scheme}:{code}", year, source, edition): value
        for scheme, code, year, source, edition, value in rows
        if f"{scheme}:{code}" in wanted
    }
    return Census(
        rows=found,
        sources=_population_sources(key[2] for key in found),
        drawings=known,
        districts=districts,
    )


def age_bands() -> list[str]:
    """The bands of age in which people are known, all ages left out."""
    rows = Population.objects.filter(retired_on=None).exclude(age_band=Population.TOTAL)
    return sorted(set(rows.values_list("age_band", flat=True)))


def people_version() -> str:
    """What stands behind every count of people today, as one hash."""
    rows = Population.objects.filter(retired_on=None).order_by("pk")
    told = "\n".join(
        str(row) for row in rows.values_list("place", "year", "sex", "age_band", "value", "source")
    )
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _population_sources(found: Iterable[str]) -> tuple[str, ...]:
    """The preferred sources first, as the pack says; then whatever else is there."""
    one = programme.programme()
    preferred = list(one.population_sources) if one else []
    return (*preferred, *sorted(set(found) - set(preferred)))


def place_names(found: Iterable[str]) -> dict[str, str]:
    """Names by `SCHEME:CODE`; a place that the pack does not know keeps its code."""
    wanted = set(found)
    names = {place.ref: place.name for place in programme.places() if place.ref in wanted}
    return {ref: names.get(ref, ref) for ref in wanted}


# Analyses


def require_analysis(who: Actor, permission: Permission, place: Place | None) -> None:
    """Raise NotAllowed unless somebody has this right in every district that an analysis reads.

    Without a place it reads everything that the source holds, wherever that is.
    """
    require(who, permission)
    found = programme.places().filter(level=Place.Level.DISTRICT) if place is None else [place]
    for each in found:
        require_exact(who, permission, each)


def may_analyse(who: Actor, permission: Permission, place: Place | None) -> bool:
    try:
        require_analysis(who, permission, place)
    except NotAllowed:
        return False
    return True


def analysis(number: int) -> Analysis | None:
    return Analysis.objects.select_related("place", "job").filter(pk=number).first()


def analyses_for(who: Actor, most: int = 20) -> list[Analysis]:
    """The latest analyses of the places whose exact numbers this person may see."""
    rows = Analysis.objects.select_related("place", "job")
    rows = rows.filter(place__in=_exact_places(who)) | (
        rows.filter(place=None) if may_analyse(who, Permission.SEE_FIGURES, None) else rows.none()
    )
    return list(rows[:most])


def answered_for(
    place: Place, period: Period, sources: Iterable[str], kinds: Iterable[str] = Kind.values
) -> list[Analysis]:
    """The latest answer to each question about a place, on the evidence of today.

    Of questions whose own period lies within `period` or overlaps it; an answer that stood on other
    evidence than today's is left out.
    """
    rows = Analysis.objects.select_related("place").filter(
        place=place,
        answered_at__isnull=False,
        start__lte=period.end,
        end__gte=period.start,
        kind__in=list(kinds),
    )
    found: dict[tuple[str, str, str], Analysis] = {}
    for source in sorted(set(sources)):
        version, _batches = evidence_version(source)
        for row in rows.filter(source=source, version=version).order_by("-answered_at", "-pk"):
            found.setdefault((source, row.kind, row.options.get("offence", "")), row)
    return [found[key] for key in sorted(found)]


def confirmed(analyses: Iterable[Analysis]) -> frozenset[int]:
    """Which of these answers somebody kept as a finding, and a second person confirmed."""
    rows = Finding.objects.filter(analysis__in=list(analyses), state=FindingState.CONFIRMED)
    return frozenset(rows.values_list("analysis_id", flat=True))


def kept(analyses: Iterable[Analysis]) -> frozenset[int]:
    """Which of these answers are or were a finding."""
    rows = Finding.objects.filter(analysis__in=list(analyses))
    return frozenset(rows.values_list("analysis_id", flat=True))


def _exact_places(who: Actor) -> list[int]:
    asked = Place.objects.filter(pk__in=Analysis.objects.exclude(place=None).values("place"))
    return [place.pk for place in asked if may_analyse(who, Permission.SEE_FIGURES, place)]


def evidence_version(source: str) -> tuple[str, list[str]]:
    """What stands behind a source's answers today, as one hash, and the imports among it.

    Which offences may be shown finer than a district is part of it: where that changes, so does
    the answer.
    """
    batches = evidence.batch_ids(source)
    listed = evidence.offences(source).values()
    shown = sorted(row.category for row in listed if may_be_mapped(row))
    told = "\n".join([*batches, "", *shown])
    return hashlib.sha256(told.encode()).hexdigest(), batches


def is_old(found: Analysis) -> bool:
    """Whether the evidence has changed since it was asked; counts given by hand never do."""
    return bool(found.source) and evidence_version(found.source)[0] != found.version


def threshold_of(found: Analysis) -> int:
    """Below which counts of an answer are not told.

    That of its offence; where none is named, of all that it may have counted. Read from what the
    offences are today: one that became sensitive is protected as such at once.
    """
    if not found.source:  # lists of people who were harmed
        return programme.threshold(sensitive=True)
    known = evidence.offences(found.source)
    offence = found.options.get("offence", "")
    whole = found.kind in (Kind.SERIES, Kind.COMPARE)  # of districts, not of places within
    counted = [row for row in known.values() if whole or may_be_mapped(row)]
    asked = [known[offence]] if offence in known else counted
    return programme.threshold(sensitive=any("sensitive" in row.flags for row in asked))


def finding(number: int) -> Finding | None:
    rows = Finding.objects.select_related("analysis__place")
    return rows.filter(pk=number).first()


def may_confirm_with(found: Finding) -> Permission:
    """The right that confirms a finding, or sets another's aside. What the watch found is nobody's
    own: an analyst is then the first person to look at it."""
    return Permission.MAKE_REPORT if is_of_the_watch(found) else Permission.ACCEPT_VALUE


def is_of_the_watch(found: Finding) -> bool:
    """Whether no person kept it."""
    return not found.kept_by.startswith("user:")


def findings_of(analysis: int) -> list[Finding]:
    return list(Finding.objects.filter(analysis=analysis))


def findings_of_month(
    place: Place, month: Period, today: date, *, is_sample: bool, source: str = ""
) -> list[Finding]:
    """Findings of what the evidence showed up to a month, of every source, or of one alone.

    Of months up to this one: those that hold today, and those confirmed whose answer ends in this
    month. Never one that was set aside, or that nobody decided in its time; nor one of counts given
    by hand. Real records and samples are never told together.
    """
    rows = Finding.objects.select_related("analysis__place").filter(
        Q(state=FindingState.CONFIRMED, analysis__end__gte=month.start)
        | Q(state__in=[FindingState.KEPT, FindingState.CONFIRMED], valid_until__gte=today),
        analysis__place=place,
        analysis__is_sample=is_sample,
        analysis__end__lte=month.end,
    )
    if source:
        return list(rows.filter(analysis__source=source))
    return list(rows.exclude(analysis__source=""))


def commitments_of(who: Actor, finding: int) -> list[Commitment]:
    """What was promised because of a finding, as far as this person may read it."""
    rows = plans.commitments_visible_to(who)
    return list(rows.filter(raised_by_kind="finding", raised_by_id=str(finding)))


def promised_because_of(finding: int) -> list[Commitment]:
    rows = plans.commitments().filter(raised_by_kind="finding", raised_by_id=str(finding))
    return list(rows)


def findings_to_confirm(who: Actor, today: date) -> list[Finding]:
    """Findings that wait for a second person, of places where this one may confirm."""
    rows = Finding.objects.select_related("analysis__place").filter(
        state=FindingState.KEPT, valid_until__gte=today
    )
    return [
        row
        for row in rows
        if row.kept_by != who.id and may_analyse(who, may_confirm_with(row), row.analysis.place)
    ]


def findings_like(found: Analysis) -> list[Finding]:
    """Every finding of the same question to a source, of the same place and offence, set aside or
    not."""
    rows = Finding.objects.select_related("analysis").filter(
        analysis__kind=found.kind, analysis__source=found.source, analysis__place=found.place
    )
    offence = found.options.get("offence", "")
    return [row for row in rows if row.analysis.options.get("offence", "") == offence]
