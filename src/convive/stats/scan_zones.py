"""Circular zones for the space-time scan: each place as a centre, and its nearest places.

The rules of order are SaTScan's, because a different order of places at the same distance gives
different zones and different statistics:

- latitude and longitude become points on a sphere of radius 6,367 km, and the distance of two is
  the straight line (chord) between them;
- places enter by distance; at exactly the same distance the one with the smaller coordinates first
  (x, then y, then z, then the name), one at a time, so that a zone may end between them;
- a place farther than the limit, or that would bring the zone above the limit of population, ends
  the growth: nearer places never wait for smaller ones behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EARTH_KM = 6367.0


@dataclass(frozen=True)
class Zones:
    """Nested zones of all centres.

    first : (places + 1,) where each centre's places begin in `near`.
    near : places in the order in which they enter the zones of their centre.
    """

    first: NDArray[np.int64]
    near: NDArray[np.int32]

    def of(self, centre: int) -> NDArray[np.int32]:
        return self.near[self.first[centre] : self.first[centre + 1]]


def on_sphere(longitude: Floats, latitude: Floats) -> Floats:
    """(n, 3) kilometres from the middle of the Earth, of degrees."""
    around, down = np.radians(longitude), np.radians(90.0 - latitude)
    return np.column_stack(
        [
            EARTH_KM * np.cos(around) * np.sin(down),
            EARTH_KM * np.sin(around) * np.sin(down),
            EARTH_KM * np.cos(down),
        ]
    )


def distances(points: Floats, centre: int) -> Floats:
    """Straight lines in kilometres from one point to all."""
    square = np.zeros(len(points))
    for axis in range(points.shape[1]):
        square += (points[:, axis] - points[centre, axis]) ** 2
    return np.asarray(np.sqrt(square))


def zones(
    points: Floats, weight: Floats, most_weight: float, most_distance: float | None = None
) -> Zones:
    """The zones of every centre.

    Parameters
    ----------
    points : (n, 2 or 3) kilometres, in the order of the places' names
    weight : (n,) expected cases of each place over the whole study: its population at risk
    most_weight : largest weight of a zone
    most_distance : kilometres, None for no limit

    Returns
    -------
    Zones
        A centre whose own weight is above the limit has none.
    """
    n = len(points)
    order = np.lexsort((np.arange(n), *points.T[::-1]))  # by x, then y, then z, then name
    ordered, ordered_weight = points[order], weight[order]
    back = np.argsort(order)
    limit = most_weight * (1 + 1e-12)  # sums of shares are not exact
    first, near = np.zeros(n + 1, dtype=np.int64), []
    for centre in range(n):
        away = distances(ordered, int(back[centre]))
        if most_distance is None:
            nearest = np.argsort(away, kind="stable")
        else:
            inside = np.flatnonzero(away <= most_distance)
            nearest = inside[np.argsort(away[inside], kind="stable")]
        above = np.flatnonzero(np.cumsum(ordered_weight[nearest]) > limit)
        nearest = nearest[: above[0]] if len(above) else nearest
        near.append(order[nearest].astype(np.int32))
        first[centre + 1] = first[centre] + len(nearest)
    return Zones(first, np.concatenate(near) if near else np.zeros(0, dtype=np.int32))
