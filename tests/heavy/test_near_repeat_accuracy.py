"""How often the Knox test finds repeats that are not there, and those that are."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import near_repeat

pytestmark = pytest.mark.heavy

SIDE, YEAR, EVENTS = 4000.0, 365, 400  # metres, days
DISTANCES, DAYS = (0, 100, 200, 400), (0, 7, 14, 28)


def places_and_days(seed: int, repeats: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events crowded around ten corners, more in summer; `repeats` of them have a near repeat.

    A repeat comes at most 60 m to each side and 6 days after. Without repeats, place and day
    are drawn apart.
    """
    random = np.random.default_rng(seed)
    corners = random.uniform(0, SIDE, (10, 2))
    at = corners[random.integers(0, 10, EVENTS)] + random.normal(0, 300, (EVENTS, 2))
    season = 1 + 0.3 * np.cos(2 * np.pi * np.arange(YEAR) / YEAR)
    day = random.choice(YEAR, EVENTS, p=season / season.sum())
    first = random.choice(EVENTS, repeats, replace=False)
    near = at[first] + random.uniform(-60, 60, (repeats, 2))
    soon = day[first] + random.integers(0, 7, repeats)
    at, day = np.concatenate([at, near]), np.concatenate([day, soon])
    return at[:, 0], at[:, 1], day


def stands_out(seed: int, repeats: int = 0) -> np.ndarray:
    """(rows, columns) whether a cell is a finding after correction for the whole table."""
    x, y, day = places_and_days(seed, repeats)
    found = near_repeat.knox(x, y, day, distances=DISTANCES, days=DAYS, permutations=999, seed=seed)
    return found.p_adjusted <= 0.05


def test_at_most_one_random_map_in_twenty_shows_a_repeat():
    alarms = sum(bool(stands_out(seed).any()) for seed in range(200))
    assert alarms <= 10, alarms


def test_thirty_repeats_among_four_hundred_events_are_found_nine_times_in_ten():
    found = sum(bool(stands_out(seed, repeats=30)[0, 0]) for seed in range(200))
    assert found >= 180, found
