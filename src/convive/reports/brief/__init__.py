"""The brief of a month: one page on one district, for those who decide."""

from __future__ import annotations

from django.utils.translation import override

from convive import charts
from convive.reports.brief.material import Material, gather
from convive.reports.brief.sheet import ROOMS, compose
from convive.reports.orders import Made, Order
from convive.reports.typeset import typeset

__all__ = ["Material", "compose", "gather", "make"]


def make(order: Order) -> Made:
    """Read, write and typeset a brief in the language of the order.

    Where there is more to say than a page holds, less of each part is printed, and how much more
    there is. The same records and order give the same bytes. Raises BadInput for an unknown place
    or source, Refused where no source has records of the place in the month.
    """
    with override(order.language):
        material = gather(order)
        for room in ROOMS:
            made = Made(
                typeset(compose(material, charts.PRINT, room)),
                is_sample=material.is_sample,
                batches=material.batches,
            )
            if made.pages == 1:
                break
        return made
