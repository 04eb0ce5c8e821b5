"""Pages of the register, of releases, of quality and of withdrawal, for whoever may see them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cast import client_as, make_programme
from django.utils import timezone
from recorded import COUNTS, INCIDENTS, receive, source, table

from convive.evidence import queries
from convive.evidence.models import Batch
from convive.evidence.queries import Selection
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

HEADER = "place,year,month,offence,n"
TERMS = """
    [agreement]
    document = "Oficio 114-2024"
    given_by = "Región Policial"
    every = "month"
    purpose_es = "Contar denuncias."
    purpose_en = "Count complaints."
"""
OWNED = 'owner = "muni-la-esperanza"'
MARCH, APRIL = date(2023, 3, 31), date(2023, 4, 30)
WHY = "The police sent the year before."


@pytest.fixture(autouse=True)
def ground(home):
    make_programme()


@pytest.fixture
def batches(tmp_path) -> list[str]:
    """Two releases of a source that a municipality owns; the later says more of January."""
    source(tmp_path, COUNTS + TERMS, more=OWNED)
    rows = [
        ((HEADER, "130105,2023,1,robo,1234", "130105,2023,2,robo,7"), MARCH),
        ((HEADER, "130105,2023,1,robo,1300", "130105,2023,2,robo,9"), APRIL),
    ]
    return [receive(table(tmp_path, lines, f"{day}.csv"), vintage=day).batch for lines, day in rows]


def page(path: str, who: str = "coordinator", status: int = 200) -> str:
    answer = client_as(who).get(path)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def total() -> int:
    return queries.count(Selection("proof", Period.parse("2023")))


def test_the_register_says_under_which_terms_each_source_comes(batches):
    text = page("/en/evidence/sources/")
    assert "Oficio 114-2024" in text and "Región Policial" in text and "next by" in text
    assert "Registro de fuentes" in page("/evidence/sources/")
    assert "Register of sources" in page("/en/evidence/")


def test_what_is_late_is_said_first_on_the_register_and_on_the_page_of_the_source(batches):
    Batch.objects.update(imported_at=timezone.now() - timedelta(days=33))
    text = page("/en/evidence/sources/")
    assert "1 source is overdue." in text and "2 days overdue" in text
    assert "2 días de retraso" in page("/evidence/sources/proof/")


def test_the_page_of_a_source_tells_its_terms_its_reading_and_its_imports(batches):
    text = page("/en/evidence/sources/proof/")
    for told in ("Oficio 114-2024", "Count complaints.", "every month", "<code>place</code>"):
        assert told in text
    assert "Only the month is known." in text and "31 Mar 2023" in text
    assert all(number in text for number in batches)


def test_the_page_of_releases_says_what_each_said_and_how_much_it_grew(batches):
    text = page("/en/evidence/sources/proof/releases/")
    assert text.index("1,234") < text.index("1,300") < text.index("+5.3%")
    assert "internal use" in text and "+28.6%" in text


def test_small_numbers_of_a_sensitive_source_are_hidden_there_and_their_growth_too(tmp_path):
    source(tmp_path, COUNTS + "    [limits]\n    no_small_area = true\n")
    for n, day in ((7, MARCH), (19, APRIL)):
        rows = (HEADER, f"130105,2023,1,robo,{n}", "130105,2023,2,robo,40")
        receive(table(tmp_path, rows, f"{n}.csv"), vintage=day)
    text = page("/en/evidence/sources/proof/releases/")
    assert "hidden, 1–9" in text and "below 10 are hidden" in text
    assert "+171.4%" not in text and ">19<" in text


def test_a_source_that_cannot_be_counted_by_month_has_releases_and_no_table(tmp_path):
    text = INCIDENTS + '    year = "y"\n    place = "p"\n    [place]\n    scheme = "X"\n'
    source(tmp_path, text)
    receive(table(tmp_path, ("y,p", "2022,a", "2023,a")))
    text = page("/en/evidence/sources/proof/releases/")
    assert "Releases, the latest first" in text and "What each release said of" not in text


def test_the_quality_report_gives_verdict_sentence_and_remedy(batches):
    text = page("/en/evidence/sources/proof/quality/")
    assert "Offences without a class: 100.0%" in text and "What to do:" in text
    assert "Delitos sin clase" in page("/evidence/sources/proof/quality/")
    assert "One import" in page(f"/en/evidence/batches/{batches[0]}/quality/")


def test_an_import_is_withdrawn_with_a_reason_and_figures_change_at_once(batches):
    client = client_as("municipal_officer")
    form = f"/en/evidence/batches/{batches[1]}/withdraw/"
    assert "It is shown wherever the" in client.get(form).content.decode()
    answer = client.post(form, {"why": "bad"})
    assert answer.status_code == 422 and "Say a little more" in answer.content.decode()
    assert total() == 1309
    answer = client.post(form, {"why": WHY})
    assert answer.status_code == 302 and total() == 1241
    text = client.get(answer.url).content.decode()
    assert WHY in text and "by municipal_officer" in text and "no figure reads it" in text
    for listed in ("/en/evidence/", "/en/evidence/sources/proof/"):
        assert ">withdrawn</span>" in client.get(listed).content.decode()


def test_a_withdrawn_import_is_put_back_and_its_page_still_tells_of_it(batches):
    client = client_as("municipal_officer")
    client.post(f"/en/evidence/batches/{batches[1]}/withdraw/", {"why": WHY})
    form = f"/en/evidence/batches/{batches[1]}/restore/"
    assert WHY in client.get(form).content.decode()
    answer = client.post(form, {"why": "The police confirm the year."})
    assert total() == 1309
    text = client.get(answer.url).content.decode()
    assert "Was withdrawn" in text and "The police confirm the year." in text
    # Neither form has anything to do now
    assert client.get(form).status_code == 302


def test_a_replaced_import_says_what_stands_in_its_place(tmp_path, batches):
    file = table(tmp_path, (HEADER, "130105,2023,1,robo,1400"), "mended.csv")
    mended = receive(file, corrects=batches[1], correction="replaces").batch
    text = page(f"/en/evidence/batches/{batches[1]}/")
    assert "Replaced on" in text and mended in text and "Mended by the import of" in text
    assert "Takes the place of the import of" in page(f"/en/evidence/batches/{mended}/")
    assert "replaced" in page("/en/evidence/sources/proof/")


@pytest.mark.parametrize("path", ["", "releases/", "quality/"])
def test_what_another_organisation_owns_is_not_opened(batches, path):
    page(f"/evidence/sources/proof/{path}", "municipal_officer")
    page(f"/evidence/sources/proof/{path}", "other_municipal_officer", 403)
    page(f"/evidence/sources/proof/{path}", "case_worker", 403)
    page(f"/evidence/sources/nothing/{path}", status=404)
    assert "proof" not in page("/evidence/sources/", "other_municipal_officer")


def test_whoever_may_only_read_is_offered_no_withdrawal(batches):
    path = f"/en/evidence/batches/{batches[0]}/"
    assert "Withdraw this import" in page(path, "municipal_officer")
    for who in ("analyst", "auditor"):
        assert "Withdraw this import" not in page(path, who)
        page(f"{path}withdraw/", who, 403)
        assert client_as(who).post(f"{path}withdraw/", {"why": WHY}).status_code == 403
    assert total() == 1309
