"""Whether another agency knows somebody shows in no answer, and in no work that an answer takes."""

from __future__ import annotations

import re

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, client_as, make_programme
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shown import addresses_of, text

from convive.domain.people.models import Person

pytestmark = pytest.mark.django_db

url = addresses_of("people")
KNOWN = {"given": "Yomira", "paternal": "Quispe", "maternal": "Huamán", "dni": "70123456"}
NOBODY = {"given": "Xiomara", "paternal": "Zelada", "maternal": "Urteaga", "dni": "70987654"}


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    answer = client_as("case_worker").post(url("new"), form(**KNOWN))
    assert answer.status_code == 302, text(answer)


def form(**facts: str) -> dict[str, object]:
    return {
        "born": "2001-07-30",
        "sex": "F",
        "district": LA_ESPERANZA,
        "language": "es",
        "calls": "no",
        "purposes": ["services"],
        "voice": "self",
        "way": "signed",
        "given_on": "2024-01-02",
        **facts,
    }


def answered(path: str, sent: dict[str, object]) -> tuple[int, str, list[str]]:
    """Status, text without what was typed, and what the database was asked, without its values."""
    client = client_as("other_agency_officer")
    client.get(url("list"))  # what is looked up once
    with CaptureQueriesContext(connection) as work:
        answer = client.post(path, sent)
    page = text(answer) if answer.status_code != 302 else ""
    for value in {*KNOWN.values(), *NOBODY.values()}:
        page = page.replace(value, "…")
    values = r"'[^']*'|-?\b\d+\b|\"s\d+_x\d+\""
    asked = [re.sub(values, "?", one["sql"]) for one in work.captured_queries]
    asked = [
        re.sub(r"\?(, \?)+", "?", sql) for sql in asked
    ]  # names have as many words as they have
    return answer.status_code, re.sub(r'value="[^"]*"|nonce="[^"]*"', "", page), asked


@pytest.mark.parametrize("what", ["name", "dni"])
def test_a_search_for_somebody_of_another_agency_is_one_for_nobody(what: str) -> None:
    def sought(facts: dict[str, str]) -> dict[str, object]:
        return {"text": facts["dni"] if what == "dni" else " ".join(list(facts.values())[:3])}

    assert answered(url("list"), sought(KNOWN)) == answered(url("list"), sought(NOBODY))


def test_somebody_of_another_agency_is_written_down_as_if_nobody_knew_them() -> None:
    there = {"district": EL_PORVENIR}
    known = answered(url("new"), form(**KNOWN, **there))
    unknown = answered(url("new"), form(**NOBODY, **there))
    assert known[0] == unknown[0] == 302
    assert known[2] == unknown[2]
    assert Person.objects.count() == 3
