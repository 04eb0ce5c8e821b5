"""Incidents as arrays: from files nobody imported and from what was imported."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from recorded import BETWEEN, make_places, offence, receive, source, spec_of, table

from convive.evidence.events import Events, FileColumns, imported, of_file
from convive.evidence.queries import Selection
from convive.evidence.support import Need, require
from convive.kernel.errors import BadInput, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

UTM = "EPSG:32717"
POINTS = """
    code = "{code}"
    name_es = "Hechos"
    name_en = "Incidents"
    kind = "police"
    shape = "incidents"
    zone = "America/Lima"
    {more}
    [columns]
    x = "lon"
    y = "lat"
    date = "day"
    category = "what"
"""
PLACES = [(716_000 + 37 * (i * i % 83), 9_103_000 + 29 * (i * 7 % 91)) for i in range(40)]
DAYS = [date(2024, 1, 1) + timedelta(days=i * 5 % 60) for i in range(40)]


def degrees() -> list[tuple[float, float]]:
    lon, lat = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(
        *np.array(PLACES, dtype=float).T
    )
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def in_metres(folder: Path, header: str = "x,y,date") -> Path:
    lines = [f"{x},{y},{day}" for (x, y), day in zip(PLACES, DAYS, strict=True)]
    return table(folder, [header, *lines])


def read(file: Path, *needs: Need, **columns: str) -> Events:
    return of_file(file, FileColumns(**columns), None, *needs)


def where_it_fails(file: Path, **columns: str) -> str:
    with pytest.raises(BadInput) as failed:
        read(file, Need.DAY, Need.POSITION, **columns)
    assert not isinstance(failed.value, Refused)
    (problem,) = failed.value.problems
    assert problem.why and problem.remedy
    return problem.where


def test_incidents_come_in_the_order_of_their_days(tmp_path):
    found = read(in_metres(tmp_path), crs=UTM)
    assert found.day.astype(object).tolist() == sorted(DAYS)
    assert sorted(zip(found.x, found.y, strict=True)) == sorted(PLACES)
    assert found.crs == UTM


def test_degrees_become_metres_of_their_zone(tmp_path):
    lines = [f"{lon:.8f},{lat:.8f},{day}" for (lon, lat), day in zip(degrees(), DAYS, strict=True)]
    found = read(table(tmp_path, ["lon,lat,fecha", *lines]))
    assert found.crs == UTM
    written = read(in_metres(tmp_path / "metres"), crs=UTM)
    assert np.allclose(found.x, written.x, atol=0.01)
    assert np.allclose(found.y, written.y, atol=0.01)
    assert np.allclose(found.lon, written.lon, atol=1e-7)


def test_feet_become_metres(shared):
    file = shared / "points/nyc_shootings_2006_2022.csv.gz"
    feet = read(file, x="X_COORD_CD", y="Y_COORD_CD", crs="EPSG:2263")
    degrees = read(file)
    assert feet.crs == degrees.crs == "EPSG:32618"
    middle = np.median(feet.x), np.median(feet.y)
    assert np.allclose(middle, (np.median(degrees.x), np.median(degrees.y)), atol=5)


def test_metres_of_nobody_knows_where_lie_on_a_plane_of_their_own(tmp_path):
    found = read(in_metres(tmp_path))
    assert found.crs == ""
    assert np.isnan(found.lon).all()
    assert sorted(found.x) == sorted(x for x, _y in PLACES)


def test_named_columns_take_the_place_of_those_that_the_file_suggests(tmp_path):
    rows = [
        f"{x},{y},{lon + 1:.6f},{lat + 1:.6f},{day},2024-06-01"
        for (x, y), (lon, lat), day in zip(PLACES, degrees(), DAYS, strict=True)
    ]
    file = table(tmp_path, ["a,b,longitude,latitude,done,date", *rows])
    named = {"x": "a", "y": "b", "date": "done"}
    found = read(file, **named)
    assert found.crs == ""  # what the degrees beside them say is not said of these
    assert sorted(found.x) == sorted(x for x, _y in PLACES)
    assert found.day.astype(object).tolist() == sorted(DAYS)
    assert read(file, crs=UTM, **named).crs == UTM


def test_blanks_and_case_of_a_header_do_not_matter(tmp_path):
    file = in_metres(tmp_path, " Easting , North  ing ,Date of the act")
    found = read(file, x="easting", y="north ing", date="date of the  act", crs=UTM)
    assert len(found) == 40


def test_a_column_with_a_clock_gives_the_day_and_the_hour(tmp_path):
    rows = [f"{x},{y},{day} 23:30" for (x, y), day in zip(PLACES, DAYS, strict=True)]
    found = read(table(tmp_path, ["x,y,moment", *rows]), Need.HOUR, date="moment", crs=UTM)
    assert found.day.astype(object).tolist() == sorted(DAYS)
    assert {str(time)[-8:] for time in found.starts} == {"23:30:00"}
    assert (found.starts == found.ends).all()


def test_a_system_may_be_named_by_its_number_alone(tmp_path):
    assert read(in_metres(tmp_path), crs="32717").crs == UTM


@pytest.mark.parametrize("crs", ["EPSG:9", "nonsense", "EPSG:5773", "EPSG:4978", "EPSG:4326"])
def test_a_system_that_is_none_or_does_not_hold_the_positions_is_refused_at_its_option(
    tmp_path, crs
):
    assert where_it_fails(in_metres(tmp_path), crs=crs) == "--crs"


@pytest.mark.parametrize("option", ["x", "y", "date", "end_date", "category"])
def test_a_column_that_is_not_there_is_refused_at_its_option(tmp_path, option):
    where = where_it_fails(in_metres(tmp_path), **{option: "nowhere"})
    assert where == "--" + option.replace("_", "-")


def test_a_column_has_one_meaning(tmp_path):
    assert where_it_fails(in_metres(tmp_path), x="x", y="x") == "--y"


def test_a_file_without_a_day_or_a_position_says_which_column_it_wants(tmp_path):
    lines = [f"{x},{y},theft" for x, y in PLACES]
    assert where_it_fails(table(tmp_path, ["x,y,what", *lines])) == "--date"
    days = [f"theft,{day}" for day in DAYS]
    assert where_it_fails(table(tmp_path, ["what,date", *days])) == "--x"


def test_what_has_no_position_is_counted_within_the_period(shared):
    file = shared / "points/cincinnati_burglary.csv.gz"
    assert read(file).left_out == {"without a position": 426}
    early = of_file(file, FileColumns(), BETWEEN("2016", "2016"))
    assert 0 < early.left_out["without a position"] < 426


def test_a_period_holds_its_first_and_its_last_day(tmp_path):
    file, first, last = in_metres(tmp_path), sorted(DAYS)[3], sorted(DAYS)[30]
    found = of_file(file, FileColumns(crs=UTM), BETWEEN(str(first), str(last)))
    assert found.day.astype(object).tolist() == [
        day for day in sorted(DAYS) if first <= day <= last
    ]
    assert found.day[0] == np.datetime64(first)
    assert found.day[-1] == np.datetime64(last)


def test_a_point_at_the_other_end_of_the_world_is_left_out(tmp_path):
    lines = [f"{lon:.8f},{lat:.8f},{day}" for (lon, lat), day in zip(degrees(), DAYS, strict=True)]
    found = read(table(tmp_path, ["lon,lat,fecha", *lines, "10.9,0,2024-01-01"]))
    assert np.isfinite(found.x).all()
    assert len(found) + sum(found.left_out.values()) == 41


def test_the_month_of_manchester_is_not_taken_for_a_day(shared):
    file = shared / "points/manchester_burglary_month_only_snapped.csv.gz"
    with pytest.raises(Refused, match="Only the month is known"):
        read(file, Need.DAY)


def test_vancouver_is_read_in_the_metres_of_its_zone(shared):
    found = read(shared / "points/vancouver_thefts_utm10n.csv.gz", Need.DAY)
    assert found.crs == "EPSG:32610"
    assert np.allclose(np.median(found.lon), -123.1, atol=0.1)
    assert np.allclose(np.median(found.lat), 49.27, atol=0.1)


def test_lima_tells_days_and_parts_of_the_day(shared):
    found = read(_lima(shared), Need.DAY, Need.DAY_PART, Need.POSITION)
    assert len(found) == 16_532
    assert found.left_out == {"rows that repeat an identifier": 64}
    assert set(found.part) <= {*found.day_parts, ""}
    assert (found.part != "").all()
    with pytest.raises(Refused, match="no clock time"):
        read(_lima(shared), Need.HOUR)


def test_an_export_that_was_cut_off_allows_days_and_refuses_trends(shared, tmp_path):
    make_places()
    more = "[limits]\n    capped_export = true"
    spec = spec_of(tmp_path, POINTS.replace("{more}", "") + "    " + more)
    require(spec, Need.DAY, Need.POSITION)
    with pytest.raises(Refused, match="stops at a number of rows"):
        require(spec, Need.TREND)


def test_the_intervals_of_new_york_are_found_by_themselves(shared):
    file = shared / "points/nyc_vehicle_thefts_start_end.csv.gz"
    found = read(file, Need.HOUR)
    named = read(file, Need.HOUR, date="date_start", end_date="date_end")
    assert len(found) == len(named) == 35_746
    assert (found.starts == named.starts).all()
    assert (found.ends == named.ends).all()
    assert (found.ends > found.starts).sum() > 30_000


def _lima(shared: Path) -> Path:
    return (
        shared / "points/lima_callao_theft_robbery_2025/lima_callao_hurto_robo_2025_points.csv.gz"
    )


# What was imported


@pytest.fixture
def received(home, tmp_path) -> None:
    make_places()
    source(tmp_path, POINTS)
    offence("robo", "0401")
    offence("extorsion", "02051", "no_small_area")
    what = ("robo", "robo", "extorsion", "otro")
    lines = [
        f"{lon:.8f},{lat:.8f},{day},{what[i % 4]}"
        for i, ((lon, lat), day) in enumerate(zip(degrees(), DAYS, strict=True))
    ]
    receive(table(tmp_path, ["lon,lat,day,what", *lines, f",,{DAYS[0]},robo"]))


def asked(category: str | None = None, first: str = "2024", last: str = "2024") -> Selection:
    return Selection("proof", BETWEEN(first, last), (), None, category)


@pytest.mark.usefixtures("received")
def test_an_offence_never_shown_finer_than_a_district_is_refused():
    with pytest.raises(Refused, match="never shown finer than a district"):
        imported(asked("extorsion"), Need.DAY)


@pytest.mark.usefixtures("received")
def test_such_an_offence_and_one_that_nobody_listed_are_left_out_of_the_rest():
    found = imported(asked(), Need.DAY, Need.EXACT_POSITION)
    assert set(found.category) == {"robo"}
    assert len(found) == 20
    assert found.left_out == {
        "never shown finer than a district, or not listed": 20,
        "without a position": 1,
    }
    assert found.crs == UTM


@pytest.mark.usefixtures("received")
def test_a_period_of_what_was_imported_holds_its_first_and_its_last_day():
    day = str(sorted(DAYS)[0])
    found = imported(asked("robo", day, day), Need.DAY)
    kept = [d for i, d in enumerate(DAYS) if i % 4 < 2 and str(d) == day]
    assert len(found) == len(kept) > 0


@pytest.mark.usefixtures("received")
def test_what_the_source_does_not_record_is_refused():
    with pytest.raises(Refused, match="no clock time"):
        imported(asked(), Need.HOUR)
