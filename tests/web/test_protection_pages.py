"""Pages of protection units, as the server sends them: what they hold, and what they never hold."""

from __future__ import annotations

import json
import re

import pytest
from cast import client_as, make_programme, person
from django.test import Client
from django.urls import reverse
from django.utils import translation
from matrix_protection import record, unit

from convive.domain.programme import queries as programme
from convive.domain.protection import actions, pinned
from convive.domain.protection.models import Unit
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def code() -> str:
    make_programme()
    return str(unit("unfpa")["code"])


def at(view: str, **arguments: str) -> str:
    with translation.override("en"):
        return reverse(f"protection:{view}", kwargs=arguments)


def page(client: Client, view: str, **arguments: str) -> str:
    answer = client.get(at(view, **arguments))
    assert answer.status_code == 200
    return str(answer.content.decode())


def told(text: str) -> dict:
    """What the page tells its scripts."""
    found = re.search(r'<script id="wall" type="application/json">(.*?)</script>', text, re.S)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("view", ["intake", "unit", "keys"])
def test_every_script_is_held_against_its_pin(code, view):
    text = page(client_as("case_worker"), view, code=code)
    found = re.findall(r'<script src="/static/([^"]+)" integrity="([^"]+)"', text)
    assert found == [(each.path, each.integrity) for each in pinned.scripts(view)]
    assert text.count("<script src=") == len(found)  # and no other script runs here
    assert pinned.build() in text


def test_no_field_of_the_intake_can_be_sent_by_a_browser(code):
    text = page(client_as("case_worker"), "intake", code=code)
    body = text[text.index("<main") : text.index("</main>")]
    assert "<form" not in body
    assert not re.findall(r"<(?:textarea|select)[^>]* name=", body)
    assert body.count('type="radio" name=') == body.count(" name=") - 1  # and the CSRF token
    assert 'id="form"' in body and "hidden" in body[body.index('id="form"') :][:60]


def test_a_unit_without_a_key_takes_nobody_in(code):
    found = Unit.objects.get(code=code)
    found.records.all().delete()
    found.keys.all().delete()
    text = page(client_as("case_worker"), "intake", code=code)
    assert "The unit has no key yet" in text and 'id="form"' not in text


def test_the_list_shows_what_is_in_clear_and_is_narrowed_by_it(code):
    client = client_as("case_worker")
    kept = record("unfpa")["record"]
    for query, is_there in (
        ("", True),
        ("?first=2024-01&last=2024-01", True),
        (f"?text={kept}", True),
        ("?first=2024-02", False),
        ("?district=PE-INEI:130105", False),
        ("?first=nonsense", True),  # what cannot be read narrows nothing
    ):
        answer = client.get(at("unit", code=code) + query)
        assert (f'data-record="{kept}"' in answer.content.decode()) is is_there, query
        rows = client.get(at("sealed", code=code) + query).json()["records"]
        assert ([row["code"] for row in rows] == [kept]) is is_there, query


def test_the_page_knows_its_member_and_tells_nobody_elses_private_key(code):
    given = told(page(client_as("case_worker"), "keys", code=code))
    assert given["account"] == person("case_worker").pk
    assert all(set(each) == {"account", "public", "holds"} for each in given["members"])


@pytest.mark.parametrize("view", ["own_key", "unit_key", "hand_over", "keep", "erase"])
@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"number": true, "code": 7}'])
def test_what_no_script_of_ours_sent_is_refused_in_words(code, view, body):
    before = JournalEntry.objects.count()
    answer = client_as("case_worker").post(
        at(view, code=code), body, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["remedy"]
    assert JournalEntry.objects.count() == before


def test_who_leads_says_who_is_in_and_sees_no_code_of_a_record(code):
    client = client_as("coordinator")
    text = page(client, "members", code=code)
    assert person("case_worker").name in text and record("unfpa")["record"] not in text
    answer = client.post(at("members", code=code), {"remove": str(person("case_worker").pk)})
    assert answer.status_code == 302
    assert client_as("case_worker").get(at("unit", code=code)).status_code == 403
    answer = client.post(at("members", code=code), {"remove": "x"}, follow=True)
    assert "They are not in the unit" in answer.content.decode()
    client.post(at("members", code=code), {"account": person("case_worker").pk})
    assert client_as("case_worker").get(at("unit", code=code)).status_code == 200


def test_a_sample_unit_says_so_on_every_page(code):
    Unit.objects.filter(code=code).update(is_sample=True)
    for view in ("unit", "intake", "keys"):
        assert "sample" in page(client_as("case_worker"), view, code=code).lower()


def test_nobody_opens_a_unit_that_they_are_not_in(code):
    other = actions.open_unit(by=programme.SYSTEM, organisation="unodc", name="Otra").code
    for key in ("case_worker", "coordinator", "system_staff", "auditor"):
        assert client_as(key).get(at("unit", code=other)).status_code == 403, key
