"""What a design must hold before it is set down, and when its result can be opened: pure rules."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory.models_evaluations import Method, Pool, Scale
from convive.domain.observatory.rules import months_back
from convive.kernel import words
from convive.kernel.errors import BadInput, Problem
from convive.kernel.periods import Period

FEWEST_BEFORE = 12  # months: a season must not be taken for a trend
FEWEST_AFTER = 2
FEWEST_COMPARED = 2
LONGEST = 240  # months in all


@dataclass(frozen=True)
class Facts:
    """A design as somebody writes it. Months are given by their first day, `until` too.

    pool : the places of rule `chosen`; other rules find their own.
    """

    title: str
    what: str
    why: str
    source: str
    treated: tuple[str, ...]
    before: date
    first: date
    until: date
    offence: str = ""
    buffer: tuple[str, ...] = ()
    rule: str = Pool.PROVINCE
    pool: tuple[str, ...] = ()
    method: str = Method.SDID
    scale: str = Scale.SHARE


@dataclass(frozen=True)
class Ready:
    """Whether the months of a design are there, whole.

    needs : last month of which records must have come in. reach : last day of which they have.
    """

    is_ready: bool
    needs: date
    reach: date | None = None


def check(facts: Facts) -> None:
    """Raises BadInput, naming each field that cannot stand."""
    found: list[Problem] = []

    def say(where: str, why: str, remedy: str = "") -> None:
        found.append(Problem(where, why, remedy))

    for name in ("title", "what", "why"):
        if not getattr(facts, name).strip():
            say(name, _("A design says this before its result."), _("Write it."))
    if not facts.treated:
        say("treated", _("It was done somewhere."), _("Name at least one place."))
    sides = [*facts.treated, *facts.buffer, *facts.pool]
    if len(set(sides)) < len(sides):
        say(
            "buffer" if set(facts.treated) & set(facts.buffer) else "pool",
            _("A place stands on two sides."),
            _("It was done there, or next door, or it is compared with."),
        )
    if facts.rule not in Pool.values or facts.method not in Method.values:
        say("rule", _("This cannot be chosen."), _("Choose one of the list."))
    if facts.scale not in Scale.values:
        say("scale", _("This cannot be chosen."), _("Choose one of the list."))
    if any(day.day != 1 for day in (facts.before, facts.first, facts.until)):
        say("first", _("A design counts whole months."), _("Give months, such as 2024-06."))
    elif months_back(facts.first, FEWEST_BEFORE) < facts.before:
        say(
            "before",
            _("There are fewer than %(n)s months before.") % {"n": words.number(FEWEST_BEFORE)},
            _("Begin earlier: a season must not be taken for a change."),
        )
    elif months_back(facts.until, FEWEST_AFTER - 1) < facts.first:
        say(
            "until",
            _("There are fewer than %(n)s months from the start on.")
            % {"n": words.number(FEWEST_AFTER)},
            _("Look at more months."),
        )
    elif months_back(facts.until, LONGEST) >= facts.before:
        say("before", _("That is too long."), _("Give twenty years at most."))
    if found:
        raise BadInput(found)


def end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def period_of(facts: Facts) -> Period:
    return Period(facts.before, end_of_month(facts.until))


def ready(until: date, late_months: int, firm: date | None, reach: date | None) -> Ready:
    """Whether a result up to the last day `until` can be opened.

    firm : the last day of the last month that no longer grows; None where nothing is there.
    """
    needs = months_back(until, -late_months)
    return Ready(firm is not None and until <= firm, needs, reach)


def least_p(compared: int) -> float:
    """The smallest p that so many places to compare one with can ever give."""
    return 1 / (compared + 1)
