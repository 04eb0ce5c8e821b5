"""How a count of different people is explained, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from convive.kernel import words


def note(told: Mapping[str, Any], language: str) -> list[str]:
    """The paragraphs that stand beside the number, from an answer's JSON."""
    with translation.override(language):
        parts = [_numbers(told), _how(), _errors(told)]
        if told["not_linked"]:
            parts.append(_not_linked(told))
        parts.append(_hidden())
        if told["sample"]:
            parts.insert(0, _("Sample: these people are made up."))
        return parts


def _numbers(told: Mapping[str, Any]) -> str:
    facts = {
        "lists": words.number(len(told["agencies"])),
        "sum": words.number(told["sum"]),
        "largest": words.number(told["largest"]),
    }
    start = (
        _("%(lists)s lists add up to %(sum)s people; the longest has %(largest)s. ") % facts
        if len(told["agencies"]) > 1
        else _("The list has %(sum)s people. ") % facts
    )
    people = told["people"]
    if people["value"] is None:
        return start + _("How many different people they are cannot be told: too few.")
    facts = {
        "people": words.number(people["value"]),
        "between": words.between(people["lower"], people["upper"]),
    }
    if told["kind"] == "model range":
        return start + _("Different people: about %(people)s, %(between)s by a model.") % facts
    return start + _("Different people: %(people)s, %(between)s (95%% interval).") % facts


def _how() -> str:
    return _(
        "Each agency turned its list into codes on its own computer, with a key that whoever"
        " counts does not have. Nobody saw another’s list. Codes that are much alike were taken for"
        " one person; where both say a DNI, the DNI decides."
    )


def _errors(told: Mapping[str, Any]) -> str:
    known = told["known"]
    if told["kind"] == "model range":
        return _(
            "Too few people have a DNI on more than one list (%(matches)s matches) to measure how"
            " often this errs. The range comes from trials with other lists: it says what is"
            " possible, not what was measured here."
        ) % {"matches": words.number(known["matches"])}
    return _(
        "This errs: it takes one person for two, or two for one. People with a DNI on more than one"
        " list show how often (%(matches)s matches): of 100 matches it misses %(missed)s, and for"
        " every 100 it makes it invents %(invented)s. The number is corrected for both, and the"
        " interval holds what remains uncertain."
    ) % {
        "matches": words.number(known["matches"]),
        "missed": words.number(100 * known["missed_rate"], 1),
        "invented": words.number(100 * known["invented_rate"], 1),
    }


def _not_linked(told: Mapping[str, Any]) -> str:
    return _(
        "Not linked: %(count)s, who did not agree to it or of whom too little is written. The lower"
        " end takes them all for people who are counted already, the upper end for none."
    ) % {"count": words.number(told["not_linked"])}


def _hidden() -> str:
    return _(
        "Counts below 5 (below 10 of minors) are hidden, with others that would give them away. No"
        " agency learns that another knows a person."
    )
