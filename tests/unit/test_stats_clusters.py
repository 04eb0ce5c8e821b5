"""The space-time scan: what it finds, what it refuses, and what may not change its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from convive.stats import clusters, scan_search, scan_time, scan_zones
from convive.stats.clusters import Cases, Places, Population, Window

START = date(2025, 1, 1)
FIRST = np.datetime64(START)
NAMES = np.array([f"p{i:02d}" for i in range(25)])
GRID = Places(NAMES, np.arange(25) % 5, np.arange(25) // 5, unit="km")
STUDY = Window(START, date(2025, 3, 1), max_distance=1.5, max_time=7)


def scattered(n: int = 300, seed: int = 5, planted: int = 0) -> Cases:
    """Cases anywhere and any day; the planted ones around p12 from 10 to 14 February."""
    random = np.random.default_rng(seed)
    place, day = random.integers(0, 25, n), random.integers(0, 60, n)
    near = np.array([12, 7, 11, 13, 17])[random.integers(0, 5, planted)]
    place = np.concatenate([place, near])
    day = np.concatenate([day, 40 + random.integers(0, 5, planted)])
    return Cases(NAMES[place], FIRST + day)


PEOPLE = Population(NAMES, np.repeat(FIRST, 25), np.full(25, 1000))


def test_a_planted_cluster_is_found_by_both_models():
    cases = scattered(planted=45)
    for found in (
        clusters.permutation(cases, GRID, STUDY, permutations=99),
        clusters.poisson(cases, PEOPLE, GRID, STUDY, permutations=99),
    ):
        top = found.clusters[0]
        assert top.p == 0.01
        assert "p12" in top.locations
        assert top.start <= date(2025, 2, 11) and date(2025, 2, 13) <= top.end
        assert top.gumbel_p < 0.01
        assert top.ratio > 2
        assert top.recurrence is None


def test_the_number_of_threads_changes_nothing():
    answers = [
        clusters.permutation(scattered(), GRID, STUDY, permutations=40, seed=3, threads=n)
        for n in (1, 2)
    ]
    assert (answers[0].maxima == answers[1].maxima).all()
    assert answers[0].clusters == answers[1].clusters


def test_the_seed_decides_the_replicas():
    maxima = [
        clusters.permutation(scattered(), GRID, STUDY, permutations=20, seed=seed).maxima
        for seed in (3, 3, 4)
    ]
    assert (maxima[0] == maxima[1]).all()
    assert not (maxima[0] == maxima[2]).all()


def test_the_order_of_the_rows_changes_nothing():
    cases, order = scattered(planted=10), np.random.default_rng(0).permutation(310)
    turned = Cases(np.asarray(cases.place)[order], np.asarray(cases.date)[order])
    places = Places(NAMES[::-1], np.asarray(GRID.x)[::-1], np.asarray(GRID.y)[::-1], unit="km")
    one = clusters.permutation(cases, GRID, STUDY, permutations=20)
    other = clusters.permutation(turned, places, STUDY, permutations=20)
    assert one.clusters == other.clusters
    assert (one.maxima == other.maxima).all()


def test_counts_say_the_same_as_repeated_rows():
    once = Cases(["p01", "p02", "p02"], FIRST + np.array([3, 4, 9]), [3, 2, 1])
    repeated = Cases(["p01"] * 3 + ["p02"] * 3, FIRST + np.array([3, 3, 3, 4, 4, 9]))
    one, other = (clusters.permutation(c, GRID, STUDY, permutations=9) for c in (once, repeated))
    assert one.clusters == other.clusters


def test_what_was_given_is_not_changed():
    cases = scattered()
    before = np.asarray(cases.place).copy(), np.asarray(cases.date).copy()
    clusters.permutation(cases, GRID, STUDY, permutations=20)
    assert (cases.place == before[0]).all() and (cases.date == before[1]).all()


def test_an_early_stop_keeps_the_replicas_made_and_counts_one_more():
    cases = scattered()
    full = clusters.permutation(cases, GRID, STUDY, permutations=300)
    early = clusters.permutation(cases, GRID, STUDY, permutations=300, stop_after=5)
    assert early.stopped and not full.stopped
    assert (early.maxima == full.maxima[: early.permutations]).all()
    top = early.clusters[0]
    assert (early.maxima >= top.llr).sum() == 5
    assert early.maxima[-1] >= top.llr
    assert top.p == 6 / (1 + early.permutations)
    assert top.llr == full.clusters[0].llr


def test_a_strong_cluster_is_not_stopped_early():
    found = clusters.permutation(scattered(planted=45), GRID, STUDY, permutations=70, stop_after=5)
    assert not found.stopped
    assert found.permutations == 70


def test_a_prospective_scan_looks_at_windows_that_reach_the_last_day():
    cases = scattered(planted=45)
    study = replace(STUDY, prospective=True, end=date(2025, 2, 14))
    inside = np.asarray(cases.date) <= np.datetime64(study.end)
    now = Cases(np.asarray(cases.place)[inside], np.asarray(cases.date)[inside])
    found = clusters.permutation(now, GRID, study, permutations=99)
    assert all(one.end == study.end for one in found.clusters)
    top = found.clusters[0]
    assert top.p == 0.01
    assert top.recurrence == pytest.approx(1 / top.gumbel_p)


def test_recurrence_counts_in_the_length_of_an_interval():
    weekly = replace(STUDY, prospective=True, time_length=7)
    found = clusters.permutation(scattered(), GRID, weekly, permutations=99)
    weak = [one for one in found.clusters if one.p > 0.2]
    assert weak
    for one in weak:
        assert one.recurrence == pytest.approx(7 / one.p)


def test_without_replicas_p_is_1_and_the_tail_unknown():
    found = clusters.permutation(scattered(), GRID, STUDY, permutations=0)
    assert found.clusters[0].p == 1
    assert np.isnan(found.clusters[0].gumbel_p)


def test_secondary_clusters_share_no_place_and_rank_below():
    found = clusters.permutation(scattered(), GRID, STUDY, permutations=99)
    named = [name for one in found.clusters for name in one.locations]
    assert len(named) == len(set(named))
    strengths = [one.llr for one in found.clusters]
    assert strengths == sorted(strengths, reverse=True)
    assert len(found.clusters) > 1
    assert all(one.p < 1 for one in found.clusters[1:])


def test_low_rates_are_found_where_they_are_asked_for():
    cases = scattered(2000)
    gone = (np.asarray(cases.place) == "p12") & (np.asarray(cases.date) < FIRST + 40)
    thinned = Cases(np.asarray(cases.place)[~gone], np.asarray(cases.date)[~gone])
    study = replace(STUDY, max_distance=0.0, max_time=0.7, rates="low")
    low = clusters.poisson(thinned, PEOPLE, GRID, study, permutations=19).clusters[0]
    assert low.locations == ("p12",) and low.cases == 0 and low.p == 0.05
    both = clusters.poisson(
        thinned, PEOPLE, GRID, replace(study, rates="both"), permutations=19
    ).clusters[0]
    assert both.llr == low.llr


def test_groups_explain_what_their_people_explain():
    """p00 has more cases only because old people live there, and old people have more."""
    people = Population(
        np.repeat(NAMES, 2), np.repeat(FIRST, 50), [900, 100] * 24 + [100, 900],
        np.tile(["young", "old"], 25),
    )  # fmt: skip
    random = np.random.default_rng(2)
    rows = [
        (name, group)
        for name, group, n in zip(people.place, people.group, people.count, strict=True)
        for _ in range(random.poisson(n * (0.05 if group == "old" else 0.001)))
    ]
    day = FIRST + random.integers(0, 60, len(rows))
    cases = Cases([r[0] for r in rows], day, None, [r[1] for r in rows])
    study = replace(STUDY, max_distance=0.0)
    adjusted = clusters.poisson(cases, people, GRID, study, permutations=99)
    plain = clusters.poisson(
        replace(cases, group=None), replace(people, group=None), GRID, study, permutations=99
    )
    assert plain.clusters[0].locations == ("p24",) and plain.clusters[0].p == 0.01
    assert adjusted.clusters[0].p > 0.05


def test_places_at_the_same_distance_enter_by_their_coordinates_one_at_a_time():
    points = np.array([[0.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    made = scan_zones.zones(points, np.ones(5), 5.0, 1.0)
    assert made.of(0).tolist() == [0, 2, 4, 3, 1]
    assert scan_zones.zones(points, np.ones(5), 3.0, 1.0).of(0).tolist() == [0, 2, 4]


def test_the_growth_of_a_zone_ends_at_the_first_place_that_is_too_many():
    points = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0]])
    made = scan_zones.zones(points, np.array([1.0, 1, 5, 1]), 3.0)
    assert made.of(0).tolist() == [0, 1]
    assert made.of(2).tolist() == []


def test_a_place_without_cases_belongs_to_the_cluster_that_it_lies_in():
    places = Places(["a", "b", "c", "d"], [0, 1, 2, 30], [0, 0, 0, 0], unit="km")
    cases = Cases(["a"] * 3 + ["c"] * 3 + ["d"] * 20, FIRST + np.array([5] * 6 + list(range(20))))
    found = clusters.permutation(
        cases, places, replace(STUDY, max_distance=5.0), permutations=9
    ).clusters[0]
    assert set(found.locations) == {"a", "b", "c"}


def test_everything_at_one_place_or_on_one_day_gives_no_permutation_cluster():
    here = Cases(["p01"] * 5, FIRST + np.arange(5))
    assert clusters.permutation(here, GRID, STUDY, permutations=9).clusters == ()
    today = Cases(NAMES[:5], np.repeat(FIRST, 5))
    found = clusters.permutation(today, GRID, STUDY, permutations=9)
    assert found.clusters == () and found.permutations == 9


def test_progress_is_told_up_to_the_end():
    told: list[tuple[int, int]] = []
    clusters.permutation(
        scattered(), GRID, STUDY, permutations=100, progress=lambda *n: told.append(n)
    )
    assert told == [(64, 100), (100, 100)]


def test_every_cell_of_the_alias_table_has_its_chance():
    weights = np.array([0.0, 3.0, 1.0, 0.0, 4.0, 2.0])
    share, other = scan_search.alias_table(weights)
    chance = np.zeros(6)
    for cell in range(6):
        chance[cell] += share[cell] / 6
        chance[other[cell]] += (1 - share[cell]) / 6
    assert chance == pytest.approx(weights / 10, abs=1e-15)


def test_the_gumbel_tail_is_that_of_a_gumbel_sample():
    sample = 5 - 1.5 * np.log(-np.log(np.random.default_rng(1).uniform(size=200_000)))
    assert scan_search.gumbel_p(5 + 1.5 * np.log(1000), sample) == pytest.approx(0.001, rel=0.05)
    assert scan_search.gumbel_p(1e3, sample) < 1e-100
    assert np.isnan(scan_search.gumbel_p(1, np.array([2.0, 2.0])))


def test_intervals_of_months_go_by_the_end_of_the_month():
    starts = scan_time.interval_starts(date(2024, 12, 1), date(2025, 4, 30), "month", 1)
    assert [scan_time.day_of(n).day for n in starts] == [1] * 6


OK = scattered(10)


@pytest.mark.parametrize(
    ("told", "ask"),
    [
        ("max_population", {"max_population": 0}),
        ("max_distance", {"max_distance": -1}),
        ("rates", {"rates": "some"}),
        ("min_cases", {"min_cases": 0}),
        ("max_time", {"max_time": 0}),
        ("shorter than one interval", {"max_time": 3, "time_length": 4}),
        ("the end is before the start", {"end": START - timedelta(days=1)}),
        ("not two intervals", {"end": START, "max_time": 1}),
        ("none of day, month, year", {"time_unit": "week"}),
        ("time_length", {"time_length": 0}),
        ("not from 2025-01-01 to 2025-01-05", {"end": date(2025, 1, 5), "max_time": 1}),
    ],
)
def test_a_window_that_cannot_be_is_refused_with_the_reason(told, ask):
    with pytest.raises(ValueError, match=told):
        clusters.permutation(OK, GRID, replace(STUDY, **ask))


@pytest.mark.parametrize(
    ("told", "cases", "places"),
    [
        ("no coordinates, 'x' first", Cases(["x", "p01"], [FIRST, FIRST]), GRID),
        ("whole numbers", Cases(["p01"], [FIRST], [1.5]), GRID),
        ("fewer than two", Cases(["p01"], [FIRST]), GRID),
        ("for each row", Cases(["p01", "p02"], [FIRST]), GRID),
        ("known by the month only", replace(OK, precision="month"), GRID),
        ("precision", replace(OK, precision="hour"), GRID),
        ("stands there twice", OK, Places(["a", "a"], [0, 1], [0, 1])),
        ("not a number", OK, Places(["a"], [np.nan], [0])),
        ("degrees go from", OK, Places(["a"], [200], [0])),
        ("unit", OK, replace(GRID, unit="miles")),
        ("at least one place", OK, Places([], [], [])),
    ],
)
def test_tables_that_do_not_fit_are_refused_with_the_reason(told, cases, places):
    with pytest.raises(ValueError, match=told):
        clusters.permutation(cases, places, STUDY)


@pytest.mark.parametrize(
    ("told", "people"),
    [
        ("no coordinates, 'x' first", Population(["x"], [FIRST], [1])),
        ("negative", Population(["p01"], [FIRST], [-1])),
        ("nobody is at risk", Population(["p01"], [FIRST], [10])),
        ("for neither", Population(["p01"], [FIRST], [10], ["old"])),
        ("and nobody in it", Population(NAMES, np.repeat(FIRST, 25), np.zeros(25))),
        ("some rows", Population([], [], [])),
    ],
)
def test_a_population_that_does_not_fit_is_refused_with_the_reason(told, people):
    with pytest.raises(ValueError, match=told):
        clusters.poisson(OK, people, GRID, STUDY)


def test_a_group_without_people_is_refused_by_name():
    cases = replace(OK, group=["old"] * 10)
    people = replace(PEOPLE, group=["young"] * 25)
    with pytest.raises(ValueError, match="no group 'old'"):
        clusters.poisson(cases, people, GRID, STUDY)


@pytest.mark.parametrize("ask", [{"permutations": -1}, {"seed": -1}, {"stop_after": 0}])
def test_replicas_that_cannot_be_are_refused(ask):
    with pytest.raises(ValueError, match="give"):
        clusters.permutation(OK, GRID, STUDY, **ask)
