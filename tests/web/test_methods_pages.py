"""The pages of methods: for anybody, whole, and linked from what uses them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from convive.domain.observatory.analyses.questions import QUESTIONS
from convive.doors.portal import methods


def test_every_page_of_methods_has_its_question_and_every_question_its_page():
    written = {path.stem for path in methods.FOLDER.glob("*.md")} - {"README"}
    assert set(methods.QUESTIONS) == written
    assert {question.method for question in QUESTIONS.values()} <= written


@pytest.mark.parametrize("code", methods.QUESTIONS)
def test_a_page_is_whole_and_leads_nowhere_that_is_not_served(code):
    page = Client().get(f"/en/methods/{code}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("<h1>") == 1
    assert "spec:" not in text and "&lt;!--" not in text
    assert "| --" not in text and "|--" not in text  # a table that was not read as one
    assert "style=" not in text  # the content policy refuses it
    ids = set(re.findall(r' id="([^"]+)"', text))
    for link in re.findall(r'<a href="([^"]+)"', text):
        if link.startswith("#"):
            assert link[1:] in ids
        elif link.startswith("/en/methods/"):
            assert Client().get(link.partition("#")[0]).status_code == 200


def test_the_tables_of_a_page_stand_as_tables_that_scroll_by_themselves():
    page = Client().get("/en/methods/hotspots/").content.decode()
    assert '<div class="scroll" role="region" tabindex="0" aria-label="Density, table 1"' in page
    assert "<td>quartic</td>" in page


def test_whoever_reads_spanish_is_told_that_the_page_is_in_english():
    page = Client().get("/methods/rates/").content.decode()
    assert "en inglés" in page
    assert '<article class="prose" lang="en">' in page
    assert "en inglés" not in Client().get("/en/methods/rates/").content.decode()


def test_another_name_is_no_page():
    assert Client().get("/methods/README/").status_code == 404
    assert Client().get("/methods/no-such-method/").status_code == 404
