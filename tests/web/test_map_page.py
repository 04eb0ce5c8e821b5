"""The map: whose districts it shows, what it never draws, and that no position leaves the house."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import h3
import pytest
from cast import client_as
from django.test import Client
from observatory_ground import make_ground
from recorded import offence, receive, source, table

from convive.domain.programme.models import Place

pytestmark = pytest.mark.django_db

PAGE, SHAPES = "/en/map/", "/en/map/shapes.json"
YEAR = "?source=proof&first=2023-01&last=2023-12"
ROBBERIES = YEAR + "&offence=robo"
# District -> the western edge of its outline, as the ground draws it
WEST = {"130102": -78.9, "130105": -78.7}
DAYS = [f"2023-{month:02}-{day:02}" for month in range(1, 13) for day in (3, 17)]

INCIDENTS = """
    code = "{code}"
    name_es = "Hechos"
    name_en = "Incidents"
    kind = "police"
    shape = "incidents"
    {more}
    [place]
    scheme = "PE-INEI"
    digits = 6
    extent = 4
    [columns]
    date = "day"
    place = "district"
    category = "what"
    x = "lon"
    y = "lat"
    [[editions]]
    edition = "pe-2017"
"""


def incidents(seed=3):
    """Robberies, extortion and family violence around two corners of two districts."""
    chance = random.Random(seed)
    rows = []
    for district, west in WEST.items():
        for corner in ((west + 0.03, -8.03), (west + 0.07, -8.07)):
            for number in range(180):
                lon, lat = chance.gauss(corner[0], 0.006), chance.gauss(corner[1], 0.006)
                what = ("robo", "robo", "extorsion", "violencia")[number % 4]
                rows.append((chance.choice(DAYS), district, what, f"{lon:.7f}", f"{lat:.7f}"))
    return rows


def make_map(
    folder: Path, *sources: str, code: str = "proof", more: str = "", rows=None
) -> list[tuple[str, ...]]:
    """The ground with a source of incidents; returns its rows."""
    make_ground(folder, *sources)
    source(folder, INCIDENTS, code, more)
    offence("robo", "0401", source=code)
    offence("extorsion", "02051", "no_small_area", "sensitive", source=code)
    offence("violencia", "", "sensitive", source=code)
    rows = incidents() if rows is None else rows
    lines = ("day,district,what,lon,lat", *(",".join(row) for row in rows))
    assert receive(table(folder, lines, f"{code}.csv"), code).rejected == 0
    return rows


def text(client: Client, url: str, *, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, url
    return response.content.decode()


def shapes(client: Client, query: str):
    return json.loads(text(client, SHAPES + query))


def listed(page: str) -> dict[str, int]:
    """Name -> number, of the list beside the map."""
    rows = re.findall(
        r'<tr data-key="\w+"><th scope="row">([^<]+)</th><td class="num">([\d,]+)<', page
    )
    return {name: int(n.replace(",", "")) for name, n in rows}


def in_cells(rows, district=None) -> dict[str, int]:
    """H3 cell -> robberies, counted one by one."""
    found: dict[str, int] = {}
    for _day, place, what, lon, lat in rows:
        if what == "robo" and district in (None, place):
            fine = h3.latlng_to_cell(float(lat), float(lon), 9)
            cell = h3.cell_to_parent(fine, 8)
            found[cell] = found.get(cell, 0) + 1
    return found


def test_the_cells_hold_what_was_recorded_and_small_ones_have_no_number(tmp_path: Path):
    rows = make_map(tmp_path)
    page = text(client_as("coordinator"), PAGE + ROBBERIES)
    wanted = in_cells(rows)
    assert sorted(listed(page).values()) == sorted(n for n in wanted.values() if n >= 5)
    few = sum(n < 5 for n in wanted.values())
    assert few
    assert f"And {few} cells with fewer than 5" in page


def test_every_row_has_its_shape_and_hidden_cells_have_no_class(tmp_path: Path):
    make_map(tmp_path)
    client = client_as("coordinator")
    page = text(client, PAGE + ROBBERIES)
    drawn = shapes(client, ROBBERIES)["cells"]["features"]
    keys = set(re.findall(r'<tr data-key="(\w+)"', page))
    ranked = {f["properties"]["key"] for f in drawn if f["properties"]["rank"]}
    assert keys == ranked
    assert any(f["properties"]["rank"] == 0 for f in drawn)
    assert all(set(f["properties"]) == {"key", "rank", "name"} for f in drawn)


def test_without_a_script_the_cells_are_drawn_and_the_ground_claims_no_number(tmp_path: Path):
    make_map(tmp_path)
    page = text(client_as("coordinator"), PAGE + ROBBERIES)
    drawing = page.partition('id="map-drawing">')[2].partition("</svg>")[0]
    ground = re.findall(r'class="land" d="([^"]+)"', drawing)
    assert ground
    shades = re.findall(r'class="hx(\d)" d="([^"]+)"', drawing)
    assert sum(d.count("M") for _shade, d in shades) == len(listed(page))
    assert not {d for _shade, d in shades} & set(ground)
    assert "url(#map-supp)" in drawing  # and those that are too few


@pytest.mark.parametrize("query", [YEAR, ROBBERIES + "&layer=fine"])
def test_no_position_leaves_the_house(tmp_path: Path, query: str):
    rows = make_map(tmp_path)
    client = client_as("coordinator")
    for url in (PAGE, SHAPES):
        content = text(client, url + query)
        for _day, _district, _what, lon, lat in rows:
            assert lon not in content
            assert lat not in content
    corners = {
        tuple(corner)
        for feature in shapes(client, query)["cells"]["features"]
        for corner in feature["geometry"]["coordinates"][0]
    }
    of_the_grid = {
        (round(lon, 5), round(lat, 5))
        for resolution in (8, 9)
        for *_, x, y in rows
        for lat, lon in h3.cell_to_boundary(h3.latlng_to_cell(float(y), float(x), resolution))
    }
    assert corners
    assert all(corner in of_the_grid or _is_parent_corner(corner, rows) for corner in corners)


def _is_parent_corner(corner, rows) -> bool:
    parents = {h3.cell_to_parent(h3.latlng_to_cell(float(y), float(x), 9), 8) for *_, x, y in rows}
    return any(
        corner == (round(lon, 5), round(lat, 5))
        for cell in parents
        for lat, lon in h3.cell_to_boundary(cell)
    )


def test_whoever_works_in_one_district_gets_its_cells_alone(tmp_path: Path):
    rows = make_map(tmp_path)
    officer = client_as("municipal_officer")  # of La Esperanza
    query = ROBBERIES
    page = text(officer, PAGE + query)
    assert {name.partition(" · ")[0] for name in listed(page)} == {"La Esperanza"}
    wanted = in_cells(rows, "130105")
    assert sorted(listed(page).values()) == sorted(n for n in wanted.values() if n >= 5)
    drawn = shapes(officer, query)
    assert len(drawn["cells"]["features"]) == len(wanted)
    by_district = text(officer, PAGE + query + "&layer=districts")
    assert set(listed(by_district)) == {"La Esperanza"}
    others = [
        f
        for f in shapes(officer, query + "&layer=districts")["districts"]["features"]
        if f["properties"]["name"] != "La Esperanza"
    ]
    assert others
    assert all(f["properties"]["rank"] is None and not f["properties"]["key"] for f in others)


@pytest.mark.parametrize("role", ["case_worker", "system_staff"])
def test_the_map_opens_for_nobody_without_figures(tmp_path: Path, role: str):
    make_ground(tmp_path)
    for url in (PAGE, SHAPES):
        text(client_as(role), url, status=403)
    assert Client().get(SHAPES).status_code == 302


@pytest.mark.parametrize("what", ["extorsion", "violencia"])
def test_an_offence_that_marks_a_door_is_listed_by_district_and_never_drawn(
    tmp_path: Path, what: str
):
    rows = make_map(tmp_path)
    client = client_as("coordinator")
    query = f"{YEAR}&offence={what}&layer=cells"
    page = text(client, PAGE + query)
    assert "never shown finer than a district" in page
    assert "Not drawn" in page
    assert 'id="map"' not in page and '<svg class="plot map' not in page
    text(client, SHAPES + query, status=404)
    count = sum(row[1] == "130105" and row[2] == what for row in rows)
    assert listed(page)["La Esperanza"] == count


def test_all_offences_together_leave_those_out_of_the_cells_and_say_so(tmp_path: Path):
    rows = make_map(tmp_path)
    page = text(client_as("coordinator"), PAGE + YEAR)
    assert sum(listed(page).values()) <= sum(in_cells(rows).values())
    assert (
        "Not in the cells, because never shown finer than a district: extorsion; violencia" in page
    )


def test_an_offence_that_nobody_classed_is_in_no_cell(tmp_path: Path):
    rows = [
        (day, place, "hurto" if what == "robo" else what, *at)
        for day, place, what, *at in incidents()
    ]
    make_map(tmp_path, rows=rows)
    page = text(client_as("coordinator"), PAGE + YEAR)
    assert "has a position here" in page
    assert shapes(client_as("coordinator"), YEAR)["cells"]["features"] == []


def test_a_source_of_violence_against_women_has_its_reason_and_its_table(tmp_path: Path):
    make_map(tmp_path, code="vaw", more="limits = { no_small_area = true }")
    client = client_as("coordinator")
    page = text(client, PAGE + "?source=vaw")
    assert "a point on a map would be somebody" in page
    assert "Not drawn" in page
    assert set(listed(page)) >= {"La Esperanza", "El Porvenir"}
    text(client, SHAPES + "?source=vaw", status=404)


def test_counts_without_positions_are_shaded_by_district(tmp_path: Path):
    make_map(tmp_path, "table")
    whole, part = (Place.objects.get(code=code) for code in ("130102", "130112"))
    ring = [[x + 0.1, y] for x, y in whole.outline["coordinates"][0]]
    part.outline = {"type": "Polygon", "coordinates": [ring]}
    part.save()
    client = client_as("coordinator")
    page = text(client, PAGE + "?source=table&layer=cells")
    assert "It has no positions." in page
    assert 'id="map"' in page
    found = shapes(client, "?source=table")
    assert found["cells"]["features"] == []
    ranks = {
        f["properties"]["name"]: f["properties"]["rank"] for f in found["districts"]["features"]
    }
    assert all(ranks[name] for name in ("La Esperanza", "El Porvenir"))
    # The older boundaries count both together, so both have one class
    assert ranks["Alto Trujillo"] == ranks["El Porvenir"]
    (limit,) = found["limits"]["features"]  # the one between them is not settled
    assert {round(lon, 2) for lon, _lat in limit["geometry"]["coordinates"]} == {-78.8}


def test_snapped_points_and_a_sink_are_warned_of(tmp_path: Path):
    sink = [("2023-05-03", "130105", "robo", "-78.6500000", "-8.0500000")] * 60
    make_map(tmp_path, more="limits = { snapped_points = true }", rows=[*incidents(), *sink])
    page = text(client_as("coordinator"), PAGE + ROBBERIES)
    assert "anchor points nearby" in page
    assert "One single position holds 14% of the records" in page


def test_months_are_those_that_were_asked_for(tmp_path: Path):
    rows = make_map(tmp_path)
    query = "?source=proof&offence=robo&first=2023-01&last=2023-03&layer=districts"
    page = text(client_as("coordinator"), PAGE + query)
    wanted = sum(r[0] < "2023-04" and r[1] == "130105" and r[2] == "robo" for r in rows)
    assert listed(page)["La Esperanza"] == wanted


def test_the_page_works_without_script_and_holds_none_inline(tmp_path: Path):
    make_map(tmp_path, "table")
    page = text(client_as("coordinator"), PAGE + "?source=table")
    assert re.search(r'<svg class="plot map[^>]*role="img"', page)
    assert not re.search(r"\sstyle=|<style|<script(?! (?:type=.module. )?src)|\son\w+=", page)
    assert "tile" not in page


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("?source=proof&first=2023-13&last=2023-14", "This is not a period"),
        ("?source=nobody", "Select a valid choice"),
        ("?source=proof&layer=points", "Select a valid choice"),
        ("?source=proof&offence=nothing", "All offences"),
    ],
)
def test_a_map_that_cannot_be_drawn_says_why(tmp_path: Path, query: str, why: str):
    make_map(tmp_path)
    assert why in text(client_as("coordinator"), PAGE + query)


def test_a_programme_without_records_says_what_will_be_here(tmp_path: Path):
    from cast import make_programme

    make_programme()
    assert "No data yet." in text(client_as("coordinator"), PAGE)
    text(client_as("coordinator"), SHAPES, status=404)


def test_of_leaflet_the_map_alone_is_served():
    from django.contrib.staticfiles import finders

    assert finders.find("leaflet/leaflet.js")
    assert finders.find("leaflet/leaflet.css")
    assert finders.find("leaflet/images/layers.png")
    for other in ("leaflet/draw/leaflet.draw.js", "leaflet/leaflet.extras.js", "leaflet/../x"):
        assert not finders.find(other)
