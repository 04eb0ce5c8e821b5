"""The tables of docs/methods/compare.md are run."""

from __future__ import annotations

import numpy as np
from test_methods import Row, agrees, counts, rows_of

from convive.stats import compare, rates, smoothing


@rows_of("direct")
def test_a_directly_standardised_rate_is_what_is_published(row: Row):
    answer = compare.direct(*(counts(row[name]) for name in ("counts", "person-years", "standard")))
    for name in ("rate", "lower", "upper"):
        assert agrees(row[name], getattr(answer, name)), name


@rows_of("byar_interval")
def test_byars_interval_is_what_is_published(row: Row):
    lower, upper = rates.byar_interval(int(row["count"]))
    assert agrees(row["lower"], lower)
    assert agrees(row["upper"], upper)


@rows_of("direct_ratio")
def test_a_ratio_in_one_stratum_is_what_is_published(row: Row):
    a, b = [int(row["a"])], [int(row["b"])]
    before, after = [float(row["exposure a"])], [float(row["exposure b"])]
    answer = compare.ratio_of_direct(b, after, a, before, [1])
    for name in ("ratio", "lower", "upper"):
        assert agrees(row[name], getattr(answer, name)), name


@rows_of("indirect")
def test_an_indirect_ratio_is_what_is_published(row: Row):
    answer = compare.indirect(int(row["count"]), [float(row["expected"])], [1.0])
    for name in ("ratio", "lower", "upper"):
        assert agrees(row[name], getattr(answer, name)), name


def wilson(text: str) -> tuple[float, float, float]:
    """Share and Wilson's interval of `k/n`, by its formula."""
    k, n = (int(part) for part in text.split("/"))
    z, p = 1.959963984540054, k / n
    centre, half = p + z * z / 2 / n, z * np.sqrt(p * (1 - p) / n + z * z / 4 / n**2)
    return p, max(0.0, (centre - half) / (1 + z * z / n)), (centre + half) / (1 + z * z / n)


@rows_of("difference")
def test_a_difference_of_shares_is_what_is_published(row: Row):
    answer = compare.difference(wilson(row["a"]), wilson(row["b"]))
    for name in ("difference", "lower", "upper"):
        assert agrees(row[name], getattr(answer, name)), name
    assert (answer.p < 0.05) == (answer.lower > 0 or answer.upper < 0)


@rows_of("similar")
def test_similar_units_are_those_that_the_hand_finds(row: Row):
    traits = {name: counts(row[name]) for name in ("first trait", "second trait")}
    answer = compare.similar_units(row["names"].split(), traits, row["target"], int(row["number"]))
    assert " ".join(answer.names) == row["chosen"]
    for published, distance in zip(row["distances"].split(), answer.distances, strict=True):
        assert agrees(published, distance)


@rows_of("marshall")
def test_marshalls_rates_are_what_is_published(row: Row):
    answer = smoothing.marshall(counts(row["counts"]), counts(row["people"]))
    first = row["first ten, per 100,000"].split()
    assert len(first) == 10
    for published, value in zip(first, answer.value * 1e5, strict=False):
        assert agrees(published, value)


@rows_of("gamma_poisson")
def test_the_gamma_distribution_of_true_ratios_is_what_is_published(row: Row):
    cases, births = np.array(counts(row["counts"])), np.array(counts(row["births"]))
    expected = births * cases.sum() / births.sum()
    answer = smoothing.gamma_poisson(cases, expected)
    assert agrees(row["ν"], answer.shape)
    assert agrees(row["α"], answer.rate)
    assert np.allclose(answer.value, (cases + answer.shape) / (expected + answer.rate))
