"""What a report reads of a place: the profile of each source, and what of it may be printed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from convive.domain.observatory.desk import sources_here
from convive.domain.observatory.parts import PlaceProfile
from convive.domain.observatory.profile import place_profile
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel import words
from convive.kernel.errors import Refused
from convive.reports.orders import Order
from convive.reports.release import Telling, everything, released


@dataclass(frozen=True)
class Read:
    """One source's profile, and what of it may be printed.

    apart : the categories that are counted apart and never drawn on a map.
    """

    profile: PlaceProfile
    telling: Telling
    view: SourceView
    apart: frozenset[str]

    @property
    def is_all_apart(self) -> bool:
        """Whether the source counts nothing but such offences: then its sum is one of them."""
        return not self.profile.is_mapped


def read_all(order: Order, place: Place) -> tuple[Read, ...]:
    """A profile of each source with records here, real ones only if there are any.

    Raises Refused where no source has records of the place in the period, BadInput for an unknown
    source.
    """
    if order.source:
        found = [_read(order, evidence.source(order.source))]
    else:
        found, refusals = [], []
        for view in sources_here(place):
            if found and view.is_sample != found[0].view.is_sample:
                break
            try:
                found.append(_read(order, view))
            except Refused as refused:
                refusals.append(refused)
        if not found and refusals:
            raise refusals[0]
    if not found:
        raise Refused.at(
            place.name,
            _("No source has records of this place: a document about nothing is not made."),
            _("Import evidence first: convive evidence import FILE --source NAME."),
        )
    return tuple(sorted(found, key=lambda read: read.is_all_apart))


def _read(order: Order, view: SourceView) -> Read:
    """Raises Refused where the source cannot carry a profile of this place and period."""
    profile = place_profile(order.place, order.period, source=view.code)
    if all(point.value is None for point in profile.series):
        raise Refused.at(
            f"{profile.name}, {words.period(order.period)}",
            _("The source %(source)s has no records of it: a document about nothing is not made.")
            % {"source": view.name},
            _("It covers %(period)s.") % {"period": words.period(view.coverage)},
        )
    telling = everything(profile) if order.internal else released(profile)
    apart = frozenset(
        category
        for category, offence in evidence.offences(view.code).items()
        if "no_small_area" in offence.flags
    )
    return Read(profile, telling, view, apart)
