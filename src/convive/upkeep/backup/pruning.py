"""Which backups are kept: every one of two weeks, then one a week, then one a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

ALL = timedelta(days=14)
WEEKLY = timedelta(days=70)
MONTHLY = timedelta(days=400)


def superfluous(made: Mapping[str, datetime], now: datetime) -> list[str]:
    """The backups to drop, by name: those that the rule does not keep.

    made : when each was made, by name.

    All of the last 14 days are kept; of older ones the last of each week for ten weeks, then the
    last of each month for 400 days. The newest is always kept, whatever its age.
    """
    kept, last_of = set[str](), dict[tuple[str, int, int], str]()
    oldest_first = sorted(made, key=lambda name: (made[name], name))
    for name in oldest_first:
        at = made[name]
        if now - at <= ALL:
            kept.add(name)
        elif now - at <= WEEKLY:
            last_of["week", *at.isocalendar()[:2]] = name
        elif now - at <= MONTHLY:
            last_of["month", at.year, at.month] = name
    kept |= {*last_of.values(), *oldest_first[-1:]}
    return sorted(set(made) - kept)
