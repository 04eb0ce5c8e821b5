"""How every benchmark takes time and tells it: warm runs, medians, one form of row."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from math import log
from typing import Any


def timed(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def warm(work: Callable[[], object], runs: int = 5) -> float:
    """Median time of several runs after one that is not timed."""
    work()
    return statistics.median(timed(work) for _ in range(runs))


def medians(
    ours: Callable[[], object], other: Callable[[], object] | None, runs: int
) -> tuple[float, float | None]:
    """Medians of warm runs, one of each in turn, so that both meet the same load."""
    seconds: list[list[float]] = [[], []]
    for run in range(runs + 1):
        for kept, call in zip(seconds, (ours, other), strict=True):
            if call is None:
                continue
            took = timed(call)
            if run:
                kept.append(took)
    return statistics.median(seconds[0]), statistics.median(seconds[1]) if seconds[1] else None


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """How seconds grow with size: the slope of their logarithms. 1: in step; 2: as the square."""
    line = statistics.linear_regression([log(n) for n in sizes], [log(s) for s in seconds])
    return line.slope


def row(job: str, ours_s: float, goal: float | str, note: str = "", **peer: Any) -> dict[str, Any]:
    """One line of a table. peer : `peer`, `peer_s`, `peer_recorded`, `ratio` where there is one."""
    return {
        "job": job, "ours_s": ours_s, "peer": "", "peer_s": None, "peer_recorded": False,
        "ratio": None, "goal": goal, "note": note,
    } | peer  # fmt: skip
