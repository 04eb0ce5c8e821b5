"""The model of `change_points`: a level for each segment, times the season, times the exposure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import change_search as inner
from convive.stats import counts_glm as glm

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """The months that are known: counts, exposures, places in the series, columns of the season."""

    y: Floats
    people: Floats
    month: Longs
    wave: Floats
    shortest: int


def known_months(
    counts: ArrayLike, exposure: ArrayLike | None, period: int | None, waves: int, shortest: int
) -> tuple[Series, int]:
    y, people = glm.series(counts, exposure)
    if waves < 0 or (period is not None and (period < 2 or 2 * waves > period)):
        raise ValueError("harmonics: give 0 or more, and at most half the period")
    there = np.flatnonzero(~np.isnan(y))
    seasonal = period is not None and waves > 0
    if seasonal and len(there) < 2 * (period or 0):
        raise ValueError(
            f"counts: a season needs two periods or more, {2 * (period or 0)} months; "
            "with period=None the series is taken as without season"
        )
    wave = glm.harmonics(there, waves if seasonal else 0, period or 12)
    if len(there) < max(2 * shortest, wave.shape[1] + 5):
        raise ValueError(f"counts: give at least {max(2 * shortest, wave.shape[1] + 5)} months")
    return Series(y[there], people[there], there.astype(np.int64), wave, shortest), len(y)


def columns_of(known: Series, places: Longs) -> Floats:
    return np.hstack([inner.segment_columns(len(known.y), places), known.wave])


def optimal(known: Series, number: int) -> Longs:
    """The best places of so many changes, the season fitted along with them."""
    places = inner.best_segments(known.y, known.people, number, known.shortest)
    for _ in range(20 if known.wave.shape[1] else 0):
        beta = glm.fit(known.y, columns_of(known, places), known.people).beta
        expected = known.people * np.exp(known.wave @ beta[number + 1 :])
        again = inner.best_segments(known.y, expected, number, known.shortest)
        if (again == places).all():
            break
        places = again
    return places


def season_of(beta: Floats, period: int | None, waves: int) -> Floats:
    if period is None or not len(beta):
        return np.ones(1)
    return np.exp(glm.harmonics(np.arange(period), waves, period) @ beta)
