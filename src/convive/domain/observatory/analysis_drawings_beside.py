"""The drawings of a comparison of districts, and of people whom no list holds."""

from __future__ import annotations

from math import inf

from django.utils.translation import gettext as _

from convive import charts as draw
from convive.domain.observatory.analyses import compare
from convive.domain.observatory.analysis_tables_beside import keys_of
from convive.domain.observatory.models import Analysis
from convive.domain.observatory.rules import Direction
from convive.kernel import words
from convive.kernel.leaving import Cleared


def ratios(found: Analysis, told: Cleared, label: str) -> str:
    """Each place's rate over that of the place asked about."""
    first, *others = found.result["numbers"]["places"]
    rows = []
    for row in others:
        name = compare.called(row["place"], row["ref"])
        if told.is_hidden(*keys_of(row["ref"]), *keys_of(first["ref"])):
            rows.append(draw.Change(name, _("hidden")))
            continue
        # What is stored of an end without bound is nothing
        ends = [row[end] for end in ("ratio", "ratio_lower", "ratio_upper")]
        ratio, lower, upper = (inf if end is None else end for end in ends)
        is_clear = row["side"] != Direction.UNCLEAR
        rows.append(difference(name, ratio, lower, upper, is_clear=is_clear))
    return drawn(rows, key="beside", label=label, ink=draw.PAGE)


def difference(
    name: str, ratio: float, lower: float, upper: float, *, is_clear: bool
) -> draw.Change:
    """One row. is_clear : False where it is not told apart once every comparison counts."""
    return draw.Change(
        name, words.change(ratio, lower, upper), ratio, lower, upper, is_clear=is_clear
    )


def drawn(rows: list[draw.Change], *, key: str, label: str, ink: draw.Ink) -> str:
    return draw.comparison(
        rows,
        key=key,
        label=label,
        no_change=_("the same"),
        down=_("lower"),
        up=_("higher"),
        empty=_("Nothing to compare."),
        ink=ink,
    )


def how_many(found: Analysis, _told: Cleared, label: str) -> str:
    """People on the lists, in all, and Chao's bound: whoever sees the page sees the counts."""
    numbers = found.result["numbers"]
    listed = [
        (_("On the lists"), {"estimate": numbers["observed"]}),
        (_("In all"), numbers),
        (_("At least, by Chao's bound"), numbers["chao"] or {}),
    ]
    rows = [
        draw.Bar(name, _said(one), one["estimate"], one.get("lower"), one.get("upper"))
        for name, one in listed
        if one.get("estimate") is not None
    ]
    return draw.bars(rows, key="lists", label=label)


def _said(one: dict[str, float | None]) -> str:
    text = words.number(round(one["estimate"] or 0))
    if one.get("lower") is None:
        return text
    upper = one["upper"]
    ends = words.interval(round(one["lower"] or 0), inf if upper is None else round(upper))
    return f"{text} ({ends})"
