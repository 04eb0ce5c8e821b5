"""Multiple-systems estimation, beside statsmodels' GLM, which fits one Poisson model at a time.

`rows()` gives one row for each job.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from timing import row, warm

from convive.stats import undercount, undercount_fits, undercount_models
from convive.stats import undercount_tables as tables

SAMPLE = 100  # models that the peer fits; its time is scaled to all of them


def rows(large: bool = True) -> list[dict[str, Any]]:
    """Every job; without `large`, all but those of six lists."""
    found = [all_pairs(4), all_pairs(5), whole(4), whole(5), with_linkage(4)]
    return [*found, all_pairs(6), whole(6)] if large else found


def table(lists: int) -> undercount.Lists:
    draw = np.random.default_rng(2016)
    share = np.linspace(0.3, 0.15, lists)
    held = tables.members(lists)
    mean = 5_000 * np.where(held, share, 1 - share).prod(axis=1)
    return undercount.Lists(draw.poisson(mean * np.where(held[:, 0] & held[:, 1], 2.0, 1.0)) + 0.0)


def all_pairs(lists: int) -> dict[str, Any]:
    """Every model with ties of pairs, fitted; the same models by the peer, a sample of them."""
    counts = table(lists)
    tried = undercount_models.candidates(lists, 2, False)
    many = len(tried.terms)
    work = warm(lambda: undercount_fits.fit(counts, tried.design, tried.use), runs=3)
    job, goal = f"log-linear models of {lists} lists, all {many:,} with ties of pairs", "≥ 20 ×"
    try:
        from statsmodels.api import GLM, families
    except ImportError:
        return row(job, work, goal, "statsmodels is not here")
    chosen = np.random.default_rng(1).permutation(many)[:SAMPLE]
    ours = undercount_fits.fit(counts, tried.design, tried.use[chosen])

    def theirs() -> list[float]:
        return [
            GLM(counts.cells, tried.design.columns[:, use], family=families.Poisson())
            .fit()
            .params[0]
            for use in tried.use[chosen]
        ]

    apart = float(np.abs(np.array(theirs()) - ours.log_hidden).max())
    peer = warm(theirs, runs=3) / len(chosen) * many
    return row(
        job, work, goal,
        f"peer: {len(chosen)} models in this run, scaled to all; β₀ differs by {apart:.0e} at most",
        peer="statsmodels GLM", peer_s=peer, ratio=peer / work,
    )  # fmt: skip


def whole(lists: int) -> dict[str, Any]:
    counts = table(lists)
    work = warm(lambda: undercount.estimate(counts), runs=3)
    return row(f"undercount of {lists} lists, averaged", work, "≤ 10 s" if lists == 6 else "≤ 1 s")


def with_linkage(lists: int) -> dict[str, Any]:
    counts = table(lists)
    error = undercount.LinkageError(0.05, 0.015, 0.005, 0.002)
    work = warm(lambda: undercount.estimate(counts, linkage_error=error), runs=3)
    return row(f"undercount of {lists} lists, linkage error, 400 draws", work, "≤ 10 s")


if __name__ == "__main__":
    for one in rows():
        print(one)
