"""The months of the places of a design: found by its rule, refused where they do not compare.

A place of the pack brings its boundaries; the source may also write districts that the pack does
not know, which are compared by their code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory import evaluation_rules as rules
from convive.domain.observatory import queries, sayings
from convive.domain.observatory.analyses import monthly
from convive.domain.observatory.analyses.monthly import Monthly
from convive.domain.observatory.models_evaluations import Pool
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import Selection, SourceView
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period


@dataclass(frozen=True)
class Found:
    """pool : places to compare with. left_out : what the rule meets and cannot be compared."""

    pool: list[str]
    left_out: list[str]


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """Place -> its name; one that the pack does not know keeps its code."""
    return queries.place_names(refs)


def months_of(view: SourceView, ref: str, period: Period, offence: str) -> Monthly:
    """The months of one place. Raises Refused where the source counts it within another."""
    if ref in _known([ref]):
        return monthly.of_source(view.code, ref, period, offence)
    found = evidence.by_month(
        Selection(view.code, period, (ref,), None, offence or None, all_of=(ref,))
    )
    months = tuple(month.start for month in period.months())
    breaks = monthly.breaks_of(view, period, is_divided=False)
    counts = np.array([float(found.get(month, np.nan)) for month in months])
    return Monthly(ref, months, counts, None, breaks, period.end)


def require_whole(series: Monthly, ref: str, name: str, known_until: date | None) -> None:
    """Refuse a place whose months break, or of which one that should be there is not.

    known_until : last day of the evidence; None where every month must be there.
    """
    if series.breaks:
        first = series.breaks[0]
        raise Refused.at(
            ref,
            _("%(name)s: from %(day)s it is another series: %(why)s")
            % {"name": name, "day": words.day(first.on), "why": first.text},
            _("Give months on one side of it, or leave the place out."),
        )
    missing = [
        month
        for month, n in zip(series.months, series.counts, strict=True)
        if np.isnan(n) and (known_until is None or rules.end_of_month(month) <= known_until)
    ]
    if missing:
        raise Refused.at(
            ref,
            _("%(name)s: months are missing: %(months)s.")
            % {"name": name, "months": sayings.months(missing)},
            _("Give other months, or leave the place out."),
        )


def find(view: SourceView, facts: rules.Facts) -> Found:
    """The places to compare with, by the rule of a design; nothing of the outcome is read.

    Raises Refused for a place that was named and does not compare, and where too few are left.
    """
    period, coverage = rules.period_of(facts), view.coverage
    if coverage is None:
        raise Refused.at("source", _("Nothing has been imported from this source yet."))
    named = [*facts.treated, *facts.buffer, *(facts.pool if facts.rule == Pool.CHOSEN else ())]
    names = names_of(named)
    for ref in named:
        series = months_of(view, ref, period, facts.offence)
        require_whole(series, ref, names[ref], coverage.end)
    if facts.rule == Pool.CHOSEN:
        found = Found(list(facts.pool), [])
    else:
        found = _by_rule(view, facts, period)
    if len(found.pool) < rules.FEWEST_COMPARED:
        raise BadInput.at(
            "pool",
            _("There are %(n)s places to compare with, and at least %(least)s are needed.")
            % {"n": words.number(len(found.pool)), "least": words.number(rules.FEWEST_COMPARED)},
            _("Choose a wider rule, or name more places."),
        )
    return found


def _by_rule(view: SourceView, facts: rules.Facts, period: Period) -> Found:
    """Every other district of the province or region in which it was done."""
    level = Place.Level.PROVINCE if facts.rule == Pool.PROVINCE else Place.Level.REGION
    areas = {above.pk: above for above in (_above(ref, level) for ref in facts.treated) if above}
    if not areas:
        raise BadInput.at(
            "rule",
            _("The pack does not say in which province or region it was done."),
            _("Choose the places to compare with."),
        )
    asked = set(facts.treated) | set(facts.buffer)
    met: set[str] = set()
    for area in areas.values():
        met |= {place.ref for place in queries.districts_in(area)}
        if view.spec.place.scheme == area.scheme:
            met |= {ref for ref in _written(view) if ref.startswith(area.ref)}
    pool: list[str] = []
    left: list[str] = []
    for ref in sorted(met - asked):
        try:
            require_whole(months_of(view, ref, period, facts.offence), ref, ref, _reach(view))
        except Refused:
            left.append(ref)
        else:
            pool.append(ref)
    return Found(pool, left)


def _written(view: SourceView) -> set[str]:
    """Districts of which the source holds anything at all."""
    assert view.coverage is not None
    return set(evidence.by_place(Selection(view.code, view.coverage), "district"))


def _reach(view: SourceView) -> date | None:
    return view.coverage.end if view.coverage else None


def _above(ref: str, level: str) -> Place | None:
    above: Place | None = programme.place(ref)
    while above is not None and above.level != level:
        above = above.parent
    return above


def _known(refs: Iterable[str]) -> set[str]:
    wanted = set(refs)
    return {place.ref for place in programme.places() if place.ref in wanted}
