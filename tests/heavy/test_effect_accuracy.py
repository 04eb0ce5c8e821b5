"""Effects over many seeds: without one, few alarms; a planted fall is found; intervals cover it.

Monthly counts of about 60, with sizes that differ, two common trends that units share in part, and
swings of each unit's own that last from month to month. The first unit (or five) is treated.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from convive.stats import effect, effect_dose
from convive.stats.effect_displacement import displacement

pytestmark = pytest.mark.heavy

PERIODS, FIRST = 48, 36
SEEDS = 400
DROP = 0.3
METHODS = ("did", "sc", "sdid")


def at_most(share: float, n: int) -> float:
    """As many as chance gives in 199 of 200 runs where the true share is `share`."""
    return n * share + 2.58 * math.sqrt(n * share * (1 - share))


def lasting(draw: np.random.Generator, rows: int, keeps: float, spread: float) -> np.ndarray:
    """Autoregressive series of one standard deviation throughout."""
    x = draw.normal(size=(rows, PERIODS)) * spread
    for t in range(1, PERIODS):
        x[:, t] = keeps * x[:, t - 1] + math.sqrt(1 - keeps**2) * x[:, t]
    return x


def means(seed: int, units: int, swings: float) -> tuple[np.random.Generator, np.ndarray]:
    draw = np.random.default_rng(seed)
    common = lasting(draw, 2, 0.8, 0.15)
    share = 1 + 0.4 * draw.normal(size=(units, 2))
    size = 0.4 * draw.normal(size=(units, 1))
    return draw, 60 * np.exp(size + share @ common + lasting(draw, units, 0.6, swings))


@cache
def one_treated(method: effect.Method) -> dict[str, float]:
    """Of one treated unit and 40 controls: how many seeds show what."""
    told = dict.fromkeys(
        ("alarms", "plain", "counts", "drift", "found", "covered", "covered_none", "endless"), 0
    )
    for seed in range(SEEDS):
        draw, mean = means(seed, 41, 0.1)
        y = draw.poisson(mean).astype(float)
        fallen = y.copy()
        fallen[0, FIRST:] = draw.poisson((1 - DROP) * mean[0, FIRST:])
        ask = {"treated": [0], "first": FIRST, "method": method}
        none = effect.estimate(np.log1p(y), **ask)
        found = effect.estimate(np.log1p(fallen), held_out=0, **ask)
        told["alarms"] += none.p <= 0.05
        told["drift"] += none.pre_trend.p <= 0.05
        told["covered_none"] += none.lower <= 0 <= none.upper
        told["plain"] += (
            effect.estimate(np.log1p(y), statistic="plain", held_out=0, **ask).p <= 0.05
        )
        told["counts"] += effect.estimate(y, held_out=0, **ask).p <= 0.05
        told["found"] += found.p <= 0.05 and found.upper < 0
        told["covered"] += found.lower <= math.log(1 - DROP) <= found.upper
        told["endless"] += math.isinf(found.upper - found.lower)
    return told


@pytest.mark.parametrize("method", METHODS)
def test_without_an_effect_one_panel_in_twenty_at_most_raises_an_alarm(method):
    told = one_treated(method)
    most = at_most(0.05, SEEDS)
    assert max(told["alarms"], told["plain"], told["counts"], told["drift"]) <= most, told


@pytest.mark.parametrize(("method", "least"), [("did", 0.8), ("sc", 0.8), ("sdid", 0.85)])
def test_a_fall_of_three_tenths_in_one_unit_is_found(method, least):
    told = one_treated(method)
    assert told["found"] >= least * SEEDS, told


@pytest.mark.parametrize("method", METHODS)
def test_intervals_hold_the_effect_and_hardly_ever_have_no_end(method):
    told = one_treated(method)
    missed = at_most(0.05, SEEDS)
    assert SEEDS - told["covered_none"] <= missed, told
    assert SEEDS - told["covered"] <= missed, told
    assert told["endless"] <= 0.05 * SEEDS, told


@pytest.mark.parametrize("method", METHODS)
def test_five_treated_units_raise_few_alarms_and_are_found_nine_times_in_ten(method):
    alarms = found = covered = 0
    seeds = 400
    for seed in range(seeds):
        draw, mean = means(10_000 + seed, 45, 0.15)
        y = draw.poisson(mean).astype(float)
        fallen = y.copy()
        fallen[:5, FIRST:] = draw.poisson((1 - DROP) * mean[:5, FIRST:])
        ask = {"first": FIRST, "method": method, "placebos": 199, "held_out": 0, "seed": seed}
        ask["treated"] = np.arange(5)
        alarms += effect.estimate(np.log1p(y), **ask).p <= 0.05
        answer = effect.estimate(np.log1p(fallen), **ask)
        found += answer.p <= 0.05
        covered += answer.lower <= math.log(1 - DROP) <= answer.upper
    assert alarms <= at_most(0.05, seeds), alarms
    assert found >= 0.9 * seeds, found
    assert seeds - covered <= at_most(0.05, seeds), covered


def test_a_dose_raises_few_alarms_is_found_and_covered():
    alarms = found = covered = 0
    seeds = 300
    per_sheet = -0.05
    for seed in range(seeds):
        draw, mean = means(20_000 + seed, 40, 0.15)
        begins = draw.integers(12, 40, 40)
        takes_part = draw.random(40) < 0.5
        going = takes_part[:, None] & (np.arange(PERIODS) >= begins[:, None])
        dose = draw.poisson(3, (40, PERIODS)) * going
        ask = {"permutations": 199, "seed": seed}
        alarms += effect_dose.dose_effect(draw.poisson(mean), dose, **ask).p <= 0.05
        fewer = draw.poisson(mean * np.exp(per_sheet * dose))
        answer = effect_dose.dose_effect(np.log1p(fewer), dose, **ask)
        found += answer.p <= 0.05
        covered += answer.lower <= per_sheet <= answer.upper
    assert alarms <= at_most(0.05, seeds), alarms
    assert found >= 0.9 * seeds, found
    assert seeds - covered <= at_most(0.05, seeds), covered


@pytest.mark.parametrize("dispersion", [1, 3])
def test_intervals_of_displacement_cover_and_no_displacement_raises_few_alarms(dispersion):
    seeds = 20_000
    draw = np.random.default_rng(5)
    target, buffer, control = (200, 120), (150, 180), (300, 280)  # means before, after
    wdq = (180 / 280 - 150 / 300) / (120 / 280 - 200 / 300)
    wdd = (120 - 200) - (280 - 300) + (180 - 150) - (280 - 300)

    def counted(mean: tuple[int, int]) -> np.ndarray:
        if dispersion == 1:
            return draw.poisson(mean, (seeds, 2))
        shape = np.array(mean) / (dispersion - 1)
        return draw.poisson(draw.gamma(shape, dispersion - 1, (seeds, 2)))

    drawn = [counted(mean) for mean in (target, buffer, control)]
    same = [counted((mean[0], mean[0])) for mean in (target, buffer, control)]
    quotient = difference = alarms = 0
    for t, d, c in zip(*drawn, strict=True):
        found = displacement(t, d, c, dispersion=dispersion)
        quotient += found.wdq_lower <= wdq <= found.wdq_upper
        difference += found.wdd_lower <= wdd <= found.wdd_upper
    for t, d, c in zip(*same, strict=True):
        alarms += displacement(t, d, c, dispersion=dispersion).p <= 0.05
    assert 0.935 <= quotient / seeds <= 0.99, quotient
    assert 0.935 <= difference / seeds <= 0.97, difference
    assert alarms <= at_most(0.05, seeds), alarms
