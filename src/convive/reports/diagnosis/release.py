"""What of a profile may be printed: small counts are hidden, and cannot be worked out.

One report shows the same counts in several tables: a month stands in the grid and in its year, the
recent months are a sum of months, the total of the offences and a row among the districts. What is
hidden in one place is therefore hidden in all, and each table is protected with every sum that
another one tells. `everything` is the same without hiding, for internal use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from convive.domain.observatory.parts import PlaceProfile
from convive.stats.disclosure import Cell, suppress, suppress_list


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


HIDDEN = Told(None, is_hidden=True)


@dataclass(frozen=True)
class Telling:
    """A profile's counts as they may be printed.

    recent, baseline : whether the sums of these two periods here, and all that follows from them
        (rates, changes, sentences), may be told.
    before, after : by place, in the baseline and in the recent months.
    offences : as the profile orders them.
    hides : whether anything is hidden at all.
    """

    months: Mapping[date, Told]
    years: Mapping[int, Told]
    recent: bool
    baseline: bool
    before: Mapping[str, Told]
    after: Mapping[str, Told]
    offences: tuple[Told, ...]
    hides: bool


def everything(profile: PlaceProfile) -> Telling:
    """The exact numbers."""
    months = {point.month: point.value for point in profile.series}
    before, after = _counts(profile)
    return Telling(
        months={month: Told(n) for month, n in months.items()},
        years={year: Told(_sum(group)) for year, group in _by_year(months).items()},
        recent=True,
        baseline=True,
        before={ref: Told(n) for ref, n in before.items()},
        after={ref: Told(n) for ref, n in after.items()},
        offences=tuple(Told(row.value) for row in profile.offences),
        hides=False,
    )


def released(profile: PlaceProfile) -> Telling:
    """The numbers that may leave the house."""
    months, sums = _months(profile)
    exact = {point.month: point.value for point in profile.series}
    years = {
        year: HIDDEN
        if any(told.is_hidden for (of, _part), told in sums.items() if of == year)
        else Told(_sum(group))
        for year, group in _by_year(exact).items()
    }
    before, after = _counts(profile)
    recent = _is_told(sums, Part.RECENT) and _is_large(after.get(profile.ref), profile)
    baseline = _is_told(sums, Part.BASELINE) and _is_large(before.get(profile.ref), profile)
    told_before = _places(profile, before, is_here_told=baseline)
    told_after = _places(profile, after, is_here_told=recent)
    offences = _offences(profile, is_total_told=recent)
    told = [*months.values(), *years.values(), *told_before.values(), *told_after.values()]
    return Telling(
        months=months,
        years=years,
        recent=recent,
        baseline=baseline,
        before=told_before,
        after=told_after,
        offences=offences,
        hides=any(t.is_hidden for t in (*told, *offences)) or not (recent and baseline),
    )


class Part(StrEnum):
    """The stretches of the series whose sums other tables tell."""

    RECENT = "recent"
    BASELINE = "baseline"
    REST = "rest"


Stretch = tuple[int, Part]


def _months(profile: PlaceProfile) -> tuple[dict[date, Told], dict[Stretch, Told]]:
    """Each month, and the sum of each stretch of a year that another table tells.

    A year's total is the sum of its stretches: it may be told where all of them may.
    """
    stretches: dict[Stretch, list[tuple[date, int | None]]] = {}
    for point in profile.series:
        part = (
            Part.RECENT
            if point.month in profile.recent
            else Part.BASELINE
            if point.month in profile.baseline
            else Part.REST
        )
        stretches.setdefault((point.month.year, part), []).append((point.month, point.value))
    width = max(len(row) for row in stretches.values())
    table = [
        [_number(n) for _month, n in row] + [float("nan")] * (width - len(row))
        for row in stretches.values()
    ]
    safe = suppress(table, profile.threshold, column_totals=False, grand_total=False)
    months = {
        month: _told(cell)
        for row, cells in zip(stretches.values(), safe.cells, strict=True)
        for (month, _n), cell in zip(row, cells, strict=False)
    }
    return months, dict(zip(stretches, map(_told, safe.row_totals), strict=True))


def _is_told(sums: Mapping[Stretch, Told], part: Part) -> bool:
    return not any(told.is_hidden for (_year, of), told in sums.items() if of is part)


def _is_large(n: int | None, profile: PlaceProfile) -> bool:
    return not n or n >= profile.threshold


def _offences(profile: PlaceProfile, *, is_total_told: bool) -> tuple[Told, ...]:
    """The categories, with their sum known. Where it cannot be protected, none is told."""
    if not profile.offences:
        return ()
    safe = suppress_list(
        [row.value for row in profile.offences], [row.threshold for row in profile.offences]
    )
    if not is_total_told or (safe.total and safe.total.status == "suppressed"):
        return tuple(HIDDEN for _row in profile.offences)
    return tuple(_told(cell) for cell in safe.cells)


# Places side by side


def _counts(profile: PlaceProfile) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """Counts by place before and after: this place, its province and the districts beside it."""
    before = {row.ref: row.before for row in profile.changes}
    after = {row.ref: row.n for row in profile.map_rows if not row.shared_with}
    after |= {row.ref: row.after for row in profile.changes if not row.refusal}
    return before, after


def _places(
    profile: PlaceProfile, counts: Mapping[str, int | None], *, is_here_told: bool
) -> dict[str, Told]:
    """The districts and, where it can be told beside them, their province.

    What this place counts is told elsewhere or nowhere: where hiding or telling it would be needed
    to protect a neighbour, the province is not told, so that nothing can be subtracted from it.
    """
    districts = {row.ref for row in profile.map_rows}
    parts = [ref for ref in counts if ref in districts]
    whole = [ref for ref in counts if ref not in districts]
    told = _with_sum(profile, counts, parts, whole)
    here = told.get(profile.ref, Told(None))
    if here.is_hidden == is_here_told and counts.get(profile.ref):
        told = _apart(profile, counts, parts) | dict.fromkeys(whole, HIDDEN)
        if not is_here_told:
            told[profile.ref] = HIDDEN
    return told


def _with_sum(
    profile: PlaceProfile,
    counts: Mapping[str, int | None],
    parts: Sequence[str],
    whole: Sequence[str],
) -> dict[str, Told]:
    """Districts protected with the province told beside them.

    Districts that are not listed hide a listed one among them, if they count enough.
    """
    total = counts[whole[0]] if len(whole) == 1 else None
    rest = None if total is None else total - (_sum(counts[ref] for ref in parts) or 0)
    if rest is None or rest >= profile.threshold or not parts:
        return _apart(profile, counts, [*parts, *whole])
    if rest != 0:
        return _apart(profile, counts, parts) | {whole[0]: HIDDEN}
    safe = suppress_list([_number(counts[ref]) for ref in parts], profile.threshold)
    told = dict(zip(parts, map(_told, safe.cells), strict=True))
    return told | {whole[0]: _told(safe.total) if safe.total else HIDDEN}


def _apart(
    profile: PlaceProfile, counts: Mapping[str, int | None], refs: Sequence[str]
) -> dict[str, Told]:
    """Each count for itself: no sum of them is told."""
    if not refs:
        return {}
    safe = suppress_list([_number(counts[ref]) for ref in refs], profile.threshold, total=False)
    return dict(zip(refs, map(_told, safe.cells), strict=True))


def _told(cell: Cell) -> Told:
    if cell.status == "suppressed":
        return Told(None, True, cell.lower, cell.upper)
    return Told(cell.value)


def _number(n: int | None) -> float:
    return float("nan") if n is None else n


def _sum(values: Iterable[int | None]) -> int | None:
    known = [n for n in values if n is not None]
    return sum(known) if known else None


def _by_year(months: Mapping[date, int | None]) -> dict[int, list[int | None]]:
    found: dict[int, list[int | None]] = {}
    for month, n in months.items():
        found.setdefault(month.year, []).append(n)
    return found
