"""Faults in places, outlines and population are told where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from packs import Break, rows_of, told_in_place

PORVENIR = '"code": "130102"'
FIRST = rows_of("population.csv")[1]
CENSUS = "PE-INEI:130105,2025,female,total,104990"
TOTAL = "PE-INEI:130105,2025,total,total,204746"
# The outline of Florencia de Mora
CORNERS = (
    *("[-79.03, -8.09]", "[-79.015, -8.085]", "[-79.015, -8.075]"),
    *("[-79.02, -8.07]", "[-79.035, -8.07]", "[-79.03, -8.09]"),
)
FLORENCIA = ", ".join(CORNERS)
RING = """"geometry": {
        "type": "Polygon",
        "coordinates": [[
          """

BREAKS = {
    "not json": Break(
        "places.geojson",
        f"{PORVENIR},",
        PORVENIR,
        "JSON",
        '"level": "district",\n        "name_es": "El Porvenir"',
    ),
    "not a collection": Break(
        "places.geojson", '"FeatureCollection"', '"Features"', "FeatureCollection", '{\n  "type"'
    ),
    "no properties": Break(
        "places.geojson",
        '"properties"',
        '"property"',
        "no properties",
        '    {\n      "type": "Feature"',
    ),
    "a place twice": Break(
        "places.geojson",
        PORVENIR,
        '"code": "130101"',
        "stands twice",
        '"code": "130101",\n        "level": "district",\n        "name_es": "El Porvenir"',
    ),
    "a code without its zero": Break("places.geojson", PORVENIR, '"code": "30102"', "digits"),
    "a code as a number": Break("places.geojson", PORVENIR, '"code": 130102', "quotation marks"),
    "a code of no pattern": Break(
        "places.geojson", '"code": "alto-trujillo"', '"code": "Alto T."', "match"
    ),
    "another code malformed": Break("places.geojson", '"120110"', '"12011"', "digits", '"12011"'),
    "another code of no scheme": Break(
        "places.geojson", '{"PE-RENIEC": "120110"}', '{"PE-SUNAT": "120110"}', "PE-SUNAT"
    ),
    "an unknown scheme": Break(
        "places.geojson",
        f'"PE-INEI",\n        {PORVENIR}',
        f'"PE-INEY",\n        {PORVENIR}',
        "PE-INEI",
        '"PE-INEY"',
    ),
    "an unknown parent": Break(
        "places.geojson", '"parent": "PE-INEI:13"', '"parent": "PE-INEI:31"', "declared nowhere"
    ),
    "a parent that is smaller": Break(
        "places.geojson", '"parent": "PE-INEI:1301"', '"parent": "PE-INEI:130102"', "cannot lie in"
    ),
    "a code outside its parent": Break(
        "places.geojson",
        PORVENIR,
        '"code": "130202"',
        "does not begin",
        '"parent": "PE-INEI:1301",\n        "in_programme"',
    ),
    "a bare code as parent": Break(
        "places.geojson",
        '"parent": "PE-INEI:13"',
        '"parent": "13"',
        "scheme and code",
        '"parent": "13"',
    ),
    "no place of the programme": Break(
        "places.geojson", "in_programme", "in_program", "in_programme"
    ),
    "a place that ends first": Break(
        "places.geojson",
        '"valid_from": "2022-12-16"',
        '"valid_from": "2022-12-16", "valid_to": "2021-01-01"',
        "before valid_from",
    ),
    "an outline that crosses itself": Break(
        "places.geojson",
        "[-79.015, -8.085], [-79.015, -8.075]",
        "[-79.015, -8.075], [-79.015, -8.085]",
        "not valid",
        RING + "[-79.03, -8.09], [-79.015, -8.075]",
    ),
    "latitude before longitude": Break(
        "places.geojson",
        "[-79.03, -8.09], [-79.015, -8.085], [-79.015, -8.075]",
        "[-8.09, -99.03], [-8.085, -99.015], [-8.075, -79.015]",
        "longitude first",
        RING + "[-8.09",
    ),
    "an outline far from its parent": Break(
        "places.geojson",
        FLORENCIA,
        "[-77.03, -12.09], [-77.01, -12.09], [-77.01, -12.07], [-77.03, -12.09]",
        "lies outside",
        RING + "[-77.03",
    ),
    "an outline that runs clockwise": Break(
        "places.geojson",
        FLORENCIA,
        ", ".join(reversed(CORNERS)),
        "clockwise",
        RING + "[-79.03, -8.09], [-79.035",
    ),
    "outlines that overlap": Break(
        "places.geojson",
        "[-79.03, -8.09], [-79.015, -8.085], [-79.015, -8.075]",
        "[-79.03, -8.09], [-79.0, -8.085], [-79.0, -8.075]",
        "overlap",
        RING + "[-79.03, -8.09], [-79.0,",
    ),
    "an outline that is no polygon": Break(
        "places.geojson",
        '"Polygon"',
        '"LineString"',
        "not a",
        '"geometry": {\n        "type": "LineString"',
    ),
    "a column with a slip": Break(
        "population.csv", "age_band", "ageband", "age_band", "place,year"
    ),
    "a column twice": Break("population.csv", "edition\n", "edition,sex\n", "twice", "place,year"),
    "a cell too many": Break("population.csv", FIRST, FIRST + ",x", "8 cells"),
    "a quotation mark left open": Break("population.csv", FIRST, '"' + FIRST, "quotation marks"),
    "people of no place": Break(
        "population.csv", "PE-INEI:130101,2018", "PE-INEI:130199,2018", "declared nowhere"
    ),
    "people of no edition": Break(
        "population.csv", FIRST, FIRST.replace("pe-2017", "pe-2007"), "pe-2017"
    ),
    "people of no source": Break(
        "population.csv", FIRST, FIRST.replace("INEI, p", "INE, p"), "INEI, proy"
    ),
    "a decimal for people": Break(
        "population.csv", FIRST, FIRST.replace("1938501", "1938501.5"), "digits alone"
    ),
    "people counted twice": Break(
        "population.csv", FIRST, f"{FIRST}\n{FIRST}", "stands twice", f"{FIRST}\nPE-INEI:1301,"
    ),
    "sexes that do not add up": Break(
        "population.csv",
        CENSUS,
        CENSUS[:-1] + "9",
        "its parts make",
        TOTAL,
    ),
    "age bands that do not add up": Break(
        "population.csv",
        "female,15-17,",
        "female,15-17,9",
        "its parts make",
        "PE-INEI:13,2025,total,15-17",
    ),
    "no total": Break(
        "population.csv",
        f'{TOTAL},"INEI, Censo 2025: población total",pe-2024\n',
        "",
        "total",
        "PE-INEI:130105,2025,male,total,99756",
    ),
    "a place before it exists": Break(
        "population.csv", FIRST, FIRST.replace("PE-INEI:13,", "PE-INEI:130112,"), "does not exist"
    ),
}


@pytest.mark.parametrize("slip", BREAKS.values(), ids=BREAKS)
def test_a_fault_is_told_with_file_line_reason_and_remedy(tmp_path: Path, slip: Break):
    assert told_in_place(slip, tmp_path)
