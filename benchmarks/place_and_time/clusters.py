"""The space-time scan beside SaTScan's recorded times.

SaTScan 10.3.2 is a program of its own and no Python package: its times were taken once, on two
cores as well, with the same data or the same size of data, and are printed as recorded. A row is
the median of five runs, warm; the last one starts Python anew, with kernels on disk.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from convive.exchange import satscan
from convive.stats import clusters

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "methods" / "scan"
START = dt.date(2025, 1, 1)
REPLICAS = 40  # of the large studies; a replica's time does not depend on their number


def rows(runs: int = 5) -> list[dict[str, Any]]:
    """One row for each job of the issue; seconds, SaTScan's slowest recorded time as the peer's."""
    made = []
    if DATA.is_dir():
        made.append(lima(runs))
    for cases, goal in ((10_000, 0.040), (100_000, 0.070)):
        made.append(city(cases, goal, runs))
    made.append(first_call(runs))
    return made


def lima(runs: int) -> dict[str, Any]:
    def whole() -> None:
        clusters.permutation(
            satscan.read_cases((DATA / "lima_robo_h1.cas").read_bytes()),
            satscan.read_places((DATA / "lima_robo_h1.geo").read_bytes()),
            clusters.Window(START, dt.date(2025, 6, 30), max_distance=3, max_time=14),
            permutations=999,
        )

    ours = median(whole, runs)
    note = "whole call with reading; SaTScan took 17 to 29 s"
    return row("scan, Lima, 999 replicas", ours, 17.0, 2.0, note)


def city(cases: int, goal: float, runs: int) -> dict[str, Any]:
    """1,024 places of uneven size, 365 days, at most 10 % of the cases and 30 days."""
    more = median(scan_of(cases, 1024, REPLICAS + 4), runs)
    fewer = median(scan_of(cases, 1024, 4), runs)
    ours = (more - fewer) / REPLICAS
    peer = 1.2 if cases == 10_000 else None
    note = "one replica; the rest of a call takes "
    note += f"{fewer - 4 * ours:.2f} s" + ("; SaTScan took 1.2 to 2.7 s" if peer else "")
    return row(f"scan, {cases:,} cases, 1,024 places, a replica", ours, peer, goal, note)


def scan_of(cases: int, places: int, replicas: int) -> Callable[[], None]:
    """A scan of places of uneven size in a square, as many as a whole number squared."""
    random = np.random.default_rng(2025)
    size = random.gamma(2, 1, places)
    names = np.array([f"p{i:04d}" for i in range(places)])
    table = clusters.Cases(
        names[random.choice(places, cases, p=size / size.sum())],
        np.datetime64(START) + random.integers(0, 365, cases),
    )
    side, across = np.arange(places), round(places**0.5)
    x, y = (part + random.uniform(0, 0.3, places) for part in (side % across, side // across))
    where = clusters.Places(names, x, y, unit="km")
    window = clusters.Window(START, dt.date(2025, 12, 31), max_population=0.1, max_time=30)

    def once() -> None:
        clusters.permutation(table, where, window, replicas)

    return once


def first_call(runs: int) -> dict[str, Any]:
    code = """
import datetime as dt, numpy as np
from convive.stats import clusters as c
random = np.random.default_rng(1)
names = np.array([f"p{i:03d}" for i in range(200)])
cases = c.Cases(names[random.integers(0, 200, 1000)],
                np.datetime64("2025-01-01") + random.integers(0, 180, 1000))
places = c.Places(names, *random.uniform(0, 10, (2, 200)), unit="km")
study = c.Window(dt.date(2025, 1, 1), dt.date(2025, 6, 29), max_distance=2, max_time=14)
c.permutation(cases, places, study, permutations=99)
"""

    def fresh() -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    note = "Python, imports and 99 replicas; kernels on disk"
    return row("scan, first call of a process, 1,000 events", median(fresh, runs), None, 2.0, note)


def median(job: Callable[[], None], runs: int) -> float:
    job()  # warm: kernels loaded, files in memory
    taken = []
    for _ in range(runs):
        before = time.perf_counter()
        job()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def row(job: str, ours: float, peer: float | None, goal: float, note: str) -> dict[str, Any]:
    return {
        "job": job, "ours_s": ours, "peer": "SaTScan 10.3.2" if peer else "", "peer_s": peer,
        "peer_recorded": peer is not None, "ratio": peer / ours if peer else None, "goal": goal,
        "note": note,
    }  # fmt: skip


if __name__ == "__main__":
    for one in rows():
        print(one)
