"""convive analyse: questions to a file or to what was imported."""

from __future__ import annotations

import click

from convive.cli.analyse_change import COMMANDS as WHETHER_IT_CHANGES
from convive.cli.analyse_where import COMMANDS as WHERE_AND_WHEN


@click.group()
def analyse() -> None:
    """Where and when, whether it changes, and whether what was done worked. Place, never person.

    Incidents come from FILE (CSV, XLSX, GeoJSON, Parquet and others), whose columns are found by
    their names unless you name them, or from what was imported (--source). Offences that are never
    shown finer than a district are refused.

    Example: convive analyse near-repeat burglaries.csv --crs EPSG:32717
    """


for _each in (*WHERE_AND_WHEN, *WHETHER_IT_CHANGES):
    analyse.add_command(_each)
