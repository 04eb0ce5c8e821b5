"""Pages of questions of place and time: asked, followed, read, taken away; and what they hide."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from analysed import SMALL, answered, bring, make_analysed, work
from cast import LA_ESPERANZA, actor, client_as

from convive.domain.observatory import analysis_tables, queries
from convive.domain.observatory.analyses.questions import QUESTIONS
from convive.domain.observatory.models import Analysis
from convive.evidence.models import Offence
from convive.kernel.leaving import Audience, Told

pytestmark = pytest.mark.django_db

HERE = f"/en/places/{LA_ESPERANZA}/questions/"
BESIDE = {"compare", "undercount"}  # test_beside_pages.py: they read no incidents
FORM = {"source": "hechos", "offence": "robo", "first": "2022-01", "last": "2023-12"}


@pytest.fixture
def rows(tmp_path: Path):
    return make_analysed(tmp_path)


@pytest.fixture
def analyst(rows):
    return client_as("analyst")


def chosen(kind: str, **changes: str) -> dict[str, str]:
    usual = {choice.name: choice.usual for choice in QUESTIONS[kind].choices}
    return {**FORM, **usual, **SMALL.get(kind, {}), **changes}


def body(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_questions_stand_by_their_words(analyst):
    text = body(analyst, HERE)
    for question in QUESTIONS.values():
        assert str(question.title) in text.replace("&#x27;", "'")


@pytest.mark.parametrize("kind", [kind for kind in QUESTIONS if kind not in BESIDE])
def test_a_question_is_asked_followed_and_answered(analyst, kind):
    asked = analyst.post(f"{HERE}{kind}/", chosen(kind))
    assert asked.status_code == 302, asked.content.decode()
    waiting = body(analyst, asked.url)
    assert "Working it out" in waiting
    assert "hx-get" in waiting
    work()
    found = Analysis.objects.get()
    for language, start in (("en", "/en"), ("es", "")):
        text = body(analyst, f"{start}/analyses/{found.pk}/")
        assert found.result[language]["sentence"].split("(")[0].strip() in text
    polled = analyst.get(asked.url, headers={"HX-Request": "true"})
    assert polled.headers["HX-Refresh"] == "true"
    assert f"/analyses/{found.pk}/" in body(analyst, "/en/analyses/")


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_asked(analyst):
    answer = analyst.post(f"{HERE}hotspots/", chosen("hotspots", first="2023-13", offence="nada"))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Analysis.objects.exists()


def test_a_protected_offence_is_neither_offered_nor_taken(analyst):
    assert 'value="extorsion"' not in body(analyst, f"{HERE}hotspots/")
    answer = analyst.post(f"{HERE}hotspots/", chosen("hotspots", offence="extorsion"))
    assert answer.status_code == 422
    assert "never shown finer than a district" in answer.content.decode()


def test_a_source_without_what_is_needed_says_why_not(analyst):
    from convive.evidence.models import Source

    source = Source.objects.get(code="hechos")
    columns = {name: column for name, column in source.spec["columns"].items() if name != "x"}
    source.spec = {**source.spec, "columns": columns}
    source.save()
    assert "Not here:" in body(analyst, HERE)
    assert "No source can answer this here." in body(analyst, f"{HERE}hotspots/")


# What leaves


def table(client, number: int, name: str) -> list[list[str]]:
    answer = client.get(f"/en/analyses/{number}/{name}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_no_small_count_of_a_cell_is_told_to_anybody(analyst):
    found = answered(actor("analyst"), "hotspots", options={"cells": "h3:9"})
    numbers = {row["cell"]: row["n"] for row in found.result["numbers"]["cells"]}
    few = {cell for cell, n in numbers.items() if 0 < n < 5}
    assert few, "the draw has cells with few incidents"
    for audience in Audience:
        told = analysis_tables.cleared(found, 5, audience).table("cells")
        for row in told.rows:
            if row.cells[0].value in few:
                assert row.cells[2].told is Told.SUPPRESSED
                assert [cell.value for cell in row.cells[3:]] == [None, None]
    page = body(analyst, f"/en/analyses/{found.pk}/")
    drawn = re.findall(r"<title>([0-9a-f]{15}): (\d+)</title>", page)
    assert drawn, "the cells that may be told are drawn"
    assert not few & {cell for cell, _n in drawn}


def test_pairs_are_exact_inside_and_small_ones_hidden_in_the_file(analyst):
    found = answered(actor("analyst"), "near-repeat")
    inside = analysis_tables.cleared(found, 5, Audience.INSIDE).table("knox")
    flat = [n for row in found.result["numbers"]["observed"] for n in row]
    assert [row.cells[2].value for row in inside.rows] == flat
    outside = analysis_tables.cleared(found, 5, Audience.OUTSIDE).table("knox")
    for row, n in zip(outside.rows, flat, strict=True):
        assert row.cells[2].value != n or n == 0 or n >= 5
    assert table(analyst, found.pk, "knox")


def test_a_sensitive_offence_has_the_higher_threshold_at_once(analyst):
    found = answered(actor("analyst"), "hotspots")
    assert queries.threshold_of(found) == 5
    Offence.objects.filter(category="robo").update(flags=["sensitive"])
    assert queries.threshold_of(found) == 10
    assert "<title>" not in body(analyst, f"/en/analyses/{found.pk}/").split("</h1>")[1]


def test_the_file_says_whence_it_comes(analyst):
    found = answered(actor("analyst"), "hotspots")
    text = str(table(analyst, found.pk, "backtest"))
    for said in (
        "Incidents (hechos)",
        LA_ESPERANZA,
        "docs/methods/hotspots.md",
        found.version[:12],
    ):
        assert said in text


# As evidence grows


def test_an_old_answer_says_so_and_can_be_asked_again(analyst, rows, tmp_path):
    found = answered(actor("analyst"), "near-repeat")
    path = f"/en/analyses/{found.pk}/"
    assert "The evidence has changed since" not in body(analyst, path)
    bring(tmp_path, rows[:-4], name="later")
    assert "The evidence has changed since" in body(analyst, path)
    again = analyst.post(path + "again")
    assert again.status_code == 302
    assert again.url != path
    assert Analysis.objects.count() == 2


def test_one_that_waits_can_be_stopped(analyst):
    asked = analyst.post(f"{HERE}near-repeat/", chosen("near-repeat"))
    stopped = analyst.post(asked.url + "stop")
    assert stopped.status_code == 302
    assert "It was stopped" in body(analyst, asked.url)


def test_the_months_offered_are_the_last_two_years(analyst):
    text = body(analyst, f"{HERE}hotspots/")
    last = date(2024, 1, 31)
    assert f'value="{last:%Y-%m}"' in text
    assert 'value="2022-02"' in text
