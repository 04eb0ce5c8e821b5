"""What is said of a figure: unit, method, marks, and one sentence that claims no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.domain.observatory.exposure import CountedBy, People, Span
from convive.domain.observatory.reading import Asked, firm_of
from convive.domain.observatory.rules import Direction
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel import words
from convive.kernel.figures import Mark, MarkKind
from convive.kernel.periods import Period
from convive.kernel.texts import in_language

if TYPE_CHECKING:
    from convive.domain.observatory.answers import Compared


def unit(source: SourceView) -> str:
    """What one record of the source is, in the plural."""
    return {
        "victim": _("victims"),
        "offence": _("offences"),
        "respondent": _("people asked"),
    }.get(source.count_unit, _("complaints"))


def cases(source: SourceView, n: int) -> str:
    """`838 complaints`, `1 victim`."""
    said = {"n": words.number(n)}
    if source.count_unit == "victim":
        return ngettext("%(n)s victim", "%(n)s victims", n) % said
    if source.count_unit == "offence":
        return ngettext("%(n)s offence", "%(n)s offences", n) % said
    return ngettext("%(n)s complaint", "%(n)s complaints", n) % said


def source(view: SourceView) -> str:
    """The title of the source, who publishes it, and which release is read where it says so."""
    publisher = view.spec.publisher
    title = f"{view.name} ({publisher})" if publisher else view.name
    if view.release is None:
        return title
    return _("%(title)s, release of %(day)s") % {"title": title, "day": words.day(view.release)}


def _here(asked: Asked) -> str:
    """`La Esperanza, 2023`."""
    return f"{asked.name}, {words.period(asked.period)}"


def _ends(lower: float, upper: float, digits: int) -> str:
    """`between 782 and 897, 95 %`."""
    return f"{words.between(lower, upper, digits)}, {words.percent(0.95)}"


# One sentence for each figure


def count(asked: Asked, n: int, lower: float, upper: float) -> str:
    return f"{_here(asked)}: {cases(asked.source, n)} ({_ends(lower, upper, 0)})."


def rate(asked: Asked, n: int, value: float, lower: float, upper: float) -> str:
    return _("%(here)s: %(rate)s per 100,000 people a year (%(ends)s); %(cases)s.") % {
        "here": _here(asked),
        "rate": words.number(value, 1),
        "ends": _ends(lower, upper, 1),
        "cases": cases(asked.source, n),
    }


def share(asked: Asked, n: int, of: int, value: float, lower: float, upper: float) -> str:
    ends = f"{words.percent_interval(lower / 100, upper / 100, 1)}, {words.percent(0.95)}"
    return _("%(here)s: %(share)s of %(cases)s (%(ends)s).") % {
        "here": _here(asked),
        "share": words.percent(value / 100, 1),
        "cases": cases(asked.source, of),
        "ends": ends,
    }


def nothing(asked: Asked) -> str:
    return _("%(here)s: no records, so there is no share.") % {"here": _here(asked)}


def missing(asked: Asked, uncovered: Iterable[date] = ()) -> str:
    """That there are no data: of the months that are not covered, or of the whole period."""
    here = _here(asked)
    if uncovered:
        here = f"{asked.name}, {months(uncovered)}"
    return _("%(here)s: no data. This does not mean zero.") % {"here": here}


def verdict(direction: Direction, *, is_provisional: bool = False) -> str:
    """What may be said of a change: a direction only where the interval leaves out no change."""
    if direction is Direction.UP:
        return _("evidence of a rise")
    if direction is Direction.DOWN and is_provisional:
        return _("fewer so far, but late records are still expected")
    if direction is Direction.DOWN:
        return _("evidence of a fall")
    return _("no evidence of change; the difference may be chance")


def verdict_of(compared: Compared, *, is_provisional: bool = False) -> str:
    """What may be said of a change, and why nothing may be where that is so."""
    if not compared.same_months:
        return _("other months of the year are compared, and a season may explain the difference")
    if compared.dispersion is None:
        return _("too few months are known to tell a change from how they vary")
    return verdict(compared.ratio.direction, is_provisional=is_provisional)


def change(compared: Compared, *, is_provisional: bool = False) -> str:
    """`838 complaints in 2023 against 731 in 2022: evidence of a rise.`, and by how much."""
    asked, ratio = compared.asked, compared.ratio
    said = {
        "place": asked.name,
        "after": cases(asked.source, compared.after.n),
        "period": words.period(asked.period),
        "before": words.number(compared.before.n),
        "baseline": words.period(compared.baseline),
        "verdict": verdict_of(compared, is_provisional=is_provisional),
    }
    sentence = (
        _("%(place)s: %(after)s in %(period)s against %(before)s in %(baseline)s: %(verdict)s.")
        % said
    )
    if compared.after.n == compared.before.n == 0:
        return (
            _("%(place)s: none in %(period)s and none in %(baseline)s: nothing to compare.") % said
        )
    if is_provisional and ratio.direction is Direction.DOWN:
        return sentence  # a percentage of what is not registered yet would be read as a fall
    if not isfinite(ratio.value):
        return sentence + " " + _("Nothing came before, so there is no percentage.")
    ends = words.change(ratio.value, ratio.lower, ratio.upper)
    what = _("Change in the rate") if compared.by_rate else _("Change in the number")
    return f"{sentence} {what}: {ends}."


# How it was made


def count_method() -> str:
    return _("Number of records; exact Poisson interval (Garwood), 95%.")


def rate_unit() -> str:
    return _("per 100,000 people a year")


def missing_method() -> str:
    return _("A period is only counted where the source covers all of its months.")


def rate_method(view: SourceView, parts: Mapping[Span, People], names: Mapping[str, str]) -> str:
    years = sum(people.value * span.fraction for span, people in parts.items())
    return _(
        "%(records)s ÷ %(years)s person-years × 100,000; exact Poisson interval (Garwood), 95%%. "
        "Population: %(people)s."
    ) % {
        "records": unit(view),
        "years": words.number(years),
        "people": population(parts, names),
    }


def population(parts: Mapping[Span, People], names: Mapping[str, str]) -> str:
    """`244,413 in 2023 (MINSA, boundaries pe-2017)`, one for each source, edition and area."""
    said = []
    rows = sorted(parts.items(), key=lambda row: (row[0].year, row[0].edition))
    for (by, edition, places), group in groupby(rows, key=lambda row: _counted(row[1])):
        found = [people for _span, people in group]
        first, last = found[0], found[-1]
        period = Period.between(str(first.year), str(last.year))
        number = words.number(first.value)
        if last.value != first.value:
            number = words.interval(first.value, last.value)
        said.append(
            _("%(people)s in %(years)s (%(source)s; boundaries %(edition)s)")
            % {
                "people": number + _added(places, names),
                "years": words.period(period),
                "source": by,
                "edition": edition,
            }
        )
    return "; ".join(said)


def _counted(people: People) -> tuple[str, str, tuple[str, ...]]:
    return people.source, people.edition, people.places


def _added(places: Sequence[str], names: Mapping[str, str]) -> str:
    if len(places) < 2:
        return ""
    if len(places) > 3:
        return " = " + _("sum of %(n)s districts") % {"n": len(places)}
    return " = " + " + ".join(names.get(place, place) for place in places)


def change_method(compared: Compared, names: Mapping[str, str]) -> str:
    test = _("Conditional test of two counts, Clopper–Pearson interval, 95%.")
    if compared.dispersion is not None:
        test += " " + _(
            "These months vary %(times)s times as much as chance alone would have them, and are "
            "judged so (quasi-Poisson)."
        ) % {"times": words.number(compared.dispersion, 1)}
    if compared.people is None:
        why = _(
            "Numbers are compared, not rates: the people of both periods are not known from one "
            "source within the same boundaries."
        )
        return f"{test} {why}"
    before, after = (population(exposure.parts, names) for exposure in compared.people)
    said = {"before": before, "after": after}
    return f"{test} " + _("Rates are compared. Population: %(before)s; %(after)s.") % said


def counted_anew() -> str:
    return _("The people were counted anew in between: numbers are compared, not rates.")


def share_method(asked: Asked) -> str:
    return _(
        "Records of the category ÷ all records of the source (%(source)s); exact binomial interval "
        "(Clopper–Pearson), 95%%."
    ) % {"source": asked.source.code}


# Marks


def marks(asked: Asked) -> tuple[Mark, ...]:
    """Why this number must not be read like its neighbour, but for late and missing months."""
    view, found = asked.source, []
    if view.is_sample:
        found.append(Mark(MarkKind.SAMPLE, sample()))
    found += breaks(asked, asked.period)
    if asked.holds:
        found.append(Mark(MarkKind.NOTE, holds(asked)))
    found += [
        Mark(MarkKind.NOTE, mark.text, mark.on)
        for mark in view.marks(asked.period)
        if mark.kind == "note"
    ]
    if asked.where.get("offence"):
        found.append(Mark(MarkKind.NOTE, categories(asked)))
    if view.limits.capped_export:
        found.append(
            Mark(MarkKind.NOTE, _("The export was cut off at a number of rows: there may be more."))
        )
    return tuple(found)


def categories(asked: Asked) -> str:
    """What the source records of an ICCS class: often less than the class holds."""
    iccs = asked.where["offence"]
    listed = evidence.offences(asked.source.code).values()
    names = sorted({in_language(row, "name") for row in listed if row.iccs.startswith(iccs)})
    return _("ICCS %(iccs)s, as far as the source records it: %(names)s.") % {
        "iccs": iccs,
        "names": ", ".join(names),
    }


def sample() -> str:
    return _("Sample: invented records that show how the system works.")


def holds(asked: Asked) -> str:
    """That the source still counts later places within this one."""
    return _("These records still include %(places)s (boundaries %(edition)s).") % {
        "places": ", ".join(asked.holds),
        "edition": asked.source.edition_on(asked.period.end) or "",
    }


def breaks(asked: Asked, period: Period) -> list[Mark]:
    """Boundary and method changes after the first day of a period: numbers do not cross them."""
    return breaks_of(asked.source, period, is_divided=asked.is_divided)


def breaks_of(view: SourceView, period: Period, *, is_divided: bool) -> list[Mark]:
    """The breaks of a source, for a place that some drawing of the map divides or for another.

    A new drawing concerns the places that it divides; any other change may concern every place.
    """
    drawn = {span.first: span.edition for span in view.spec.editions if span.first}
    found = {
        mark.on: Mark(MarkKind(mark.kind), mark.text, mark.on)
        for mark in view.marks(period)
        if mark.kind == "method"
        or (mark.kind == "boundary" and (is_divided or mark.on not in drawn))
    }
    if is_divided:
        text = _("From here on the source counts within the boundaries %(edition)s.")
        for on, edition in drawn.items():
            found.setdefault(on, Mark(MarkKind.BOUNDARY, text % {"edition": edition}, on))
    return [found[on] for on in sorted(found) if period.start < on <= period.end]


def provisional_mark(asked: Asked) -> Mark | None:
    """The mark of the last months, which still grow, where the period reaches them."""
    view = asked.source
    if view.coverage is None:
        return None
    last = min(asked.period.end, Period.month(view.coverage.end.year, view.coverage.end.month).end)
    first = max(firm_of(view) + timedelta(days=1), asked.period.start)
    if last < first:
        return None
    text = _("Provisional: late records of %(months)s are still expected.") % {
        "months": words.period(Period(first, last))
    }
    return Mark(MarkKind.PROVISIONAL, text, first)


def coverage_mark(view: SourceView, uncovered: Iterable[date]) -> Mark:
    """Which months are not covered, and which the source does cover."""
    text = _("Not covered: %(months)s.") % {"months": months(uncovered)}
    if view.coverage is not None:
        text += " " + _("The source covers %(period)s.") % {"period": words.period(view.coverage)}
    return Mark(MarkKind.NOTE, text)


def months(found: Iterable[date]) -> str:
    """Months in a row said as a period: `ene–mar 2025, jul 2025`."""
    ordered = sorted(found)
    runs: list[list[date]] = []
    for month in ordered:
        if runs and (runs[-1][-1] + timedelta(days=31)).replace(day=1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(
        words.period(Period(run[0], Period.month(run[-1].year, run[-1].month).end)) for run in runs
    )


def exposure_marks(counted_by: CountedBy) -> tuple[Mark, ...]:
    """That the people of the period come from more than one source or drawing of the map."""
    return (Mark(MarkKind.NOTE, different_counts(counted_by)),) if len(counted_by) > 1 else ()


def different_counts(counted_by: CountedBy) -> str:
    sources = ", ".join(f"{by} ({edition})" for by, edition in sorted(counted_by))
    return _("The people of these years come from different counts: %(sources)s.") % {
        "sources": sources
    }
