"""Pages of the evidence: sources, receipts and rejected rows, for whoever may see them."""

from __future__ import annotations

import csv
import io

import pytest
from cast import actor, client_as, make_programme
from recorded import COUNTS, receive, source, table

from convive.evidence.actions import import_file
from convive.evidence.receipts import Receipt

pytestmark = pytest.mark.django_db

ROWS = (
    "place,year,month,offence,n",
    "130105,2023,1,robo,1234",
    "990101,2023,2,robo,5",
    "130105,2023,13,=cmd,3",
)


@pytest.fixture(autouse=True)
def ground(home):
    make_programme()


@pytest.fixture
def receipt(tmp_path) -> Receipt:
    limits = "    [limits]\n    late_months = 2\n"
    source(tmp_path, COUNTS + limits, more='owner = "muni-la-esperanza"')
    return receive(table(tmp_path, ROWS))


def page(path: str, who: str = "coordinator", status: int = 200) -> str:
    answer = client_as(who).get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_sources_stand_there_with_what_they_cannot_tell(receipt):
    text = page("/en/evidence/")
    assert "Counts" in text and "Only the month is known." in text
    assert "latest months (2)" in text and "pe-2017" in text
    assert receipt.batch in text
    assert "Solo se conoce el mes." in page("/evidence/")


def test_a_home_without_sources_says_what_would_stand_there(home):
    assert "No source here yet." in page("/en/evidence/")


def test_a_receipt_shows_its_sum_and_why_rows_were_rejected(receipt):
    text = page(f"/en/evidence/batches/{receipt.batch}/")
    assert "Read 3 rows = accepted 2 + rejected 1." in text
    assert "This is not a month." in text and "of 1 codes" in text
    assert "No es un mes." in page(f"/evidence/batches/{receipt.batch}/")


def test_the_rejected_rows_are_downloaded_as_a_file_for_internal_use(receipt):
    answer = client_as("coordinator").get(f"/evidence/batches/{receipt.batch}/rejects.csv")
    assert "uso-interno.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["row"], row["column"], row["value"]) for row in rows] == [("4", "month", "13")]


def test_what_another_organisation_owns_is_neither_listed_nor_opened(receipt):
    for who, status in (("municipal_officer", 200), ("other_municipal_officer", 403)):
        page(f"/evidence/batches/{receipt.batch}/", who, status)
        page(f"/evidence/batches/{receipt.batch}/rejects.csv", who, status)
        listed = page("/en/evidence/", who).partition("<main")[2]
        assert (receipt.batch in listed, "Counts" in listed) == (status == 200, status == 200)


def test_of_a_source_of_every_partner_only_the_sender_of_an_import_decides_on_it(tmp_path):
    source(tmp_path / "shared", code="shared")
    file = table(tmp_path, ("place,year,month,offence,n", "130105,2023,1,robo,7", "x,1,1,y,1"))
    own = actor("municipal_officer")
    number = import_file(by=own, source="shared", path=file).batch
    base = f"/evidence/batches/{number}/"
    for who, status in (
        ("municipal_officer", 200),
        ("coordinator", 200),
        ("other_municipal_officer", 403),
        ("agency_officer", 403),
    ):
        client = client_as(who)
        shown = client.get(base).content.decode()
        register = client.get("/evidence/sources/shared/").content.decode()
        assert (f"{base}withdraw/" in register) == (status == 200)
        for link in ("rejects.csv", "to-correct.csv", "withdraw/", "correct/"):
            assert client.get(base + link).status_code == status, (who, link)
            assert (base + link in shown) == (status == 200), (who, link)


def test_an_unknown_batch_and_a_batch_without_rejects_are_not_found(tmp_path, receipt):
    page("/evidence/batches/ffffffffffff/", status=404)
    whole = receive(table(tmp_path, ROWS[:2], "whole.csv"))
    page(f"/evidence/batches/{whole.batch}/rejects.csv", status=404)
    assert "rejects.csv" not in page(f"/evidence/batches/{whole.batch}/")


def test_whoever_may_see_no_evidence_learns_not_which_imports_there_were(receipt):
    for number in (receipt.batch, "f" * 64):
        page(f"/evidence/batches/{number}/", who="case_worker", status=403)
