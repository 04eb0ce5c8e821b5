"""The page of a place: what it shows, to whom, and what may be taken away."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from cast import client_as, make_programme, person
from django.test import Client
from observatory_ground import ROWS, Row, add_source, make_ground

from convive.access.permissions import Permission
from convive.domain.observatory.queries import require_exact
from convive.domain.programme.queries import actor_of, place
from convive.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db
LA_ESPERANZA, EL_PORVENIR = "/places/PE-INEI:130105/", "/places/PE-INEI:130102/"
ALTO_TRUJILLO, PROVINCE = "/places/PE-INEI:130112/", "/places/PE-INEI:1301/"

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


def text(client: Client, url: str, *, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, url
    return response.content.decode()


def test_every_chart_has_its_name_its_table_and_its_download(tmp_path: Path):
    make_ground(tmp_path, "table")
    page = text(client_as("coordinator"), "/en" + LA_ESPERANZA)
    drawings = re.findall(r'<svg class="plot[^>]*>', page)
    assert len(drawings) == 6  # the series is drawn twice: wide and narrow
    assert all('role="img"' in drawing and 'aria-label="' in drawing for drawing in drawings)
    for name in ("months", "offences", "changes", "districts", "peers"):
        assert f'{LA_ESPERANZA}{name}.csv"' in page
    assert page.count("See as a table") == 5


def test_the_page_holds_no_inline_style_or_script(tmp_path: Path):
    make_ground(tmp_path, "table")
    page = text(client_as("coordinator"), LA_ESPERANZA)
    assert not re.search(r"\sstyle=|<style|<script(?! (?:type=.module. )?src)|\son\w+=", page)


def test_the_table_of_months_holds_the_counts(tmp_path: Path):
    make_ground(tmp_path, "table")
    page = text(client_as("coordinator"), "/en" + LA_ESPERANZA)
    for year in (2021, 2022, 2023):
        for month, name in enumerate(MONTHS, 1):
            n = sum(r.n for r in ROWS if (r.place, r.year, r.month) == ("130105", year, month))
            assert f'<th scope="row">{name}\xa0{year}</th><td class="num">{n}</td>' in page


def test_both_languages_say_the_same_numbers(tmp_path: Path):
    make_ground(tmp_path, "table")
    client = client_as("coordinator")
    spanish, english = (text(client, prefix + EL_PORVENIR) for prefix in ("", "/en"))
    assert "frente a" in spanish and "Alto Trujillo" in spanish
    assert "against" in english
    grids = [re.findall(r'<td class="q\d">(\d+)</td>', page) for page in (spanish, english)]
    assert grids[0] == grids[1] and len(grids[0]) == 36


def test_months_and_source_are_chosen_by_a_plain_form(tmp_path: Path):
    make_ground(tmp_path, "table", "sample-table")
    client = client_as("coordinator")
    page = text(client, f"/en{LA_ESPERANZA}?source=sample-table&first=2022-01&last=2022-12")
    assert len(re.findall(r'<td class="q\d">', page)) == 12
    assert 'class="sample"' in page
    assert "months.csv?source=sample-table&amp;first=2022-01&amp;last=2022-12" in page
    assert 'class="sample"' not in text(client, "/en" + LA_ESPERANZA)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("first=2022-13&last=2022-12", "This is not a period"),
        ("first=2022-06", "Give both months"),
        ("first=2022-06&last=2021-06", "swap them"),
        ("source=nobody", "nobody"),
        ("first=2022-01-05&last=2022-02-03", "whole months"),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_shows_no_number(tmp_path: Path, query, why):
    make_ground(tmp_path, "table")
    client = client_as("coordinator")
    page = text(client, f"/en{LA_ESPERANZA}?{query}")
    assert why in page
    assert '<svg class="plot' not in page
    assert client.get(f"/en{LA_ESPERANZA}months.csv?{query}").status_code == 400


def test_a_home_without_records_says_what_would_appear(tmp_path: Path):
    make_programme()
    client = client_as("coordinator")
    assert "No data yet" in text(client, "/en" + LA_ESPERANZA)
    assert "La Esperanza" in text(client, "/en/places/")


def test_a_place_counted_within_another_says_so_instead_of_zero(tmp_path: Path):
    make_ground(tmp_path, "table")
    page = text(client_as("coordinator"), "/en" + ALTO_TRUJILLO)
    assert "still counts it within El Porvenir" in page
    assert '<svg class="plot' not in page


def test_an_unknown_place_or_table_is_not_found(tmp_path: Path):
    make_ground(tmp_path, "table")
    client = client_as("coordinator")
    text(client, "/places/PE-INEI:999999/", status=404)
    text(client, LA_ESPERANZA + "people.csv", status=404)


def test_figures_are_seen_in_ones_own_district_and_in_the_province(tmp_path: Path):
    make_ground(tmp_path, "table")
    officer = client_as("municipal_officer")
    text(officer, LA_ESPERANZA)
    text(officer, PROVINCE)
    text(officer, EL_PORVENIR, status=403)
    text(officer, EL_PORVENIR + "months.csv", status=403)
    listed = text(officer, "/places/")
    assert "La Esperanza" in listed and EL_PORVENIR not in listed
    text(client_as("case_worker"), LA_ESPERANZA, status=403)
    assert Client().get(LA_ESPERANZA).status_code == 302


def test_a_download_hides_what_the_page_may_show(tmp_path: Path):
    make_ground(tmp_path)
    thefts = [Row("130105", y, m, "hurto", 40) for y in (2021, 2022) for m in range(1, 13)]
    add_source(tmp_path, "few", [*thefts, Row("130105", 2022, 3, "homicidio", 2)])
    client = client_as("coordinator")
    assert '<td class="num">2</td>' in text(client, LA_ESPERANZA)
    response = client.get(LA_ESPERANZA + "offences.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "pe-inei-130105-offences.csv" in response["Content-Disposition"]
    rows = response.content.decode("utf-8-sig").splitlines()
    homicides = next(row for row in rows if row.startswith("Homicidio"))
    assert homicides.startswith("Homicidio,0101,,suppressed,")


def test_a_page_of_seven_years_reads_each_table_once(tmp_path: Path, monkeypatch):
    """One scan for each table of the page, and one to know which sources speak of the place."""
    from convive.evidence import engine

    rows = [
        Row(place, year, month, offence, 20)
        for place in ("130101", "130102", "130103", "130105")
        for year in range(2017, 2024)
        for month in range(1, 13)
        for offence in ("robo", "hurto", "homicidio", "extorsion")
    ]
    make_ground(tmp_path)
    add_source(tmp_path, "long", rows)
    scans = []
    real = engine.query
    monkeypatch.setattr(engine, "query", lambda sql, *rest: scans.append(sql) or real(sql, *rest))
    text(client_as("coordinator"), LA_ESPERANZA)
    # by month here and in the province, by district now and before, by offence; the sources; the
    # homicides of the card
    assert len(scans) <= 7


def test_years_without_any_before_them_are_told_and_break_nothing(tmp_path: Path):
    make_ground(tmp_path, "table")
    page = text(client_as("coordinator"), f"/en{LA_ESPERANZA}?first=0001-01&last=0001-12")
    assert "no years before it" in page


def test_what_was_shown_inside_is_kept_by_no_browser_and_no_proxy(tmp_path: Path):
    make_ground(tmp_path, "table")
    client = client_as("coordinator")
    for url in (LA_ESPERANZA, f"{LA_ESPERANZA}months.csv"):
        assert client.get(url)["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get("/")


def test_whoever_may_see_no_figures_learns_not_which_places_there_are(tmp_path: Path):
    make_ground(tmp_path, "table")
    for url in (LA_ESPERANZA, "/places/PE-INEI:999999/"):
        text(client_as("case_worker"), url, status=403)


# A place wider than a district


def few_next_door(folder: Path) -> None:
    """Two districts with many thefts, and El Porvenir with three homicides and little else."""
    make_ground(folder)
    many = [
        Row(place, year, month, "hurto", 40)
        for place in ("130101", "130103", "130105")
        for year in (2021, 2022)
        for month in range(1, 13)
    ]
    add_source(folder, "few", [*many, Row("130102", 2022, 3, "hurto", 3)])


def test_the_province_is_joint_knowledge_and_its_small_counts_are_for_those_who_see_them_all(
    tmp_path: Path,
):
    few_next_door(tmp_path)
    whole, part = client_as("coordinator"), client_as("municipal_officer")
    exact, joint = text(whole, PROVINCE), text(part, PROVINCE)
    note = "Los conteos pequeños de lugares donde no trabajas están ocultos"
    assert note not in exact and note in joint
    row = r'<th scope="row">El Porvenir</th>(?:<td[^>]*>.*?</td>)+'
    said = [re.search(row, page[page.index("Distritos de") :])[0] for page in (exact, joint)]
    assert ">3</td>" in said[0]
    assert ">3</td>" not in said[1] and "oculto" in said[1]
    assert "480" in joint  # their own district, exact


def test_on_ones_own_page_the_neighbours_are_as_outside(tmp_path: Path):
    few_next_door(tmp_path)
    page = text(client_as("municipal_officer"), LA_ESPERANZA)
    assert "480" in page and "oculto" in page
    own = text(client_as("other_municipal_officer"), EL_PORVENIR)
    assert '<td class="num">3</td>' in own


def test_the_download_is_the_same_whoever_asks(tmp_path: Path):
    few_next_door(tmp_path)
    files = {
        client_as(key).get(PROVINCE + "districts.csv").content
        for key in ("coordinator", "municipal_officer", "funder", "auditor")
    }
    assert len(files) == 1


def test_every_table_is_there_as_a_workbook_too(tmp_path: Path):
    make_ground(tmp_path, "table")
    client = client_as("coordinator")
    page = text(client, "/en" + LA_ESPERANZA)
    for name in ("months", "offences", "changes", "districts"):
        assert f'{LA_ESPERANZA}{name}.xlsx"' in page
        answer = client.get(f"/en{LA_ESPERANZA}{name}.xlsx")
        assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
        assert f"{name}.xlsx" in answer["Content-Disposition"]
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["Table", "Notes"] and book["Table"].freeze_panes == "A2"
        said = {row[0].value: row[1].value for row in book["Notes"].iter_rows()}
        assert "Complaints of table" in said["Source"] and said["Received up to"] == "2023-12-31"
    assert client.get(LA_ESPERANZA + "people.xlsx").status_code == 404
    spanish = openpyxl.load_workbook(io.BytesIO(client.get(LA_ESPERANZA + "months.xlsx").content))
    assert spanish.sheetnames == ["Cuadro", "Notas"]


def test_an_exact_report_of_the_province_is_for_those_who_see_all_its_districts(tmp_path: Path):
    make_ground(tmp_path, "table")
    officers = [actor_of(person(key)) for key in ("municipal_officer", "analyst")]
    for officer in officers:
        require_exact(officer, Permission.SEE_EVIDENCE, place("PE-INEI:130105"))
        with pytest.raises(NotAllowed):
            require_exact(officer, Permission.SEE_EVIDENCE, place("PE-INEI:1301"))
    require_exact(actor_of(person("coordinator")), Permission.SEE_EVIDENCE, place("PE-INEI:1301"))
