"""Back-test before belief: would this way of naming hot spots have held in the past?

At each origin (the first day of a period) every method sees what was known before and scores the
cells; the best-scored cells are marked up to a stated share of the area; then the events of the
period are counted. Summed over the origins, with n events of which some are hits in marked cells:

    hit rate = hits / n
    PAI = hit rate / area share            (Chainey et al. 2008; 1 is what a blind choice gives)
    PEI = hits / most hits that any choice of the same area could have had   (Hunt 2016)

The share of area is met exactly: where cells tie for the last places, or the last one is too large,
all of them are marked in the part that is left, and their events count in that part. This is the
expected value of a choice by lot, so that hits need not be whole; no method gains by luck in ties.

Intervals are percentile intervals of a circular block bootstrap over the origins: blocks of
consecutive periods are drawn, because neighbouring periods resemble each other. The same draws
serve all methods, so that differences are paired.

Limits: with few events the PAI of one period jumps by 10 to 30 for each hit; only many origins tell
methods apart. Below about ten origins the intervals are too short. A back-test shows where events
were recorded; where patrols look, more is recorded.

References
----------
Chainey S, Tompson L, Uhlig S (2008). The utility of hotspot mapping for predicting spatial patterns
of crime. Security Journal 21: 4–28.
Hunt J (2016). Do crime hot spots move? Dissertation, American University, Washington (PEI).
Politis DN, Romano JP (1992). A circular block-resampling procedure for stationary data. In:
Exploring the Limits of Bootstrap, 263–270. Wiley.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """What was known on the day of an origin.

    x, y : (m,) metres; nan where only cells were given.
    cell : (m,) number of each event's cell; −1 outside all.
    day : (m,) number of the day, all below `known`.
    origin : first day of the period that is to be foretold.
    known : origin − lag: events from this day on had not arrived.
    cells : number of cells.
    """

    x: Floats
    y: Floats
    cell: Whole
    day: Floats
    origin: float
    known: float
    cells: int

    @property
    def age(self) -> Floats:
        """(m,) days from each event to the origin."""
        return self.origin - self.day

    def counts(self, days: float | None = None) -> Floats:
        """(cells,) events of the last `days` days that were known, or of all."""
        held = self.cell >= 0
        if days is not None:
            held &= self.day >= self.known - days
        return np.bincount(self.cell[held], minlength=self.cells).astype(np.float64)


@dataclass(frozen=True)
class Method:
    """A way of naming hot spots: a name, and a function from the history to a score per cell.

    Higher scores are marked first; nan comes last.
    """

    name: str
    score: Callable[[History], ArrayLike]


@dataclass(frozen=True)
class Result:
    """How one method did.

    hits, n : events of the periods in marked cells (in parts where cells tied), and all of them.
    hit_rate, pai, pei : see the module; nan where there were no events.
    lower, upper : interval of the PAI. hit_rate_lower … pei_upper : of the others.
    period_hits, period_n, period_best : (origins,) of each: hits, events, most possible.
    """

    method: str
    area_share: float
    hits: float
    n: int
    hit_rate: float
    pai: float
    pei: float
    lower: float
    upper: float
    hit_rate_lower: float
    hit_rate_upper: float
    pei_lower: float
    pei_upper: float
    period_hits: Floats
    period_n: Floats
    period_best: Floats


@dataclass(frozen=True)
class Backtest:
    """Results in the order of the methods; the first is the benchmark.

    origins : (k,) first day of each period.
    block, resamples, level, seed : of the bootstrap.
    """

    results: tuple[Result, ...]
    origins: Floats
    block: int
    resamples: int
    level: float
    seed: int


@dataclass(frozen=True)
class Difference:
    """A method's PAI less the benchmark's, on the same periods.

    lower, upper : simultaneous over all methods compared (Bonferroni).
    """

    method: str
    pai: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Verdict:
    """Which method is best here.

    best : the benchmark, unless some method is better by more than chance explains.
    beats : whether one is.
    differences : each other method against the benchmark.
    enough : whether there were ten origins and an event; without, the benchmark stays for want of
        evidence.
    """

    best: str
    beats: bool
    differences: tuple[Difference, ...]
    enough: bool


def backtest(
    cell: ArrayLike,
    day: ArrayLike,
    edges: ArrayLike,
    methods: Sequence[Method],
    *,
    cells: int,
    area_share: float,
    seed: int,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    area: ArrayLike | None = None,
    lag: float = 0,
    block: int | None = None,
    resamples: int = 2_000,
    level: float = 0.95,
) -> Backtest:
    """Try methods on periods of the past.

    Parameters
    ----------
    cell : (n,) number of each event's cell, from 0; −1 outside all
        Events outside count for no period, yet methods that use x and y see them.
    day : (n,) number of the day
    edges : (k + 1,) rising days
        Period j is edges[j] ≤ day < edges[j + 1], and edges[j] is its origin.
    methods : at least one, of different names
        The first is the benchmark: "same cells as last year" (`ranking.counts`).
    cells : number of cells
    area_share : float
        Above 0, below 1; of the area of all cells together.
    x, y : (n,) metres, for methods that use them
    area : (cells,) numbers above 0
        Equal by default.
    lag : days by which events arrive late; what happened from origin − lag on is not known yet.
    block : periods in a block; by default the whole number next to k^(1/3), at least 1
    resamples, level : of the bootstrap

    Raises
    ------
    ValueError
        Arrays that do not fit, numbers out of bounds, fewer than two periods, nothing known before
        the first origin, two methods of one name, a method that gives something else than one score
        per cell.
    """
    places = _places(cell, day, x, y, cells)
    starts = _edges(edges)
    size = _areas(area, cells)
    if not 0 < area_share < 1:
        raise ValueError("area_share: give a share above 0 and below 1, such as 0.05")
    if not (np.isfinite(lag) and lag >= 0):
        raise ValueError("lag: give a number of days, 0 or more")
    if not methods or len({method.name for method in methods}) < len(methods):
        raise ValueError("methods: give at least one, each with a name of its own")
    periods = len(starts) - 1
    length = max(1, round(periods ** (1 / 3))) if block is None else block
    if not 1 <= length <= periods or resamples < 1 or not 0 < level < 1:
        raise ValueError(
            "block, resamples, level: give a block from 1 to the number of periods, resamples of 1 "
            "or more, a level between 0 and 1"
        )
    events = np.zeros(periods)
    best = np.zeros(periods)
    hits = np.zeros((len(methods), periods))
    for j in range(periods):
        history = _known(places, starts[j], lag, cells)
        if not len(history.day):
            raise ValueError("edges: nothing is known before the first period; begin later")
        inside = (places.day >= starts[j]) & (places.day < starts[j + 1]) & (places.cell >= 0)
        counts = np.bincount(places.cell[inside], minlength=cells).astype(np.float64)
        events[j] = counts.sum()
        best[j] = hits_of(counts / size, counts, size, area_share)
        for m, method in enumerate(methods):
            scores = np.asarray(method.score(history), dtype=np.float64)
            if scores.shape != (cells,):
                raise ValueError(f"methods: {method.name} must give one score for each cell")
            hits[m, j] = hits_of(scores, counts, size, area_share)
    draws = _draws(periods, length, resamples, seed)
    results = tuple(
        _result(method.name, area_share, hits[m], events, best, draws, level)
        for m, method in enumerate(methods)
    )
    return Backtest(results, starts[:-1], length, resamples, level, seed)


def hits_of(scores: Floats, counts: Floats, area: Floats, area_share: float) -> float:
    """Events in the best-scored cells that together make up the share of area.

    Scores closer than a billionth of the largest count as tied. Tied cells that do not all find
    room are marked in part.
    """
    known = np.where(np.isnan(scores), -np.inf, scores)
    finite = known[np.isfinite(known)]
    scale = float(np.abs(finite).max()) if len(finite) else 0.0
    rank = np.where(np.isfinite(known) & (scale > 0), np.rint(known / (scale or 1) * 1e9), known)
    _levels, group = np.unique(-rank, return_inverse=True)
    areas, events = np.bincount(group, area), np.bincount(group, counts)
    left = area_share * area.sum() - (np.cumsum(areas) - areas)
    return float((events * np.clip(left / areas, 0, 1)).sum())


def verdict(tested: Backtest) -> Verdict:
    """Which method is best, or that none beats the benchmark.

    For each other method the difference in PAI is taken on the same resamples; its interval has
    the level 1 − (1 − level) / (number of such methods). The best is the one of the highest PAI
    among those whose interval lies above 0.
    """
    first, *others = tested.results
    periods = len(tested.origins)
    enough = periods >= 10 and first.n > 0
    draws = _draws(periods, tested.block, tested.resamples, tested.seed)
    tail = (1 - tested.level) / max(len(others), 1) / 2
    differences = []
    for other in others:
        gain = (other.period_hits - first.period_hits) / first.area_share
        low, high = _interval(gain, first.period_n, draws, tail)
        differences.append(Difference(other.method, other.pai - first.pai, low, high))
    better = [d for d in differences if d.lower > 0] if enough else []
    best = max(better, key=lambda d: d.pai).method if better else first.method
    return Verdict(best, bool(better), tuple(differences), enough)


def _result(
    name: str,
    share: float,
    hits: Floats,
    events: Floats,
    best: Floats,
    draws: Whole,
    level: float,
) -> Result:
    tail = (1 - level) / 2
    rate = hits.sum() / events.sum() if events.sum() else float("nan")
    low, high = _interval(hits, events, draws, tail)
    pei = hits.sum() / best.sum() if best.sum() else float("nan")
    pei_low, pei_high = _interval(hits, best, draws, tail)
    return Result(
        method=name,
        area_share=share,
        hits=float(hits.sum()),
        n=int(events.sum()),
        hit_rate=float(rate),
        pai=float(rate / share),
        pei=float(pei),
        lower=low / share,
        upper=high / share,
        hit_rate_lower=low,
        hit_rate_upper=high,
        pei_lower=pei_low,
        pei_upper=pei_high,
        period_hits=hits,
        period_n=events,
        period_best=best,
    )


def _interval(above: Floats, below: Floats, draws: Whole, tail: float) -> tuple[float, float]:
    """Percentile interval of Σ above / Σ below over resampled periods."""
    bottom = below[draws].sum(axis=1)
    held = bottom > 0
    if not held.any():
        return float("nan"), float("nan")
    ratios = above[draws].sum(axis=1)[held] / bottom[held]
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return float(low), float(high)


def _draws(periods: int, block: int, resamples: int, seed: int) -> Whole:
    """(resamples, periods) numbers of periods, in circular blocks."""
    rng = np.random.default_rng(seed)
    blocks = -(-periods // block)
    starts = rng.integers(0, periods, size=(resamples, blocks, 1))
    drawn: Whole = (starts + np.arange(block)).reshape(resamples, -1)[:, :periods] % periods
    return drawn


def _known(places: History, origin: float, lag: float, cells: int) -> History:
    seen = places.day < origin - lag
    return History(
        places.x[seen],
        places.y[seen],
        places.cell[seen],
        places.day[seen],
        float(origin),
        float(origin - lag),
        cells,
    )


def _places(
    cell: ArrayLike, day: ArrayLike, x: ArrayLike | None, y: ArrayLike | None, cells: int
) -> History:
    number, when = np.asarray(cell), np.asarray(day, dtype=np.float64)
    if number.ndim != 1 or number.shape != when.shape or not len(number):
        raise ValueError("cell, day: give one of each for every event")
    if not np.issubdtype(number.dtype, np.integer) or number.min() < -1 or number.max() >= cells:
        raise ValueError(f"cell: give numbers from 0 to {cells - 1}, or −1 outside all cells")
    if not np.isfinite(when).all():
        raise ValueError("day: give numbers of days; leave out events without a date")
    blank = np.full(len(when), np.nan)
    east = blank if x is None else np.asarray(x, dtype=np.float64)
    north = blank if y is None else np.asarray(y, dtype=np.float64)
    if east.shape != when.shape or north.shape != when.shape:
        raise ValueError("x, y: give one of each for every event")
    return History(east, north, number.astype(np.int64), when, np.inf, np.inf, cells)


def _edges(edges: ArrayLike) -> Floats:
    starts = np.asarray(edges, dtype=np.float64)
    if starts.ndim != 1 or len(starts) < 3 or not (np.diff(starts) > 0).all():
        raise ValueError("edges: give the rising first days of two periods or more, and an end")
    if not np.isfinite(starts).all():
        raise ValueError("edges: give finite days")
    return starts


def _areas(area: ArrayLike | None, cells: int) -> Floats:
    size = np.ones(cells) if area is None else np.asarray(area, dtype=np.float64)
    if size.shape != (cells,) or not (np.isfinite(size) & (size > 0)).all():
        raise ValueError("area: give a size above 0 for each cell")
    return size
