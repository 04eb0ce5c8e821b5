"""How values combine and how far an indicator has come. Pure: no database, no clock.

Values are reported per period, never cumulative to date; the cumulative is derived here. A
percentage or a rate is kept as numerator and denominator and combined from their sums, because an
average of percentages is the percentage of nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum, isclose
from statistics import fmean

from convive.domain.plans.vocabulary import Aggregation, Unit

_CELL = re.compile(r"[\w.+-]+")

# What a numerator over its denominator is multiplied by, so that it reads in its unit
FACTORS = {Unit.PERCENTAGE: 100.0, Unit.RATE: 100_000.0}


@dataclass(frozen=True)
class Amount:
    """A numerator, with its denominator where the unit has one."""

    numerator: float
    denominator: float | None = None

    def value(self, unit: Unit) -> float | None:
        """The amount in its unit; None where the unit needs a denominator and there is none.

        A percentage is 100 x numerator / denominator, a rate 100,000 times it.
        """
        if unit not in FACTORS:
            return self.numerator
        if not self.denominator:
            return None
        return FACTORS[unit] * self.numerator / self.denominator


@dataclass(frozen=True)
class Reported:
    """An amount that one reporter gave for one period and one place."""

    amount: Amount
    start: date
    end: date
    place: str


def progress(achieved: float, *, baseline: float, target: float) -> float | None:
    """The share of the way from baseline to target: (achieved - baseline) / (target - baseline).

    It holds for indicators that should rise and for those that should fall: 0 at the baseline, 1 at
    the target, negative where things moved away from it. None, undefined, where target = baseline.

    Source: Convive field guide, part 3, after UNICEF PRP and Akvo RSR.
    """
    return None if target == baseline else (achieved - baseline) / (target - baseline)


def is_directed(*, baseline: float, target: float, ascending: bool) -> bool:
    """Whether the target lies on the side of the baseline to which the indicator should move."""
    return target >= baseline if ascending else target <= baseline


def combine(
    parts: Iterable[Reported], *, across_periods: Aggregation, across_places: Aggregation
) -> Amount | None:
    """One amount out of many: first the periods of each place, then the places.

    The order matters (the greatest of sums is not the sum of the greatest), so it is fixed here:
    each place comes to its own amount, and the places are then put together. Reporters of one
    place and period count as places do.

    Returns None where there is nothing, or where a rule is `none` and there is more than one.
    """
    by_place: dict[str, dict[tuple[date, date], list[Amount]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for part in parts:
        by_place[part.place][part.start, part.end].append(part.amount)
    of_places = []
    for periods in by_place.values():
        of_periods = [_combined(periods[days], across_places) for days in sorted(periods, key=_end)]
        of_places.append(_combined(of_periods, across_periods))
    return _combined(of_places, across_places)


def cumulative(
    parts: Sequence[Reported], *, across_periods: Aggregation, across_places: Aggregation
) -> list[tuple[date, Amount | None]]:
    """What had been reached by the end of each period, in order of those ends."""
    return [
        (
            day,
            combine(
                [part for part in parts if part.end <= day],
                across_periods=across_periods,
                across_places=across_places,
            ),
        )
        for day in sorted({part.end for part in parts})
    ]


def dimensions(combination: str) -> dict[str, str]:
    """The cell `age_band=15-17;sex=female` as names and values; the total has none.

    A value is made of letters, digits and `.+-_`. Raises ValueError for anything else.
    """
    if combination == "total":
        return {}
    pairs = [cell.partition("=") for cell in combination.split(";")]
    names = [name for name, _equals, _value in pairs]
    if any(not (name and equals and _CELL.fullmatch(value)) for name, equals, value in pairs):
        raise ValueError(f"{combination!r}: write total, or name=value parted by semicolons")
    if names != sorted(set(names)):
        raise ValueError(f"{combination!r}: each name once, in the order of the alphabet")
    return {name: value for name, _equals, value in pairs}


def against_total(cells: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """The breakdowns whose parts come to more than their total, as they never should.

    cells : numerators by combination, `total` among them.

    Returns one (`sex`, sum of its parts, total) for each breakdown whose parts exceed the total.
    They may fall short of it: a part may not have been told. Without a total nothing is compared.
    """
    total = cells.get("total")
    if total is None:
        return []
    sums: dict[str, list[float]] = defaultdict(list)
    for combination, numerator in cells.items():
        if names := tuple(dimensions(combination)):
            sums[" x ".join(names)].append(numerator)
    found = [(names, fsum(parts), total) for names, parts in sorted(sums.items())]
    return [row for row in found if row[1] > total and not isclose(row[1], total, rel_tol=1e-9)]


def _end(days: tuple[date, date]) -> tuple[date, date]:
    return days[1], days[0]


def _combined(amounts: Sequence[Amount | None], rule: Aggregation) -> Amount | None:
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts):
        return None
    return known[0] if len(known) == 1 else _RULES[rule](known)


def _sum(amounts: Sequence[Amount]) -> Amount | None:
    return None if _has_denominator(amounts) else Amount(fsum(a.numerator for a in amounts))


def _max(amounts: Sequence[Amount]) -> Amount | None:
    return None if _has_denominator(amounts) else Amount(max(a.numerator for a in amounts))


def _average(amounts: Sequence[Amount]) -> Amount | None:
    return None if _has_denominator(amounts) else Amount(fmean(a.numerator for a in amounts))


def _latest(amounts: Sequence[Amount]) -> Amount | None:
    return amounts[-1]


def _ratio(amounts: Sequence[Amount]) -> Amount | None:
    denominators = [a.denominator for a in amounts if a.denominator is not None]
    if len(denominators) < len(amounts):
        return None
    return Amount(fsum(a.numerator for a in amounts), fsum(denominators))


def _none(amounts: Sequence[Amount]) -> Amount | None:
    return None


def _has_denominator(amounts: Sequence[Amount]) -> bool:
    """Amounts that are parts of something have no sum, greatest or average of their own."""
    return any(amount.denominator is not None for amount in amounts)


_RULES: dict[Aggregation, Callable[[Sequence[Amount]], Amount | None]] = {
    Aggregation.SUM: _sum,
    Aggregation.MAX: _max,
    Aggregation.AVERAGE: _average,
    Aggregation.LATEST: _latest,
    Aggregation.RATIO: _ratio,
    Aggregation.NONE: _none,
}
