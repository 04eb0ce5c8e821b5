"""What a diagnosis may print: what is hidden in one table is given away by no other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from convive.domain.observatory.parts import (
    ChangeRow,
    MapRow,
    MonthPoint,
    OffenceRow,
    PlaceProfile,
)
from convive.domain.observatory.rules import Direction
from convive.kernel.periods import Period
from convive.reports.release import Telling, everything, released

HERE, NEXT, FAR, PROVINCE = "X:1301", "X:1302", "X:1303", "X:13"


def profile(
    months: Mapping[str, int | None],
    *,
    recent: tuple[str, str],
    baseline: tuple[str, str],
    after: Mapping[str, int] | None = None,
    before: Mapping[str, int] | None = None,
    offences: Mapping[str, int] | None = None,
    threshold: int = 5,
) -> PlaceProfile:
    """The parts of a profile that hiding reads. Districts without a number count 100."""
    said = [(date.fromisoformat(f"{month}-01"), n) for month, n in months.items()]
    periods = {"recent": Period.between(*recent), "baseline": Period.between(*baseline)}
    sums = {
        name: sum(n or 0 for day, n in said if day in period) for name, period in periods.items()
    }
    after = {HERE: sums["recent"], NEXT: 100, FAR: 100} | dict(after or {})
    before = {HERE: sums["baseline"], NEXT: 100, FAR: 100} | dict(before or {})
    after[PROVINCE], before[PROVINCE] = sum(after.values()), sum(before.values())
    shown = {"is_here": False, "in_programme": True, "outline": None, "rank": None}
    return PlaceProfile(
        ref=HERE,
        name=HERE,
        level="district",
        province=PROVINCE,
        period=Period(said[0][0], said[-1][0]),
        source="s",
        counted="Complaints",
        unit="complaints",
        lead="",
        headlines=(),
        series=tuple(MonthPoint(day, n, None, None, False) for day, n in said),
        breaks=(),
        reference_name="",
        grid=(),
        grid_classes=(),
        offences=tuple(
            OffenceRow(name, name, "", n, 0.0, 0.0, threshold)
            for name, n in (offences or {"all": sums["recent"]}).items()
        ),
        changes=tuple(
            ChangeRow(ref, ref, ref == HERE, before[ref], n, None, None, None, Direction.UNCLEAR,
                      True, None)
            for ref, n in after.items()
        ),
        map_rows=tuple(
            MapRow(ref=ref, name=ref, n=n, rate=None, lower=None, upper=None, **shown)
            for ref, n in after.items()
            if ref != PROVINCE
        ),
        map_classes=(),
        map_note="",
        is_mapped=True,
        caveats=(),
        sources=(),
        origin=(),
        changes_origin=(),
        peers=(),
        peers_said="",
        threshold=threshold,
        is_sample=False,
        as_of=None,
        **periods,
    )  # fmt: skip


def year(number: int, *counts: int | None) -> dict[str, int | None]:
    """A year of months: the counts given, then 20 in each month that is left."""
    filled = [*counts, *[20] * (12 - len(counts))]
    return {f"{number}-{month:02}": n for month, n in enumerate(filled, 1)}


LARGE = year(2021) | year(2022)
YEARS = {"recent": ("2022-01", "2022-12"), "baseline": ("2021-01", "2021-12")}


def hidden(telling: Telling) -> set[str]:
    return {f"{month:%Y-%m}" for month, told in telling.months.items() if told.is_hidden}


def test_where_nothing_is_small_all_is_told():
    telling = released(profile(LARGE, **YEARS))
    assert not telling.hides
    assert {told.value for told in telling.months.values()} == {20}
    assert telling.years[2022].value == 240
    assert telling.after[PROVINCE].value == 440


def test_a_small_month_takes_another_of_its_year_with_it():
    telling = released(profile(LARGE | year(2022, 3), **YEARS))
    assert "2022-01" in hidden(telling)
    assert len(hidden(telling)) == 2
    assert all(month.startswith("2022") for month in hidden(telling))
    assert telling.years[2022].value == 3 + 11 * 20


def test_a_hidden_month_says_the_range_in_which_it_lies_and_never_its_count():
    told = released(profile(LARGE | year(2022, 3), **YEARS)).months[date(2022, 1, 1)]
    assert told.value is None
    assert (told.lower, told.upper) == (1, 4)


def test_zero_is_told_and_a_month_that_was_not_covered_is_not_hidden():
    telling = released(profile(LARGE | year(2022, 0, None), **YEARS))
    assert telling.months[date(2022, 1, 1)].value == 0
    assert telling.months[date(2022, 2, 1)].value is None
    assert not telling.months[date(2022, 2, 1)].is_hidden


def test_recent_months_across_two_years_are_protected_as_a_sum_of_their_own():
    """Their sum is told beside the grid: within each year of it two months are hidden."""
    spans = {"recent": ("2021-07", "2022-06"), "baseline": ("2020-07", "2021-06")}
    telling = released(profile(LARGE | year(2022, 3), **spans))
    first_half = {f"2022-{month:02}" for month in range(1, 7)}
    assert "2022-01" in hidden(telling)
    assert len(hidden(telling) & first_half) == 2
    assert telling.recent


def test_where_the_recent_months_are_too_few_no_table_tells_their_sum():
    few = profile(year(2021) | year(2022, *[0] * 11, 3), **YEARS, offences={"a": 3, "b": 0})
    telling = released(few)
    assert not telling.recent
    assert telling.years[2022].is_hidden
    assert [told.value for told in telling.offences] == [None, 0]
    assert telling.after[HERE].is_hidden
    assert any(telling.after[ref].is_hidden for ref in (NEXT, FAR, PROVINCE))


def test_a_small_neighbour_is_protected_by_another_district_or_by_the_province():
    telling = released(profile(LARGE, **YEARS, after={NEXT: 2}))
    assert telling.after[NEXT].is_hidden
    told = [ref for ref in (HERE, FAR, PROVINCE) if not telling.after[ref].is_hidden]
    assert len(told) == 2
    assert HERE in told  # it is the sum of its months and of its offences: hidden last


def test_what_this_place_counts_is_told_although_it_would_be_the_cheapest_to_hide():
    """It stands in the head, the grid and the offences: hiding it in one table protects nobody."""
    months = year(2021) | year(2022, 12, *[0] * 11)
    telling = released(profile(months, **YEARS, after={NEXT: 2}))
    assert telling.recent
    assert telling.after[HERE].value == 12
    assert telling.after[NEXT].is_hidden
    assert telling.after[FAR].is_hidden or telling.after[PROVINCE].is_hidden


def test_a_small_offence_takes_another_with_it():
    telling = released(profile(LARGE, **YEARS, offences={"a": 3, "b": 37, "c": 200}))
    assert [told.is_hidden for told in telling.offences] == [True, True, False]


def test_offences_that_their_sum_would_give_away_are_hidden_with_it():
    """1 and 4 make 5: told, the sum would leave four values for each; it is one month as well."""
    months = year(2021) | year(2022, *[0] * 11, 5)
    telling = released(profile(months, **YEARS, offences={"a": 1, "b": 4}))
    assert all(told.is_hidden for told in telling.offences)
    assert not telling.recent and telling.months[date(2022, 12, 1)].is_hidden


def test_the_higher_threshold_hides_more():
    few = LARGE | year(2022, 7)
    assert not hidden(released(profile(few, **YEARS)))
    assert "2022-01" in hidden(released(profile(few, **YEARS, threshold=10)))


def test_for_internal_use_the_numbers_of_the_place_are_exact_and_its_neighbours_are_not():
    few = profile(LARGE | year(2022, 3), **YEARS, after={NEXT: 2}, offences={"a": 1, "b": 222})
    telling = everything(few)
    assert telling.cleared.is_internal
    assert telling.months[date(2022, 1, 1)].value == 3
    assert telling.years[2022].value == 223
    assert [told.value for told in telling.offences] == [1, 222]
    assert telling.after[HERE].value == 223
    assert telling.after[NEXT].is_hidden
    assert telling.after[FAR].is_hidden or telling.after[PROVINCE].is_hidden
