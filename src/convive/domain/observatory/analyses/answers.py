"""What every answer of place and time holds, whoever asks and however it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext as _

from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period

if TYPE_CHECKING:  # reading a file of incidents takes much that a profile does not need
    from convive.evidence.events import Events

Progress = Callable[[float], None]


def silent(_share: float) -> None:
    """No progress is wanted."""


@dataclass(frozen=True)
class Answer:
    """One answer, said in whatever language is active.

    say : the sentence. numbers : the keys that `convive analyse --json` promises.
    warn : caveats, in whole sentences.
    """

    say: Callable[[], str]
    numbers: Mapping[str, Any]
    warn: Callable[[], Sequence[str]]
    asked: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        return self.say()

    @property
    def caveats(self) -> list[str]:
        return list(self.warn())

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: arrays as lists, what is no number as null."""
        told = {
            "sentence": self.sentence,
            **self.numbers,
            "caveats": self.caveats,
            "asked": dict(self.asked),
        }
        return {key: _plain(value) for key, value in told.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def caveats_of(events: Events, *, by_day: bool = True) -> list[str]:
    """What must be known of the incidents themselves. by_day : each counts on one day."""
    found = [_("Only what was reported is counted: more may have happened.")]
    for why, n in events.left_out.items():
        found.append(_("Left out: %(n)s (%(why)s).") % {"n": words.number(n), "why": why})
    began, ended = (times.astype("datetime64[D]") for times in (events.starts, events.ends))
    if by_day and (long := int((ended > began).sum())):
        found.append(
            _("Known only as an interval beyond one day, counted on its first day: %(n)s.")
            % {"n": words.number(long)}
        )
    if not events.crs:
        found.append(
            _(
                "Nobody told the coordinate system: positions are taken as metres of a plane. Name "
                "it with --crs."
            )
        )
    if events.spec.limits.snapped_points:
        found.append(
            _("Many incidents share a point: they may have been moved to anchor points nearby.")
        )
    if events.spec.limits.capped_export:
        found.append(_("The export was cut off at a number of rows: there may be more."))
    return found


def period_of(events: Events) -> Period:
    """From the first day to the last."""
    return Period(events.day[0].astype(object), events.day[-1].astype(object))


def enough(events: Events, least: int) -> None:
    """Refuse what is too little to analyse."""
    if len(events) < least:
        raise Refused.at(
            events.spec.code,
            _("There are %(n)s incidents with a day and a position; at least %(least)s are needed.")
            % {"n": words.number(len(events)), "least": words.number(least)},
            _("Take a longer period or a larger place."),
        )


def number_of(where: str, text: str, *, least: float = 0.0) -> float:
    """A number that somebody wrote. Raises BadInput."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not found >= least:
        raise BadInput.at(
            where,
            _("“%(text)s” is not a number of at least %(least)s.")
            % {"text": text, "least": words.number(least)},
            _("Write numbers, parted by commas."),
        )
    return found


def edges_of(where: str, text: str) -> tuple[float, ...]:
    """Edges of bins, such as 0,200,400. Raises BadInput where they do not rise."""
    found = tuple(number_of(where, part.strip()) for part in text.split(","))
    if len(found) < 2 or any(b <= a for a, b in pairwise(found)):
        raise BadInput.at(
            where,
            _("Edges of bins are two or more numbers that rise."),
            _("Write for example 0,200,400."),
        )
    return found
