"""Quantiles of waiting times, against published and worked-out answers."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats.durations import quantile

# Remission of leukaemia in weeks: Freireich and others (1963), in Cox and Oakes (1984), table 1.1
DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23]
DRUG_STILL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_published_medians_of_remission_come_out():
    drug = quantile(DRUG, DRUG_STILL)
    assert (drug.value, drug.lower, drug.upper) == (23, 13, None)  # SAS LIFETEST: 23 (13, .)
    assert (drug.n, drug.waiting) == (21, 12)
    assert quantile(PLACEBO).value == 8


def test_few_have_an_interval_from_order_statistics():
    found = quantile(range(1, 11))
    assert (found.value, found.lower, found.upper) == (5, 2, 9)  # 97.9 %: X(2) to X(9)
    five = quantile([1, 2, 3, 4, 5])  # X(1) to X(5) holds 93.75 % alone: no end is told
    assert (five.value, five.lower, five.upper) == (3, None, None)
    six = quantile([1, 2, 3, 4, 5, 6])
    assert (six.lower, six.upper) == (1, 6)  # 96.9 %


def test_a_share_that_was_not_reached_is_not_told():
    found = quantile([1, 2, 3], [30] * 7)
    assert found.value is None
    assert quantile([1, 2, 3], [30] * 7, share=0.2).value == 2
    nobody = quantile([], [4, 5])
    assert (nobody.value, nobody.n, nobody.waiting) == (None, 2, 2)
    assert quantile([]).n == 0


def test_whoever_waited_less_than_the_first_end_changes_nothing():
    assert quantile([5, 6, 7], [1, 1]).value == quantile([5, 6, 7]).value


def test_the_interval_holds_the_truth_as_often_as_it_says():
    draw, held, drawn = np.random.default_rng(7), 0, 600
    for _ in range(drawn):
        true, waits = draw.exponential(10, 25), draw.uniform(5, 40, 25)
        found = quantile(true[true <= waits], waits[true > waits])
        low, high = found.lower or 0, found.upper or np.inf
        held += low <= 10 * np.log(2) <= high
    assert held / drawn > 0.93


@pytest.mark.parametrize(
    "wrong", [{"over": [-1]}, {"over": [1], "waiting": [-1]}, {"over": [1], "share": 1}]
)
def test_what_is_no_waiting_time_is_refused(wrong):
    with pytest.raises(ValueError):
        quantile(**wrong)
