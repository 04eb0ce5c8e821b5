"""The tables of docs/methods/series.md are run."""

from __future__ import annotations

import numpy as np
import pytest
from test_methods import Row, agrees, counts, rows_of

from convive.stats import alarm_bounds, change_points, seasonality


@rows_of("change_coal")
def test_the_change_in_coal_mines_is_what_is_published(row: Row):
    series = counts(row["counts"])
    assert (len(series), sum(series)) == (112, 191)
    (change,) = change_points.find(series, period=None).changes
    assert 1851 + change.at == int(row["first year of the new level"])
    assert (1851 + change.first, 1851 + change.last) == (int(row["from"]), int(row["to"]))
    assert agrees(row["before"], change.before)
    assert agrees(row["after"], change.after)
    assert 1851 + change.first <= int(row["from published"])
    assert int(row["mode published"]) <= 1851 + change.at
    assert int(row["to published"]) <= 1851 + change.last


@rows_of("alarm_power")
def test_bounds_after_a_power_are_what_is_published(row: Row):
    asked = (float(row[name]) for name in ("mean", "error", "φ", "alpha"))
    lower, upper = alarm_bounds.power_bounds(*asked, row["power"])
    assert agrees(row["lower"], lower)
    assert agrees(row["upper"], upper)


@rows_of("alarm_counts")
def test_bounds_of_counts_are_what_is_published(row: Row):
    mean = 5.0 if row["rule"] == "plugin" else 5 * 2**1.6448536269514722
    phi = float(row["φ"])
    answer = alarm_bounds.count_bounds(mean, phi, float(row["alpha"]))
    assert answer == (int(row["lower"]), int(row["upper"]))
    assert agrees(row["chance of 11 or more"], alarm_bounds.at_least(11, mean, phi))


@rows_of("alarm_weights")
def test_weights_of_past_outbreaks_are_what_is_published(row: Row):
    answer = alarm_bounds.outbreak_weights(counts(row["residuals"]), float(row["above"]))
    assert answer.tolist() == pytest.approx(counts(row["weights"]))


@rows_of("roger")
def test_rogers_test_is_what_the_hand_finds(row: Row):
    statistic, p = seasonality.roger(counts(row["counts"]))
    assert agrees(row["R"], statistic)
    assert agrees(row["p"], p)


@rows_of("season_wave")
def test_an_exact_wave_is_found_exactly(row: Row):
    a, peak = float(row["a"]), float(row["peak"])
    place = np.arange(72) + 0.5
    mean = np.exp(10 + a * np.cos(2 * np.pi * (place - peak) / 12))
    answer = seasonality.season(np.round(mean))
    assert answer.peak == pytest.approx(peak, abs=0.026)
    assert agrees(row["ratio"], answer.ratio)
    assert answer.peak_from <= peak <= answer.peak_to
