"""Where incidents happened, counted by position, for cells of a grid and for nothing finer.

What comes out stays inside this process: pages get cells, never positions.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from convive.evidence import queries, records
from convive.evidence.holding import held_of
from convive.evidence.iccs.offences import NEVER_FINER
from convive.evidence.models import Offence
from convive.evidence.queries import Need, Selection, require
from convive.evidence.reading.fields import literal
from convive.kernel.errors import Refused


class Spot(NamedTuple):
    """A position in degrees (EPSG:4326), the place that the source names, and its incidents."""

    lon: float
    lat: float
    place: str
    n: int


def spots(sel: Selection) -> list[Spot]:
    """Positions with their numbers; incidents without a place or a position are left out.

    Offences that are never shown finer than a district are left out, and so is what
    `offences.csv` does not list: nobody has said that it may be shown. Refused where the source has
    no positions, or where only such an offence is asked for.
    """
    row = queries.source_row(sel.source)
    listed = list(queries.offences(sel.source).values())
    held = held_of(row, listed, sel.vintage)
    require(held.spec, Need.RECORDS, Need.POSITION)
    shown = [offence.category.upper() for offence in listed if may_be_mapped(offence)]
    if sel.category and sel.category.upper() not in shown:
        raise Refused.at(
            sel.category,
            _("This offence is never shown finer than a district."),
            _("Ask for its number by district."),
        )
    if not shown:
        return []
    names = ", ".join(map(literal, shown))
    where = f"lon IS NOT NULL AND place IS NOT NULL AND upper(category) IN ({names})"
    columns = "lon, lat, place, sum(n)::BIGINT AS n"
    return [Spot(*found) for found in records.ask(held, sel, columns, "lon, lat, place", where)]


def may_be_mapped(offence: Offence) -> bool:
    """Whether the pack lets this offence be shown finer than a district."""
    return not NEVER_FINER & set(offence.flags)
