"""Ways of naming hot spots, as `backtest` takes them: each gives a score per cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convive.stats import density
from convive.stats.backtest import History, Method
from convive.stats.gi_star import gi_star
from convive.stats.grids import Grid
from convive.stats.neighbours import Neighbours

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Centres:
    """(cells,) centres of cells, in metres: H3 cells, sectors, or those of a mask."""

    x: Floats
    y: Floats


def counts(days: float | None = 365, name: str | None = None) -> Method:
    """Events per cell of the last `days` days, or of all time: "same cells as last year"."""
    if days is not None and not days > 0:
        raise ValueError("days: give a number above 0, or none for all time")
    default = "counts_all" if days is None else f"counts_{days:g}_days"
    return Method(name or default, lambda history: history.counts(days))


def kde(
    cells: Grid | Centres,
    bandwidth: float,
    *,
    kernel: density.Kernel = "quartic",
    half_life: float | None = None,
    days: float | None = None,
    name: str | None = None,
) -> Method:
    """Kernel density at the centres of the cells; with `half_life` in days, weights decay by age.

    Parameters
    ----------
    cells : Grid, whose cells are numbered row by row, or Centres
    bandwidth : metres
    days : only events of the last so many days that were known; all by default
    """

    def score(history: History) -> Floats:
        seen = np.isfinite(history.x) & np.isfinite(history.y)
        if not seen.any():
            raise ValueError("x, y: a kernel density needs the places of events, not only cells")
        if days is not None:
            seen &= history.day >= history.known - days
        x, y = history.x[seen], history.y[seen]
        weights = None if half_life is None else density.decay(history.age[seen], half_life)
        if isinstance(cells, Grid):
            found = density.on_grid(x, y, cells, bandwidth, kernel=kernel, weights=weights)
            return found.values.ravel()
        return density.at(x, y, cells.x, cells.y, bandwidth, kernel=kernel, weights=weights)

    return Method(name or ("kde" if half_life is None else "kde_decayed"), score)


def local_g(weights: Neighbours, days: float | None = 365, name: str | None = None) -> Method:
    """z of Gi* over the counts of the last `days` days, or of all time.

    The rank needs no p, so that only one permutation is drawn.
    """

    def score(history: History) -> Floats:
        return gi_star(history.counts(days), weights, permutations=1, seed=0).z

    return Method(name or "gi_star", score)
