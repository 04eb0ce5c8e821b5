"""What the result of an evaluation says in words, never more than its interval allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.kernel import words

LEVEL = 0.05
Numbers = Mapping[str, Any]


def sentence(name: str, first: date, numbers: Numbers) -> str:
    """The effect, or that there is no evidence of one."""
    told = {
        "name": name,
        "month": words.long_month(first),
        "effect": effect_of(numbers),
        "p": words.number(numbers["p"], 3),
    }
    trend = numbers["pre_trend"]
    if trend["held_out"] and trend["p"] is not None and trend["p"] <= LEVEL:
        return (
            _(
                "%(name)s and the places compared with it drifted apart before %(month)s already: "
                "what changed after it cannot be put down to what was done."
            )
            % told
        )
    if numbers["p"] > LEVEL:
        return (
            _(
                "%(name)s, from %(month)s on: no evidence of an effect. What was found, "
                "%(effect)s, may be chance (p = %(p)s)."
            )
            % told
        )
    if numbers["estimate"] < 0:
        text = _("%(name)s, from %(month)s on: fewer than would have been, %(effect)s (p = %(p)s).")
    else:
        text = _("%(name)s, from %(month)s on: more than would have been, %(effect)s (p = %(p)s).")
    return text % told


def effect_of(numbers: Numbers) -> str:
    """The effect with its interval: a share of what would have been, or incidents a month."""
    lower, upper = numbers["lower"], numbers["upper"]
    is_share = numbers["scale"] == "share"
    if is_share:
        value = words.signed_percent(numbers["estimate"])
    else:
        value = _("%(n)s a month") % {"n": words.number(numbers["estimate"], 1, signed=True)}
    if not _has_ends(lower, upper):
        return _("%(value)s (95%%: without bound)") % {"value": value}
    ends = words.percent_interval(lower, upper) if is_share else words.interval(lower, upper, 1)
    return _("%(value)s (95%%: %(ends)s)") % {"value": value, "ends": ends}


def _has_ends(lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and isfinite(lower) and isfinite(upper)


def pre_trend(numbers: Numbers) -> str:
    """Whether they ran alike before."""
    trend = numbers["pre_trend"]
    if not trend["held_out"] or trend["p"] is None:
        return _("There are too few months before the start to see whether they ran alike.")
    told = ngettext(
        "In the last month before the start, taken as if something had been done in it already: ",
        "In the last %(n)s months before the start, taken as if something had been done in them "
        "already: ",
        trend["held_out"],
    ) % {"n": words.number(trend["held_out"])}
    told_p = {"p": words.number(trend["p"], 3)}
    if trend["p"] <= LEVEL:
        return told + _("they drifted apart (p = %(p)s). Do not trust the effect.") % told_p
    return told + (
        _("no evidence that they drifted apart (p = %(p)s). That is no proof that they would not.")
        % told_p
    )


def displacement(numbers: Numbers) -> str:
    """Whether it moved next door."""
    moved = numbers["displacement"]
    if moved is None:
        return _("No place next door was named: whether it only moved there is not known.")
    lower, upper = moved["lower"], moved["upper"]
    if moved["wdq"] is None or not _has_ends(lower, upper):
        return _(
            "Next door: what changed where it was done is not clear enough to say whether it moved."
        )
    if moved["success"] > 0:
        return _("It did not fall where it was done: there is nothing that could have moved.")
    told = {
        "wdq": words.number(moved["wdq"], 2),
        "ends": words.interval(lower, upper, 2),
    }
    if upper < 0:
        return (
            _("Next door it rose where it fell: part of it moved (WDQ %(wdq)s; 95%%: %(ends)s).")
            % told
        )
    if lower > 0:
        return (
            _("Next door it fell as well: the neighbours gained (WDQ %(wdq)s; 95%%: %(ends)s).")
            % told
        )
    return (
        _(
            "No evidence that it moved next door, nor that the neighbours gained (WDQ %(wdq)s; "
            "95%%: %(ends)s)."
        )
        % told
    )


def dose(numbers: Numbers) -> str:
    """How much of what was promised was done."""
    given = numbers["dose"]
    if given is None:
        return _("No sheet came back: how much of it was done is not known.")
    told = ngettext(
        "What was promised was done on %(done)s of %(told)s round of which we were told.",
        "What was promised was done on %(done)s of %(told)s rounds of which we were told.",
        given["told"],
    ) % {"done": words.number(given["done"]), "told": words.number(given["told"])}
    found = given["effect"]
    if found is None:
        return told
    said = {
        "effect": effect_of({**found, "scale": numbers["scale"]}),
        "p": words.number(found["p"], 3),
    }
    if found["p"] > LEVEL:
        text = _("Months in which more was done do not stand out: %(effect)s for all rounds done "
                 "(p = %(p)s).")  # fmt: skip
    else:
        text = _("Months in which all rounds were done: %(effect)s (p = %(p)s).")
    return f"{told} {text % said}"


def caveats(numbers: Numbers) -> list[str]:
    """What must be known before anybody acts on it."""
    told = [
        _("Only what was reported is counted: more trust, more complaints."),
        _("The comparison holds only if nothing else happened to these places alone."),
    ]
    compared = numbers["placebos"]
    if compared + 1 < 1 / LEVEL:
        told.append(
            _("With %(n)s places to compare with, p is never below %(p)s: an effect can be missed.")
            % {"n": words.number(compared), "p": words.number(1 / (compared + 1), 3)}
        )
    if numbers["scale"] == "share":
        told.append(
            _("Shares are those of one more than was counted, so that months of zero count.")
        )
    if numbers["dose"] is not None:
        told.append(
            _("Sheets tell of the days of a finding alone; where none came back, nothing was told.")
        )
    return told
