"""What the statistics of effect refuse, in the reader's language: the one place where they meet.

`convive.stats` knows no language. Each of its refusals that a table or a design can meet has its
words here; whatever else it says is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from convive.kernel.errors import Refused

Words = Callable[[dict[str, str]], tuple[str, str]]

_REFUSALS: tuple[tuple[str, Words], ...] = (
    (
        r"first: there are (?P<n>\d+) periods before it and (?P<method>\w+) needs at least "
        r"(?P<least>\d+)",
        lambda at: (
            _("There are %(n)s periods before the start; this method needs %(least)s.") % at,
            _("Begin earlier, or choose another method."),
        ),
    ),
    (
        r"controls: there are (?P<n>\d+), and at least (?P<least>\d+) are needed",
        lambda at: (
            _("There are %(n)s units to compare with, and at least %(least)s are needed.") % at,
            _("Give more units that were not treated."),
        ),
    ),
    (
        r"y: unit \d+ misses (?P<n>\d+) of (?P<all>\d+) periods",
        lambda at: (
            _("A unit misses %(n)s of %(all)s periods.") % at,
            _("Leave the unit out, or cut the period."),
        ),
    ),
    (
        r"first: give the place of the first treated period",
        lambda _at: (
            _("The first treated period is not among the periods, or has none before it."),
            _("Give a start with periods before it and from it on."),
        ),
    ),
    (
        r"treated: give at least one unit",
        lambda _at: (_("Nobody is treated."), _("Name at least one treated unit.")),
    ),
    (
        r"(treated|buffer): give each place once",
        lambda _at: (_("A unit is named twice."), _("Name each unit once.")),
    ),
    (
        r"buffer: a unit is treated and in the buffer",
        lambda _at: (
            _("A unit is treated and next door as well."),
            _("Name it on one side alone."),
        ),
    ),
    (
        r"y: weights were not found",
        lambda _at: (
            _("No weights were found: the units are of very unlike size."),
            _("Compare shares rather than incidents, or units of like size."),
        ),
    ),
    (
        r"level: give a confidence",
        lambda _at: (
            _("This is no level of confidence."),
            _("Give one between 0 and 1, such as 0.95."),
        ),
    ),
    (
        r"placebos, seed:",
        lambda _at: (
            _("There must be a placebo at least, and the seed is no number below 0."),
            _("Leave both as they are, or give other numbers."),
        ),
    ),
    (
        r"steps: give a number above 0",
        lambda _at: (
            _("The number of steps is not above 0."),
            _("Give 0 for the exact optimum, or a number above it."),
        ),
    ),
    (
        r"held_out: give 0 to",
        lambda _at: (
            _("Too few periods are left to fit on, where so many are held out."),
            _("Hold out fewer."),
        ),
    ),
    (
        r"method: choose",
        lambda _at: (_("There is no such method."), _("Choose did, sc or sdid.")),
    ),
    (
        r"y: give at least 3 units and 2 periods",
        lambda _at: (
            _("A dose is compared among three units and two periods at least."),
            _("Give more of them."),
        ),
    ),
    (
        r"dose: units and periods explain it altogether",
        lambda _at: (
            _("The dose is the same everywhere or always: it has no effect of its own."),
            _("Ask for the effect of the start instead."),
        ),
    ),
)


def refused(where: str, error: ValueError) -> Refused:
    """The refusal of `stats.effect` or `stats.effect_dose` for a person."""
    text = str(error)
    for pattern, say in _REFUSALS:
        if met := re.match(pattern, text):
            at: dict[str, Any] = met.groupdict()
            why, remedy = say(at)
            return Refused.at(where, why, remedy)
    return Refused.at(where, text, _("See docs/methods/effect.md."))
