"""A word on a purpose, to be written down, and what holds for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.people.vocabulary import Voice
from convive.kernel.errors import BadInput

BOTH = "both"  # the guardian and the minor, where one answer stands for two voices


@dataclass(frozen=True)
class Word:
    """A word on a purpose, to be written down."""

    purpose: str
    voice: str
    agrees: bool
    way: str
    on: date


def checked(
    words: Iterable[Word], today: date, *, is_minor: Callable[[date], bool], guardian: str
) -> None:
    """Raises BadInput where one of these words cannot be: said tomorrow, by a guardian of somebody
    who speaks for themselves, by a guardian of no name, or by a minor alone.

    is_minor : of whom they are, on a day. guardian : who speaks for them, "" where nobody knows.
    """
    for word in words:
        if word.on > today:
            raise BadInput.at(
                "given_on", _("This day is still to come."), _("Write the day it was said.")
            )
        if not word.agrees:
            continue
        if word.voice != Voice.SELF and not is_minor(today):
            raise BadInput.at(
                "voice",
                _("A guardian speaks for a minor alone."),
                _("Ask the person, or correct the birth date."),
            )
        if word.voice == Voice.SELF and is_minor(word.on):
            raise BadInput.at(
                "voice",
                _("On that day the person was a minor, who does not agree alone."),
                _("Ask the guardian and the minor, both; who is of age by now, ask anew."),
            )
        if word.voice == Voice.GUARDIAN:
            named(guardian)


def named(guardian: str) -> None:
    """Raises BadInput where nobody wrote who the guardian is who agrees."""
    if not guardian.strip():
        raise BadInput.at(
            "guardian",
            _("Nobody wrote who the guardian is."),
            _("Write the name of the guardian with the data of the person."),
        )
