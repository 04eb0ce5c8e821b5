"""The first call of a fresh process on 1,000 events: Python, imports, kernels from disk, answer.

`./convive` compiles the kernels as it installs (tools/warm_kernels.py); here a call that is not
timed makes sure of it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import Any

_EVENTS = """
import numpy as np
draw = np.random.default_rng(1)
x, y, day = *draw.uniform(0, 5000, (2, 1000)), draw.integers(0, 365, 1000)
"""
CALLS = {
    "near repeat, 999 permutations": """
from convive.stats.near_repeat import knox
knox(x, y, day, distances=[0, 0.1, 200, 400], days=[0, 7, 14], permutations=999)
""",
    "density on a grid of 100 × 100": """
from convive.stats import density
density.on_grid(x, y, density.Grid(0, 0, 50, 50, 100, 100), 400)
""",
    "Gi* of 10,000 cells, 999 permutations": """
from convive.stats import gi_star, neighbours
cell = np.bincount((y // 50).astype(int) * 100 + (x // 50).astype(int), minlength=10_000)
gi_star.gi_star(cell, neighbours.on_grid(100, 100), permutations=999, seed=1)
""",
}


def rows(runs: int = 5) -> list[dict[str, Any]]:
    return [row(name, call, runs) for name, call in CALLS.items()]


def row(name: str, call: str, runs: int) -> dict[str, Any]:
    def fresh() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", _EVENTS + call], check=True)
        return time.perf_counter() - start

    fresh()
    ours = statistics.median(fresh() for _ in range(runs))
    return {
        "job": f"first call of a process, 1,000 events: {name}", "ours_s": ours,
        "peer": "esda, which compiles 16 s" if name.startswith("Gi") else "",
        "peer_s": 16.0 if name.startswith("Gi") else None, "peer_recorded": name.startswith("Gi"),
        "ratio": 16.0 / ours if name.startswith("Gi") else None, "goal": 2.0, "note": "",
    }  # fmt: skip
