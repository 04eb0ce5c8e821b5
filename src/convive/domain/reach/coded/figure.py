"""The figure `reach.people`, from the answer of a count as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from convive.domain.reach.coded import words
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Status
from convive.kernel.words import between, number

FILTERS = ("sex", "age_band", "district", "quarter", "indicator")


def figure_of(
    told: Mapping[str, Any], *, as_of: date, where: Mapping[str, str] | None = None
) -> Figure:
    """How many different people a count found.

    Parameters
    ----------
    told : `Answer.as_json()`. as_of : the day the lists were counted.
    where : nothing for all people, or one of FILTERS and its level: a stratum of the answer, or the
        indicator of one of its aims.

    Raises BadInput where the answer does not divide people so.
    """
    found = _found(told, where or {})
    value = found["value"]
    language = get_language() or "es"
    marks = [Mark(MarkKind.SAMPLE, _("Sample: these people are made up."))] * bool(told["sample"])
    if told["kind"] == "model range":
        marks.append(
            Mark(MarkKind.NOTE, _("A range by a model: too few people have a DNI to measure it."))
        )
    status = Status.OK if value is not None else Status.SUPPRESSED
    return Figure(
        value=value,
        unit=_("people"),
        lower=found["lower"],
        upper=found["upper"],
        n=told["sum"],
        method=" ".join(words.note(told, "en" if language.startswith("en") else "es")),
        source=", ".join(told["agencies"]),
        as_of=as_of,
        status=status,
        marks=tuple(marks),
        words=_said(found) if value is not None else _("Too few people to be told."),
    )


def _said(found: Mapping[str, Any]) -> str:
    return _("%(people)s different people, %(between)s.") % {
        "people": number(found["value"]),
        "between": between(found["lower"], found["upper"]),
    }


def _found(told: Mapping[str, Any], where: Mapping[str, str]) -> Mapping[str, Any]:
    """Value and both ends; None where they are hidden."""
    if not where:
        found: Mapping[str, Any] = told["people"]
        return found
    if len(where) > 1:
        raise BadInput.at(
            "--where", _("A count divides people in one way at a time."), _("Give one of them.")
        )
    (name, level) = next(iter(where.items()))
    if name == "indicator":
        rows: dict[str, Mapping[str, Any]] = {
            each["indicator"]: each["people"] for each in told["aims"]
        }
    else:
        rows = {
            each[name]: {
                "value": each["people"]["value"],
                "lower": _end(each["lower"]),
                "upper": _end(each["upper"]),
            }
            for each in told["by"].get(name, ())
        }
    if level not in rows:
        raise BadInput.at(
            f"--where {name}={level}",
            _("The newest count does not tell it."),
            _("It tells: %(levels)s.") % {"levels": ", ".join(each or "—" for each in rows) or "—"},
        )
    return rows[level]


def _end(cell: Any) -> int | None:
    return cell if isinstance(cell, int) else None
