"""The tables of docs/methods/effect.md are run, on the data they were published for."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from test_methods import Row, agrees, rows_of

from convive.stats import effect
from convive.stats.effect_displacement import displacement

YEARS = list(range(1970, 2001))
FIRST = YEARS.index(1989)


@cache
def smoking(data: Path) -> tuple[list[str], np.ndarray]:
    with (data / "methods" / "effect" / "california_prop99.csv").open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states = sorted({row["State"] for row in rows})
    packs = np.full((len(states), len(YEARS)), np.nan)
    for row in rows:
        at = states.index(row["State"]), YEARS.index(int(row["Year"]))
        packs[at] = float(row["PacksPerCapita"])
    return states, packs


@cache
def california(data: Path, method: effect.Method, steps: str) -> effect.Effect:
    states, packs = smoking(data)
    asked = int(steps) if steps else None
    own = [states.index("California")]
    return effect.estimate(packs, own, FIRST, method=method, steps=asked)


@rows_of("effect_prop99")
def test_proposition_99_has_the_published_effect(row: Row, shared: Path):
    answer = california(shared, row["method"], row["steps"])
    for name in ("estimate", "p", "lower", "upper"):
        assert agrees(row[name], getattr(answer, name)), name
    if row["published"]:
        assert abs(answer.estimate - float(row["published"])) <= 0.05


@rows_of("effect_prop99_weights")
def test_proposition_99_has_the_published_weights(row: Row, shared: Path):
    answer = california(shared, row["method"], row["steps"])
    if row["of"].isdigit():
        weight = answer.time_weights[YEARS.index(int(row["of"]))]
    else:
        weight = answer.unit_weights[smoking(shared)[0].index(row["of"])]
    assert agrees(row["weight"], weight)
    if row["weight published"]:
        assert abs(weight - float(row["weight published"])) <= 0.0005


def test_the_published_synthetic_control_is_no_optimum(shared: Path):
    states, packs = smoking(shared)
    own = packs[states.index("California"), :FIRST]

    def misfit(steps: str) -> float:
        weights = california(shared, "sc", steps).unit_weights
        return float(((own - weights @ packs[:, :FIRST]) ** 2).mean())

    assert misfit("10000") == pytest.approx(2.7717, abs=5e-5)
    assert misfit("") == pytest.approx(2.7437, abs=5e-5)
    assert california(shared, "sc", "100000").estimate == pytest.approx(-19.561, abs=5e-4)


def test_the_spread_of_placebos_is_near_to_the_published_errors(shared: Path):
    told = {"did": (17.3, 17.7), "sc": (10.6, 9.9), "sdid": (9.3, 8.4)}
    for method, (ours, published) in told.items():
        se = california(shared, method, "").se
        assert se == pytest.approx(ours, abs=0.05)
        assert se == pytest.approx(published, rel=0.15)  # theirs are of 200 draws


def pair(cell: str) -> tuple[float, ...]:
    return tuple(float(value) for value in cell.split())


@rows_of("effect_wdd")
def test_the_weighted_displacement_difference_is_the_published_one(row: Row):
    found = displacement(
        pair(row["target"]), pair(row["buffer"]), pair(row["control"]), pair(row["buffer control"]),
        periods=pair(row["periods"]), areas=pair(row["areas"]),
    )  # fmt: skip
    values = {
        "wdd": found.wdd, "se": found.wdd_se, "z": found.z,
        "lower": found.wdd_lower, "upper": found.wdd_upper,
    }  # fmt: skip
    for name, value in values.items():
        assert agrees(row[name], value), name


@rows_of("effect_wdq")
def test_the_weighted_displacement_quotient_is_its_formula(row: Row):
    found = displacement(pair(row["target"]), pair(row["buffer"]), pair(row["control"]))
    values = {
        "success": found.success, "moved": found.moved, "wdq": found.wdq,
        "lower": found.wdq_lower, "upper": found.wdq_upper,
    }  # fmt: skip
    for name, value in values.items():
        published = row[name]
        if published.endswith("inf"):
            assert value == float(published), name
        else:
            assert agrees(published, value), name
