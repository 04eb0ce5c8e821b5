"""What holds for cases, without a database: when something is due, and when to screen again."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

NEAR = 3  # days before a day on which it is reminded of
FIRST_REVIEW = 30  # days until the supervisor looks at a new case
NEXT_REVIEW = 90  # ... and at one whose plan they agree with, unless they say otherwise
MOST_REVIEW = 180


def is_near(due: date | None, today: date) -> bool:
    """The day is at most NEAR days away, or has passed."""
    return due is not None and today + timedelta(days=NEAR) >= due


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
