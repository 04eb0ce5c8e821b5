"""Compiles the loops of the statistics and keeps them on disk, so that no first call waits.

`./convive` runs it as it installs. It calls what a command would call, on a few made-up points:
each loop is then compiled for the types that it meets.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from convive.stats import (
    aoristic,
    clusters,
    density,
    effect,
    gi_star,
    linkage,
    linkage_bits,
    near_repeat,
    neighbours,
    undercount,
)


def main() -> None:
    draw = np.random.default_rng(1)
    x, y = draw.uniform(0, 2_000, (2, 200))
    day = draw.integers(0, 90, 200)
    for metric in ("euclidean", "manhattan"):
        near_repeat.knox(
            x, y, day, distances=[0, 0.1, 200], days=[0, 7, 14], metric=metric, permutations=9
        )
    hours = np.datetime64("2025-01-01", "s") + day * 86_400
    aoristic.weights(hours, hours + 7_200, longest=48)
    for kernel in ("quartic", "gaussian"):
        density.on_grid(x, y, density.Grid(0, 0, 100, 100, 20, 20), 300, kernel=kernel)
        density.at(x, y, x[:20], y[:20], 300, kernel=kernel)
    counts = np.bincount((y // 200).astype(int) * 10 + (x // 200).astype(int), minlength=100)
    alike = neighbours.on_grid(10, 10)
    uneven = neighbours.Neighbours(
        alike.indptr, alike.indices, draw.uniform(0.5, 1, len(alike.data))
    )
    for weights in (alike, uneven):
        gi_star.gi_star(counts, weights, permutations=99, seed=1)
        gi_star.gi(counts, weights, permutations=99, seed=1)
    scan(draw)
    people(draw)
    panel = draw.poisson(20, (8, 12))
    for method in ("sc", "sdid"):
        effect.estimate(panel, [0], 9, method=method)
    effect.estimate(panel, [0], 9, method="sc", steps=10)
    lists = undercount.Lists(draw.integers(5, 50, 7).astype(float))
    undercount.estimate(lists, linkage_error=undercount.LinkageError(0.05, false=0.01), draws=50)


def people(draw: np.random.Generator) -> None:
    none = np.array([0, 1]), np.zeros(1, dtype=np.int32)
    linkage_bits.spread(
        np.zeros((2, 2), dtype=np.int32), *none, *none, np.zeros((1, 16), dtype=np.uint16),
        np.ones(1, dtype=np.int8), 2_048,
    )  # fmt: skip
    bits = draw.integers(0, 2**63, (100, 16), dtype=np.uint64)
    linkage.link(bits, np.repeat([0, 1], 50), np.zeros(100, dtype=np.int64))


def scan(draw: np.random.Generator) -> None:
    names = np.array([f"{i}" for i in range(20)])
    first = np.datetime64("2025-01-01")
    cases = clusters.Cases(names[draw.integers(0, 20, 200)], first + draw.integers(0, 90, 200))
    places = clusters.Places(names, *draw.uniform(0, 10, (2, 20)), unit="km")
    people = clusters.Population(names, np.full(20, first), draw.integers(100, 200, 20))
    for prospective in (False, True):
        window = clusters.Window(
            dt.date(2025, 1, 1), dt.date(2025, 3, 31), max_time=14, prospective=prospective
        )
        clusters.permutation(cases, places, window, permutations=9)
        clusters.poisson(cases, people, places, window, permutations=9)


if __name__ == "__main__":
    main()
