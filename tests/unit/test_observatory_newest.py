"""What a series says of its newest months: only what was looked at, each change by its own test."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django.utils.translation import override

from convive.domain.observatory.analyses import monthly, series
from convive.domain.observatory.models import Analysis, Kind
from convive.domain.observatory.watch import looks_of, standing
from convive.stats import change_points

MONTHS = tuple(date(2018 + month // 12, month % 12 + 1, 1) for month in range(92))
PARTED = monthly.Break(date(2024, 1, 1), "Alto Trujillo is counted apart")


def answer(counts, *breaks: monthly.Break, draws: int = 199):
    months = MONTHS[: len(counts)]
    given = monthly.Monthly("El Porvenir", months, counts, None, breaks, months[-1])
    return series.answer(given, series.Options(draws=draws))


def high_before_the_break(n: int = 92):
    counts = np.random.default_rng(3).poisson(40, 92).astype(float)
    counts[MONTHS.index(date(2023, 12, 1))] = 75
    return counts[:n]


def strong_then_weak():
    month = np.arange(84)
    level = np.where(month < 18, 60.0, np.where(month < 72, 30.0, 24.0))
    return np.random.default_rng(5).poisson(level).astype(float)


def test_a_month_before_a_break_is_not_the_newest_month():
    found = answer(high_before_the_break(), PARTED)
    assert found.numbers["alarm"] is None and found.numbers["season"] is None
    assert not found.numbers["newest"]["is_last"]
    with override("en"):
        assert "2018 to 2023" in found.sentence and "2025" not in found.sentence
        assert "look at it" not in found.sentence
        assert any("newest months are not judged" in caveat for caveat in found.caveats)
    before = answer(high_before_the_break(72))
    assert before.numbers["alarm"]["alarm"] and before.numbers["newest"]["is_last"]


def test_why_a_series_breaks_is_told_in_the_language_of_the_reader():
    texts = {"es": "se cuenta aparte", "en": "is counted apart"}
    found = answer(high_before_the_break(), monthly.Break(date(2024, 1, 1), texts["es"], texts))
    for language, words in texts.items():
        with override(language):
            assert any(words in caveat for caveat in found.caveats)
    (kept,) = found.numbers["breaks"]
    assert kept["texts"] == texts


def test_months_that_were_not_looked_at_are_not_spoken_for_beside_a_change():
    counts = high_before_the_break()
    counts[40:] = np.round(counts[40:] / 2)
    found = answer(counts, PARTED)
    with override("en"):
        assert "Looked at: 2018 to 2023." in found.sentence


def test_parts_that_hang_together_are_told_as_one_and_others_apart():
    counts = np.random.default_rng(5).poisson(40, 92).astype(float)
    with override("en"):
        whole = answer(counts, monthly.Break(date(2021, 1, 1), "a new form"))
        assert "Jan 2018 to Aug 2025: no evidence" in whole.sentence
        parts = answer(
            counts,
            monthly.Break(date(2021, 1, 1), "a new form"),
            monthly.Break(date(2022, 1, 1), "another"),
        )
        assert "2018 to 2020; Jan 2022 to Aug 2025: no evidence" in parts.sentence


def test_each_change_has_the_p_of_its_own_step():
    counts = strong_then_weak()
    found = change_points.find(counts, draws=499)
    strong, weak = found.changes
    assert strong.p == found.p == found.steps[0] < 0.01
    assert weak.p == found.steps[1] > strong.p
    numbers = answer(counts, draws=499).numbers
    told = [row["p"] for row in numbers["changes"]]
    assert told[0] < told[1] == numbers["newest"]["p"]


def test_a_p_that_is_small_is_told_finely_enough_for_a_hundred_looks():
    counts = np.random.default_rng(5).poisson(np.where(np.arange(60) < 48, 40, 20)).astype(float)
    (change,) = answer(counts, draws=399).numbers["changes"]
    assert standing([(change["p"], True), *[(0.5, True)] * 99])[0]


def test_what_is_told_is_tested_by_the_change_that_is_news():
    """A strong change of long ago does not carry a weak one of now past the correction."""
    counts = strong_then_weak()
    numbers = answer(counts, draws=499).numbers
    (look, *_) = looks_of(Analysis(kind=Kind.SERIES, result={"numbers": numbers}))
    assert look.is_news and look.p > 0.005
    assert not standing([(look.p, True), *[(0.5, True)] * 9])[0]
    assert standing([(numbers["p"], True), *[(0.5, True)] * 9])[0]


def test_the_newest_part_pays_for_the_number_of_parts():
    counts = np.random.default_rng(5).poisson(np.where(np.arange(92) < 68, 40, 20)).astype(float)
    cut = monthly.Break(date(2021, 1, 1), "a new form")
    numbers = answer(counts, cut).numbers
    (change,) = numbers["changes"]
    assert numbers["newest"]["from"] == "2021-01"
    assert numbers["newest"]["p"] == pytest.approx(2 * change["p"])


def test_an_answer_of_before_it_was_said_what_was_looked_at_gives_no_news():
    numbers = dict(answer(high_before_the_break(72)).numbers)
    del numbers["newest"]
    looks = list(looks_of(Analysis(kind=Kind.SERIES, result={"numbers": numbers})))
    assert [look.is_news for look in looks] == [False]
