"""Months of counts and their people: a new count of the people is no change in crime."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.utils.translation import override
from observatory_ground import make_ground

from convive.domain.observatory.analyses import compare, counted, monthly, series
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
FLORENCIA = "PE-INEI:130103"  # 38,500 people until 2022; 58,000 by the next count


def florencia(first: str, last: str) -> monthly.Monthly:
    return monthly.of_source("table", FLORENCIA, Period.between(first, last))


def test_a_new_count_of_the_people_is_no_fall(tmp_path: Path):
    make_ground(tmp_path, "table")
    given = florencia("2021", "2023")
    found = series.answer(given, series.Options(draws=99))
    assert not found.numbers["changes"]
    assert not found.asked["per_person"]
    with override("en"):
        assert any("numbers are compared, not rates" in caveat for caveat in found.caveats)
    # Divided by each year's people all the same, it would have been told as a fall of a third
    divided = dataclasses.replace(given, counted_by=())
    (change,) = series.answer(divided, series.Options(draws=99)).numbers["changes"]
    assert change["ratio"] < 0.8


def test_rates_are_kept_while_one_source_counts_the_people(tmp_path: Path):
    make_ground(tmp_path, "table")
    given = florencia("2021", "2022")
    (part,) = given.stretches()
    assert part.person_years is not None
    np.testing.assert_allclose(part.person_years[[0, -1]], [38_000 / 12, 38_500 / 12])
    assert series.answer(given, series.Options(draws=99)).asked["per_person"]


def test_each_side_of_a_break_keeps_its_own_people(tmp_path: Path):
    make_ground(tmp_path, "moving")
    given = monthly.of_source("moving", "PE-INEI:130102", Period.between("2021", "2023"))
    before, after = given.stretches()
    assert before.person_years is not None and after.person_years is not None
    assert before.person_years[-1] == pytest.approx(242_000 / 12)
    assert after.person_years[0] == pytest.approx(153_000 / 12)


def test_months_that_still_grow_do_not_take_the_people_of_the_others_away(tmp_path: Path):
    make_ground(tmp_path, "table")
    given = florencia("2021", "2023")
    growing = dataclasses.replace(given, firm=Period.parse("2022-12").start)
    assert series.answer(growing, series.Options(draws=99)).asked["per_person"]


def test_a_change_that_may_have_gone_either_way_is_not_told_as_a_rise():
    months = tuple(date(2021 + month // 12, month % 12 + 1, 1) for month in range(36))
    drifts = np.random.default_rng(41).poisson(8 * 1.18 ** (np.arange(36) / 12)).astype(float)
    given = monthly.Monthly("X", months, drifts, None, (), months[-1])
    found = series.answer(given, series.Options(draws=199))
    (change,) = found.numbers["changes"]
    assert change["lower"] < 1 < change["upper"] and not series.is_certain(change)
    with override("en"):
        assert "not certain which way" in found.sentence
        assert "level changed" not in found.sentence


def test_a_comparison_over_several_counts_of_the_people_says_so(tmp_path: Path):
    make_ground(tmp_path, "table")
    for last, says in (("2022", False), ("2023", True)):
        given = counted.of_source(
            "table", [FLORENCIA, "PE-INEI:130105"], Period.between("2021", last)
        )
        with override("en"):
            caveats = compare.answer(given, compare.Options()).caveats
        assert any("come from different counts" in caveat for caveat in caveats) is says
