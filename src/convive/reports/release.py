"""What of a profile may be printed, in the order in which the diagnosis prints it.

Small counts are hidden, and cannot be worked out: all tables of the profile went out together, by
`convive.domain.observatory.leaving`. Inside, a diagnosis prints the exact numbers of its own place;
its neighbours stand in it as they do outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from convive.domain.observatory import leaving
from convive.domain.observatory.parts import PlaceProfile
from convive.domain.observatory.tables import (
    after_key,
    before_key,
    month_key,
    offence_key,
    province_month_key,
    year_key,
)
from convive.kernel.leaving import Audience, Cleared


@dataclass(frozen=True)
class Told:
    """One count as it may be printed.

    value : None where it is hidden or was not recorded.
    lower, upper : the range in which a hidden count lies, ends included; None: not said.
    """

    value: int | None
    is_hidden: bool = False
    lower: int | None = None
    upper: int | None = None


@dataclass(frozen=True)
class Telling:
    """A profile's counts as they may be printed.

    recent, baseline : whether the sums of these two periods here, and all that follows from them
        (rates, changes, sentences), may be told.
    before, after : by place, in the baseline and in the recent months.
    offences : as the profile orders them.
    compared : the months of the dashed line that may be drawn.
    hides : whether anything is hidden at all.
    """

    cleared: Cleared
    months: Mapping[date, Told]
    years: Mapping[int, Told]
    recent: bool
    baseline: bool
    before: Mapping[str, Told]
    after: Mapping[str, Told]
    offences: tuple[Told, ...]
    compared: frozenset[date]
    hides: bool


def everything(profile: PlaceProfile) -> Telling:
    """The exact numbers of this place, for internal use."""
    here = [profile.ref]
    if profile.ref not in {row.ref for row in profile.map_rows}:
        return _telling(profile, leaving.cleared(profile, Audience.INSIDE))
    return _telling(profile, leaving.cleared(profile, Audience.INSIDE, sees=here))


def released(profile: PlaceProfile) -> Telling:
    """The numbers that may leave the house."""
    return _telling(profile, leaving.cleared(profile, Audience.OUTSIDE))


def without_sums_of_hidden(telling: Telling, profile: PlaceProfile) -> Telling:
    """The same for a document of every month: no sum of months of which one is hidden.

    The next one tells the sum of nearly the same months. Between two such sums and the months that
    both tell, a hidden month would be a matter of subtraction.
    """
    months = [month.start for span in (profile.recent, profile.baseline) for month in span.months()]
    if any(telling.months[month].is_hidden for month in months if month in telling.months):
        return replace(telling, recent=False, baseline=False, before={}, after={})
    return telling


def _telling(profile: PlaceProfile, cleared: Cleared) -> Telling:
    def told(key: str) -> Told:
        cell = cleared.numbers.get(key)
        if cell is None:
            return Told(None)
        if cell.status == "suppressed":
            return Told(None, True, cell.lower, cell.upper)
        return Told(cell.value)

    months = [point.month for point in profile.series]
    places = [row.ref for row in profile.map_rows if not row.shared_with]
    places += [row.ref for row in profile.changes if not row.refusal and row.ref not in places]
    return Telling(
        cleared=cleared,
        months={month: told(month_key(month)) for month in months},
        years={year: told(year_key(year)) for year in sorted({m.year for m in months})},
        recent=not cleared.is_hidden(after_key(profile.ref)),
        baseline=not cleared.is_hidden(before_key(profile.ref)),
        before={row.ref: told(before_key(row.ref)) for row in profile.changes},
        after={ref: told(after_key(ref)) for ref in places},
        offences=tuple(told(offence_key(row.category)) for row in profile.offences),
        compared=frozenset(
            point.month
            for point in profile.series
            if point.reference is not None
            and not cleared.is_hidden(province_month_key(point.month))
        ),
        hides=cleared.hides,
    )
