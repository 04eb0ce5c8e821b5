"""Smoothed rates of small districts: beside their own, with what they are not for."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from cast import LA_ESPERANZA, client_as
from django.utils import translation
from observatory_ground import ROWS, Row, add_source, make_ground

from convive.domain.observatory import leaving, smoothed
from convive.domain.observatory.parts import MapRow
from convive.domain.observatory.profile import place_profile
from convive.domain.programme.models import BoundaryEdition, Place, Population
from convive.domain.programme.queries import place
from convive.kernel.leaving import Audience, Told
from convive.kernel.periods import Period
from convive.stats.smoothing import gamma_poisson

pytestmark = pytest.mark.django_db
YEAR = Period.between("2022", "2022")
MAP = "/en/map/?source=small&first=2022-01&last=2022-12&layer=districts"
# code -> people, records of each month of 2022 and the years beside it
SMALL = {"130104": (2_000, 2), "130106": (9_000, 2)}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def make_small(folder: Path, *, least: int = 2) -> None:
    """Six districts, two of them of few people. least : records a month of the smallest."""
    make_ground(folder)
    old = BoundaryEdition.objects.get(code="pe-2017")
    rows = list(ROWS)
    for code, (people, n) in SMALL.items():
        one = Place.objects.create(
            scheme="PE-INEI", code=code, level=Place.Level.DISTRICT, name_es=code, name_en=code,
            parent=place(LA_ESPERANZA).parent,
        )  # fmt: skip
        for year in (2021, 2022):
            Population.objects.create(
                place=one, year=year, source="Censo", edition=old, value=people
            )
        monthly = least if code == "130104" else n
        months = [(y, m) for y in (2021, 2022, 2023) for m in range(1, 13)]
        rows += [Row(code, y, m, "robo", monthly) for y, m in months if monthly or m == 6]
    if not least:
        rows = [replace(row, n=row.n or 1) if row.place == "130104" else row for row in rows]
    add_source(folder, "small", rows)


def test_the_list_of_the_map_gives_the_smoothed_rate_beside_its_own(tmp_path: Path):
    make_small(tmp_path)
    page = client_as("coordinator").get(MAP).content.decode()
    assert ">Smoothed</th>" in page and "never as a district" in page
    row = re.search(r'<th scope="row">130104</th>(.*?)</tr>', page, re.S)
    assert row is not None
    told = [float(x.replace(",", "")) for x in re.findall(r'class="num">([\d,.]+) <span', row[1])]
    own, drawn = told
    assert own == pytest.approx(24 / 2000 * 100_000)
    assert drawn < own, "towards the others"
    spanish = client_as("coordinator").get(MAP.replace("/en/map", "/map")).content.decode()
    assert "Suavizada" in spanish and "nunca como cifra propia" in spanish


def test_the_table_of_a_place_gives_it_too_and_it_is_what_the_method_says(tmp_path: Path):
    make_small(tmp_path)
    profile = place_profile(LA_ESPERANZA, YEAR, source="small")
    rows = [row for row in profile.map_rows if not row.shared_with]
    found = gamma_poisson([row.n for row in rows], [row.person_years for row in rows])
    for i, row in enumerate(rows):
        assert row.smoothed == pytest.approx(
            tuple(1e5 * float(end[i]) for end in (found.value, found.lower, found.upper))
        )
    table = leaving.cleared(profile, Audience.INSIDE).table("districts")
    assert table.columns[6].title.startswith("Smoothed") and "Smoothed: each" in table.definition
    page = client_as("coordinator").get(
        "/en/places/PE-INEI:130105/?source=small&first=2022-01&last=2022-12"
    )
    told = page.content.decode()
    assert "Smoothed, per 100,000" in told and "a smoothed one. Smoothed: each rate" in told


def test_a_hidden_count_cannot_be_worked_out_from_the_smoothed_rates_of_the_others(tmp_path: Path):
    make_small(tmp_path, least=0)
    profile = place_profile(LA_ESPERANZA, YEAR, source="small")
    told = leaving.cleared(profile, Audience.OUTSIDE)
    table = told.table("districts")
    assert any(row.cells[2].told is Told.SUPPRESSED for row in table.rows)
    assert {row.cells[6].told for row in table.rows} == {Told.SUPPRESSED}
    seen = leaving.shown(profile, told)
    assert not any(row.smoothed for row in seen.map_rows)


def test_of_few_districts_nothing_is_smoothed(tmp_path: Path):
    make_ground(tmp_path, "table")
    profile = place_profile(LA_ESPERANZA, YEAR, source="table")
    assert not any(row.smoothed for row in profile.map_rows)
    assert (
        "Smoothed"
        not in client_as("coordinator").get(MAP.replace("small", "table")).content.decode()
    )


def test_a_district_of_unknown_people_is_left_as_it_is():
    def row(name: str, n: int | None, years: float | None) -> MapRow:
        return MapRow(name, name, False, True, None, n, None, None, None, None, person_years=years)

    rows = [row(f"d{i}", 10 * i, 1000.0) for i in range(5)]
    found = smoothed.with_smoothed([*rows, row("x", None, 1000.0), row("y", 3, None)])
    assert all(one.smoothed for one in found[:5]) and not any(one.smoothed for one in found[5:])
    assert smoothed.with_smoothed(rows[:4]) == rows[:4]
    nothing = smoothed.with_smoothed([replace(one, n=0) for one in rows])
    assert {one.smoothed[0] for one in nothing if one.smoothed} == {0.0}
