"""How often two years in which nothing changed are told as a change: docs/methods/rates.md."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import change_search, dispersion
from convive.stats.rates import compare_counts

pytestmark = pytest.mark.heavy
SERIES = 1000


def told(
    mean: float, phi: float, rho: float, months: int, fall: float = 1.0
) -> tuple[float, float]:
    """Shares of series told as a change: as Poisson counts, and by how their months vary."""
    chance = np.random.default_rng(7)
    level = mean * (1 + 0.15 * np.cos(2 * np.pi * np.arange(months) / 12))
    level[-12:] *= fall
    plain = judged = 0
    for row in change_search.draw(level, phi, rho, SERIES, chance):
        before, after = int(row[-24:-12].sum()), int(row[-12:].sum())
        times = dispersion.of_sums(row)
        assert times is not None
        plain += compare_counts(before, after).direction != "unclear"
        found = compare_counts(before, after, dispersion=(times, times))
        judged += found.direction != "unclear"
    return plain / SERIES, judged / SERIES


@pytest.mark.parametrize(
    ("mean", "phi", "rho", "months", "most"),
    [
        (40, 1, 0, 84, 0.05),
        (3, 1, 0, 84, 0.05),
        (40, 1, 0, 24, 0.05),
        (40, 2, 0, 84, 0.06),
        (40, 2, 0.3, 84, 0.12),
        (180, 3.6, 0.46, 84, 0.10),
        (180, 3.6, 0.46, 36, 0.17),
        (520, 23, 0.8, 84, 0.10),
    ],
)
def test_years_in_which_nothing_changed_are_seldom_told(mean, phi, rho, months, most):
    plain, judged = told(mean, phi, rho, months)
    print(f"{mean} a month, φ {phi}, ρ {rho}, {months} months: {plain:.3f} → {judged:.3f}")
    assert judged <= most
    assert judged <= plain


@pytest.mark.parametrize(
    ("mean", "phi", "rho", "fall", "least"),
    [(40, 1, 0, 0.7, 0.98), (180, 3.6, 0.46, 0.7, 0.9), (180, 3.6, 0.46, 0.8, 0.6)],
)
def test_a_fall_that_was_planted_is_told(mean, phi, rho, fall, least):
    plain, judged = told(mean, phi, rho, 84, fall)
    print(f"{mean} a month, φ {phi}, ρ {rho}, × {fall}: {plain:.3f} → {judged:.3f}")
    assert judged >= least
