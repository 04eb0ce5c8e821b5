"""Series over many seeds: harmless ones say nothing, planted changes are found, intervals cover.

`python tests/heavy/test_series_accuracy.py` prints the figures of docs/methods/series.md.
"""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import alarm, change_points, change_search, compare, seasonality

pytestmark = pytest.mark.heavy

SEEDS = 200

# Months, events a month, φ, correlation from month to month, wave of the season, drift a year
HARMLESS: dict[str, dict[str, float]] = {
    "Poisson, 40 a month, 36 months": {"n": 36},
    "Poisson, 40 a month, 72 months": {"n": 72},
    "Poisson, 3 a month, 72 months": {"n": 72, "mean": 3},
    "φ = 2, 40 a month, 72 months": {"n": 72, "phi": 2},
    "φ = 3, 400 a month, 60 months": {"n": 60, "mean": 400, "phi": 3},
    "strong season (highest 2.7 times lowest)": {"n": 72, "wave": 0.5},
    "drift of 2 % a year, 40 a month, 72 months": {"n": 72, "drift": 0.02},
    "φ = 2, correlation 0.2, 72 months": {"n": 72, "phi": 2, "rho": 0.2},
}
# … and the ratio of the new level to the old, from which month on
PLANTED: dict[str, dict[str, float]] = {
    "fall by 30 %, 40 a month, 24 months before and 12 after": {"n": 36, "at": 24, "ratio": 0.7},
    "rise by 40 %, 40 a month, 24 months before and 12 after": {"n": 36, "at": 24, "ratio": 1.4},
    "fall by 35 %, 40 a month, φ = 1.5, 48 and 24": {
        "n": 72, "at": 48, "ratio": 0.65, "phi": 1.5,
    },
    "rise by 50 %, 40 a month, φ = 2, 40 and 32": {"n": 72, "at": 40, "ratio": 1.5, "phi": 2},
    "fall by 20 %, 400 a month, φ = 3, 48 and 24": {
        "n": 72, "at": 48, "ratio": 0.8, "phi": 3, "mean": 400,
    },
    "fall by half, 6 a month, 48 and 24": {"n": 72, "at": 48, "ratio": 0.5, "mean": 6},
}  # fmt: skip


def series(seed: int, **kind: float) -> np.ndarray:
    month = np.arange(int(kind["n"]))
    wave = kind.get("wave", 0.2) * np.cos(2 * np.pi * (month - 2) / 12)
    drift = kind.get("drift", 0) * (month - len(month) / 2) / 12
    level = np.where(month >= kind.get("at", np.inf), kind.get("ratio", 1), 1)
    mean = kind.get("mean", 40) * np.exp(wave + drift) * level
    rng = np.random.default_rng(10_000 + seed)
    return change_search.draw(mean, kind.get("phi", 1), kind.get("rho", 0), 1, rng)[0]


def false_findings(**kind: float) -> int:
    return sum(
        bool(change_points.find(series(seed, **kind), seed=seed, draws=399).changes)
        for seed in range(SEEDS)
    )


def finds(**kind: float) -> dict[str, int]:
    """In how many seeds a change is found, its interval holds the month, and the ratio."""
    found = month = ratio = more = 0
    for seed in range(SEEDS):
        answer = change_points.find(series(seed, **kind), seed=seed, draws=399)
        if not answer.changes:
            continue
        found += 1
        more += len(answer.changes) > 1
        nearest = min(answer.changes, key=lambda change: abs(change.at - kind["at"]))
        month += nearest.first <= kind["at"] <= nearest.last
        ratio += nearest.lower <= kind["ratio"] <= nearest.upper
    return {"found": found, "month": month, "ratio": ratio, "more": more}


@pytest.mark.parametrize("kind", HARMLESS.values(), ids=list(HARMLESS))
def test_at_most_one_harmless_series_in_twenty_shows_a_change(kind):
    assert false_findings(**kind) <= 0.05 * SEEDS


@pytest.mark.parametrize("kind", PLANTED.values(), ids=list(PLANTED))
def test_a_planted_change_is_found_nine_times_in_ten_and_its_intervals_hold_it(kind):
    answer = finds(**kind)
    assert answer["found"] >= 0.9 * SEEDS, answer
    assert answer["month"] >= 0.9 * answer["found"], answer
    assert answer["ratio"] >= 0.88 * answer["found"], answer


def alarms(alpha: float, times: float = 1, **kind: float) -> float:
    """Share of newest months that alarm; with `times`, of months so many times as high."""
    raised = []
    for seed in range(SEEDS * 3):
        counts = series(seed, **kind)
        if times == 1:
            raised += list(alarm.newest(counts, months=4, alpha=alpha, fewest=0).alarm)
        else:
            counts[-1] = np.random.default_rng(seed).poisson(times * counts[-13:-1].mean())
            raised += list(alarm.newest(counts, alpha=alpha).alarm)
    return float(np.mean(raised))


ALARMS: dict[str, dict[str, float]] = {
    "Poisson, 40 a month": {"n": 72},
    "Poisson, 4 a month": {"n": 72, "mean": 4},
    "φ = 2, 40 a month": {"n": 72, "phi": 2},
    "Poisson, 40 a month, three years": {"n": 43},
}


@pytest.mark.parametrize("alpha", [0.01, 0.05])
@pytest.mark.parametrize("kind", ALARMS.values(), ids=list(ALARMS))
def test_a_harmless_month_alarms_no_more_often_than_alpha_says(kind, alpha):
    assert alarms(alpha, **kind) <= alpha


def test_a_month_twice_as_high_alarms_nine_times_in_ten():
    assert alarms(0.01, times=2, n=72, wave=0.1) >= 0.9


def seasons(shape: str, **kind: float) -> dict[str, float]:
    answers = [seasonality.season(series(seed, **kind), shape=shape) for seed in range(SEEDS)]
    truth, wave = 2.5, 2 * kind.get("wave", 0.2)
    held = [(truth - a.peak_from) % 12 <= (a.peak_to - a.peak_from) % 12 for a in answers]
    return {
        "p": float(np.mean([a.p <= 0.05 for a in answers])),
        "peak": float(np.mean(held)),
        "ratio": float(
            np.mean([np.log(a.ratio_lower) <= wave <= np.log(a.ratio_upper) for a in answers])
        ),
    }


@pytest.mark.parametrize("shape", ["one wave", "two waves", "months"])
@pytest.mark.parametrize("phi", [1, 2])
def test_a_series_without_season_shows_one_in_twenty_at_most(shape, phi):
    found = [
        seasonality.season(series(s, n=72, wave=0, phi=phi), shape=shape).p <= 0.05
        for s in range(5 * SEEDS)
    ]
    assert np.mean(found) <= 0.07


@pytest.mark.parametrize("shape", ["one wave", "two waves"])
def test_a_season_is_found_and_its_peak_and_ratio_lie_in_their_intervals(shape):
    answer = seasons(shape, n=72, wave=0.2)
    assert answer["p"] >= 0.99
    assert answer["peak"] >= 0.92
    assert answer["ratio"] >= 0.92


def test_the_gamma_interval_of_a_standardised_rate_covers_as_often_as_it_says():
    rng = np.random.default_rng(1)
    people, standard = np.array([300, 900, 5000, 2000]), np.array([25, 25, 25, 25])
    rate = np.array([0.01, 0.004, 0.002, 0.001])
    counts = rng.poisson(rate * people, (20_000, 4))
    answer = compare.direct(counts, people, standard, per=1)
    truth = float((standard / 100 * rate).sum())
    assert ((answer.lower <= truth) & (truth <= answer.upper)).mean() >= 0.95


def test_the_interval_of_a_ratio_of_standardised_rates_covers_as_often_as_it_says():
    rng = np.random.default_rng(2)
    people, standard = np.array([900, 5000, 2000]), np.array([30, 40, 30])
    rate = np.array([0.01, 0.004, 0.006])
    one, two = rng.poisson(2 * rate * people, (10_000, 3)), rng.poisson(rate * people, (10_000, 3))
    answer = compare.ratio_of_direct(one, people, two, people, standard)
    assert ((answer.lower <= 2) & (answer.upper >= 2)).mean() >= 0.95


def figures() -> None:
    """Print what the page says."""
    for name, kind in PLANTED.items():
        print(name, finds(**kind), flush=True)
    for name, kind in HARMLESS.items():
        print(name, f"{100 * false_findings(**kind) / SEEDS:.1f} %", flush=True)
    for name, kind in ALARMS.items():
        print(name, [f"{100 * alarms(alpha, **kind):.2f} %" for alpha in (0.01, 0.05)], flush=True)


if __name__ == "__main__":
    figures()
