"""Pages of districts beside each other and of people on no list: asked, read, what they hide."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from analysed import work
from cast import EL_PORVENIR, LA_ESPERANZA, client_as
from diagnosed import make_diagnosed, restless
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from convive.charts import PAGE
from convive.domain.observatory.models import Analysis
from convive.kernel.periods import Period
from convive.reports import brief
from convive.reports.orders import Kind, Order

pytestmark = pytest.mark.django_db

HERE = f"/en/places/{LA_ESPERANZA}/questions/"
ASKED = {"source": "quejas", "offence": "", "first": "2021-01", "last": "2021-12"}
LISTS = "?lists=police&lists=cem&own_1=Comedor"
COUNTS = {
    "first": "2021-01", "last": "2021-12", "n_100": 90, "n_010": 80, "n_001": 70, "n_110": 20,
    "n_101": 18, "n_011": 16, "n_111": 6,
}  # fmt: skip


def body(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode().replace("&#x27;", "'")


def asked(client, **changes: str) -> str:
    answer = client.post(f"{HERE}compare/", {**ASKED, "peers": "programme", **changes})
    assert answer.status_code == 302, answer.content.decode()
    work()
    return answer.url


def table(client, url: str, name: str) -> list[list[str]]:
    answer = client.get(f"{url}{name}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_comparison_is_asked_and_read_in_both_languages(tmp_path: Path):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    analyst = client_as("analyst")
    assert "Does it differ from districts alike" in body(analyst.get(HERE))
    url = asked(analyst)
    page = body(analyst.get(url))
    assert "La Esperanza: 180.0 per 100,000 people a year" in page
    assert "Lower than: Florencia de Mora." in page and "narrowplot" in page
    spanish = body(analyst.get(url.removeprefix("/en")))
    assert "Más baja que: Florencia de Mora." in spanish
    rows = table(analyst, url, "places")
    assert ["Florencia de Mora", "360"] in [row[:2] for row in rows]
    assert "docs/methods/compare.md" in str(rows)
    alike = body(analyst.get(asked(analyst, peers="similar")))
    assert "How the districts were chosen" in alike


def test_an_offence_that_is_never_shown_closer_is_compared_by_district(tmp_path: Path):
    make_diagnosed(tmp_path, "quejas", only=("violencia",))
    page = body(client_as("analyst").get(asked(client_as("analyst"), offence="violencia")))
    assert "per 100,000 people a year" in page


def test_small_counts_of_other_districts_are_told_to_those_who_work_there(tmp_path: Path):
    make_diagnosed(tmp_path, "quejas", only=("homicidio",))  # three a year in each district
    url = asked(client_as("analyst"))
    there = body(client_as("analyst").get(url))
    assert "1 to 4, hidden" in there and "Too few to be told here" in there
    assert "1 to 4, hidden" not in body(client_as("coordinator").get(url))
    for row in table(client_as("coordinator"), url, "places"):
        assert not row or row[0] not in {"La Esperanza", "El Porvenir"} or row[1] != "3"
    assert client_as("other_municipal_officer").get(url).status_code == 403


def test_a_page_a_file_and_a_brief_set_the_district_beside_its_peers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("diagnosed.count", restless)
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    analyst = client_as("analyst")
    query = "?source=quejas&first=2020-01&last=2021-12"
    page = body(analyst.get(f"/en/places/{LA_ESPERANZA}/{query}"))
    said = "Lower than: Florencia de Mora. No evidence of a difference from: El Porvenir."
    assert "Beside its peers" in page and said in page
    file = body(analyst.get(f"/en/places/{LA_ESPERANZA}/peers.csv{query}"))
    assert "Florencia de Mora;360" in file.replace(",", ";")
    order = Order(LA_ESPERANZA, Period.month(2021, 12), "en", kind=Kind.BRIEF)
    with translation.override("en"):
        assert said in str(brief.compose(brief.gather(order), PAGE).blocks)


def test_lists_are_chosen_their_counts_typed_and_the_answer_read(tmp_path: Path):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    analyst = client_as("analyst")
    assert "How many are there that no list holds?" in body(analyst.get(HERE))
    assert "Health centres" in body(analyst.get(f"{HERE}undercount/"))
    form = body(analyst.get(f"{HERE}undercount/{LISTS}"))
    assert form.count('type="number"') >= 7 and "Police · Women's emergency centre (CEM)" in form
    answer = analyst.post(f"{HERE}undercount/{LISTS}", COUNTS)
    assert answer.status_code == 302, answer.content.decode()
    work()
    page = body(analyst.get(answer.url))
    assert "The lists hold 300 people." in page and "Chao" in page
    assert "Police · Women's emergency centre (CEM) · Comedor" in page
    assert "Counts that were given by hand" in page
    files = str(table(analyst, answer.url, "lists"))
    assert "Comedor" in files and "'6'" not in files  # below the threshold of harmed people
    assert client_as("other_municipal_officer").get(answer.url).status_code == 403
    assert f"/analyses/{Analysis.objects.get().pk}/" in body(analyst.get("/en/analyses/"))
    assert client_as("auditor").get(answer.url).status_code == 200


@pytest.mark.parametrize(
    ("query", "changes", "said"),
    [
        ("?lists=police", {}, "two to six are needed"),
        ("?lists=police&own_1=police", {}, "Two lists have one name"),
        (LISTS, {"n_100": "-1"}, "n_100"),
        (LISTS, {"n_100": ""}, "n_100"),
        (LISTS, {"first": ""}, "first"),
        (LISTS, {"missed": "120"}, "missed"),
    ],
)
def test_what_is_wrong_with_lists_is_said_and_nothing_is_kept(tmp_path, query, changes, said):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    answer = client_as("analyst").post(f"{HERE}undercount/{query}", {**COUNTS, **changes})
    assert said in body(answer, 422)
    assert not Analysis.objects.exists()


def brought(text: str):
    file = SimpleUploadedFile("lists.csv", text.encode())
    return client_as("analyst").post(f"{HERE}undercount/", {"file": file})


def test_a_table_of_counts_fills_the_form_and_is_not_kept(tmp_path: Path):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    page = body(brought("police,Comedor,n\n1,0,40\n0,1,30\n1,1,12\n"))
    assert 'value="40"' in page and 'value="12"' in page
    assert "lists=police&amp;own_1=Comedor" in page
    assert not Analysis.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "name,police,cem\nRosa Quispe,1,0\nAna Ruiz,1,1\n",
        "dni,police,cem,n\n12345678,1,0,1\n",
        "police,cem\n1,0\n1,1\n",
        "police,cem,n\n1,0,1\n1,0,1\n",
    ],
)
def test_rows_of_persons_are_refused_and_not_repeated(tmp_path, text):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    page = body(brought(text), 422)
    assert "Rows of persons are not taken" in page
    assert "Quispe" not in page and "12345678" not in page
    assert not Analysis.objects.exists()


def test_the_analyst_of_one_district_is_no_analyst_of_another(tmp_path: Path):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    there = f"/en/places/{EL_PORVENIR}/questions/undercount/"
    assert client_as("analyst").get(there).status_code == 403
