"""Did incidents come together in place and time, more than chance brings together?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory.analyses.answers import (
    Answer,
    Progress,
    caveats_of,
    enough,
    period_of,
    silent,
)
from convive.domain.observatory.analyses.cells import cells_over
from convive.evidence.events import Events
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.stats import clusters
from convive.stats.clusters import Cases, Places, Scan, Window
from convive.stats.scan_tables import CaseTable, PlaceTable
from convive.stats.scan_time import PopulationTable

LEAST = 20
LEVEL = 0.05


@dataclass(frozen=True)
class Options:
    """model : permutation or poisson. max_distance : km. max_time : units, or a share below 1.

    cells : how positions are gathered into places; nothing: each position is one.
    stop_after : stop once so many replicas reach the strongest cluster.
    """

    model: str = "permutation"
    max_population: float = 0.5
    max_distance: float | None = None
    max_time: float = 0.5
    time_unit: str = "day"
    permutations: int = 999
    prospective: bool = False
    rates: str = "high"
    cells: str = ""
    stop_after: int | None = None
    seed: int = 0


def of_events(
    events: Events, options: Options, *, outline: dict[str, Any] | None = None,
    progress: Progress = silent,
) -> Answer:  # fmt: skip
    """Clusters among incidents, by the permutation model: no population is needed."""
    enough(events, LEAST)
    if options.model != "permutation":
        raise BadInput.at(
            "--model",
            _("The Poisson model needs the people of each place."),
            _("Give --cases, --geo and --population, or write --model permutation."),
        )
    cases, places = _tables(events, options, outline)
    found = _scan(cases, places, None, options, period_of(events), progress)
    return _answer(found, options, period_of(events), events)


def of_tables(
    cases: CaseTable,
    places: PlaceTable,
    population: PopulationTable | None,
    options: Options,
    period: Period | None = None,
    progress: Progress = silent,
) -> Answer:
    """Clusters among cases that are counted by place already, as SaTScan's files hold them.

    period : from the first case to the last by default.
    """
    whole = period or _whole(cases)
    if options.model == "poisson" and population is None:
        raise BadInput.at(
            "--population",
            _("The Poisson model needs the people of each place."),
            _("Give --population, or write --model permutation."),
        )
    people = population if options.model == "poisson" else None
    found = _scan(cases, places, people, options, whole, progress)
    return _answer(found, options, whole, None)


def _whole(cases: CaseTable) -> Period:
    """From the first case to the last; a month or a year that holds the last is taken whole."""
    days = np.asarray(cases.date, dtype="datetime64[D]")
    first, last = days.min().astype(object), days.max().astype(object)
    written = {"year": f"{last:%Y}", "month": f"{last:%Y-%m}"}.get(cases.precision, str(last))
    return Period(first, Period.parse(written).end)


def _tables(
    events: Events, options: Options, outline: dict[str, Any] | None
) -> tuple[Cases, Places]:
    """Cases of one day and place each; a place is a cell, or a position of its own."""
    if options.cells:
        cells = cells_over(events, options.cells, outline)
        inside = cells.of_event >= 0
        of_event = np.asarray(cells.names, dtype=object)[cells.of_event[inside]]
        used = np.unique(cells.of_event[inside])
        place = [cells.names[i] for i in used]
        return (
            Cases(of_event, events.day[inside]),
            Places(place, cells.x[used], cells.y[used], "m"),
        )
    points, of_point = np.unique(np.column_stack([events.x, events.y]), axis=0, return_inverse=True)
    names = [f"{x:.1f} {y:.1f}" for x, y in points]
    each = np.asarray(names, dtype=object)[of_point.ravel()]
    return Cases(each, events.day), Places(names, points[:, 0], points[:, 1], "m")


def _scan(
    cases: CaseTable,
    places: PlaceTable,
    population: PopulationTable | None,
    options: Options,
    period: Period,
    progress: Progress,
) -> Scan:
    try:
        window = Window(
            start=period.start,
            end=period.end,
            max_population=options.max_population,
            max_distance=options.max_distance,
            max_time=options.max_time,
            time_unit=options.time_unit,  # type: ignore[arg-type]
            prospective=options.prospective,
            rates=options.rates,  # type: ignore[arg-type]
        )

        def told(made: int, wanted: int) -> None:
            progress(made / max(wanted, 1))

        how = {
            "permutations": options.permutations,
            "seed": options.seed,
            "stop_after": options.stop_after,
            "progress": told,
        }
        if population is None:
            return clusters.permutation(cases, places, window, **how)  # type: ignore[arg-type]
        return clusters.poisson(cases, population, places, window, **how)  # type: ignore[arg-type]
    except ValueError as error:
        raise BadInput.at(
            _("scan"), str(error), _("Mend the data or the limits of the scan.")
        ) from error


def _answer(found: Scan, options: Options, period: Period, events: Events | None) -> Answer:
    return Answer(
        lambda: _sentence(found),
        {
            "clusters": [
                {
                    "locations": list(one.locations),
                    "from": str(one.start),
                    "to": str(one.end),
                    "cases": one.cases,
                    "expected": one.expected,
                    "ratio": one.ratio,
                    "radius_km": one.radius,
                    "llr": one.llr,
                    "p": one.p,
                    "gumbel_p": one.gumbel_p,
                    "recurrence_days": one.recurrence,
                }
                for one in found.clusters
            ],
            "cases": found.cases,
            "places": found.places,
            "permutations": found.permutations,
            "stopped": found.stopped,
        },
        lambda: [*(caveats_of(events) if events else []), *_caveats(options)],
        {
            "period": str(period),
            "model": options.model,
            "max_population": options.max_population,
            "max_distance": options.max_distance,
            "max_time": options.max_time,
            "time_unit": options.time_unit,
            "prospective": options.prospective,
            "cells": options.cells,
            "seed": options.seed,
        },
    )


def _sentence(found: Scan) -> str:
    """The strongest cluster, if it is more than chance brings together."""
    if not found.clusters or (found.permutations and found.clusters[0].p > LEVEL):
        return _("No cluster stands out: what came together may be chance.")
    first = found.clusters[0]
    beyond = sum(one.p <= LEVEL for one in found.clusters) - 1
    told = _(
        "The strongest cluster: %(cases)s cases from %(start)s to %(end)s where %(expected)s were "
        "expected (p = %(p)s)."
    ) % {
        "cases": words.number(first.cases),
        "start": words.day(first.start),
        "end": words.day(first.end),
        "expected": words.number(first.expected, 1),
        "p": words.number(first.p, 3),
    }
    if beyond > 0:
        told += " " + _("Further clusters that stand out: %(n)s.") % {"n": words.number(beyond)}
    return told


def _caveats(options: Options) -> list[str]:
    found = [_("A cluster says where and when, not why; circles follow no street or river.")]
    if options.model == "permutation":
        found.append(
            _("Where the number of people grows in one part only, growth is taken for a cluster.")
        )
    if options.prospective:
        found.append(
            _("Repeated often, a scan finds something by chance: read the recurrence interval.")
        )
    return found
