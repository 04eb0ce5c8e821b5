"""convive evidence suggest, as a person runs it."""

from __future__ import annotations

import json

import pytest
from cast import make_programme
from click.testing import CliRunner, Result
from django.test import override_settings
from recorded import receive, source, table

from convive.cli.evidence import evidence
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions import put_source
from convive.evidence.models import Batch, Source
from convive.evidence.spec import read_source
from convive.kernel.home import Home

pytestmark = pytest.mark.django_db

ROWS = (
    "UBIGEO,AÑO,MES,MODALIDAD,CANTIDAD,Nombre",
    "130105,2023,1,Tentativa de robo,7,Planted Persona",
    "130102,2023,2,Violencia familiar,5,Otra Persona",
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVIVE_LANG", "en")
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


def run(*words) -> Result:
    return CliRunner().invoke(evidence, [str(word) for word in words])


def test_it_tells_columns_reasons_offences_and_the_file_of_the_source(tmp_path):
    make_programme()
    done = run("suggest", table(tmp_path, ROWS, "denuncias 2023.csv"))
    assert done.exit_code == 0
    assert "UBIGEO → place (130102, 130105)" in done.stdout
    assert "Its name says so; it holds years." in done.stdout
    assert "! Columns about people are left out: Nombre." in done.stdout
    assert "Tentativa de robo → 0401 Robbery (1.00)" in done.stdout
    assert "Violencia familiar → – Violence against women" in done.stdout
    assert "no_small_area; sensitive" in done.stdout
    assert "Persona" not in done.stdout
    assert not Source.objects.exists() and not Batch.objects.exists()


def test_the_file_that_it_prints_imports_the_file_that_it_read(tmp_path):
    make_programme()
    file = table(tmp_path, ROWS)
    told = json.loads(run("suggest", file, "--code", "proof", "--json").stdout)
    assert told["problems"] == [] and told["attempted"] == ["Tentativa de robo"]
    path = tmp_path / "proof.toml"
    path.write_text(told["source"], encoding="utf-8")
    spec, problems = read_source(path)
    assert problems == [] and spec is not None
    put_source(by=SYSTEM, spec=spec)
    assert receive(file).accepted == 2


def test_what_is_missing_is_told_beside_what_was_found(tmp_path):
    done = run("suggest", table(tmp_path, ("que,cuanto", "robo,7")), "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["source"] is None
    assert any("date" in problem["why"] for problem in told["problems"])


def test_a_known_source_keeps_its_mapping(tmp_path):
    source(tmp_path)
    done = run("suggest", table(tmp_path, ("place,year,month,offence,n", "130105,2023,1,x,7")),
               "--source", "proof")  # fmt: skip
    assert "The mapping of this source names it." in done.stdout
    assert "# sources/proof.toml" in done.stdout


def test_a_file_that_cannot_be_opened_ends_with_a_reason(tmp_path):
    done = run("suggest", table(tmp_path, ()))
    assert done.exit_code == 1 and "empty" in done.stderr
