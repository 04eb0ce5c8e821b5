"""What a Knox table promises beside its figures, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import near_repeat_pairs as pairs
from convive.stats.near_repeat import Knox, knox, open_windows

BINS = {"distances": [0, 0.1, 200, 400], "days": [0, 7, 14]}


def events(n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(8)
    return draw.uniform(0, 2000, n), draw.uniform(0, 2000, n), draw.integers(0, 200, n)


def same(a: Knox, b: Knox) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True)
        for name in ("observed", "expected", "ratio", "median_ratio", "p", "p_adjusted")
    )


def test_the_same_seed_gives_the_same_table_on_one_thread_or_many():
    one = knox(*events(), **BINS, seed=3, threads=1)
    assert same(one, knox(*events(), **BINS, seed=3, threads=3))
    assert not same(one, knox(*events(), **BINS, seed=4, threads=1))


def test_how_much_is_held_at_a_time_changes_nothing(monkeypatch):
    whole = knox(*events(), **BINS)
    monkeypatch.setattr(pairs, "_ROOM", 1)
    assert same(whole, knox(*events(), **BINS))


def test_the_arrays_of_the_caller_stay_as_they_are():
    x, y, day = events()
    kept = x.copy(), y.copy(), day.copy()
    strata = np.arange(len(x)) % 3
    knox(x, y, day, strata=strata, **BINS, permutations=99)
    assert all((a == b).all() for a, b in zip((x, y, day), kept, strict=True))
    assert (strata == np.arange(len(x)) % 3).all()


def test_more_pairs_than_are_gathered_at_once_are_all_counted():
    n = 700
    answer = knox([5.0] * n, [5.0] * n, [1] * n, **BINS, permutations=9)
    assert answer.observed[0, 0] == n * (n - 1) // 2 > 7 * pairs.PAIRS
    assert (answer.p == 1).all()


def test_the_mean_over_permutations_is_near_to_what_independence_says():
    x, y, day = events()
    answer = knox(x, y, day, distances=[0, 400], days=[0, 14], permutations=999)
    near = np.hypot(x[:, None] - x, y[:, None] - y) < 400
    soon = np.abs(day[:, None] - day) < 14
    n = len(x)
    exact = (near.sum() - n) / 2 * (soon.sum() - n) / (n * (n - 1))
    assert answer.expected[0, 0] == pytest.approx(exact, rel=0.01)


def test_days_tied_to_strata_are_no_repeats_within_them():
    draw = np.random.default_rng(1)
    year = np.repeat([0, 1], 200)  # each year in a place of its own
    x, y = draw.uniform(0, 600, 400) + 5000 * year, draw.uniform(0, 600, 400)
    day = draw.integers(0, 365, 400) + 1000 * year
    ask = {"distances": [0, 200], "days": [0, 30], "permutations": 199}
    assert knox(x, y, day, **ask).p[0, 0] == 0.005
    assert knox(x, y, day, strata=year, **ask).p[0, 0] > 0.05


def test_a_far_flung_map_with_a_tiny_distance_needs_no_room_for_its_emptiness():
    x = np.array([0, 0.05, 9e6, 9e6 + 0.05])
    answer = knox(x, x, [0, 1, 0, 1], distances=[0, 0.1], days=[0, 7], permutations=9)
    assert answer.observed.tolist() == [[2]]


def test_the_same_place_as_a_bin_of_no_width_counts_when_bins_are_closed():
    answer = knox([0, 0, 3], [0, 0, 4], [0, 5, 5], distances=[0, 5], days=[0, 5], closed=True)
    assert answer.observed.tolist() == [[3]]
    assert (answer.distance_bins, answer.day_bins) == (("[0, 5]",), ("[0, 5]",))
    half = knox([0, 0, 3], [0, 0, 4], [0, 5, 5], distances=[0, 5], days=[0, 5])
    assert half.observed.tolist() == [[0]]
    assert half.distance_bins == ("[0, 5)",)


def test_progress_rises_to_one_and_may_end_the_work():
    told: list[float] = []
    knox(*events(), **BINS, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        knox(*events(), **BINS, progress=stop)


def table(p: list[list[float]], **other) -> Knox:
    zero = np.zeros((len(p), len(p[0])))
    given = {
        "distances": (0.0, 0.1, 200.0, 400.0), "days": (0.0, 7.0, 14.0), "closed": False,
    } | other  # fmt: skip
    return Knox(
        zero.astype(int), zero, zero, zero, np.array(p), np.array(p), ("", "", ""), ("", ""),
        metric="euclidean", n=9, permutations=99, **given,
    )  # fmt: skip


def test_a_window_is_as_wide_as_the_cells_that_count_and_closes_after_their_days():
    result = table([[0.01, 0.01], [0.01, 0.5], [0.5, 0.5]])
    opened = open_windows([1, 2, 3, 4], [5, 6, 7, 8], [100, 94, 93, 86], result, today=100)
    assert opened.event.tolist() == [0, 1, 2]
    assert opened.radius.tolist() == [200, 200, 0.1]
    assert opened.inner.tolist() == [0, 0, 0]
    assert opened.until.tolist() == [106, 100, 106]
    assert (opened.x.tolist(), opened.y.tolist()) == ([1, 2, 3], [5, 6, 7])


def test_a_window_stays_open_through_following_bins_that_are_as_wide():
    result = table([[0.5, 0.5], [0.01, 0.01], [0.5, 0.01]])
    opened = open_windows([1], [5], [98], result, today=100)
    assert (opened.inner[0], opened.radius[0], opened.until[0]) == (0.1, 200, 98 + 13)


def test_closed_bins_keep_the_window_open_a_day_longer():
    result = table([[0.01, 0.5], [0.5, 0.5], [0.5, 0.5]], closed=True)
    assert open_windows([1], [5], [93], result, today=100).until.tolist() == [100]
    assert open_windows([1], [5], [92], result, today=100).event.tolist() == []


def test_events_of_tomorrow_and_tables_without_repeats_open_nothing():
    result = table([[0.01, 0.01]] * 3)
    assert open_windows([1], [5], [101], result, today=100).event.tolist() == []
    assert open_windows([1], [5], [99], table([[1.0, 1.0]] * 3), today=100).event.tolist() == []
    assert open_windows([], [], [], result, today=100).event.tolist() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"x": [1.0]}, "one of each"),
        ({"x": [1.0], "y": [1.0], "day": [1]}, "at least 2"),
        ({"x": [1.0, np.nan]}, "no position"),
        ({"day": [1, 2.5]}, "whole days"),
        ({"day": np.array(["2020-01-01", "2020-01-02"], "datetime64[D]")}, "whole days"),
        ({"day": [0, 1e300]}, "calendars"),
        ({"day": [0, 2**40], "days": [0, np.inf]}, "told apart"),
        ({"distances": [5]}, "two edges"),
        ({"distances": [0, 5, 5]}, "rise"),
        ({"days": [-1, 5]}, "rise"),
        ({"days": [0, np.nan]}, "rise"),
        ({"permutations": 0}, "permutations"),
        ({"metric": "chebyshev"}, "metric"),
        ({"seed": -1}, "seed"),
        ({"strata": [1]}, "strata"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(change, says):
    asked = {"x": [1.0, 2.0], "y": [1.0, 2.0], "day": [1, 2], "distances": [0, 5], "days": [0, 5]}
    with pytest.raises(ValueError, match=says):
        knox(**(asked | change))


def test_an_alpha_that_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="alpha"):
        open_windows([1], [5], [99], table([[0.01, 0.01]] * 3), today=100, alpha=5)
