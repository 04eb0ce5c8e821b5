"""Rates of districts drawn towards that of all, beside their own: for reading a map, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from convive.domain.observatory import answers
from convive.domain.observatory.parts import MapRow
from convive.stats.smoothing import gamma_poisson

LEAST_PLACES = 5  # of fewer nobody can tell how much places differ beyond chance


def with_smoothed(rows: Sequence[MapRow]) -> list[MapRow]:
    """The rows with their smoothed rates, per 100,000; as they are where too few are known.

    rows : districts that are counted apart.
    """
    known = {
        row.ref: (row.n, row.person_years) for row in rows if row.n is not None and row.person_years
    }
    if len(known) < LEAST_PLACES:
        return list(rows)
    found = gamma_poisson(*zip(*known.values(), strict=True))
    ends = (answers.PER * each for each in (found.value, found.lower, found.upper))
    told = dict(zip(known, zip(*(each.tolist() for each in ends), strict=True), strict=True))
    return [replace(row, smoothed=told.get(row.ref)) for row in rows]


def said() -> str:
    """What smoothing does, and what it may not be used for."""
    return _(
        "Smoothed: each rate is drawn towards that of all these districts, the more the fewer "
        "people live there, so that chance makes no extremes. Use it to read the map; never as a "
        "district's own figure, to tell a change, or to give or take something from one district."
    )
