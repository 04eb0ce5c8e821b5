"""Which organisations have no place left in a service, as the parts that keep places know it."""

from __future__ import annotations

from collections.abc import Callable

from convive.domain.programme.models import CatalogueEntry

Full = Callable[[CatalogueEntry, str], set[str]]
_parts: list[Full] = []


def register(part: Full) -> None:
    """Add a part; once, from `AppConfig.ready`. It is called with the service and the district of
    whom it is for ("" where nobody knows), and gives the codes of organisations."""
    _parts.append(part)


def full(service: CatalogueEntry, district: str) -> set[str]:
    """The organisations that give this service within reach of a district, and have no place."""
    return set().union(*(part(service, district) for part in _parts))
