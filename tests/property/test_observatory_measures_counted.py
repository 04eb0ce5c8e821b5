"""Each measure against a slow and obvious reference, over questions drawn at random."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from observatory_ground import DISTRICTS, PEOPLE, ROWS, make_ground
from scipy import optimize, stats

from convive.kernel.figures import Figure, Question, Status, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
_SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CATEGORIES = (None, "robo", "hurto", "homicidio", "extorsion")

places = st.sampled_from([*DISTRICTS, "1301"])
categories = st.sampled_from(CATEGORIES)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Whole months from 2021 to 2023."""
    first = draw(st.integers(0, 35))
    last = draw(st.integers(first, 35))
    start = Period.month(2021 + first // 12, first % 12 + 1).start
    return Period(start, Period.month(2021 + last // 12, last % 12 + 1).end)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[None]:
    make_ground(tmp_path, "table")
    with translation.override("en"):
        yield


def ask(measure: str, place: str, period: Period, category: str | None, **more: str) -> Figure:
    where = {"source": "table", **({"category": category} if category else {}), **more}
    return figure(f"observatory.{measure}", Question(period, f"PE-INEI:{place}", where))


# The slow references: loops over rows and days


def count_by_hand(place: str, period: Period, category: str | None) -> int:
    total = 0
    for row in ROWS:
        inside = row.place == place or place == "1301"
        if inside and date(row.year, row.month, 1) in period and category in (None, row.offence):
            total += row.n
    return total


def person_years_by_hand(place: str, period: Period) -> float:
    """Day by day: what the older map calls El Porvenir is two districts from 2023 on."""
    total = 0.0
    day = period.start
    while day <= period.end:
        total += people_on(place, day) / (366 if calendar.isleap(day.year) else 365)
        day += timedelta(days=1)
    return total


def people_on(place: str, day: date) -> int:
    if place == "1301":
        return sum(people for (_code, year), people in PEOPLE.items() if year == day.year)
    people = PEOPLE[place, day.year]
    return people + (PEOPLE["130112", day.year] if place == "130102" and day.year == 2023 else 0)


def poisson_by_hand(n: int) -> tuple[float, float]:
    """Garwood's interval by way of the chi-squared distribution."""
    return (stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0), stats.chi2.ppf(0.975, 2 * n + 2) / 2


@_SETTINGS
@given(place=places, period=periods(), category=categories)
def test_a_count_equals_the_rows_counted_one_by_one(ground, place, period, category):
    found = ask("count", place, period, category)
    expected = count_by_hand(place, period, category)
    assert (found.value, found.n) == (expected, expected)
    assert (found.lower, found.upper) == pytest.approx(poisson_by_hand(expected))


@_SETTINGS
@given(place=places, period=periods(), category=categories)
def test_a_rate_equals_the_count_over_people_summed_by_day(ground, place, period, category):
    found = ask("rate", place, period, category)
    n, years = count_by_hand(place, period, category), person_years_by_hand(place, period)
    lower, upper = poisson_by_hand(n)
    expected = [100_000 * x / years for x in (n, lower, upper)]
    assert [found.value, found.lower, found.upper] == pytest.approx(expected)


@_SETTINGS
@given(place=places, period=periods(), category=st.sampled_from(CATEGORIES[1:]))
def test_a_share_equals_the_binomial_by_hand(ground, place, period, category):
    found = ask("share", place, period, category)
    part, whole = count_by_hand(place, period, category), count_by_hand(place, period, None)
    if not whole:
        assert found.status is Status.UNDEFINED
        return
    exact = stats.binomtest(part, whole).proportion_ci(0.95, "exact")
    expected = [100 * x for x in (part / whole, exact.low, exact.high)]
    assert [found.value, found.lower, found.upper] == pytest.approx(expected)


@_SETTINGS
@given(place=places, period=periods(), category=categories)
def test_a_change_equals_the_conditional_test_by_hand(ground, place, period, category):
    """Rates where both periods lie in the years of one count of the people, else numbers; judged by
    how the months up to the end of the period vary."""
    baseline = year_before(period)
    if baseline.start.year < 2021:
        assert ask("change", place, period, category).status is Status.MISSING
        return
    found = ask("change", place, period, category)
    before, after = (count_by_hand(place, p, category) for p in (baseline, period))
    people = (1.0, 1.0)
    if period.end.year < 2023 or baseline.start.year == 2023:
        people = tuple(person_years_by_hand(place, p) for p in (baseline, period))
    times_as_much = dispersion_by_hand(place, period, category)
    expected = ratio_by_hand(before, after, people[1] / people[0], times_as_much or 1.0)
    if expected is None:
        assert (found.value, found.status) == (None, Status.UNDEFINED)
        return
    assert [found.value, found.lower, found.upper] == pytest.approx(expected, rel=1e-4)
    said = "a rise" in found.words or "a fall" in found.words
    assert said == (times_as_much is not None and (expected[1] > 0 or expected[2] < 0))


def year_before(period: Period) -> Period:
    years = 1
    while True:
        start = period.start.replace(year=period.start.year - years)
        end = Period.month(period.end.year - years, period.end.month).end
        if end < period.start:
            return Period(start, end)
        years += 1


def ratio_by_hand(before: int, after: int, times: float, phi: float) -> list[float] | None:
    """Change in percent with the exact binomial interval of so many times fewer, turned back."""
    if before == 0:
        return None
    k, rest = after / phi, before / phi
    low = stats.beta.ppf(0.025, k, rest + 1) if k else 0.0
    high = stats.beta.ppf(0.975, k + 1, rest)
    ends = [share / (1 - share) / times for share in (low, high)]
    return [100 * (ratio - 1) for ratio in (after / before / times, *ends)]


def dispersion_by_hand(place: str, period: Period, category: str | None) -> float | None:
    """The likelihood climbed by a general search; what is left is projected by its full matrix."""
    last = (period.end.year - 2021) * 12 + period.end.month
    months = [Period.month(2021 + m // 12, m % 12 + 1) for m in range(last)]
    y = np.array([count_by_hand(place, month, category) for month in months], dtype=float)
    if last < 24 or not y.sum():
        return None
    back = np.minimum((last - 1 - np.arange(last)) // 12, 2)
    turns = 2 * np.pi * np.arange(last) / 12
    season = [f(k * turns) for k in (1, 2) for f in (np.cos, np.sin)]
    x = np.column_stack([*(back == year for year in np.unique(back)), *season]).astype(float)

    def lack(beta):
        return float((np.exp(x @ beta) - y * (x @ beta)).sum())

    start = np.zeros(x.shape[1])
    start[: len(np.unique(back))] = np.log(y.mean() + 0.1)
    beta = optimize.minimize(lack, start, method="BFGS", options={"gtol": 1e-9}).x
    mean = np.exp(x @ beta)
    weighted = x * np.sqrt(mean)[:, None]
    kept = np.eye(last) - weighted @ np.linalg.pinv(weighted)
    residual = (y - mean) / np.sqrt(mean)
    free, squares = np.trace(kept), float(residual @ residual)
    phi = max(1.0, squares / free)
    rho = float(residual[1:] @ residual[:-1]) / squares - np.trace(kept, 1) / free
    rho = min(max(rho, 0.0), 0.9)
    return phi * (1 + rho) / (1 - rho)


def all_periods() -> Iterator[Period]:
    yield from (Period.between(str(year), str(year)) for year in (2021, 2022, 2023))


def test_the_districts_add_up_to_the_province(ground):
    for period in all_periods():
        parts = sum(ask("count", place, period, None).n for place in DISTRICTS)
        assert ask("count", "1301", period, None).n == parts
