"""At which hours of the week, where only an interval or a part of the day is known?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory.analyses.answers import Answer, caveats_of, enough, period_of
from convive.evidence.events import Events
from convive.evidence.support import Need, lacks
from convive.kernel import words
from convive.kernel.errors import Refused
from convive.stats import aoristic

LEAST = 30
PEAK_HOURS = 4


@dataclass(frozen=True)
class Options:
    """longest : hours; an incident known less exactly than that is left out, and counted."""

    longest: float = 48.0


def answer(events: Events, options: Options) -> Answer:
    """Weights of the hours of the week. Refused where nothing finer than the day is known."""
    enough(events, LEAST)
    missing = lacks(events.spec)
    if Need.HOUR in missing and Need.DAY_PART in missing:
        raise Refused.at(
            events.spec.code,
            missing[Need.HOUR],
            _("Ask for days, or use a source that records the hour."),
        )
    starts, ends = _times(events)
    parts = [part or None for part in events.part] if events.day_parts else None
    found = aoristic.weights(
        starts,
        ends,
        longest=options.longest,
        parts=parts,
        hours_of={name: _hours(*hours) for name, hours in events.day_parts.items()},
    )
    left = {"too_long": found.too_long, "backwards": found.backwards, "no_time": found.no_time}
    return Answer(
        lambda: _sentence(found),
        {
            "weights": found.cells,
            "weekdays": [str(WEEKDAYS[day]) for day in range(7)],
            "by_hour": found.by_hour,
            "by_weekday": found.by_weekday,
            "n": found.n,
            "exact": found.exact,
            "intervals": found.intervals,
            "parts": found.parts,
            **left,
        },
        lambda: [*caveats_of(events, by_day=False), *_caveats(found, options)],
        {"period": str(period_of(events)), "longest": options.longest, "zone": events.spec.zone},
    )


def _times(events: Events) -> tuple[NDArray[Any], NDArray[Any]]:
    """Start and end; one known by the part of its day starts with the day, and has no clock."""
    starts = np.where(
        np.isnat(events.starts) & (events.part != ""),
        events.day.astype("datetime64[s]"),
        events.starts,
    )
    return starts, events.ends


def _hours(first: int, last: int) -> list[int]:
    """The hours of a part of the day; one that goes past midnight goes on from 24."""
    return list(range(first, (last if last >= first else last + 24) + 1))


def _sentence(found: aoristic.Aoristic) -> str:
    if not found.n:
        return _("No incident is known exactly enough to say at which hours.")
    by_hour = found.by_hour
    sums = [sum(by_hour[(hour + i) % 24] for i in range(PEAK_HOURS)) for hour in range(24)]
    start = int(np.argmax(sums))
    return _(
        "Most incidents in four hours in a row: from %(start)s to %(end)s h, %(share)s of them. An "
        "even spread would give %(even)s."
    ) % {
        "start": words.number(start),
        "end": words.number((start + PEAK_HOURS) % 24),
        "share": words.percent(sums[start] / found.n),
        "even": words.percent(PEAK_HOURS / 24),
    }


def _caveats(found: aoristic.Aoristic, options: Options) -> list[str]:
    told = []
    if spread := found.intervals + found.parts:
        told.append(
            _(
                "An incident known as an interval counts in equal parts in all its hours: %(n)s "
                "of them. This smooths the peaks."
            )
            % {"n": words.number(spread)}
        )
    for n, why in (
        (found.too_long, _("known less exactly than %(hours)s hours")),
        (found.backwards, _("the end lies before the start")),
        (found.no_time, _("no time is known")),
    ):
        if n:
            why = why % {"hours": words.number(options.longest)} if "%(hours)s" in why else why
            told.append(_("Left out: %(n)s (%(why)s).") % {"n": words.number(n), "why": why})
    return told
