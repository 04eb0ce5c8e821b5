"""The measures of the observatory: counts, rates, changes, shares and published estimates."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory import answers, estimates, queries, sayings, scatter
from convive.domain.observatory.answers import Exposure, Tally
from convive.domain.observatory.exposure import Census, People, Span, spans
from convive.domain.observatory.reading import FILTERS, Asked, complete, counted, read
from convive.domain.observatory.rules import same_months_before
from convive.evidence import queries as evidence
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Figure, Question, measure
from convive.kernel.periods import Period


@measure("observatory.count", filters=FILTERS)
def count(question: Question) -> Figure:
    """How many records of a source fall in a place and period."""
    asked = read(question)
    counted(asked)
    return answers.count(asked, tally(asked))


@measure("observatory.rate", filters=FILTERS)
def rate(question: Question) -> Figure:
    """Records per 100,000 person-years, people and records within the same boundaries."""
    asked = read(question)
    counted(asked)
    complete(asked)
    found = tally(asked)
    if found.uncovered:
        return answers.missing(asked, found, sayings.rate_unit())
    exposure = exposure_of(asked, asked.census())
    return answers.rate(asked, found, exposure, names_of(exposure))


@measure("observatory.change", filters=(*FILTERS, "against-from", "against-to"))
def change(question: Question) -> Figure:
    """The change against an earlier period, by default the same months a year before."""
    asked = read(question)
    counted(asked)
    complete(asked)
    baseline = _baseline(question)
    comparable(asked, baseline)
    before, after = tally(asked, baseline), tally(asked)
    if before.uncovered or after.uncovered:
        return answers.missing(asked, Tally(0, before.uncovered + after.uncovered), "%")
    people = comparable_people(asked, baseline, asked.census())
    compared = answers.compare(asked, baseline, before, after, people, scatter.of_place(asked))
    return answers.change(compared, names_of(*(people or ())))


@measure("observatory.share", filters=FILTERS)
def share(question: Question) -> Figure:
    """The share of one offence or category in all that the source counts."""
    asked = read(question)
    counted(asked)
    if not (question.where.get("offence") or question.where.get("category")):
        raise BadInput.at(
            "where",
            _("A share needs the part that it is of."),
            _("Write --where offence=ICCS or --where category=NAME."),
        )
    return answers.share(asked, tally(asked), tally(asked, whole=True))


@measure("observatory.estimate", filters=("source", "question", "sex", "age_band"))
def estimate(question: Question) -> Figure:
    """What a survey says: a published value with its margin, or one estimated from its answers."""
    return estimates.published(read(question))


def tally(asked: Asked, period: Period | None = None, *, whole: bool = False) -> Tally:
    """Count the records; name the months of the period that the source does not cover."""
    selection = asked.selection(period, whole=whole)
    by_month = evidence.by_month(selection)
    uncovered = tuple(m.start for m in selection.period.months() if m.start not in by_month)
    return Tally(0 if uncovered else sum(by_month.values()), uncovered)


def exposure_of(asked: Asked, census: Census, period: Period | None = None) -> Exposure:
    """The people to divide by, year by year, within the boundaries of the records.

    Raises Refused where they are not known within these boundaries.
    """
    period = period or asked.period
    parts: dict[Span, People] = {}
    for span in spans(period, _edition_changes(asked), asked.source.edition_on(period.start) or ""):
        apart = [p.ref for p in asked.places if not census.drawings.within(p.ref, span.edition)]
        found = [census.people(ref, span.year, span.edition) for ref in apart]
        if not span.edition and asked.is_divided:
            raise Refused.at(
                asked.source.code,
                _("The source does not say within which boundaries it counts."),
                _("Write `editions` into sources/%(source)s.toml.") % {"source": asked.source.code},
            )
        if any(people is None for people in found):
            raise _no_people(asked, census, span)
        known = [people for people in found if people is not None]
        parts[span] = known[0] if len(known) == 1 else _together(known)
    return Exposure(parts)


def comparable(asked: Asked, baseline: Period) -> None:
    """Refuse a change that would cross a change of boundaries or of method."""
    both = Period(min(baseline.start, asked.period.start), max(baseline.end, asked.period.end))
    if baseline.end >= asked.period.start:
        raise BadInput.at(
            words.period(baseline),
            _("The two periods overlap."),
            _("Choose an earlier period that ends before the later one begins."),
        )
    if found := sayings.breaks(asked, both):
        raise Refused.at(
            words.day(found[0].on),
            _("The numbers before and after cannot be compared: %(text)s")
            % {"text": found[0].text},
            _("Choose two periods on the same side of this day."),
        )


def comparable_people(
    asked: Asked, baseline: Period, census: Census
) -> tuple[Exposure, Exposure] | None:
    """The people of both periods, where one source counted them within the same boundaries.

    Otherwise a new count of the people would show as a change in crime, so rates are not compared.
    """
    try:
        before = exposure_of(asked, census, baseline)
        after = exposure_of(asked, census)
    except Refused:
        return None
    alike = before.counted_by == after.counted_by and len(after.counted_by) == 1
    return (before, after) if alike else None


def names_of(*exposures: Exposure) -> dict[str, str]:
    """Names of the places whose people were added up."""
    refs = {
        place
        for exposure in exposures
        for people in exposure.parts.values()
        for place in people.places
        if 1 < len(people.places) <= 3
    }
    return queries.place_names(refs) if refs else {}


def _baseline(question: Question) -> Period:
    first, last = question.where.get("against-from"), question.where.get("against-to")
    if bool(first) != bool(last):
        raise BadInput.at(
            "against-from, against-to",
            _("Give both, or neither for the same months a year before."),
        )
    return Period.between(first, last) if first and last else same_months_before(question.period)


def _edition_changes(asked: Asked) -> dict[date, str]:
    return {span.first: span.edition for span in asked.source.spec.editions if span.first}


def _together(known: list[People]) -> People:
    first = known[0]
    return People(
        sum(people.value for people in known),
        first.year,
        " + ".join(sorted({people.source for people in known})),
        " + ".join(sorted({people.edition for people in known})),
        tuple(place for people in known for place in people.places),
    )


def _no_people(asked: Asked, census: Census, span: Span) -> Refused:
    years = set.intersection(
        *(set(census.years(place.ref, span.edition)) for place in asked.places)
    )
    where = f"{asked.name} {span.year}"
    if not years:
        return Refused.at(
            where,
            _("Its people are not known within the boundaries of these records (%(edition)s).")
            % {"edition": span.edition or "?"},
            _("Add them to population.csv, or ask for observatory.count."),
        )
    return Refused.at(
        where,
        _("Its people are not known for this year within the boundaries %(edition)s.")
        % {"edition": span.edition or "?"},
        _("They are known for: %(years)s.") % {"years": ", ".join(map(str, sorted(years)))},
    )
