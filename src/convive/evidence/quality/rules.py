"""When a property of evidence is good, wants a look, or is bad: pure rules, without data.

Every limit stands once, in `LIMITS`, and is explained in docs/methods/evidence-quality.md, whose
tables are tests of this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    GOOD = "good"
    LOOK = "look"
    BAD = "bad"
    NONE = "none"  # the check does not apply


@dataclass(frozen=True)
class Limit:
    """From which figure on a check wants a look, and from which it is bad; None: never.

    unit : `share` (0 to 1), `days`, `months`, `times` (a ratio) or `number`.
    """

    unit: str
    look: float | None
    bad: float | None


# In the order in which a report gives them. Higher is always worse
LIMITS: dict[str, Limit] = {
    # complete?
    "rejected": Limit("share", 0.01, 0.10),
    "blank": Limit("share", 0.10, 0.30),
    "unlisted": Limit("share", 0.001, 0.10),
    "months_missing": Limit("months", 1, 3),
    "capped": Limit("number", 1, 2),
    # in time?
    "delay": Limit("days", 30, 90),
    "overdue": Limit("days", 1, 31),
    "after_registration": Limit("share", 0.001, 0.01),
    # in its place?
    "no_place": Limit("share", 0.02, 0.10),
    "no_position": Limit("share", 0.05, 0.20),
    "outside": Limit("share", 0.02, 0.10),
    "sink": Limit("share", 0.02, 0.10),
    "shared": Limit("share", 0.50, 0.80),
    "round_position": Limit("share", 0.05, 0.25),
    # at its time?
    "midnight": Limit("share", 0.01, 0.05),
    "full_hour": Limit("share", 0.25, None),
    "first_of_month": Limit("times", 1.5, 3),
    "first_of_year": Limit("times", 3, 10),
    # once?
    "repeated": Limit("share", 0.001, 0.02),
    "same": Limit("share", 0.01, 0.05),
    # alike throughout?
    "changes": Limit("number", 1, None),
}

# Fewer records than this say nothing of a share; fewer expected ones nothing of a ratio
FEW = 30
FEW_EXPECTED = 5
# A sink point holds this many records, this share of them, and this many times as many as ...
SINK_LEAST, SINK_SHARE, SINK_TIMES = 20, 0.005, 5
# ... the mean of the points of these ranks, by how many records they hold
SINK_RANKS = (11, 20)
# Sheets of old and new workbooks, and their rows below a header
_SHEET_ENDS = {65_536, 65_535, 1_048_576, 1_048_575}


@dataclass(frozen=True)
class Stat:
    """What was measured for one check.

    about : which field it is about, where a check is asked of several.
    value : the figure, in the unit of its limit; None where the check does not apply.
    k, n : how many of how many, where it is a share of records.
    because : why it does not apply, as a code. more : what its sentence tells besides.
    declared : the source says so itself: known, so never worse than a look.
    """

    check: str
    value: float | None = None
    k: int | None = None
    n: int | None = None
    about: str = ""
    because: str = ""
    declared: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


def verdict(stat: Stat) -> Verdict:
    """What the figure means. A check that does not apply has none."""
    if stat.value is None:
        return Verdict.NONE
    limit = LIMITS[stat.check]
    if limit.bad is not None and stat.value >= limit.bad:
        return Verdict.LOOK if stat.declared else Verdict.BAD
    if stat.declared or (limit.look is not None and stat.value >= limit.look):
        return Verdict.LOOK
    return Verdict.GOOD


def share(check: str, k: int, n: int, **more: Any) -> Stat:
    """The share k of n records; it does not apply where there are too few of them."""
    if n < FEW:
        return Stat(check, because="few", **more)
    return Stat(check, value=k / n, k=k, n=n, **more)


def ratio(check: str, value: float | None, because: str) -> Stat:
    """A ratio; where there is none, why."""
    return Stat(check, value=value, because="" if value is not None else because)


def none(check: str, because: str, **more: Any) -> Stat:
    """A check that does not apply."""
    return Stat(check, because=because, **more)


@dataclass(frozen=True)
class Sinks:
    """How many points are sinks, how many records stand at them, and how many make one."""

    points: int
    records: int
    least: float


def sinks(points: Mapping[int, int]) -> Sinks:
    """The points that hold far more records than the others.

    points : records at one point -> how many points hold that many.

    A sink holds at least 20 records, at least 0.5 % of them all, and at least five times the mean
    of the points ranked 11th to 20th (points that are not there count as none; at least 1).
    """
    total = sum(held * number for held, number in points.items())
    first, last = SINK_RANKS
    ranked, place = 0, 0
    for held in sorted(points, reverse=True):
        begin, place = place, place + points[held]
        ranked += held * max(0, min(place, last) - max(begin, first - 1))
    usual = max(ranked / (last - first + 1), 1)
    least = max(SINK_LEAST, SINK_SHARE * total, SINK_TIMES * usual)
    found = {held: number for held, number in points.items() if held >= least}
    return Sinks(sum(found.values()), sum(h * number for h, number in found.items()), least)


def shared(points: Mapping[int, int]) -> int:
    """Records whose point holds another record too."""
    return sum(held * number for held, number in points.items() if held > 1)


def excess(peak: int, beside: Sequence[int]) -> float:
    """By how much a value is commoner than the mean of those beside it; never below 0."""
    return max(0.0, peak - sum(beside) / len(beside))


def times_usual(on_days: float, days: float, elsewhere: float, other_days: float) -> float | None:
    """How many times as many records special days have as others; None: too few to tell.

    on_days, elsewhere : records on `days` special days and on `other_days` others.
    """
    if not days or not other_days:
        return None
    expected = elsewhere / other_days * days
    return on_days / expected if expected >= FEW_EXPECTED else None


def looks_capped(rows: int) -> bool:
    """Whether a file has as many rows as an export that was cut off: thousands, or a sheet."""
    return (rows >= 1000 and rows % 1000 == 0) or rows in _SHEET_ENDS
