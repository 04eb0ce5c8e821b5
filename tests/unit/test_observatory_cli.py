"""convive figure, as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import CAST, person
from click.testing import CliRunner, Result
from django.utils import translation
from observatory_ground import ROWS, make_ground

from convive.cli.figure import figure

pytestmark = pytest.mark.django_db
ASKED = ("--place", "PE-INEI:130105", "--from", "2023-01", "--to", "2023-12")


@pytest.fixture(autouse=True)
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    make_ground(tmp_path, "table", "sample-table")
    with translation.override("en"):  # the command activates a language: take it back
        yield


def run(*words: str) -> Result:
    return CliRunner().invoke(figure, words)


def test_json_is_the_figure_and_nothing_else():
    done = run("observatory.count", *ASKED, "--where", "source=table", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["value"] == sum(r.n for r in ROWS if (r.place, r.year) == ("130105", 2023))
    assert set(told) == {
        *("value", "lower", "upper", "unit", "n", "method", "source", "as_of", "status"),
        *("marks", "words"),
    }


def test_the_text_says_the_sentence_the_source_and_the_method():
    done = run("observatory.rate", *ASKED, "--where", "source=table", "--where", "offence=0401")
    assert done.exit_code == 0, done.output
    sentence, source, method, *marks = done.stdout.splitlines()
    assert sentence.startswith("La Esperanza, 2023: ")
    assert "per 100,000 people a year" in sentence
    assert "Complaints of table" in source and "received up to 31 Dec 2023" in source
    assert "person-years" in method
    assert any("Robbery" in mark for mark in marks)


def test_a_sample_says_so_on_the_screen():
    done = run("observatory.count", *ASKED, "--where", "source=sample-table")
    assert "Sample" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("observatory.count", *ASKED),
        ("observatory.counts", *ASKED, "--where", "source=table"),
        ("observatory.count", *ASKED, "--where", "source"),
        ("observatory.count", "--place", "130105", "--from", "2023", "--where", "source=table"),
        ("observatory.count", "--from", "2023-13", "--where", "source=table"),
        ("observatory.count", *ASKED[:4], "--to", "2022", "--where", "source=table"),
    ],
)
def test_bad_input_ends_with_1_and_says_what_to_do(words: tuple[str, ...]):
    done = run(*words, "--json")
    assert done.exit_code == 1
    problem = json.loads(done.stdout)["problems"][0]
    assert problem["why"] and problem["remedy"]


def test_a_question_without_period_is_wrong_usage():
    assert run("observatory.count", "--where", "source=table").exit_code == 2


def test_a_person_sees_the_figures_of_their_own_district_alone():
    person("municipal_officer")
    acting = ("--where", "source=table", "--as", CAST["municipal_officer"].email)
    assert run("observatory.count", *ASKED, *acting).exit_code == 0
    elsewhere = ("--place", "PE-INEI:130102", "--from", "2023")
    assert run("observatory.count", *elsewhere, *acting).exit_code == 1
