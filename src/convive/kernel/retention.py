"""What is kept only for a while: each part of the house registers its own, the pack says how long.

The tick deletes or makes anonymous what is older. Nothing of what was deleted is written down but
how many there were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise


@dataclass(frozen=True)
class Class:
    """One class of data with a time of its own.

    name : by which the pack calls it, such as `uploads`.
    describe : what it is and what happens to it, in one sentence for people.
    days : how many days it is kept where the pack says nothing. least : the fewest it may say.
    delete : called with the moment and the days to keep, inside a transaction of its own; deletes
        or makes anonymous what is older and returns how many. Files go after the commit.
    """

    name: str
    describe: str | Promise
    days: int
    delete: Callable[[datetime, int], int]
    least: int = 1

    def kept(self, said: Mapping[str, int]) -> int:
        """For how many days, where the pack says this."""
        return max(self.least, said.get(self.name, self.days))


_classes: dict[str, Class] = {}


def register(found: Class) -> None:
    """Add a class, from `AppConfig.ready`. A name is given once."""
    if found.name in _classes:
        raise ValueError(f"two classes of data are called {found.name}")
    _classes[found.name] = found


def classes() -> tuple[Class, ...]:
    """Every registered class, by name."""
    return tuple(_classes[name] for name in sorted(_classes))
