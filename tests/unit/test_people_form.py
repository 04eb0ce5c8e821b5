"""The form of enrolment: accepted by the tool that KoboToolbox and ODK use; answers come home."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from cast import LA_ESPERANZA, actor, make_programme
from click.testing import CliRunner
from django.utils import translation

from convive.cli.people import people
from convive.domain.people import actions, columns, files, xlsform
from convive.domain.people.facts import Facts
from convive.domain.people.models import Import, Person
from convive.domain.programme import queries as programme
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

TODAY = date(2024, 5, 1)
NOT_ASKED = {"is_another", *columns.CONSENTS.values()}


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def table(sheet: str) -> list[dict[str, str]]:
    head, *rows = xlsform.sheets(TODAY)[sheet]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_every_column_of_the_register_is_asked():
    asked = {row["name"] for row in table("survey")}
    assert set(columns.COLUMNS) - NOT_ASKED <= asked and "consent" in asked


def test_every_column_is_explained():
    told = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")
    assert [name for name in columns.COLUMNS if f"`{name}`" not in told] == []


def test_every_label_is_in_both_languages():
    for row in table("survey"):
        if not row["type"].startswith("end") and row["type"] != "calculate":
            assert row["label::Español (es)"] and row["label::English (en)"], row
    labels = {row["label::Español (es)"] for row in table("survey")}
    assert {"Apellido paterno", "Distrito"} <= labels


def test_districts_are_those_of_the_pack():
    districts = [row["name"] for row in table("choices") if row["list_name"] == "district"]
    assert districts == [place.code for place in programme.districts().order_by("code")] != []


def test_lists_that_are_asked_of_are_there_and_hold_each_name_once():
    choices = [(row["list_name"], row["name"]) for row in table("choices")]
    assert len(set(choices)) == len(choices)
    asked = {row["type"].split()[1] for row in table("survey") if row["type"].startswith("select")}
    assert asked == {of for of, _name in choices}


def test_each_choice_is_read_when_it_comes_back():
    reader = columns.Reader(
        {name: name for name in (*columns.COLUMNS, "consent")},
        lambda text: f"PE-INEI:{text}",
        {"F": "F", "M": "M"},
        TODAY,
    )
    asked = {
        row["type"].split()[1]: row["name"]
        for row in table("survey")
        if row["type"].startswith("select")
    }
    more = {"consent": "services", "consent_way": "spoken", "consent_on": "2024-01-02"}
    for choice in table("choices"):
        cells = {"given": "Ana", "age_band": "18-24"}
        cells |= more if choice["list_name"] in ("purpose", "voice", "way") else {}
        said = reader.read(cells | {asked[choice["list_name"]]: choice["name"]})
        assert not said.problems, (choice, said.problems)


def test_pyxform_accepts_it(tmp_path: Path):
    pyxform = pytest.importorskip("pyxform.xls2xform", reason="pyxform is not installed here")
    path = tmp_path / "enrolment.xlsx"
    path.write_bytes(files.form().content)
    made = pyxform.convert(path, validate=False)
    assert not made.warnings, made.warnings
    assert '<translation lang="English (en)">' in made.xform
    for name in ("given", "district", "consent_voice"):
        assert re.search(rf'nodeset="/data/\w+/{name}"', made.xform), name


# The command


def run(*args: str) -> tuple[int, dict]:
    answer = CliRunner().invoke(people, [*args, "--json"])
    return answer.exit_code, json.loads(answer.stdout)


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "list.csv"
    path.write_text("nombres,apellidos,edad,dni\nAna,Díaz Vega,20,\nLuz,Rojas,,12\n")
    return str(path)


def test_a_file_is_tried_then_brought_in_then_not_again(listed, tmp_path):
    base = ("import", listed, "--organisation", "unfpa")
    code, told = run(*base, "--dry-run")
    assert (code, told["read"], told["accepted"], told["rejected"]) == (0, 2, 1, 1)
    assert told["rows_not_taken"][0]["row"] == "3"
    assert not Person.objects.exists() and not Import.objects.exists()
    rejects = tmp_path / "rejects.csv"
    code, told = run(*base, "--rejects", str(rejects))
    assert (code, told["accepted"], Person.objects.get().name) == (0, 1, "Ana Díaz Vega")
    assert rejects.stat().st_mode & 0o077 == 0
    [row] = csv.DictReader(rejects.read_text(encoding="utf-8-sig").splitlines())
    assert row["row"] == "3" and row["nombres"] == "Luz"
    assert Import.objects.get().rejects == ""
    code, told = run(*base)
    assert (told["accepted"], told["doubles"], Person.objects.count()) == (0, 1, 1)


def test_whoever_may_not_keep_people_brings_nobody_in(listed):
    code, told = run("import", listed, "--organisation", "unfpa", "--as", "analyst@example.org")
    assert code == 1 and told["problems"] and not Person.objects.exists()


def test_people_are_exported_and_the_form_is_made(tmp_path):
    actions.register(
        by=actor("case_worker"),
        organisation="unfpa",
        facts=Facts("Ana", born=date(1999, 1, 2), district=LA_ESPERANZA),
    )
    out = tmp_path / "people.csv"
    code, told = run("export", "--organisation", "unfpa", "--out", str(out))
    assert (code, told["people"]) == (0, 1) and out.stat().st_mode & 0o077 == 0
    assert JournalEntry.objects.get(did="people.exported").data == {"people": 1}
    [row] = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    assert (row["given"], row["born"], row["district"]) == ("Ana", "1999-01-02", "130105")
    assert run("export", "--organisation", "unfpa", "--out", str(tmp_path / "x.pdf"))[0] == 1
    form = tmp_path / "form.xlsx"
    assert run("form", "--out", str(form))[0] == 0
    assert openpyxl.load_workbook(form).sheetnames == ["survey", "choices", "settings"]
