"""The tables of a comparison of districts, and of people whom no list holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from convive.domain.observatory import traits
from convive.domain.observatory.models import Analysis
from convive.domain.observatory.rules import Direction
from convive.domain.observatory.tables import least_key
from convive.kernel.leaving import Cell, Column, Kind, Number, Row, Table

_LABEL, _COUNT, _OF_ROW, _APART = Kind.LABEL, Kind.COUNT, Kind.DERIVED, Kind.APART


def place_key(ref: str) -> str:
    return f"records {ref}"


def keys_of(ref: str) -> tuple[str, str]:
    """The numbers that the rate of a place tells: its records, and the fewest of a sex or age."""
    return place_key(ref), least_key(ref)


def least(found: Analysis, threshold: int) -> list[Number]:
    """By sex or by few ages, a count and its rate give away how many of each."""
    return [
        Number(least_key(row["ref"]), row["least"], threshold)
        for row in found.result["numbers"]["places"]
        if row.get("least", row["n"]) != row["n"]
    ]


def known(found: Analysis, sees: Collection[str]) -> set[str]:
    """The counts of the answer's own district, in any months, and of those that are seen."""
    own = [found.place.ref] if found.place else []
    rows = found.result["numbers"]["places"]
    if found.result["asked"].get("peers") == "before":
        own = [row["ref"] for row in rows]
    return {key for row in rows if row["ref"] in {*own, *sees} for key in keys_of(row["ref"])}


def places(found: Analysis, threshold: int) -> Table:
    from convive.domain.observatory.analyses import compare

    is_alike = found.result["numbers"]["standardised"]
    columns = (
        Column(_("Place or months"), _LABEL),
        Column(_("Records"), _COUNT),
        *((Column(_("Per 100,000 as they are"), _OF_ROW, 1),) if is_alike else ()),
        Column(
            _("Standardised, per 100,000 people a year")
            if is_alike
            else _("Per 100,000 people a year"),
            _OF_ROW,
            1,
        ),
        Column(_("Lower end, 95%"), _OF_ROW, 1),
        Column(_("Upper end, 95%"), _OF_ROW, 1),
        Column(_("Over that of the first"), _OF_ROW, 2),
        Column(_("Lower end, 95%"), _OF_ROW, 2),
        Column(_("Upper end, 95%"), _OF_ROW, 2),
        Column(_("p, corrected for all comparisons"), _OF_ROW, 3),
        Column(_("In words"), _OF_ROW),
    )
    listed = found.result["numbers"]["places"]
    first = keys_of(listed[0]["ref"])
    rates = ("rate", "lower", "upper")
    rows = tuple(
        Row(
            (
                Cell(compare.called(row["place"], row["ref"])),
                Cell(row["n"], key=place_key(row["ref"])),
                *((Cell(row["crude"]),) if is_alike else ()),
                *(Cell(row[name], of=(least_key(row["ref"]),)) for name in rates),
                *(
                    Cell(row[name], of=(*first, least_key(row["ref"])))
                    for name in ("ratio", "ratio_lower", "ratio_upper", "q")
                ),
                Cell(
                    compare.side_said(Direction(row["side"]), is_here=row["q"] is None),
                    of=(*first, least_key(row["ref"])),
                ),
            ),
            threshold,
        )
        for row in listed
    )
    about = _("Exact intervals; the first row is the one that the others are compared with.")
    return Table("places", _("Side by side"), about, columns, rows)


def traits_of(found: Analysis, threshold: int) -> Table:
    """The traits by which the districts were chosen; no rows where none were."""
    told = found.result["numbers"].get("similar")
    names = [one["trait"] for one in told["traits"]] if told else []
    columns = (
        Column(_("District"), _LABEL),
        Column(_("How far, 0 is the same"), _APART, 2),
        *(Column(str(traits.TRAITS[name].label), _APART, traits.TRAITS[name].digits)
          for name in names),
    )  # fmt: skip
    listed = [told["here"] | {"distance": 0.0}, *told["units"]] if told else []
    rows = tuple(
        Row(
            (
                Cell(row["place"]),
                Cell(row["distance"]),
                *(Cell(row["traits"][name]) for name in names),
            ),
            threshold,
        )
        for row in listed
    )
    about = _("Chosen by these traits before anything was counted, the nearest first.")
    return Table("traits", _("How the districts were chosen"), about, columns, rows)


# Lists


def _list_key(number: int) -> str:
    return f"overlap {number}"


def _list_keys(numbers: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_list_key(i) for i in range(len(numbers["overlaps"])))


def lists(found: Analysis, threshold: int) -> Table:
    from convive.domain.observatory.analyses import undercount

    rows = tuple(
        Row(
            (Cell(undercount.on_said(one["on"])), Cell(one["n"], key=_list_key(number))),
            threshold,
        )
        for number, one in enumerate(found.result["numbers"]["overlaps"])
    )
    columns = (
        Column(_("On these lists and no other"), _LABEL),
        Column(_("How many people"), _COUNT),
    )
    return Table("lists", _("What the lists share"), _("As it was typed."), columns, rows)


def estimates(found: Analysis, threshold: int) -> Table:
    """What follows from the counts goes with them: with few lists they could be worked out."""
    numbers = found.result["numbers"]
    of = _list_keys(numbers)
    columns = (
        Column(_("What"), _LABEL),
        Column(_("How many people"), _OF_ROW),
        Column(_("Lower end, 95%"), _OF_ROW),
        Column(_("Upper end, 95%"), _OF_ROW),
    )
    told = [
        (_("In all, models averaged"), numbers),
        (_("At least, by Chao's bound"), numbers["chao"] or {}),
        (_("If people differ in how easily a list holds them (Darroch)"), numbers["darroch"] or {}),
    ]
    rows = tuple(
        Row(
            (Cell(name), *(Cell(one[end], of=of) for end in ("estimate", "lower", "upper"))),
            threshold,
        )
        for name, one in told
        if one.get("estimate") is not None
    )
    about = _("People whom no list could ever hold are not in it.")
    return Table("estimates", _("How many there are"), about, columns, rows)


def models(found: Analysis, threshold: int) -> Table:
    from convive.domain.observatory.analyses import undercount

    numbers = found.result["numbers"]
    of = _list_keys(numbers)
    columns = (
        Column(_("Lists that are taken as tied"), _LABEL),
        Column(_("Weight"), _OF_ROW, 2),
        Column(_("On no list, by this model"), _OF_ROW),
    )
    rows = tuple(
        Row(
            (
                Cell(undercount.ties_said(one["ties"], heterogeneity=one["heterogeneity"])),
                Cell(one["weight"], of=of),
                Cell(one["hidden"], of=of),
            ),
            threshold,
        )
        for one in numbers["models"]
    )
    about = _("The ten models that explain the overlaps best, each with its weight.")
    return Table("models", _("Models"), about, columns, rows)
