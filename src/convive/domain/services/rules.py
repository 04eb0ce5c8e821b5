"""What holds for services, without a database: who completed, who may be told to have left."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from convive.domain.services.vocabulary import MONTHS, Came, Reason, Standing

# Percent of the sessions, where whoever opens an activity does not say otherwise
COMPLETES_AT = 80
MOST_SESSIONS = 200  # at once
GRACE = 2  # months for which somebody is still asked after the last time


@dataclass(frozen=True)
class Presence:
    """How often somebody came, of the sessions that were held since they have a place."""

    present: int = 0
    absent: int = 0
    excused: int = 0

    @property
    def counted(self) -> int:
        """Sessions that are asked of somebody: an excused one is not."""
        return self.present + self.absent


def presence(words: Iterable[str]) -> Presence:
    found = list(words)
    return Presence(found.count(Came.PRESENT), found.count(Came.ABSENT), found.count(Came.EXCUSED))


def meets(came: Presence, completes_at: int) -> bool:
    """Whether somebody came to at least `completes_at` percent of the sessions that count for them.

    Whole numbers: 4 of 5 are 80 percent, without rounding. Of no session, nobody completes.
    """
    return came.counted > 0 and came.present * 100 >= completes_at * came.counted


@dataclass(frozen=True)
class Spell:
    """How many days somebody was seen in an activity, and whether they then left."""

    days: int
    left: bool


def spell(
    state: str,
    from_day: date | None,
    ended_on: date | None,
    reason: str,
    last_seen: date | None,
    until: date,
) -> Spell | None:
    """A spell for the estimate of retention; None where somebody never had a place.

    last_seen : the last session to which they came. until : the day up to which is looked.

    Whoever completes stays until then. Whoever is lost is censored on the day they were last seen:
    not known to have left. Whoever was written down by mistake never began.
    """
    if from_day is None or from_day > until or reason == Reason.MISTAKE:
        return None
    if state == Standing.LEFT and reason == Reason.LOST:
        return Spell(max(0, (min(last_seen or from_day, until) - from_day).days), False)
    if ended_on is None or ended_on > until:
        return Spell((until - from_day).days, False)
    return Spell(max(0, (ended_on - from_day).days), state == Standing.LEFT)


def after_months(day: date, months: int) -> date:
    """The same day so many months later; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def asked_now(completed_on: date, said: Collection[int], today: date) -> int | None:
    """After how many months somebody is asked now; None where nothing is due.

    said : the months after which something is written down. Only the newest that is due is asked:
    nobody remembers well how it was half a year ago. Two months after the last one it is too late.
    """
    due = [months for months in MONTHS if after_months(completed_on, months) <= today]
    if not due or due[-1] in said or today >= after_months(completed_on, MONTHS[-1] + GRACE):
        return None
    return due[-1]


def days_of(first: date, last: date, weekdays: Iterable[int]) -> list[date]:
    """Every day from first to last, both included, on these days of the week (Monday is 0)."""
    wanted = set(weekdays)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() in wanted]
