"""Quorum and votes. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quorum:
    """How many must be present: a fixed number, or more than a part of those who may vote.

    number : at least so many; or None.
    percent : more than this part of the votes, in percent; or None. 50 is "half plus one" for an
        even number of seats and the majority for an odd one.
    """

    number: int | None = None
    percent: int | None = None

    def needed(self, seats: int) -> int:
        """How many of so many seats with a vote must be present; always one at least.

        Counted in whole numbers: the least n with 100 n > percent x seats.
        """
        if self.number is not None:
            return max(self.number, 1)
        return max((self.percent or 0) * seats // 100 + 1, 1)

    def is_reached(self, *, present: int, seats: int) -> bool:
        return present >= self.needed(seats)


def is_carried(*, votes_for: int, votes_against: int) -> bool:
    """More votes for than against. Those who abstain count as present, not as a vote."""
    return votes_for > votes_against
