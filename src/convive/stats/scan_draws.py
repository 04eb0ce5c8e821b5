"""Replicas of a space-time scan: random numbers of our own, and prefix counts of what they draw.

numba's generator is one for each thread; ours begins anew for each replica, from the seed and the
replica's number, so that no replica depends on who worked it out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel

Single = NDArray[np.float32]
Double = NDArray[np.float64]
Short = NDArray[np.int32]


@kernel
def mixed(state: Any) -> Any:
    """The 64 bits that splitmix64 makes of a state (Steele, Lea, Flood 2014)."""
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def replica_state(seed: Any, replica: Any) -> Any:
    """Where the random numbers of one replica begin: by seed and number, never by thread."""
    first = mixed(np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15))
    return mixed(first ^ (np.uint64(replica) * np.uint64(0xD1342543DE82EF95) + np.uint64(1)))


@kernel
def shuffled(place: Short, seed: Any, replica: Any, out: Short) -> None:
    """Into `out`: the places of the cases in random order (Fisher–Yates; every order alike)."""
    state = replica_state(seed, replica)
    for i in range(len(place)):
        out[i] = place[i]
    for i in range(len(place) - 1, 0, -1):
        n = np.uint64(i + 1)
        state += np.uint64(0x9E3779B97F4A7C15)
        product = (mixed(state) >> np.uint64(32)) * n
        low = product & np.uint64(0xFFFFFFFF)
        if low < n:  # the few draws that would favour small numbers are drawn again
            threshold = (np.uint64(0x100000000) - n) % n
            while low < threshold:
                state += np.uint64(0x9E3779B97F4A7C15)
                product = (mixed(state) >> np.uint64(32)) * n
                low = product & np.uint64(0xFFFFFFFF)
        j = np.int64(product >> np.uint64(32))
        out[i], out[j] = out[j], out[i]


@kernel
def drawn(share: Double, other: Short, seed: Any, replica: Any, out: Short) -> None:
    """Into `out`: a cell for each case, by the alias table (`share`, `other`) of their chances."""
    state = replica_state(seed, replica)
    cells = np.float64(len(share))
    for i in range(len(out)):
        state += np.uint64(0x9E3779B97F4A7C15)
        u = np.float64(mixed(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0) * cells
        cell = int(u)
        if cell >= len(share):  # rounding, once in a blue moon
            cell = len(share) - 1
        out[i] = cell if u - cell < share[cell] else other[cell]


@kernel
def prefix_rows(place: Short, column: Short, rows: Single) -> None:
    """Into `rows` (places, intervals + 1): cases of each place before each interval's start.

    A case whose column is beyond the last one is left out (prospective scans count only the end).
    """
    rows[:, :] = np.float32(0)
    width = rows.shape[1]
    for i in range(len(place)):
        if column[i] + 1 < width:
            rows[place[i], column[i] + 1] += np.float32(1)
    for p in range(rows.shape[0]):
        before = np.float32(0)
        for t in range(1, width):
            before += rows[p, t]
            rows[p, t] = before
