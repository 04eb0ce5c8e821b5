"""Estimates shares and totals of a survey, beside samplics on the same sample in the same run.

    .venv/bin/python benchmarks/survey/bench.py [--respondents 100000] [--runs 3]

Prints the best time of each, their ratio, and by how much they differ at most.
Goals: at least as fast as samplics, and equal to 1e-9.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np

from convive.stats import survey

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # it tells that it has a successor
    from samplics.estimation import TaylorEstimator
    from samplics.utils.types import PopParam


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--respondents", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    draw = np.random.default_rng(2014)
    n = arguments.respondents
    stratum = draw.integers(0, 25, n)
    sample = {
        "stratum": stratum,
        "cluster": stratum * 1000 + draw.integers(0, 60, n),
        "weight": draw.uniform(20, 900, n),
        "yes": (draw.random(n) < 0.3).astype(int),
        "income": draw.gamma(2, 700, n),
    }
    for name, ours, theirs in (
        ("share", share, peer_share),
        ("total", total, peer_total),
    ):
        mine, found = best(lambda f=ours: f(sample), arguments.runs)
        peer, wanted = best(lambda f=theirs: f(sample), arguments.runs)
        differ = max(abs(a - b) / abs(b) for a, b in zip(found, wanted, strict=True))
        print(f"{name:8} ours {mine:8.4f} s   samplics {peer:8.4f} s   ratio {peer / mine:6.1f}")
        print(f"         largest relative difference {differ:.1e}   (goal: at most 1e-9)")


def best(work: Callable[[], list[float]], runs: int) -> tuple[float, list[float]]:
    """The shortest time of several runs, and the answer."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - start)
    return min(times), answer


def share(a: dict[str, np.ndarray]) -> list[float]:
    design = survey.design(a["weight"], a["stratum"], a["cluster"])
    found = survey.proportion(a["yes"], design)
    return [found.value, found.se, found.lower, found.upper]


def total(a: dict[str, np.ndarray]) -> list[float]:
    design = survey.design(a["weight"], a["stratum"], a["cluster"])
    found = survey.total(a["income"], design)
    return [found.value, found.se, found.lower, found.upper]


def peer_share(a: dict[str, np.ndarray]) -> list[float]:
    peer = TaylorEstimator(PopParam.prop)
    peer.estimate(a["yes"], samp_weight=a["weight"], stratum=a["stratum"], psu=a["cluster"])
    return [part[1] for part in (peer.point_est, peer.stderror, peer.lower_ci, peer.upper_ci)]


def peer_total(a: dict[str, np.ndarray]) -> list[float]:
    peer = TaylorEstimator(PopParam.total)
    peer.estimate(a["income"], samp_weight=a["weight"], stratum=a["stratum"], psu=a["cluster"])
    return [peer.point_est, peer.stderror, peer.lower_ci, peer.upper_ci]


if __name__ == "__main__":
    main()
