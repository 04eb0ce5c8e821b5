"""A word on a purpose, to be written down, and what holds for it."""

from __future__ import annotations

from collections.abc import Iterable
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


def checked(words: Iterable[Word], today: date, *, minor: bool) -> None:
    """Raises BadInput where one of these words cannot be: said tomorrow, or by a guardian of
    somebody who speaks for themselves."""
    for word in words:
        if word.on > today:
            raise BadInput.at(
                "given_on", _("This day is still to come."), _("Write the day it was said.")
            )
        if word.voice != Voice.SELF and word.agrees and not minor:
            raise BadInput.at(
                "voice",
                _("A guardian speaks for a minor alone."),
                _("Ask the person, or correct the birth date."),
            )
