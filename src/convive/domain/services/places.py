"""Which organisations have no place left in what they give, for whoever refers somebody to them.

Of a sensitive service nothing is told: that it is given, and how many come, is its team's alone.
"""

from __future__ import annotations

from convive.domain.people import openings
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import queries
from convive.domain.services.models import Activity
from convive.domain.services.vocabulary import Progress


def register() -> None:
    """Once, when the app is ready."""
    openings.register(full)


def full(service: CatalogueEntry, district: str) -> set[str]:
    """The codes of the organisations none of whose activities within reach has a free place.

    Within reach are those of the district; of an organisation that gives the service only
    elsewhere, all. An organisation without an activity that goes on or is to come is not there.
    """
    if service.data.get("sensitive"):
        return set()
    rows = Activity.objects.filter(service=service, last_day__gte=programme.today())
    rows = rows.exclude(state=Progress.CLOSED).select_related("organisation", "district")
    free: dict[str, dict[str, bool]] = {}  # by organisation and district
    for one in queries.with_counts(rows):
        there = free.setdefault(one.organisation.code, {})
        has_place = one.taken < one.places  # type: ignore[attr-defined]
        there[one.district.ref] = has_place or there.get(one.district.ref, False)
    return {code for code, there in free.items() if not there.get(district, any(there.values()))}
