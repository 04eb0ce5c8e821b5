"""How the time of each analysis of place and time grows with what it is given.

The exponent is the slope of log seconds on log size over three sizes: 1 grows in step, 2 with the
square. A run is warm; Knox's million stands with its own job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from place_and_time import clusters, hotspots, near_repeat
from timing import exponent, row, warm

RUNS = 3
REPLICAS = 20
Work = Callable[[], object]


def rows() -> list[dict[str, Any]]:
    return [
        grown("Knox, 1 cell, 999 permutations", "events", (12_500, 50_000, 200_000), knox),
        grown("KDE, 256 × 256", "events", (62_500, 250_000, 1_000_000), kde),
        grown("Gi, 999 permutations, binary weights", "cells", (25_000, 50_000, 100_000), local_g),
        grown(f"scan, 1,024 places, {REPLICAS} replicas", "cases", (2_500, 10_000, 40_000), cases),
        grown(f"scan, 10,000 cases, {REPLICAS} replicas", "places", (256, 1_024, 4_096), places),
    ]


def grown(
    name: str, what: str, sizes: Sequence[int], work: Callable[[int], Work]
) -> dict[str, Any]:
    """One row: the largest size, and the exponent over all."""
    seconds = [warm(work(size), RUNS) for size in sizes]
    told = ", ".join(f"{size:,}: {took:.3f} s" for size, took in zip(sizes, seconds, strict=True))
    note = f"grows as n^{exponent(sizes, seconds):.2f} over {what} {told}"
    return row(f"{name}, {sizes[-1]:,} {what}", seconds[-1], "", note)


def knox(events: int) -> Work:
    return near_repeat.ours(events, [0, 200], [0, 7])


def kde(events: int) -> Work:
    return hotspots.Cloud(events, 256).ours


def local_g(cells: int) -> Work:
    return hotspots.local_g_of(250, cells // 250)


def cases(count: int) -> Work:
    return clusters.scan_of(count, 1_024, REPLICAS)


def places(count: int) -> Work:
    return clusters.scan_of(10_000, count, REPLICAS)


if __name__ == "__main__":
    for one in rows():
        print(one)
