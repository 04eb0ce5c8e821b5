"""The pack of Trujillo against the published files beside the project."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from convive.pack import records
from convive.pack.check import check
from convive.pack.contents import Pack
from packs import PACK

INEI = "INEI, proyecciones 2018–2022"
MINSA = "MINSA, población estimada 2023–2025"
COUNTED = "INEI, Censo 2025: población censada"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return check(PACK)


def people(pack: Pack, source: str, sex: str = "total") -> dict[tuple[str, int], int]:
    """Code and year -> people of all ages, of one source."""
    return {
        (row.place.partition(":")[2], row.year): row.value
        for row in pack.all(records.Population)
        if (row.source, row.sex, row.age_band) == (source, sex, "total")
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_projections_are_those_of_inei_with_their_own_totals(pack: Pack, shared: Path):
    published = rows(shared / "population" / "inei_projection_2018_2022.csv")
    codes = {"130000": "13", "130100": "1301"}
    wanted = {
        (codes.get(row["ubigeo"], row["ubigeo"]), year): round(float(row[f"poblacion_{year}"]))
        for row in published
        for year in range(2018, 2023)
        if row["ubigeo"] in codes or row["ubigeo"][:4] == "1301"
    }
    assert len(wanted) == 13 * 5
    assert people(pack, INEI) == wanted


def test_the_estimates_are_those_of_minsa_and_their_sums(pack: Pack, shared: Path):
    wanted: dict[tuple[str, int], int] = {}
    for row in rows(shared / "population" / "minsa_2023_2025.csv"):
        code, year = row["UBIGEO"], round(float(row["year"]))
        if code.startswith("13"):
            total = round(float(row["Total"]))
            within = [code, "1301"] if code.startswith("1301") else []
            for place in [*within, "13"]:
                wanted[place, year] = wanted.get((place, year), 0) + total
    assert wanted["130102", 2023] > 1.5 * wanted["130102", 2024]  # Alto Trujillo left it
    assert people(pack, MINSA) == wanted


@pytest.mark.parametrize(("sex", "column"), [("male", "hombres"), ("female", "mujeres")])
def test_the_census_counts_men_and_women_of_each_district(
    pack: Pack, shared: Path, sex: str, column: str
):
    published = rows(shared / "population" / "census_2025_districts.csv")
    wanted = {
        (row["ubigeo"] or "130112", 2025): int(row[column])
        for row in published
        if (row["departamento"], row["provincia"]) == ("La Libertad", "Trujillo")
    }
    assert len(wanted) == 12
    counted = people(pack, COUNTED, sex)
    assert {key: value for key, value in counted.items() if len(key[0]) == 6} == wanted


def test_the_older_edition_never_counts_alto_trujillo_apart(pack: Pack):
    older = {row.place for row in pack.all(records.Population) if row.edition == "pe-2017"}
    assert "PE-INEI:130112" not in older
    assert "PE-INEI:130102" in older


def test_other_codes_are_those_of_the_crosswalk(pack: Pack, shared: Path):
    path = shared / "places" / "ubigeo_crosswalk_inei_reniec_sunat.csv"
    with path.open(encoding="latin-1", newline="") as file:
        crosswalk = {
            row["cod_ubigeo_inei"]: row["cod_ubigeo_reniec"] for row in csv.DictReader(file)
        }
    districts = [place for place in pack.all(records.Place) if place.level == "district"]
    assert len(districts) == 12
    for place in districts:
        assert place.other_codes.get("PE-RENIEC") == crosswalk.get(place.code)


def test_no_point_of_our_outlines_is_one_of_the_published_boundaries(pack: Pack, shared: Path):
    published = json.loads((shared / "places" / "la_libertad_districts_2025.geojson").read_text())
    theirs = set(points([feature["geometry"]["coordinates"] for feature in published["features"]]))
    ours = set(
        points([place.outline["coordinates"] for place in pack.all(records.Place) if place.outline])
    )
    assert len(ours) > 60
    assert not ours & theirs


def test_only_published_targets_and_one_derived_from_a_rule_are_set(pack: Pack):
    assert {aim.indicator: aim.target for aim in pack.all(records.Target)} == {
        "people-reached": 7600,
        "girls-and-young-women-reached": 1600,
        "plan-activities-executed": 100,
    }
    assert all(aim.target_note_es and aim.target_note_en for aim in pack.all(records.Target))


def points(nested: object) -> list[tuple[float, float]]:
    """Every [longitude, latitude] in nested lists of coordinates."""
    assert isinstance(nested, list)
    if isinstance(nested[0], int | float):
        return [(nested[0], nested[1])]
    return [point for part in nested for point in points(part)]
