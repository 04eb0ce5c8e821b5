"""How often the space-time scan finds what is not there, and what is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from convive.stats import clusters

pytestmark = pytest.mark.heavy

NAMES = np.array([f"p{i:02d}" for i in range(49)])
GRID = clusters.Places(NAMES, np.arange(49) % 7, np.arange(49) // 7, unit="km")
STUDY = clusters.Window(date(2025, 1, 1), date(2025, 3, 31), max_distance=1.5, max_time=10)
FIRST = np.datetime64("2025-01-01")
PEOPLE = clusters.Population(NAMES, np.repeat(FIRST, 49), np.arange(49) * 20 + 100)


def p_of_the_strongest(model: str, seed: int, planted: int = 0) -> tuple[float, bool]:
    """p, and whether the strongest cluster touches the planted one (p24, days 40 to 45)."""
    random = np.random.default_rng(seed)
    size = np.asarray(PEOPLE.count) / np.sum(PEOPLE.count)
    place = np.concatenate([random.choice(49, 400, p=size), np.full(planted, 24)])
    day = np.concatenate([random.integers(0, 90, 400), random.integers(40, 46, planted)])
    cases = clusters.Cases(NAMES[place], FIRST + day)
    if model == "permutation":
        found = clusters.permutation(cases, GRID, STUDY, permutations=99, seed=seed)
    else:
        found = clusters.poisson(cases, PEOPLE, GRID, STUDY, permutations=99, seed=seed)
    top = found.clusters[0]
    return top.p, "p24" in top.locations and top.start <= date(2025, 2, 15) <= top.end + (
        date(2025, 2, 15) - date(2025, 2, 10)
    )


@pytest.mark.parametrize("model", ["permutation", "poisson"])
def test_at_most_five_in_a_hundred_random_maps_have_a_cluster(model):
    found = sum(p_of_the_strongest(model, seed)[0] <= 0.05 for seed in range(200))
    # exact test of 5 %: it is not refuted by what chance does to 200 maps
    assert stats.binomtest(found, 200, 0.05, alternative="greater").pvalue > 0.01
    assert found >= 2  # a test that never finds anything is no test


@pytest.mark.parametrize("model", ["permutation", "poisson"])
def test_a_planted_cluster_of_twelve_cases_is_found_in_nine_of_ten_maps(model):
    answers = [p_of_the_strongest(model, seed, planted=12) for seed in range(60)]
    assert sum(p <= 0.05 and there for p, there in answers) >= 54
