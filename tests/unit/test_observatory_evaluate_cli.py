"""convive observatory evaluations and evaluate, as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cast import CAST, actor
from click.testing import CliRunner, Result
from django.utils import translation
from evaluated import designed, make_evaluated

from convive.cli.observatory import observatory
from convive.domain.observatory.models import Opening

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    make_evaluated(tmp_path)
    with translation.override("en"):  # the command activates a language: take it back
        yield


def run(*words: object) -> Result:
    return CliRunner().invoke(observatory, [str(word) for word in words])


def test_the_list_says_what_can_be_opened_and_opening_is_the_same_deed():
    design = designed(actor("coordinator"))
    (row,) = json.loads(run("evaluations", "--json").stdout)["evaluations"]
    assert (row["state"], row["can_be_opened"], row["seal"]) == ("can be opened", True, design.seal)
    done = run("evaluate", design.evaluation_id, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["seal"] == design.seal
    assert {"estimate", "lower", "upper", "p", "weights", "pre_trend", "displacement"} <= set(told)
    assert told["trace"] == []
    assert Opening.objects.get().answered_at
    assert "fewer than would have been" in run("evaluate", design.evaluation_id).stdout


def test_what_cannot_be_opened_is_refused_with_the_reason():
    done = run("evaluate", 99)
    assert done.exit_code == 1 and "no such evaluation" in done.output
    design = designed(actor("coordinator"), until=date(2023, 12, 1))
    done = run("evaluate", design.evaluation_id)
    assert done.exit_code == 1 and "once the records of February 2024" in done.output
    assert not Opening.objects.exists()


def test_whoever_may_not_see_every_place_is_refused_there_too():
    design = designed(actor("coordinator"))
    actor("municipal_officer")
    done = run("evaluate", design.evaluation_id, "--as", CAST["municipal_officer"].email)
    assert done.exit_code == 1
    assert not Opening.objects.exists()
