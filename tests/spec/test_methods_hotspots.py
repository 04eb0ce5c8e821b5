"""The tables of docs/methods/hotspots.md are run."""

from __future__ import annotations

import numpy as np
from test_methods import TABLES, Row, agrees, rows_of

from convive.stats import backtest, cell_rates, density, fdr, gi_star, neighbours


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]


@rows_of("density_peak")
def test_one_event_has_the_density_that_the_page_says(row: Row):
    h, r = float(row["bandwidth"]), float(row["r"])
    answer = density.at([0], [0], [r * 0.6], [r * 0.8], h, kernel=row["kernel"])
    assert agrees(row["events per km²"], 1e6 * answer[0])
    grid = density.Grid(r - 25, -25, 50, 50, 1, 1)
    (value,) = density.on_grid([0], [0], grid, h, kernel=row["kernel"]).values.ravel()
    assert abs(value - answer[0]) <= 1e-3 * 3 / (np.pi * h * h)


@rows_of("decay")
def test_a_weight_decays_as_the_page_says(row: Row):
    answer = density.decay(float(row["age in days"]), float(row["half-life"]))
    assert agrees(row["weight"], float(answer))


@rows_of("permutations_needed")
def test_a_map_needs_the_permutations_that_the_page_says(row: Row):
    answer = gi_star.permutations_needed(int(row["cells"]), int(row["together"]))
    assert answer == int(row["permutations"])


@rows_of("gi_image")
def test_local_g_reproduces_the_published_scores_of_getis_and_ord_s_image(row: Row):
    values = np.array([numbers(line["values"]) for line in TABLES["gi_image_values"]]).ravel()
    x, y = np.tile(np.arange(16) * 30.0, 16), np.repeat(np.arange(16) * 30.0, 16)
    weights = neighbours.within(x, y, float(row["within"]))
    answer = gi_star.gi(values, weights, permutations=9, seed=0)
    assert agrees(row["z"], answer.z[256 - 136 - 1])


@rows_of("gi_six")
def test_local_g_reproduces_the_published_scores_of_six_points(row: Row):
    x, y = [10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]
    values = [2, 3, 3.2, 5, 8, 7]
    ask = gi_star.gi_star if row["statistic"] == "Gi*" else gi_star.gi
    weights = neighbours.within(x, y, 15)
    answer = ask(values, weights, permutations=9, seed=0)
    for published, z in zip(row["z of each point"].split(), answer.z, strict=True):
        assert agrees(published, z)
    rows = ask(values, weights.row_standardised(), permutations=9, seed=0)
    if row["statistic"] == "Gi":
        assert np.allclose(rows.z, answer.z)


@rows_of("fdr")
def test_as_many_are_found_as_the_page_says(row: Row):
    assert (fdr.adjust(numbers(row["p"])) <= 0.05).sum() == int(row["findings at 0.05"])


@rows_of("backtest_hits")
def test_a_period_is_counted_as_the_page_says(row: Row):
    counts = np.array(numbers(row["counts"])).astype(int)
    cell = np.repeat(np.arange(4), counts)
    day = np.concatenate([[0.0], np.full(len(cell), 10.0), np.full(len(cell), 20.0)])
    method = backtest.Method("as given", lambda _history: numbers(row["scores"]))
    answer = backtest.backtest(
        np.concatenate([[0], cell, cell]),
        day,
        [5, 15, 25],
        [method],
        cells=4,
        area_share=float(row["area share"]),
        seed=0,
    ).results[0]
    assert agrees(row["hits"], answer.hits / 2)
    assert agrees(row["PAI"], answer.pai)
    assert agrees(row["PEI"], answer.pei)


@rows_of("cell_rates")
def test_a_cell_has_the_rate_that_the_page_says(row: Row):
    answer = cell_rates.cell_rates(numbers(row["counts"]), numbers(row["person-years"]))
    assert agrees(row["rate of the first"], answer.rate[0])
    assert agrees(row["ratio to the rest"], answer.ratio[0])
    assert agrees(row["p"], answer.p[0])
