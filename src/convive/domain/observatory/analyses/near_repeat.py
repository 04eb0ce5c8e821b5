"""Are incidents followed by more nearby, soon after, beyond what chance would give?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.domain.observatory.analyses.answers import (
    Answer,
    Progress,
    caveats_of,
    enough,
    period_of,
    silent,
)
from convive.evidence.events import Events
from convive.kernel import words
from convive.stats import near_repeat

LEVEL = 0.05
LEAST = 30
STRATA = ("offence", "district")
SAME_PLACE = 1.0  # metres: nearer than any register writes a position


@dataclass(frozen=True)
class Options:
    """distances in metres, days : edges of bins. strata : within which days change places."""

    distances: tuple[float, ...] = (0, 0.1, 200, 400, 600)
    days: tuple[float, ...] = (0, 7, 14, 21)
    metric: near_repeat.Metric = "euclidean"
    permutations: int = 999
    closed: bool = False
    strata: tuple[str, ...] = STRATA
    seed: int = 0


def answer(
    events: Events, options: Options, *, today: date | None = None, progress: Progress = silent
) -> Answer:
    """The Knox table, its sentence, and the windows that are open on `today` (its last day)."""
    enough(events, LEAST)
    day = (events.day - events.day[0]).astype(np.int64)
    found = near_repeat.knox(
        events.x,
        events.y,
        day,
        distances=options.distances,
        days=options.days,
        strata=_strata(events, options.strata),
        metric=options.metric,
        permutations=options.permutations,
        seed=options.seed,
        closed=options.closed,
        progress=progress,
    )
    on = np.datetime64(today or events.day[-1].astype(object))
    windows = near_repeat.open_windows(
        events.x, events.y, day, found, int((on - events.day[0]).astype(np.int64)), LEVEL
    )
    until = events.day[0] + windows.until
    return Answer(
        lambda: _sentence(found, options),
        {
            "observed": found.observed,
            "expected": found.expected,
            "ratio": found.ratio,
            "median_ratio": found.median_ratio,
            "p": found.p,
            "p_adjusted": found.p_adjusted,
            "distance_bins": found.distance_bins,
            "day_bins": found.day_bins,
            "n": found.n,
            "permutations": found.permutations,
            "windows": {
                "today": str(on),
                "open": len(windows.event),
                "events": [
                    {
                        "day": str(events.day[i]),
                        "x": float(x),
                        "y": float(y),
                        "inner": float(inner),
                        "radius": float(radius),
                        "until": str(last),
                    }
                    for i, x, y, inner, radius, last in zip(
                        windows.event, windows.x, windows.y, windows.inner, windows.radius, until,
                        strict=True,
                    )
                ],
            },
        },
        lambda: [*caveats_of(events), *_caveats(options)],
        {
            "period": str(period_of(events)),
            "distances": options.distances,
            "days": options.days,
            "metric": options.metric,
            "closed": options.closed,
            "strata": options.strata,
            "seed": options.seed,
            "crs": events.crs,
        },
    )  # fmt: skip


def _strata(events: Events, names: tuple[str, ...]) -> list[str] | None:
    """One label for each incident; None where all would have the same."""
    known = {"offence": events.category, "district": events.place}
    columns = [known[name].astype(str) for name in names]
    if not columns:
        return None
    labels = ["\0".join(parts) for parts in zip(*columns, strict=True)]
    return labels if len(set(labels)) > 1 else None


def _sentence(found: near_repeat.Knox, options: Options) -> str:
    """The strongest cell that stands out, nearest first; or that none does."""
    stands_out = found.p_adjusted <= LEVEL
    if not stands_out.any():
        return _(
            "In none of the distances and times are there more pairs of incidents than chance "
            "would give: no evidence that one is followed by another nearby."
        )
    row, column = np.argwhere(stands_out)[0]
    more = int(stands_out.sum()) - 1
    told = _(
        "Pairs of incidents (%(distance)s, %(days)s) are %(ratio)s times as many as chance would "
        "give (p = %(p)s after correction for the whole table)."
    ) % {
        "distance": distance_words(*options.distances[row : row + 2]),
        "days": days_words(*options.days[column : column + 2], closed=options.closed),
        "ratio": words.number(found.ratio[row, column], 2),
        "p": words.number(found.p_adjusted[row, column], 3),
    }
    if more:
        told += " " + ngettext(
            "%(n)s more cell of the table stands out.",
            "%(n)s more cells of the table stand out.",
            more,
        ) % {"n": words.number(more)}
    return told


def distance_words(low: float, high: float) -> str:
    """A bin of distances, in metres."""
    if high <= SAME_PLACE:
        return _("the same place")
    if not np.isfinite(high):
        return _("from %(low)s m on") % {"low": _metres(low)}
    return _("%(low)s to %(high)s m") % {"low": _metres(low), "high": _metres(high)}


def days_words(low: float, high: float, *, closed: bool) -> str:
    """A bin of days between two incidents, both ends in it: dates are whole days."""
    first = int(np.floor(low)) + 1 if closed and low else int(np.ceil(low))
    if not np.isfinite(high):
        return _("from %(low)s days on") % {"low": words.number(first)}
    last = int(np.floor(high)) if closed else int(np.ceil(high)) - 1
    if last <= first:
        return ngettext("%(n)s day", "%(n)s days", first) % {"n": words.number(first)}
    return _("%(low)s to %(high)s days") % {"low": words.number(first), "high": words.number(last)}


def _metres(x: float) -> str:
    return words.number(x, 0 if float(x).is_integer() else 1)


def _caveats(options: Options) -> list[str]:
    found = [
        _(
            "Chance: the days are dealt out anew among the places, %(n)s times. Where places "
            "change over the years this finds a tie too: take a short period."
        )
        % {"n": words.number(options.permutations)}
    ]
    if options.strata:
        found.append(_("Days change places only within the same offence and district."))
    return found
