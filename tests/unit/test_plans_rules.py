"""How values combine and how far an indicator has come, on numbers worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from convive.domain.plans import rules
from convive.domain.plans.rules import Amount, Reported
from convive.domain.plans.vocabulary import Aggregation, Unit

Q1 = (date(2015, 1, 1), date(2015, 3, 31))
Q2 = (date(2015, 4, 1), date(2015, 6, 30))
SUM, MAX, AVERAGE = Aggregation.SUM, Aggregation.MAX, Aggregation.AVERAGE
LATEST, RATIO, NONE = Aggregation.LATEST, Aggregation.RATIO, Aggregation.NONE


def reported(place, days, numerator, denominator=None):
    return Reported(Amount(numerator, denominator), *days, place)


PEOPLE = [
    reported("porvenir", Q1, 10),
    reported("porvenir", Q2, 40),
    reported("esperanza", Q1, 30),
]


@pytest.mark.parametrize(
    ("achieved", "baseline", "target", "wanted"),
    [
        (3800, 0, 7600, 0.5),
        (30, 40, 20, 0.5),  # falling: ten of twenty
        (45, 40, 20, -0.25),  # falling, and it rose
        (15, 40, 20, 1.25),  # beyond the target
        (40, 40, 20, 0.0),
        (7, 5, 5, None),  # target = baseline
    ],
)
def test_progress_is_the_share_of_the_way(achieved, baseline, target, wanted):
    assert rules.progress(achieved, baseline=baseline, target=target) == wanted


@pytest.mark.parametrize(
    ("across_periods", "across_places", "wanted"),
    [
        (SUM, SUM, 80),
        (MAX, SUM, 70),  # the greatest of each place, added up
        (LATEST, SUM, 70),
        (AVERAGE, SUM, 55),
        (SUM, MAX, 50),
        (SUM, AVERAGE, 40),
        (SUM, NONE, None),  # two places that are not put together
        (NONE, SUM, None),  # one place has two periods
    ],
)
def test_periods_and_places_combine_by_rules_of_their_own(across_periods, across_places, wanted):
    found = rules.combine(PEOPLE, across_periods=across_periods, across_places=across_places)
    assert (found and found.numerator) == wanted


def test_what_needs_no_combining_stands_under_any_rule():
    for how in Aggregation:
        found = rules.combine(PEOPLE[:1], across_periods=how, across_places=how)
        assert found == Amount(10)


def test_a_percentage_is_never_the_average_of_percentages():
    # 9 of 10 and 10 of 90: 19 of 100, not half of 90 % and 11 %
    parts = [reported("porvenir", Q1, 9, 10), reported("esperanza", Q1, 10, 90)]
    found = rules.combine(parts, across_periods=RATIO, across_places=RATIO)
    assert found is not None and found.value(Unit.PERCENTAGE) == 19
    for how in (SUM, MAX, AVERAGE):
        assert rules.combine(parts, across_periods=RATIO, across_places=how) is None


def test_a_ratio_without_a_denominator_is_no_number():
    assert rules.combine(PEOPLE, across_periods=RATIO, across_places=RATIO) is None
    assert Amount(3).value(Unit.PERCENTAGE) is None


def test_nothing_reported_is_nothing_and_not_zero():
    assert rules.combine([], across_periods=SUM, across_places=SUM) is None


def test_the_cumulative_is_derived_period_by_period():
    rows = rules.cumulative(PEOPLE, across_periods=SUM, across_places=SUM)
    assert [(day, amount.numerator) for day, amount in rows] == [(Q1[1], 40), (Q2[1], 80)]


def test_a_target_on_the_wrong_side_of_its_baseline_is_seen():
    assert rules.is_directed(baseline=40, target=20, ascending=False)
    assert not rules.is_directed(baseline=40, target=20, ascending=True)


def test_cells_are_written_in_one_way():
    assert rules.dimensions("total") == {}
    assert rules.dimensions("age_band=15-17;sex=female") == {"age_band": "15-17", "sex": "female"}
    for wrong in ("", "sex", "sex=", "=female", "sex=f;age_band=0-11", "sex=f;sex=m"):
        with pytest.raises(ValueError):
            rules.dimensions(wrong)


def test_parts_may_fall_short_of_their_total_and_never_exceed_it():
    assert rules.against_total({"total": 10, "sex=f": 4, "sex=m": 3}) == []
    assert rules.against_total({"sex=f": 4, "sex=m": 3}) == []
    assert rules.against_total({"total": 6, "sex=f": 4, "sex=m": 3, "age_band=0-11": 6}) == [
        ("sex", 7, 6)
    ]
