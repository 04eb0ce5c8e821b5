"""Near repeat: are events closer in place *and* time than chance would have them?

The Knox test counts pairs of events by how far apart they are in metres and in days. What chance
would give is seen by dealing the days out anew among the events, again and again: places keep their
crowds and days keep theirs, and only the tie between place and day is cut.

Limits: a process that changes its places over the years (a new market, a new patrol) ties place to
time as well, and is found here though nothing repeats: permute within strata of a year, or take a
short period. Positions snapped to a few anchor points and days that stand for a month make pairs
that never were; such data must be refused before they come here. Degrees are not metres.

References
----------
Knox G (1964). The detection of space-time interactions. Applied Statistics 13: 25–29.
Johnson SD, Bernasco W, Bowers KJ, et al. (2007). Space–time patterns of risk: a cross national
assessment of residential burglary victimization. J Quant Criminol 23: 201–219.
Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate. JRSS B 57: 289–300.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import fdr
from convive.stats import near_repeat_pairs as pairs

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Metric = Literal["euclidean", "manhattan"]


@dataclass(frozen=True)
class Knox:
    """Pairs of events by distance (rows) and by days between them (columns).

    observed : (rows, columns) pairs.
    expected : mean of the pairs over the permutations.
    ratio : observed / expected; nan where both are 0, inf where only what is expected is.
    median_ratio : observed / median over the permutations.
    p : (1 + permutations with at least as many pairs) / (1 + permutations). Few pairs give a p near
        1 and never a small one.
    p_adjusted : p by Benjamini and Hochberg over all cells of the table.
    distance_bins, day_bins : the bins in words, such as "[0.1, 200)".
    distances, days, closed, metric : what was asked for.
    n, permutations : events, and how often their days were dealt out anew.
    """

    observed: Longs
    expected: Floats
    ratio: Floats
    median_ratio: Floats
    p: Floats
    p_adjusted: Floats
    distance_bins: tuple[str, ...]
    day_bins: tuple[str, ...]
    distances: tuple[float, ...]
    days: tuple[float, ...]
    closed: bool
    metric: Metric
    n: int
    permutations: int


@dataclass(frozen=True)
class OpenWindows:
    """Events after which more may be expected nearby today; one entry for each.

    event : place of the event in the arrays that were given.
    x, y : where it was.
    inner, radius : the window reaches from `inner` to `radius` from there, in the unit of x and y.
    until : last day on which the window is at least that wide.
    """

    event: Longs
    x: Floats
    y: Floats
    inner: Floats
    radius: Floats
    until: Longs


def knox(
    x: ArrayLike,
    y: ArrayLike,
    day: ArrayLike,
    *,
    distances: ArrayLike,
    days: ArrayLike,
    strata: ArrayLike | None = None,
    metric: Metric = "euclidean",
    permutations: int = 999,
    seed: int = 0,
    closed: bool = False,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Knox:
    """Knox table of n events, with its permutation test.

    With d_ij the distance and t_ij the days between events i and j, cell (r, c) counts the pairs
    i < j with d_ij in distance bin r and t_ij in day bin c. Under permutation π the days of i and j
    are those of π(i) and π(j).

    Parameters
    ----------
    x, y : (n,) metres, or any other unit that both share
    day : (n,) whole numbers
        Days since any day.
    distances : (rows + 1,) rising bin edges, in the unit of x and y
        A first bin such as 0 to 0.1 is the row of repeats at the same place. The last may be inf.
    days : (columns + 1,) rising bin edges, in days. The last may be inf.
    strata : (n,) of any kind of label
        Days change places within a stratum only (an offence, a district, a year). Pairs are counted
        over all events.
    metric : "euclidean" (as the crow flies) or "manhattan" (|Δx| + |Δy|, near to a grid of streets)
    permutations : int, 1 or more
    seed : int
        The same seed gives the same table, on one thread or many.
    closed : bool
        False: bins are [a, b). True: (a, b], and the first bin has its lower end too.
    threads : int
        As many as the machine has, by default.
    progress : called with the share of the work that is done; what it raises ends the work.

    Returns
    -------
    Knox

    Raises
    ------
    ValueError
        Fewer than 2 events; unequal lengths; a position that is no number; a day that is not whole;
        edges that do not rise or are below 0; no permutation.

    Notes
    -----
    Work grows with the pairs within the largest distance, not with n²; pairs are never held. Memory
    is about 1 GiB of permuted days at most, or 256 bytes for each event where that is more.
    Distances are compared as floating-point numbers: where positions lie on a grid whose step is an
    edge, put the edge between two steps.
    """
    at_x, at_y, when = _events(x, y, day)
    rows, columns = _edges(distances, "distances"), _edges(days, "days")
    if permutations < 1:
        raise ValueError("permutations: give a number above 0, such as 999")
    if metric not in ("euclidean", "manhattan"):
        raise ValueError('metric: choose "euclidean" or "manhattan"')
    if seed < 0:
        raise ValueError("seed: give a whole number, 0 or more")
    labels = _labels(strata, len(when))
    above = rows.copy()
    if closed:
        above[1:] = np.nextafter(rows[1:], np.inf)
    limits = _whole_bounds(columns, closed) - 1
    short, limits = _shortened(when, limits)
    asked = limits[limits >= 0].astype(short.dtype)  # the first is −1 where the bins begin at 0
    workers = threads or os.cpu_count() or 1
    counts = pairs.count(
        pairs.grid(at_x, at_y, float(above[-1])),
        short,
        labels,
        above,
        asked,
        manhattan=metric == "manhattan",
        permutations=permutations,
        seed=seed,
        threads=workers,
        progress=progress,
    )
    up_to = np.zeros((*counts.shape[:2], len(limits)), dtype=np.int64)
    up_to[:, :, limits >= 0] = counts
    table = np.diff(up_to, axis=2)
    observed, permuted = table[0], table[1:]
    expected = permuted.mean(axis=0)
    p = (1 + (permuted >= observed).sum(axis=0)) / (1 + permutations)
    return Knox(
        observed=observed,
        expected=expected,
        ratio=_ratio(observed, expected),
        median_ratio=_ratio(observed, np.median(permuted, axis=0)),
        p=p,
        p_adjusted=fdr.adjust(p),
        distance_bins=_bin_names(rows, closed),
        day_bins=_bin_names(columns, closed),
        distances=tuple(rows.tolist()),
        days=tuple(columns.tolist()),
        closed=closed,
        metric=metric,
        n=len(when),
        permutations=permutations,
    )


def open_windows(
    x: ArrayLike, y: ArrayLike, day: ArrayLike, result: Knox, today: int, alpha: float = 0.05
) -> OpenWindows:
    """Which events open a repeat window today, by a Knox table.

    A cell of the table counts as a repeat where its p_adjusted is at most `alpha`. For an event of
    age `today` − day, the cells of the day bin that holds the age are read from near to far: the
    window begins with the first that counts and ends before the next that does not. It stays open
    through all following day bins whose window is at least as wide.

    Parameters
    ----------
    x, y, day : (n,) as for `knox`; the events may be others than those of the table
    result : Knox
    today : int
        In the days of `day`. Later events open nothing.
    alpha : float between 0 and 1

    Returns
    -------
    OpenWindows
        In the order of the events; empty where the table shows no repeats. A day bin that ends at
        inf opens no window: it would never close.

    Raises
    ------
    ValueError
        As `knox`; or `alpha` is not between 0 and 1.
    """
    at_x, at_y, when = _events(x, y, day, fewest=0)
    if not 0 < alpha < 1:
        raise ValueError("alpha: give a probability between 0 and 1, such as 0.05")
    bounds = _whole_bounds(np.asarray(result.days), result.closed)
    counts = (result.p_adjusted <= alpha) & np.isfinite(np.asarray(result.days[1:]))
    rings = [_ring(counts[:, c], result.distances) for c in range(counts.shape[1])]
    age = int(today) - when
    column = np.searchsorted(bounds, age, side="right") - 1
    inside = (column >= 0) & (column < len(rings)) & (age >= 0)
    opens = [i for i in np.flatnonzero(inside) if rings[column[i]]]
    event = np.asarray(opens, dtype=np.int64)
    here = [rings[column[i]] or (np.nan, np.nan) for i in opens]
    last = [_lasts(rings, int(column[i])) for i in opens]
    ring = np.asarray(here, dtype=np.float64).reshape(-1, 2)
    until = when[event] + bounds[np.asarray(last, dtype=np.int64) + 1] - 1
    return OpenWindows(event, at_x[event], at_y[event], ring[:, 0], ring[:, 1], until)


def _ring(counts: NDArray[np.bool_], edges: tuple[float, ...]) -> tuple[float, float] | None:
    """Ends of the nearest unbroken run of distance bins that count."""
    if not counts.any():
        return None
    first = int(counts.argmax())
    rest = counts[first:]
    after = first + (len(rest) if rest.all() else int(rest.argmin()))
    return edges[first], edges[after]


def _lasts(rings: list[tuple[float, float] | None], column: int) -> int:
    """The last day bin through which the window of `column` stays at least as wide."""
    now = rings[column]
    for later in range(column + 1, len(rings)):
        then = rings[later]
        if now is None or then is None or then[0] > now[0] or then[1] < now[1]:
            return later - 1
    return len(rings) - 1


def _events(
    x: ArrayLike, y: ArrayLike, day: ArrayLike, fewest: int = 2
) -> tuple[Floats, Floats, Longs]:
    at_x, at_y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    when = np.asarray(day)
    if at_x.ndim != 1 or at_x.shape != at_y.shape or at_x.shape != when.shape:
        raise ValueError("x, y and day: give one of each for every event")
    if len(when) < fewest:
        raise ValueError(f"events: there must be at least {fewest}, or there is no pair")
    if not (np.isfinite(at_x).all() and np.isfinite(at_y).all()):
        raise ValueError("x, y: an event has no position; leave such events out and say how many")
    if when.size == 0:
        return at_x, at_y, when.astype(np.int64)
    if when.dtype.kind not in "iuf" or not np.array_equal(when, np.floor(when)):
        raise ValueError("day: give whole days, counted from any day")
    if not (np.abs(when.astype(np.float64)) < 2**52).all():
        raise ValueError("day: a day lies beyond all calendars")
    return at_x, at_y, when.astype(np.int64)


def _edges(values: ArrayLike, name: str) -> Floats:
    edges = np.array(values, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2:
        raise ValueError(f"{name}: give at least two edges, such as 0 and 200")
    if np.isnan(edges).any() or edges[0] < 0 or not (np.diff(edges) > 0).all():
        raise ValueError(f"{name}: edges must rise, from 0 or more")
    return edges


def _labels(strata: ArrayLike | None, n: int) -> Longs:
    if strata is None:
        return np.zeros(n, dtype=np.int64)
    given = np.asarray(strata)
    if given.shape != (n,):
        raise ValueError("strata: give one for every event")
    return np.unique(given, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _whole_bounds(edges: Floats, closed: bool) -> Longs:
    """Whole days at which the bins begin, and the one at which the last has ended."""
    bounds = np.ceil(edges)
    if closed:
        bounds[1:] = np.floor(edges[1:]) + 1
    return np.minimum(bounds, 2.0**53).astype(np.int64)


def _shortened(when: Longs, limits: Longs) -> tuple[NDArray[np.signedinteger], Longs]:
    """Days from 0 and limits for them, in the smallest type that holds them.

    A gap in which no event lies is cut to one more than the largest limit: every pair across it is
    as far apart as before, for all that is asked.
    """
    seen, place = np.unique(when, return_inverse=True)
    gaps = np.minimum(np.diff(seen), max(int(limits[-1]), 0) + 1)
    days = np.append(0, np.cumsum(gaps))
    span = int(days[-1])
    if span > np.iinfo(np.int32).max:
        raise ValueError("day: the events span more days than can be told apart")
    kind = np.int16 if span <= np.iinfo(np.int16).max else np.int32
    return days[place.reshape(-1)].astype(kind), np.minimum(limits, span)


def _ratio(observed: Longs, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(observed / expected, dtype=np.float64)


def _bin_names(edges: Floats, closed: bool) -> tuple[str, ...]:
    names = []
    for i, (low, high) in enumerate(pairwise(edges)):
        opening = "(" if closed and i else "["
        ending = "]" if closed and np.isfinite(high) else ")"
        names.append(f"{opening}{low:g}, {high:g}{ending}")
    return tuple(names)
