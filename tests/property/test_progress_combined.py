"""Combining and progress against a slow and obvious reference."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convive.domain.plans import rules
from convive.domain.plans.rules import Amount, Reported
from convive.domain.plans.vocabulary import Aggregation, Unit

DAY = date(2014, 5, 22)
# A busy machine is no fault of what is tested
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
whole = st.integers(-1000, 1000)
rule = st.sampled_from(list(Aggregation))
place_rule = st.sampled_from([r for r in Aggregation if r != Aggregation.LATEST])


@st.composite
def reports(draw, *, with_denominator: bool):
    """Amounts of some places and periods; the periods of one length, side by side."""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        start = DAY + timedelta(days=30 * draw(st.integers(0, 3)))
        denominator = float(draw(st.integers(1, 50))) if with_denominator else None
        amount = Amount(float(draw(st.integers(0, 50))), denominator)
        place = draw(st.sampled_from(["PE-INEI:130102", "PE-INEI:130105", "PE-INEI:130103"]))
        found.append(Reported(amount, start, start + timedelta(days=29), place))
    return found


def naive(values, how):
    """One rule over (numerator, denominator) pairs, in exact fractions, as one reads it aloud."""
    if not values or None in values:
        return None
    if len(values) == 1:
        return values[0]
    tops, bottoms = [top for top, _ in values], [bottom for _, bottom in values]
    if how == "latest":
        return values[-1]
    if how == "ratio":
        return None if None in bottoms else (sum(tops), sum(bottoms))
    if how == "none" or any(bottom is not None for bottom in bottoms):
        return None
    return {"sum": sum(tops), "max": max(tops), "avg": Fraction(sum(tops), len(tops))}[how], None


def naive_combine(parts, across_periods, across_places):
    of_places = []
    for place in dict.fromkeys(part.place for part in parts):
        of_periods = []
        for end in sorted({part.end for part in parts if part.place == place}):
            here = [
                (Fraction(part.amount.numerator), part.amount.denominator)
                for part in parts
                if part.place == place and part.end == end
            ]
            of_periods.append(naive(here, across_places))
        of_places.append(naive(of_periods, across_periods))
    return naive(of_places, across_places)


@steady
@given(st.booleans().flatmap(lambda d: reports(with_denominator=d)), rule, place_rule)
def test_combining_is_what_one_would_do_by_hand(parts, across_periods, across_places):
    found = rules.combine(parts, across_periods=across_periods, across_places=across_places)
    wanted = naive_combine(parts, across_periods.value, across_places.value)
    if wanted is None:
        assert found is None
    else:
        assert found is not None
        assert found.numerator == pytest.approx(float(wanted[0]))
        assert found.denominator == wanted[1]


@steady
@given(reports(with_denominator=True), st.sampled_from([Unit.PERCENTAGE, Unit.RATE]))
def test_a_percentage_of_all_is_that_of_the_summed_parts(parts, unit):
    both = {"across_periods": Aggregation.RATIO, "across_places": Aggregation.RATIO}
    found = rules.combine(parts, **both)
    if not parts:
        assert found is None
        return
    tops = sum(part.amount.numerator for part in parts)
    bottoms = sum(part.amount.denominator for part in parts)
    factor = 100 if unit == Unit.PERCENTAGE else 100_000
    assert found is not None and found.value(unit) == pytest.approx(factor * tops / bottoms)


@steady
@given(reports(with_denominator=False), rule, place_rule, st.randoms())
def test_the_order_of_the_reports_does_not_matter(parts, across_periods, across_places, random):
    shuffled = random.sample(parts, len(parts))
    both = {"across_periods": across_periods, "across_places": across_places}
    assert rules.combine(parts, **both) == rules.combine(shuffled, **both)


@steady
@given(reports(with_denominator=False))
def test_the_cumulative_ends_at_the_whole_and_never_falls_for_sums(parts):
    both = {"across_periods": Aggregation.SUM, "across_places": Aggregation.SUM}
    rows = rules.cumulative(parts, **both)
    assert [day for day, _ in rows] == sorted({part.end for part in parts})
    numbers = [amount.numerator for _, amount in rows if amount]
    assert numbers == sorted(numbers)
    if parts:
        assert rows[-1][1] == rules.combine(parts, **both)


@steady
@given(whole, whole, whole)
def test_progress_is_exact_and_mirrors_between_rising_and_falling(achieved, baseline, target):
    found = rules.progress(achieved, baseline=baseline, target=target)
    if baseline == target:
        assert found is None
        return
    assert found == float(Fraction(achieved - baseline, target - baseline))
    assert found == rules.progress(-achieved, baseline=-baseline, target=-target)


@steady
@given(st.dictionaries(st.sampled_from(["f", "m", "x"]), st.integers(0, 30)), st.integers(0, 90))
def test_parts_are_found_where_they_exceed_their_total(parts, total):
    cells = {f"sex={sex}": float(n) for sex, n in parts.items()} | {"total": float(total)}
    wanted = [("sex", sum(parts.values()), total)] if sum(parts.values()) > total else []
    assert rules.against_total(cells) == wanted
