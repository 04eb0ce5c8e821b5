"""The tables of a count as they may be told: small numbers hidden, with what would give them away.

Numbers by key: `list A` people of an agency; `both A B` people of two; `only A B` of A and not of B
(in no table); `NAME LEVEL` different people of a stratum; `NAME LEVEL on lists` and `… again`, how
often they stand on lists, and how much oftener than once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from convive.kernel import leaving
from convive.kernel.leaving import Audience, Cell, Cleared, Column, Kind, Number, Row, Sum, Table
from convive.stats.linkage_count import Count, Estimate

LEAST_OF_MINORS = 10
MINORS = ("0–11", "12–14", "15–17")
LISTS, OVERLAP = "lists", "overlap"


def tables(
    agencies: Sequence[str],
    different: NDArray[np.int64],
    unlinked: Sequence[int],
    found: Count,
    levels: Mapping[str, Sequence[str]],
    on_lists: Mapping[str, NDArray[np.int64]],
    threshold: int,
) -> Cleared:
    """Tables `lists`, `overlap` and one for each stratum, protected together.

    Parameters
    ----------
    agencies : codes. different, unlinked : people of each who were linked, and who were not.
    levels : stratum -> names of its levels. on_lists : stratum -> people by level, over all lists.
    """
    beside: list[Number] = []
    sums: list[Sum] = []
    total = agreed(found, different)
    records = int(different.sum())
    # With two lists, what people stand on again is what both have
    only_pair = (f"both {agencies[0]} {agencies[1]}",) if len(agencies) == 2 else ()
    beside += [
        Number("agreed", total, threshold, weight=16.0),
        Number("records", records, threshold, weight=16.0),
        Number("again", records - total, threshold, is_told=False),
    ]
    sums += [
        Sum("records", tuple(f"list {each}" for each in agencies)),
        Sum("records", ("agreed", *(only_pair or ("again",)))),
    ]
    overlap = found.overlap
    if only_pair:
        overlap = np.full((2, 2), float(records - total))
    made = [
        _lists(agencies, different, unlinked, threshold),
        _overlap(agencies, different, overlap, threshold, beside, sums),
    ]
    for name, names in levels.items():
        people = whole([each.estimate for each in found.by[name]], total)
        made.append(
            _stratum(name, names, people, found.by[name], on_lists[name], threshold, beside, sums)
        )
        sums.append(Sum("agreed", tuple(f"{name} {each}" for each in names)))
    return leaving.leave(made, Audience.OUTSIDE, sums=sums, beside=beside)


def agreed(found: Count, different: NDArray[np.int64]) -> int:
    """People who agreed to linkage: no fewer than the longest list has, no more than all have."""
    least, most = int(different.max(initial=0)), int(different.sum())
    return min(max(round(found.linked.estimate), least), most)


def whole(parts: Sequence[float], total: int) -> list[int]:
    """Whole numbers nearest to the parts that add up to the total (largest remainders)."""
    kept = [max(part, 0.0) for part in parts]
    scale = total / sum(kept) if sum(kept) > 0 else 0.0
    exact = [part * scale for part in kept]
    found = [int(part) for part in exact]
    for at in sorted(range(len(exact)), key=lambda i: found[i] - exact[i])[: total - sum(found)]:
        found[at] += 1
    return found


def _lists(
    agencies: Sequence[str],
    different: NDArray[np.int64],
    unlinked: Sequence[int],
    threshold: int,
) -> Table:
    columns = (
        Column("agency", Kind.LABEL),
        Column("people", Kind.COUNT),
        Column("not_linked", Kind.COUNT),
    )
    rows = [
        Row(
            (Cell(agency), Cell(int(people), key=f"list {agency}"), Cell(int(more))),
            threshold,
        )
        for agency, people, more in zip(agencies, different, unlinked, strict=True)
    ]
    return Table(LISTS, LISTS, "", columns, tuple(rows))


def _overlap(
    agencies: Sequence[str],
    different: NDArray[np.int64],
    overlap: NDArray[np.float64],
    threshold: int,
    beside: list[Number],
    sums: list[Sum],
) -> Table:
    """People of each two agencies. Hidden too where all but a few of a list are on the other: then
    its agency would know that the other knows its people.
    """
    rows = []
    for a, one in enumerate(agencies):
        for b in range(a + 1, len(agencies)):
            other = agencies[b]
            most = int(min(different[a], different[b]))
            both = min(round(float(overlap[a, b])), most)
            least = threshold if most - both >= threshold else max(both + 1, threshold)
            key = f"both {one} {other}"
            rows.append(Row((Cell(one), Cell(other), Cell(both, key=key)), least))
            for own, theirs, size in ((one, other, different[a]), (other, one, different[b])):
                rest = f"only {own} {theirs}"
                beside.append(Number(rest, int(size) - both, threshold, is_told=False))
                sums.append(Sum(f"list {own}", (key, rest)))
    columns = (
        Column("agency", Kind.LABEL),
        Column("other", Kind.LABEL),
        Column("people", Kind.COUNT),
    )
    return Table(OVERLAP, OVERLAP, "", columns, tuple(rows))


def _stratum(
    name: str,
    names: Sequence[str],
    people: Sequence[int],
    found: Sequence[Estimate],
    on_lists: NDArray[np.int64],
    threshold: int,
    beside: list[Number],
    sums: list[Sum],
) -> Table:
    rows = []
    for at, level in enumerate(names):
        key, again = f"{name} {level}", int(on_lists[at]) - people[at]
        least = max(threshold, LEAST_OF_MINORS) if level in MINORS else threshold
        lower = min(int(np.floor(found[at].lower)), people[at])
        upper = max(int(np.ceil(found[at].upper)), people[at])
        cells = (
            Cell(level),
            Cell(people[at], key=key),
            Cell(max(lower, 0)),
            Cell(upper),
            Cell(int(on_lists[at]), key=f"{key} on lists"),
        )
        rows.append(Row(cells, least))
        if again >= 0:
            beside.append(Number(f"{key} again", again, least, is_told=False))
            sums.append(Sum(f"{key} on lists", (key, f"{key} again")))
    columns = (
        Column(name, Kind.LABEL),
        Column("people", Kind.COUNT),
        Column("lower", Kind.DERIVED),
        Column("upper", Kind.DERIVED),
        Column("on_lists", Kind.COUNT),
    )
    return Table(name, name, "", columns, tuple(rows))
