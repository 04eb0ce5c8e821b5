"""Errors that a person can act on: where it is, why it is wrong, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Problem:
    """One fault in what somebody gave us.

    where : the place a person can go to: a file and line, a row and column, an option.
    why : what is wrong there.
    remedy : what to do about it.
    """

    where: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why} {self.remedy}".strip()

    def as_json(self) -> dict[str, str]:
        return {"where": self.where, "why": self.why, "remedy": self.remedy}


class ConviveError(Exception):
    """Base of every error meant for a person."""


class BadInput(ConviveError):
    """What was given cannot be used. Nothing was written."""

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def at(cls, where: Any, why: Any, remedy: Any = "") -> Self:
        return cls(Problem(str(where), str(why), str(remedy)))


class BadSetting(ValueError):
    """A setting that cannot be used. It is read before a language is known: its words wait.

    No value of a setting is in them: a password may stand in it.
    """

    def __init__(self, where: str, why: str, remedy: str, **values: str) -> None:
        self._where, self._why, self._remedy, self._values = where, why, remedy, values
        super().__init__(str(self.told(str)))

    def told(self, words: Callable[[str], str], where: str = "") -> BadInput:
        """The same for a person, in these words; `where`, if it did not come as a setting."""
        why, remedy = (words(text) % self._values for text in (self._why, self._remedy))
        return BadInput.at(where or self._where, why, remedy)


class Refused(BadInput):
    """The data cannot carry the question that was asked of them."""


class NotAllowed(ConviveError):
    """The actor has no role that permits this here."""
