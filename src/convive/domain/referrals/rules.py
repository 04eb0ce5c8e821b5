"""What holds for referrals, without a database: who may move one where, when it is late, and
whether the receiver may read who it is."""

from __future__ import annotations

from datetime import date, timedelta

from convive.domain.referrals.vocabulary import OPEN, Side, Status

ANSWER_WITHIN = 7  # days: then whoever sent it is told that nobody has answered
NEAR = 3  # days before the promised day on which it is reminded of

_MOVES: dict[tuple[str, str], frozenset[str]] = {
    (Status.IN_PROGRESS, Side.RECEIVER): frozenset({Status.ACCEPTED, Status.REJECTED}),
    (Status.ACCEPTED, Side.RECEIVER): frozenset({Status.DONE, Status.REJECTED}),
    (Status.IN_PROGRESS, Side.SENDER): frozenset({Status.REVOKED}),
    (Status.ACCEPTED, Side.SENDER): frozenset({Status.REVOKED}),
}


def moves(status: str, side: str, *, on_paper: bool = False) -> frozenset[str]:
    """Where this side may move a referral from here.

    on_paper : the receiver has no account. Whoever sent it writes down what the receiver told.
    """
    own = _MOVES.get((status, side), frozenset())
    if on_paper and side == Side.SENDER:
        return own | _MOVES.get((status, Side.RECEIVER), frozenset())
    return own


def is_late(status: str, sent_on: date, promised_on: date | None, today: date) -> bool:
    """The promised day has passed; or nobody answered within ANSWER_WITHIN days."""
    if status == Status.IN_PROGRESS:
        return today > answer_by(sent_on)
    return status == Status.ACCEPTED and promised_on is not None and today > promised_on


def is_near(status: str, promised_on: date | None, today: date) -> bool:
    """The promised day is at most NEAR days away, or has passed."""
    return (
        status == Status.ACCEPTED
        and promised_on is not None
        and today + timedelta(days=NEAR) >= promised_on
    )


def answer_by(sent_on: date) -> date:
    return sent_on + timedelta(days=ANSWER_WITHIN)


def tells_who(status: str, *, agrees: bool, is_override: bool, refused_since: bool) -> bool:
    """Whether the receiver may read who it is, at this moment.

    agrees : to being attended and to being told of, now. refused_since : a no after it was sent:
    it ends an override too.
    """
    return status in OPEN and (agrees or (is_override and not refused_since))
