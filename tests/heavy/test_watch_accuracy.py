"""The watch over many weeks: what is even gives no finding, what changed is found."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from convive.domain.observatory.analyses import series
from convive.domain.observatory.analyses.monthly import Monthly
from convive.domain.observatory.models import Analysis, Kind
from convive.domain.observatory.watch import looks_of, standing

pytestmark = pytest.mark.heavy
MONTHS = tuple(date(2020 + m // 12, m % 12 + 1, 1) for m in range(48))
LEVELS = (3.0, 12.0, 40.0, 40.0, 120.0, 300.0)  # records a month of six series


def week(seed: int, fall: float = 1.0) -> list[tuple[float, bool]]:
    """p of every test of a week and whether it may become a finding; of the third series the last
    twelve months are `fall` times as many."""
    chance = np.random.default_rng(seed)
    season = 1 + 0.15 * np.cos(2 * np.pi * np.arange(48) / 12)
    tests: list[tuple[float, bool]] = []
    for number, level in enumerate(LEVELS):
        mean = level * season
        if number == 2:
            mean = np.where(np.arange(48) >= 36, mean * fall, mean)
        given = Monthly("", MONTHS, chance.poisson(mean).astype(float), None, (), MONTHS[-1])
        numbers = series.answer(given, series.Options(draws=399, seed=seed)).numbers
        answer = Analysis(kind=Kind.SERIES, result={"numbers": numbers})
        tests += [(look.p, look.is_news) for look in looks_of(answer)]
    return tests


def found(seed: int, fall: float = 1.0) -> bool:
    return any(standing(week(seed, fall)))


def test_at_most_one_even_week_in_twenty_has_a_finding():
    assert sum(found(seed) for seed in range(200)) <= 10


def test_a_fall_by_two_fifths_of_forty_a_month_is_found_nine_times_in_ten():
    assert sum(found(seed, fall=0.6) for seed in range(200)) >= 180
