"""The districts of the programme as small maps. Names stand beside them: the maps are silent."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from convive.charts.maps import Area, locator
from convive.doors.portal.published import District


def programme_map(districts: Sequence[District]) -> SafeString:
    """All districts together; nothing where none has an outline."""
    return _drawn([Area(d.outline, chosen=True) for d in districts if d.outline], "all", 540, 330)


def district_maps(districts: Sequence[District]) -> list[tuple[District, SafeString]]:
    """Each district with a map on which it is filled among the others."""
    return [
        (
            district,
            _drawn(
                [Area(d.outline, chosen=d is district) for d in districts if d.outline],
                f"place-{number}",
                104,
                92,
            )
            if district.outline
            else SafeString(),
        )
        for number, district in enumerate(districts)
    ]


def _drawn(areas: list[Area], key: str, width: float, tallest: float) -> SafeString:
    return mark_safe(locator(areas, key=f"map-{key}", width=width, tallest=tallest))  # noqa: S308
