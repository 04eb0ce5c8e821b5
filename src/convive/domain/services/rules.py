"""What holds for services, without a database: who completed, who may be told to have left."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
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
class Time:
    """A time in which somebody has, or had, a place. last_seen : the last session they came to."""

    state: str
    from_day: date
    ended_on: date | None
    reason: str = ""
    last_seen: date | None = None

    @property
    def ends(self) -> date:
        return self.ended_on or date.max


def joined(times: Iterable[Time]) -> list[Time]:
    """The times of one person in one activity, the first first. Two that overlap are one: somebody
    was entered twice. It lasts as long as either does, and who completed in one has completed."""
    found: list[Time] = []
    for time in sorted(times, key=lambda one: (one.from_day, one.ends)):
        if found and time.from_day < found[-1].ends:
            both = (found[-1], time)
            speaks = max(both, key=lambda one: (one.state == Standing.COMPLETED, one.ends))
            seen = max((one.last_seen for one in both if one.last_seen), default=None)
            found[-1] = replace(speaks, from_day=found[-1].from_day, last_seen=seen)
        else:
            found.append(time)
    return found


@dataclass(frozen=True)
class Spell:
    """How many days somebody was seen in an activity, and whether they then left."""

    days: int
    left: bool


def spell(time: Time, until: date) -> Spell | None:
    """A spell for the estimate of retention; None where it begins after the day that is looked at.

    Whoever completes stays until then. Whoever is lost is censored on the day they were last seen:
    not known to have left.
    """
    if time.from_day > until:
        return None
    if time.state == Standing.LEFT and time.reason == Reason.LOST:
        seen = min(time.last_seen or time.from_day, until)
        return Spell(max(0, (seen - time.from_day).days), False)
    if time.ends > until:
        return Spell((until - time.from_day).days, False)
    return Spell(max(0, (time.ends - time.from_day).days), time.state == Standing.LEFT)


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
