"""Clusters in space and time: the scan statistic, prospective or looking back.

A cylinder stands on a circle of places and reaches over a run of intervals. Among all cylinders
within the limits the scan looks for those that hold more cases than expected, c where μ, of C:

    LLR = c·ln(c/μ) + (C − c)·ln((C − c)/(C − μ)),   c > μ.

Two models say what was expected:

- **Poisson** (`poisson`): population at risk in place and time, standardised for groups such as
  age and sex. It asks where the risk is raised.
- **Permutation** (`permutation`): cases alone, μ = (cases of the places)·(cases of the days)/C. It
  asks where cases come together in place *and* time, beyond what each place and each day has
  anyway. No population is needed.

Chance is judged by replicas: cases drawn anew from the population, or their dates shuffled over
their places. p = (1 + replicas whose largest LLR reaches this one) / (1 + replicas); it already
allows for the many cylinders looked at.

Geometry, order of places, limits, intervals and interpolation of populations are SaTScan's, so that
its files give its statistics (see `scan_zones`, `scan_time`, docs/methods/clusters.md).

Limits: circles, not rivers or roads. Where population grows unevenly, the permutation model takes
the growth for a cluster. A prospective scan that is repeated every day finds something by chance
once in a while: read the recurrence interval. A cluster says where and when, not why.

References
----------
Kulldorff M (1997). A spatial scan statistic. Communications in Statistics 26: 1481–1496.
Kulldorff M (2001). Prospective time periodic geographical disease surveillance using a scan
statistic. Journal of the Royal Statistical Society A 164: 61–72.
Kulldorff M, Heffernan R, Hartman J, Assunção R, Mostashari F (2005). A space-time permutation scan
statistic for disease outbreak detection. PLoS Medicine 2: e59.
Abrams AM, Kleinman K, Kulldorff M (2010). Gumbel based p-value approximations for spatial scan
statistics. International Journal of Health Geographics 9: 61.
Besag J, Clifford P (1991). Sequential Monte Carlo p-values. Biometrika 78: 301–304.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convive.stats import scan_search, scan_tables, scan_time, scan_zones
from convive.stats.scan_search import Ground, Progress
from convive.stats.scan_tables import Cases, CaseTable, Places, PlaceTable, Population, Window
from convive.stats.scan_time import PopulationTable

__all__ = [
    "Cases", "Cluster", "Places", "Population", "Scan", "Window", "permutation", "poisson",
]  # fmt: skip

Floats = NDArray[np.float64]

DAYS_OF_YEAR = 365.25
FEW = 10  # replicas that reach a cluster, from which on its recurrence is counted, not modelled


@dataclass(frozen=True)
class Cluster:
    """A cluster and how surprising it is.

    locations : names of its places, from the centre outwards.
    radius : kilometres from the centre to the farthest of them, along the Earth.
    start, end : first and last day.
    cases, expected : counts in it.
    llr : its statistic.
    p : Monte Carlo, 1 without replicas.
    gumbel_p : from the Gumbel distribution fitted to the replicas, for p below what their number
        can show; nan with fewer than two.
    recurrence : prospective scans: days between clusters as strong as this by chance alone, if the
        scan is run once in each interval; None otherwise.
    """

    locations: tuple[str, ...]
    radius: float
    start: datetime.date
    end: datetime.date
    cases: int
    expected: float
    llr: float
    p: float
    gumbel_p: float
    recurrence: float | None

    @property
    def ratio(self) -> float:
        """Cases for each one expected."""
        return self.cases / self.expected


@dataclass(frozen=True)
class Scan:
    """What a scan found.

    clusters : the strongest first; later ones share no place with an earlier one, and at least one
        replica stays below them (p < 1). The strongest is there whatever its p.
    cases, intervals, places : size of what was scanned.
    maxima : (replicas,) largest statistic of each.
    stopped : whether it was clear early that the strongest cluster is no surprise.
    seed : the same seed gives the same replicas.
    """

    clusters: tuple[Cluster, ...]
    cases: int
    places: int
    intervals: int
    maxima: Floats
    stopped: bool
    seed: int

    @property
    def permutations(self) -> int:
        return len(self.maxima)


def permutation(
    cases: CaseTable,
    places: PlaceTable,
    window: Window,
    permutations: int = 999,
    seed: int = 0,
    stop_after: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Space-time permutation scan: cases alone.

    μ of a cylinder = (cases of its places) · (cases of its days) / C. In a replica the places of
    all cases are shuffled over their dates.

    Parameters
    ----------
    cases, places : see `Cases` and `Places`; every place of a case has coordinates
    window : see `Window`
    permutations : replicas, 0 or more; 999 is usual
    seed : 0 or more
    stop_after : stop at so many replicas that reach the strongest cluster (50, say): it is then no
        surprise. p = (1 + reached) / (1 + replicas made)
    threads : at most so many; None for one for each processor. The result is the same
    progress : called with replicas made and wanted

    Returns
    -------
    Scan

    Raises
    ------
    ValueError
        Data that do not fit together or the limits; the sentence says which.
    """
    study = _Study(cases, places, window)
    weight = np.bincount(study.place, minlength=len(study.names)).astype(np.float64)
    return study.scan(None, weight, permutations, seed, stop_after, threads, progress)


def poisson(
    cases: CaseTable,
    population: PopulationTable,
    places: PlaceTable,
    window: Window,
    permutations: int = 999,
    seed: int = 0,
    stop_after: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Discrete Poisson scan: cases against population at risk.

    μ of a cylinder is its person-time in each group times the group's rate, so that all μ together
    are C. In a replica each case falls anew into a place and interval, by these chances.

    Parameters
    ----------
    population : see `Population`; between its dates it goes in a straight line. With `group`, both
        tables have one, and expected cases are standardised indirectly.

    The others, what is returned and what is refused are as in `permutation`.
    """
    study = _Study(cases, places, window)
    expected = study.expected(cases, population)
    return study.scan(
        expected, expected.sum(axis=1), permutations, seed, stop_after, threads, progress
    )


class _Study:
    """Checked tables in numbers: places in the order of their names, intervals from 0."""

    def __init__(self, cases: CaseTable, places: PlaceTable, window: Window) -> None:
        self.window = window
        scan_tables.check(window)
        self.names, self.points = scan_tables.points_of(places)
        self.number = {name: i for i, name in enumerate(self.names)}
        self.starts = scan_time.interval_starts(
            window.start, window.end, window.time_unit, window.time_length
        )
        self.longest = scan_tables.longest(window, len(self.starts) - 1)
        self.rows = scan_tables.rows_of(cases, window, self.number)
        name, day, count = self.rows
        interval = np.searchsorted(self.starts, day, side="right") - 1
        self.place = np.repeat(name, count)
        self.interval = np.repeat(interval, count)
        order = np.lexsort((self.place, self.interval))  # whatever the order of the rows
        self.place, self.interval = self.place[order], self.interval[order]

    def expected(self, cases: CaseTable, population: PopulationTable) -> Floats:
        if (cases.group is None) != (population.group is None):
            raise ValueError("group: give groups for the cases and the population, or for neither")
        name, _day, count = self.rows
        groups = np.full(len(name), "") if cases.group is None else np.asarray(cases.group)
        if groups.shape != name.shape:
            raise ValueError("cases: give a group for each row")
        of_group: dict[str, int] = {}
        for group, cases_there in zip(groups.astype(str).tolist(), count.tolist(), strict=True):
            of_group[group] = of_group.get(group, 0) + cases_there
        of_group = {group: number for group, number in of_group.items() if number}
        made = scan_time.expected_cases(population, self.number, of_group, self.starts)
        nobody = np.flatnonzero(made[self.place, self.interval] <= 0)
        if len(nobody):
            where = self.names[self.place[nobody[0]]]
            when = scan_time.day_of(self.starts[self.interval[nobody[0]]])
            raise ValueError(
                f"population: {len(nobody)} cases happened where nobody is at risk, the first in "
                f"{where!r} in the interval from {when}"
            )
        return made

    def scan(
        self, expected: Floats | None, weight: Floats, permutations: int, seed: int,
        stop_after: int | None, threads: int | None, progress: Progress | None,
    ) -> Scan:  # fmt: skip
        if permutations < 0 or seed < 0 or seed >= 2**63:
            raise ValueError("permutations, seed: give whole numbers, 0 or more")
        if stop_after is not None and stop_after < 1:
            raise ValueError("stop_after: give a number of replicas, 1 or more, or None")
        window = self.window
        zones = scan_zones.zones(
            self.points, weight, window.max_population * float(weight.sum()), window.max_distance
        )
        ground = scan_search.ground(
            self.place, self.interval, expected, weight, len(self.starts) - 1, zones,
            self.longest, window.prospective, window.rates, window.min_cases,
        )  # fmt: skip
        observed = scan_search.top(ground) if stop_after is not None else math.inf
        maxima = scan_search.replica_maxima(
            ground, seed, permutations, observed, stop_after, threads, progress
        )
        clusters = self._clusters(ground, zones, maxima)
        return Scan(
            clusters=clusters, cases=len(self.place), places=len(self.names),
            intervals=len(self.starts) - 1, maxima=maxima, stopped=len(maxima) < permutations,
            seed=seed,
        )  # fmt: skip

    def _clusters(
        self, ground: Ground, zones: scan_zones.Zones, maxima: Floats
    ) -> tuple[Cluster, ...]:
        floor = float(maxima.min()) if len(maxima) else 0.0
        best = scan_search.best_of_each(ground, floor)
        if not best and floor > 0:
            best = scan_search.best_of_each(ground, 0.0)[:1]
        taken = np.zeros(len(self.names), dtype=bool)
        kept = []
        for one in best:
            inside = zones.of(one.centre)[: one.size]
            if not taken[inside].any():
                taken[inside] = True
                kept.append(self._cluster(one, inside, maxima))
        return tuple(kept)

    def _cluster(self, one: scan_search.Best, inside: NDArray[np.int32], maxima: Floats) -> Cluster:
        p = scan_search.monte_carlo_p(one.llr, maxima)
        modelled = scan_search.gumbel_p(one.llr, maxima)
        recurrence = None
        if self.window.prospective and len(maxima):
            few = int((maxima >= one.llr).sum()) + 1 < FEW and not math.isnan(modelled)
            chance = max(modelled, 1e-17) if few else p
            recurrence = max(1.0, _days(self.window) / chance)
        return Cluster(
            locations=tuple(self.names[i] for i in inside),
            radius=self._radius(one.centre, inside),
            start=scan_time.day_of(self.starts[one.start]),
            end=scan_time.day_of(self.starts[one.stop] - 1),
            cases=one.cases, expected=one.expected, llr=one.llr, p=p, gumbel_p=modelled,
            recurrence=recurrence,
        )  # fmt: skip

    def _radius(self, centre: int, inside: NDArray[np.int32]) -> float:
        chord = float(scan_zones.distances(self.points, centre)[inside].max())
        if self.points.shape[1] == 2:
            return chord
        across = 2 * scan_zones.EARTH_KM
        return across * math.asin(min(1.0, chord / across))


def _days(window: Window) -> float:
    """Length of an interval, months and years as they are on average."""
    unit = {"day": 1.0, "month": DAYS_OF_YEAR / 12, "year": DAYS_OF_YEAR}
    return window.time_length * unit[window.time_unit]
