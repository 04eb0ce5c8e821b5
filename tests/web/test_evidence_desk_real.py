"""Files that publishers really sent come in through the pages, each understood for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from cast import client_as, make_programme
from desk_pages import bring_in, read_as, upload
from django.test import override_settings

from convive.evidence import queries, support
from convive.evidence.models import Upload
from convive.evidence.support import Need
from convive.kernel.home import Home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path):
    make_programme()
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


def brought(shared: Path, name: str, **choices: str) -> Upload:
    """The file as the analyst brings it in, with what was suggested but for these choices."""
    analyst = client_as("analyst")
    content = (shared / "points" / name).read_bytes()
    found = upload(analyst, content, name, owner="", name_es="Prueba")
    found = read_as(analyst, found, **choices)
    assert not found.look.get("problems"), found.look
    found = bring_in(analyst, found)
    assert found.state == Upload.State.DONE, found.problems
    return found


def test_points_in_metres_of_another_zone_are_brought_into_degrees(shared):
    found = brought(shared, "vancouver_thefts_utm10n.csv.gz")
    spec = queries.source("prueba").spec
    assert spec.crs in ("EPSG:26910", "EPSG:32610")
    assert found.batch.rejected == 0
    assert found.batch.accepted == 21_918


def test_burglaries_without_a_position_are_kept_without_one(shared):
    found = brought(shared, "cincinnati_burglary.csv.gz")
    assert found.batch.notes["without_position"] == 426
    assert found.batch.accepted + found.batch.rejected == 8_723


def test_thefts_that_are_known_as_an_interval_stay_intervals(shared):
    brought(shared, "nyc_vehicle_thefts_start_end.csv.gz")
    assert {"from", "to"} <= set(queries.source("prueba").spec.columns)


def test_months_and_moved_points_are_told_and_bear_no_hours_or_distances(shared):
    brought(shared, "manchester_burglary_month_only_snapped.csv.gz")
    spec = queries.source("prueba").spec
    assert spec.limits.snapped_points
    assert {Need.DAY, Need.HOUR, Need.EXACT_POSITION} <= set(support.lacks(spec))
