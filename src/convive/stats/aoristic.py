"""When in the week did it happen, where an event is known only as an interval or a part of the day?

A car stolen between ten in the evening and six in the morning was stolen in one of eight hours, and
nobody knows in which. Aoristic weights give each of them an eighth. Every event weighs one in all,
so that the sum over the week is the number of events.

Limits: weights say what the records allow, not when offenders act; an interval's length tells when
people were away. A peak of the weights at the hours in which people leave or come home is often
only that. Times are local wall-clock times, as the caller gives them: an interval across a change
of the clocks is counted an hour too long or too short; take UTC apart from wall-clock time before.

References
----------
Ratcliffe JH, McCullagh MJ (1998). Aoristic crime analysis. Int J Geographical Information Science
12: 751–764.
Ratcliffe JH (2002). Aoristic signatures and the spatio-temporal analysis of high volume crime
patterns. J Quant Criminol 18: 23–43.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats.kernels import kernel

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Seconds = NDArray[np.datetime64]

HOUR, WEEK = 3600, 168 * 3600
_MONDAY = 3 * 86400  # 1 January 1970 was a Thursday


@dataclass(frozen=True)
class Aoristic:
    """How the weight of events spreads over the week.

    cells : (7, 24) events by weekday, Monday first, and by hour of the day. Sums to `n`.
    n : events that were counted.
    exact, intervals, parts : of them, known to the moment, as an interval, as a part of the day.
    too_long, backwards, no_time : events left out: the interval is longer than was allowed, it ends
        before it starts, or there is no start.
    """

    cells: Floats
    n: int
    exact: int
    intervals: int
    parts: int
    too_long: int
    backwards: int
    no_time: int

    @property
    def by_hour(self) -> Floats:
        """(24,) events by hour of the day."""
        return np.asarray(self.cells.sum(axis=0))

    @property
    def by_weekday(self) -> Floats:
        """(7,) events by weekday, Monday first."""
        return np.asarray(self.cells.sum(axis=1))


def weights(
    starts: ArrayLike,
    ends: ArrayLike | None = None,
    *,
    longest: float,
    parts: Sequence[str | None] | None = None,
    hours_of: Mapping[str, Iterable[int]] | None = None,
) -> Aoristic:
    """Aoristic weights of n events over the 7 × 24 hours of a week.

    An event between s and e adds |[s, e) ∩ h| / (e − s) to each hour h of the week, once for each
    time that the week comes round; with e = s, or without e, it adds 1 to the hour that holds s. An
    event known as a part of a day adds 1 / k to each of the part's k hours.

    Parameters
    ----------
    starts, ends : (n,) datetime64, local wall-clock time, to the second
        An end that is missing (NaT) means an exact moment.
    longest : float
        Longest interval that is counted, in hours. A holiday of three weeks says nothing about the
        hour; such events are left out and their number is told.
    parts : (n,) of names or None
        The part of the day, where no more is known. Its day is that of `starts`; `ends` is not
        read.
    hours_of : of each part, its hours, 0 to 47
        24 and above are hours of the next day: a night from 22 to 6 is range(22, 30).

    Returns
    -------
    Aoristic

    Raises
    ------
    ValueError
        Unequal lengths; times that are no dates; `longest` not above 0; a part without hours, or
        hours that are not whole numbers from 0 to 47, or one twice.
    """
    begin = _times(starts, "starts")
    finish = begin.copy() if ends is None else _times(ends, "ends")
    if begin.shape != finish.shape:
        raise ValueError("ends: give one for every start, or NaT where the moment is known")
    if not longest > 0:
        raise ValueError("longest: give a number of hours above 0, such as 24")
    named = np.array([None] * len(begin) if parts is None else list(parts), dtype=object)
    if named.shape != begin.shape:
        raise ValueError("parts: give one for every start, or None where there is none")
    by_part = np.array([name is not None for name in named], dtype=bool)
    known = ~np.isnat(begin)
    finish = np.where(np.isnat(finish), begin, finish)
    lasted = (finish - begin).astype(np.int64)  # of NaT this is some number, which `known` hides
    timed = known & ~by_part
    backwards, too_long = timed & (lasted < 0), timed & (lasted > longest * HOUR)
    used = timed & ~backwards & ~too_long
    cells = np.zeros(168)
    _spread(_of_week(begin[used]), lasted[used], cells)
    for name in dict.fromkeys(named[by_part]):
        hours = _hours(name, hours_of or {})
        midnights = begin[known & (named == name)].astype("datetime64[D]").astype("datetime64[s]")
        first = _of_week(midnights) // HOUR
        for hour in hours:
            cells += np.bincount((first + hour) % 168, minlength=168) / len(hours)
    in_parts = int((known & by_part).sum())
    return Aoristic(
        cells=cells.reshape(7, 24),
        n=int(used.sum()) + in_parts,
        exact=int((used & (lasted == 0)).sum()),
        intervals=int((used & (lasted > 0)).sum()),
        parts=in_parts,
        too_long=int(too_long.sum()),
        backwards=int(backwards.sum()),
        no_time=int((~known).sum()),
    )


def _times(values: ArrayLike, name: str) -> Seconds:
    given = np.asarray(values)
    if given.size == 0:
        return np.empty(0, dtype="datetime64[s]")
    if given.ndim != 1 or given.dtype.kind != "M":
        raise ValueError(f"{name}: give one date and time for every event, as numpy datetime64")
    return given.astype("datetime64[s]")


def _hours(name: str, hours_of: Mapping[str, Iterable[int]]) -> list[int]:
    if name not in hours_of:
        raise ValueError(f"hours_of: say which hours are “{name}”")
    hours = list(hours_of[name])
    if not hours or not all(hour in range(48) for hour in hours):
        raise ValueError(f"hours_of: “{name}” needs whole hours from 0 to 47")
    if len({hour % 24 for hour in hours}) < len(hours):
        raise ValueError(f"hours_of: “{name}” has an hour of the day twice")
    return [int(hour) for hour in hours]


def _of_week(times: Seconds) -> Longs:
    """Seconds since Monday 0:00."""
    return (times.astype(np.int64) + _MONDAY) % WEEK


@kernel
def _spread(start: Longs, lasted: Longs, cells: Floats) -> None:
    for i in range(len(start)):
        hour = start[i] // HOUR
        left = lasted[i]
        if left == 0:
            cells[hour] += 1.0
            continue
        share = 1.0 / left
        whole = left // WEEK
        if whole:  # full weeks weigh on all hours alike
            for h in range(168):
                cells[h] += whole * HOUR * share
            left -= whole * WEEK
        room = (hour + 1) * HOUR - start[i]
        while left > 0:
            here = min(room, left)
            cells[hour] += here * share
            left -= here
            room = HOUR
            hour = hour + 1 if hour < 167 else 0
