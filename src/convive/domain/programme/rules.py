"""What holds for accounts and the review of rights. Pure: no database, no clock."""

from __future__ import annotations

from datetime import date, timedelta

from convive.access.rules import Actor
from convive.kernel import words
from convive.kernel.errors import NotAllowed
from convive.kernel.periods import Period

# What breaking the glass opens closes again after as long as a case conference may last; DHIS2's
# rule is the same three hours
GLASS_LASTS = timedelta(hours=3)
GLASSES_A_DAY = 5  # for one person, in any 24 hours: whoever needs more needs another role
GLASS_LOOKED_AT_WITHIN = timedelta(days=7)
SHORTEST_REASON = 20  # characters
FACTOR_REQUEST_LASTS = timedelta(days=3)
# A role with a say in the rights of others gives none before: reviewers have as long to object
SAY_BEGINS_AFTER = timedelta(days=7)
REOPENED_LASTS = SAY_BEGINS_AFTER  # within it a role given after the review is decided
REVIEW_LASTS = timedelta(days=30)  # from the first day of the quarter


def account_id(account: int) -> str:
    """An account as the journal names it."""
    return f"user:{account}"


def account_of(actor_id: str) -> int | None:
    """The number of the account behind an actor's id; None for the system itself."""
    kind, _colon, number = actor_id.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None


def is_self(by: Actor, account: int) -> bool:
    return by.id == account_id(account)


def not_to_oneself(by: Actor, account: int) -> None:
    """Raise NotAllowed where somebody is about to act on their own account."""
    if is_self(by, account):
        raise NotAllowed("nobody changes their own rights")


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day falls."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_name(quarter: date) -> str:
    """`2016-Q3`, of the first day of a quarter: for the journal. People read `quarter_said`."""
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def quarter_said(quarter: date) -> str:
    """`jul–set 2016`, of the first day of a quarter."""
    return words.period(Period.parse(quarter_name(quarter).replace("-", "")))


def review_due(start: date) -> date:
    """The last day on which a review that could begin on `start` is in time."""
    return start + REVIEW_LASTS - timedelta(days=1)
