"""What a number says and where it is from: figures, and the measures that make them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.periods import Period


class Status(StrEnum):
    """What kind of answer a figure is."""

    OK = "ok"
    PROVISIONAL = "provisional"  # late records are still expected
    MISSING = "missing"  # no source covers the question: never to be read as zero
    SUPPRESSED = "suppressed"  # known, but too few people to be told
    UNDEFINED = "undefined"  # the formula has no answer, as progress where target = baseline


class MarkKind(StrEnum):
    """Why a number must not be read like its neighbour."""

    BOUNDARY = "boundary"
    METHOD = "method"
    PROVISIONAL = "provisional"
    SAMPLE = "sample"
    NOTE = "note"


@dataclass(frozen=True)
class Mark:
    kind: MarkKind
    text: str
    on: date | None = None

    def as_json(self) -> dict[str, str | None]:
        return {
            "kind": self.kind.value,
            "on": self.on.isoformat() if self.on else None,
            "text": self.text,
        }


@dataclass(frozen=True)
class Figure:
    """A number with its uncertainty, its source, its date and its definition.

    value : the estimate, in `unit`; None unless status is ok or provisional.
    lower, upper : ends of the 95 % interval, or None where the source gives no error. An end
        without limit is infinite here and None in JSON.
    n : how many records or cases stand behind it.
    method : the formula and the interval, in plain words.
    source : who recorded it: titles of the sources, joined.
    as_of : the day up to which the source had been received.
    words : the figure said as one sentence that claims no more than the interval allows.
    design_effect : of an estimate from a sample: its variance over that of a simple random sample.
    """

    value: float | int | None
    unit: str
    method: str
    source: str
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    as_of: date | None = None
    status: Status = Status.OK
    marks: tuple[Mark, ...] = ()
    words: str = ""
    design_effect: float | None = None

    def __post_init__(self) -> None:
        told = self.status in (Status.OK, Status.PROVISIONAL)
        if told != (self.value is not None):
            raise ValueError(f"a figure that is {self.status} with the value {self.value!r}")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("a figure is a finite number: else its status is undefined")

    @property
    def is_sample(self) -> bool:
        return any(mark.kind is MarkKind.SAMPLE for mark in self.marks)

    def with_marks(self, *marks: Mark) -> Figure:
        return replace(self, marks=self.marks + marks)

    def as_json(self) -> dict[str, Any]:
        told = {} if self.design_effect is None else {"design_effect": self.design_effect}
        return {
            "value": self.value,
            "lower": _bound(self.lower),
            "upper": _bound(self.upper),
            "unit": self.unit,
            "n": self.n,
            "method": self.method,
            "source": self.source,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "status": self.status.value,
            "marks": [mark.as_json() for mark in self.marks],
            "words": self.words,
            **told,
        }


def _bound(end: float | None) -> float | None:
    """An end without limit is left open: JSON has no infinity."""
    return end if end is not None and math.isfinite(end) else None


@dataclass(frozen=True)
class Question:
    """What is asked of a measure: about which place, which days, which records.

    place : `SCHEME:CODE`, such as `PE-INEI:130105`, or None for the whole programme.
    where : filters by name, such as `{"source": "mininter-vaw"}`.
    """

    period: Period
    place: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """A named way to make a figure. `filters` are the names it accepts in `Question.where`."""

    name: str
    answer: Callable[[Question], Figure]
    filters: frozenset[str]
    summary: str


_measures: dict[str, Measure] = {}


def measure(
    name: str, *, filters: tuple[str, ...]
) -> Callable[[Callable[[Question], Figure]], Callable[[Question], Figure]]:
    """Register a function as the one way to make the figure `name`."""

    def register(function: Callable[[Question], Figure]) -> Callable[[Question], Figure]:
        if name in _measures:
            raise ValueError(f"two measures are called {name}")
        summary = (function.__doc__ or "").strip().splitlines()[0]
        _measures[name] = Measure(name, function, frozenset(filters), summary)
        return function

    return register


def measures() -> dict[str, Measure]:
    """Every registered measure, by name."""
    return dict(sorted(_measures.items()))


def figure(name: str, question: Question) -> Figure:
    """Ask the measure `name`. Raises BadInput for an unknown measure or filter."""
    found = _measures.get(name)
    if found is None:
        raise BadInput.at(
            name,
            _("There is no measure of this name."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(sorted(_measures))},
        )
    unknown = sorted(set(question.where) - found.filters)
    if unknown:
        raise BadInput.at(
            ", ".join(unknown),
            _("The measure %(name)s does not know this filter.") % {"name": name},
            _("It takes: %(names)s.") % {"names": ", ".join(sorted(found.filters))},
        )
    return found.answer(question)
