"""How often the exact intervals hold the truth, over many draws: never less than they promise.

Every draw is drawn from a model whose truth is known. An exact interval may hold it more often than
its level, never less often, but for the chance of the drawing itself: four standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats.rates import compare_counts, poisson_interval, proportion, rate

pytestmark = pytest.mark.heavy

LEVEL = 0.95
DRAWS = 200_000
PAIRS = 8_000  # compared one by one
MEANS = (0.05, 0.5, 1, 2, 3.7, 5, 10, 30, 100, 1000, 20_000)


def slack(draws: int, share: float = 1 - LEVEL) -> float:
    """Four standard errors of a share of so many draws: once in 30,000 by chance alone."""
    return 4 * float(np.sqrt(share * (1 - share) / draws))


def tell(what: str, misses: dict[object, float]) -> None:
    worst = max(misses, key=lambda case: misses[case])
    print(f"\n{what}: wrong in {misses[worst]:.4f} of the draws at most, at {worst}")


def draws_of(seed: int) -> np.random.Generator:
    return np.random.default_rng([20140522, seed])


def test_the_poisson_interval_misses_the_mean_as_seldom_as_it_says_on_each_side():
    misses: dict[object, float] = {}
    for seed, mean in enumerate(MEANS):
        lower, upper = poisson_interval(draws_of(seed).poisson(mean, DRAWS), LEVEL)
        above, below = float(np.mean(lower > mean)), float(np.mean(upper < mean))
        assert max(above, below) <= (1 - LEVEL) / 2 + slack(DRAWS, (1 - LEVEL) / 2), mean
        misses[mean] = above + below
    tell("Poisson interval", misses)
    assert misses[20_000] > 0.045, "with many events an exact interval is hardly too long"


def test_the_interval_of_a_rate_holds_the_rate():
    misses: dict[object, float] = {}
    for seed, (people, per_100_000) in enumerate(((900, 40), (38_000, 12), (190_000, 520))):
        counts = draws_of(seed).poisson(people * per_100_000 / 100_000, DRAWS)
        _rate, lower, upper = rate(counts, people)
        misses[people] = float(np.mean((lower > per_100_000) | (upper < per_100_000)))
        assert misses[people] <= 1 - LEVEL + slack(DRAWS)
    tell("Rate", misses)


@pytest.mark.parametrize("n", [1, 4, 15, 60, 400, 5000])
def test_the_interval_of_a_share_holds_the_share(n):
    misses: dict[object, float] = {}
    for seed, share in enumerate((0.001, 0.02, 0.1, 0.31, 0.5, 0.77, 0.97)):
        _share, lower, upper = proportion(draws_of(seed).binomial(n, share, DRAWS), n, LEVEL)
        misses[share] = float(np.mean((lower > share) | (upper < share)))
        assert misses[share] <= 1 - LEVEL + slack(DRAWS), share
    tell(f"Share of {n}", misses)


def compared(seed: int, mean_a: float, ratio: float, exposures: tuple[float, float]):
    """Pairs of counts whose rates have this ratio, each compared."""
    draws = draws_of(seed)
    earlier = draws.poisson(mean_a, PAIRS)
    later = draws.poisson(mean_a * ratio * exposures[1] / exposures[0], PAIRS)
    return [compare_counts(int(a), int(b), *exposures) for a, b in zip(earlier, later, strict=True)]


EXPOSURES = ((1.0, 1.0), (365.0, 150.0), (180_000.0, 195_000.0))


@pytest.mark.parametrize("mean", [0.7, 4, 25, 300])
def test_the_interval_of_a_ratio_holds_the_ratio(mean):
    misses: dict[object, float] = {}
    for seed, ratio in enumerate((0.25, 0.8, 1.0, 1.5, 4.0)):
        for exposures in EXPOSURES[:2]:
            found = compared(seed, mean, ratio, exposures)
            missed = float(np.mean([not each.lower <= ratio <= each.upper for each in found]))
            misses[ratio, exposures] = missed
            assert missed <= 1 - LEVEL + slack(PAIRS), (ratio, exposures)
    tell(f"Ratio after a mean of {mean}", misses)


@pytest.mark.parametrize("mean", [0.7, 4, 25, 300])
def test_where_nothing_changed_a_direction_is_seldom_told_and_both_alike(mean):
    told: dict[object, float] = {}
    for seed, exposures in enumerate(EXPOSURES, start=100):
        found = compared(seed, mean, 1.0, exposures)
        up = float(np.mean([each.direction == "up" for each in found]))
        down = float(np.mean([each.direction == "down" for each in found]))
        assert max(up, down) <= (1 - LEVEL) / 2 + slack(PAIRS, (1 - LEVEL) / 2), exposures
        assert up + down == pytest.approx(np.mean([each.p < 1 - LEVEL for each in found]))
        told[exposures] = up + down
    tell(f"No change from a mean of {mean}", told)


def test_a_true_change_is_told_with_enough_events_and_hardly_ever_the_wrong_way():
    found = compared(200, 300, 0.7, (1.0, 1.0))
    assert np.mean([each.direction == "down" for each in found]) > 0.95
    assert np.mean([each.direction == "up" for each in found]) == 0
