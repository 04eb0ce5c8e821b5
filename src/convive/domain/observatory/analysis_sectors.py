"""The sectors that an answer names: cells to go to, the most urgent first."""

from __future__ import annotations

from convive.domain.observatory.models import Analysis, Kind

LEVEL = 0.05
MOST = 15  # as many as a sheet of one page holds


def sectors_of(found: Analysis) -> list[str]:
    """Cells that stand out; where an answer names none, or has no places, there are none."""
    numbers = found.result.get("numbers", {})
    if found.kind == Kind.HOTSPOTS:
        hot = [row for row in numbers["cells"] if row["hot"]]
        named = [row["cell"] for row in sorted(hot, key=lambda row: (-row["gi_z"], row["cell"]))]
    elif found.kind == Kind.CLUSTERS:
        strong = [one for one in numbers["clusters"] if one["p"] <= LEVEL]
        named = [cell for one in strong for cell in one["locations"]]
    elif found.kind == Kind.NEAR_REPEAT:
        named = [row["cell"] for row in numbers["windows"]["cells"]]
    else:
        named = []
    import h3

    return [cell for cell in dict.fromkeys(named) if h3.is_valid_cell(cell)][:MOST]


def centre(cell: str) -> tuple[float, float]:
    """Latitude and longitude of a sector's centre, in degrees."""
    import h3

    lat, lon = h3.cell_to_latlng(cell)
    return round(lat, 4), round(lon, 4)
