"""Successive releases of one monthly series: what each of them knew.

A source that publishes every month publishes its past anew. Side by side, its releases show how
long a case takes to appear, which is all that an estimate of the final figure has to go by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Months = NDArray[np.datetime64]
Labels = NDArray[Any]


class Reason(StrEnum):
    """Why releases cannot be read, or carry no nowcast."""

    LENGTHS = "lengths"
    EMPTY = "empty"
    MONTH = "month"
    NOT_WHOLE = "not whole"
    AFTER_RELEASE = "after release"
    TWICE = "twice"
    TOO_FEW = "too few"
    NOT_IN_ORDER = "not in order"
    TOO_EARLY = "too early"
    CORRECTED = "corrected"


class Unfit(ValueError):
    """Releases from which nothing can be foretold. `reason` is for those who say it in words."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


_FALLING = 0.05  # a source whose falls are more than this share of its rises is not add-only


@dataclass(frozen=True)
class Releases:
    """What R releases said of U units in M months.

    units : (U,) names of the units, such as districts.
    months : (M,) every month from the first to the last, as datetime64[M].
    releases : (R,) the last month that each release counts, rising, as datetime64[M].
    counts : (R, U, M) cases as that release had them; nan where it said nothing.
    groups : for each name, such as "province", the (U,) label of every unit. Coarsest first.
    """

    units: Labels
    months: Months
    releases: Months
    counts: Floats
    groups: Mapping[str, Labels] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.releases), len(self.units), len(self.months))
        if self.counts.shape != shape:
            raise ValueError(f"counts: give an array of releases × units × months, here {shape}")
        if len(self.releases) < 2:
            raise Unfit(
                Reason.TOO_FEW, "releases: give at least two, or no growth between them can be seen"
            )
        if len(self.units) == 0 or len(self.months) == 0:
            raise Unfit(Reason.EMPTY, "counts: there is no unit or no month")
        step = np.timedelta64(1, "M")
        if not (np.diff(self.releases) >= step).all():
            raise Unfit(
                Reason.NOT_IN_ORDER, "releases: give each once, in the order of their months"
            )
        if not (np.diff(self.months) == step).all():
            raise Unfit(Reason.NOT_IN_ORDER, "months: give every month from the first to the last")
        known = self.counts[~np.isnan(self.counts)]
        if not (np.isfinite(known) & (known >= 0) & (known == np.floor(known))).all():
            raise Unfit(
                Reason.NOT_WHOLE, "counts: give whole numbers, 0 or more, or nan where unknown"
            )
        for name, labels in self.groups.items():
            if labels.shape != (len(self.units),):
                raise ValueError(f"groups: give one label of {name!r} for every unit")


@dataclass(frozen=True)
class Revisions:
    """How the cells of a source changed from one release to the next.

    cells : cells that two successive releases both knew.
    risen, fallen : how many of them became larger, and smaller.
    added, removed : cases that came, and cases that went.
    """

    cells: int
    risen: int
    fallen: int
    added: int
    removed: int

    @property
    def add_only(self) -> bool:
        """Whether the source in effect only adds: what went is at most 5 % of what came."""
        return self.removed <= _FALLING * self.added


def from_rows(
    month: ArrayLike,
    unit: ArrayLike,
    count: ArrayLike,
    release: ArrayLike,
    *,
    groups: Mapping[str, ArrayLike] | None = None,
) -> Releases:
    """Releases from a long table of one row for each release, unit and month.

    A cell without a row is 0 up to the last month of its release, and unknown after it. A unit that
    a release does not name at all had no case in it.

    Parameters
    ----------
    month : (n,) months as datetime64, dates, or text such as "2025-08"
    unit : (n,) labels
    count : (n,) whole numbers, 0 or more
    release : (n,) the last month that the row's release counts, as `month`
    groups : for each name the (n,) label of the row's unit, coarsest first, such as
        {"department": …, "province": …}. A unit's label is that of its last release.

    Returns
    -------
    Releases
        Units in rising order of their labels.

    Raises
    ------
    Unfit (a ValueError)
        Unequal lengths; no rows; a count that is not a whole number; a month after its release; two
        rows of one cell; fewer than two releases.
    """
    at, of = _months(month, "month"), _months(release, "release")
    names, size = np.asarray(unit), np.asarray(count, dtype=np.float64)
    if not (at.ndim == 1 and at.shape == of.shape == names.shape == size.shape):
        raise Unfit(
            Reason.LENGTHS, "month, unit, count and release: give one of each for every row"
        )
    if at.size == 0:
        raise Unfit(Reason.EMPTY, "month: there are no rows")
    if (at > of).any():
        raise Unfit(
            Reason.AFTER_RELEASE,
            "release: a row counts a month after the last month of its release",
        )
    units, u = np.unique(names, return_inverse=True)
    known, r = np.unique(of, return_inverse=True)
    months = np.arange(at.min(), known.max() + np.timedelta64(1, "M"))
    m = (at - months[0]).astype(np.int64)
    shape = (len(known), len(units), len(months))
    place = np.ravel_multi_index((r, u, m), shape)
    if len(np.unique(place)) != len(place):
        raise Unfit(
            Reason.TWICE, "count: a release has two rows of one unit and month; add them up first"
        )
    counts = np.zeros(shape)
    counts.reshape(-1)[place] = size
    counts[np.broadcast_to((months > known[:, None])[:, None, :], shape)] = np.nan
    latest = np.lexsort((r, u))
    last = latest[np.append(np.flatnonzero(np.diff(u[latest])), len(u) - 1)]
    labels = {}
    for name, given in (groups or {}).items():
        row_labels = np.asarray(given)
        if row_labels.shape != names.shape:
            raise ValueError(f"groups: give one label of {name!r} for every row")
        labels[name] = row_labels[last]
    return Releases(units, months, known, counts, labels)


def revisions(releases: Releases, upto: int | None = None) -> Revisions:
    """Count what rose and what fell between successive releases, up to the one at place `upto`.

    A source that takes cases away again (duplicates, reclassified offences) does not fit a model in
    which cases only come late: `nowcast` refuses it.
    """
    cells = risen = fallen = added = removed = 0
    known = releases.counts if upto is None else releases.counts[: upto + 1]
    for before, after in pairwise(known):
        change = (after - before)[~np.isnan(before) & ~np.isnan(after)]
        cells += change.size
        risen += int((change > 0).sum())
        fallen += int((change < 0).sum())
        added += int(change[change > 0].sum())
        removed -= int(change[change < 0].sum())
    return Revisions(cells, risen, fallen, added, removed)


def _months(values: ArrayLike, name: str) -> Months:
    try:
        months = np.asarray(values).astype("datetime64[M]")
    except (TypeError, ValueError) as error:
        raise Unfit(Reason.MONTH, f"{name}: give months such as 2025-08") from error
    if np.isnat(months).any():
        raise Unfit(Reason.MONTH, f"{name}: a month is missing")
    return months
