"""Exporting the programme: the round trip, what pages made, and a folder that is never half-new."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import transaction
from django.utils import translation

from convive.access.rules import Actor
from convive.cli.pack import pack as pack_commands
from convive.domain.committees import actions as committees
from convive.domain.plans import actions_edit, queries
from convive.domain.plans.editing import facts_of
from convive.domain.plans.models import IndicatorVersion
from convive.domain.programme.models import Organisation
from convive.domain.programme.queries import SYSTEM
from convive.evidence.models import Offence, Source
from convive.kernel.errors import BadInput, NotAllowed
from convive.pack import toml_text
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.diff import What, diff
from convive.pack.export import export, save
from convive.pack.wanted import wanted
from packs import PACK

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def trujillo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The pack, applied once for all tests of this module; each test's own writes are undone."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        apply(check(PACK), by=SYSTEM)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch, trujillo: None, db: None) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    with translation.override("en"):
        yield


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folder from which the programme was applied."""
    return Path(shutil.copytree(PACK, tmp_path / "trujillo"))


def exported(folder: Path) -> Path:
    save(export(folder, by=SYSTEM))
    return folder


def texts(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(pack_commands, words, input=answer)


def rename(code: str, name: str) -> None:
    Organisation.objects.filter(code=code).update(name_en=name)


def test_the_pack_of_trujillo_comes_back_as_it_went_in(tmp_path: Path):
    again = check(exported(tmp_path / "out"))
    assert again.problems == []
    assert wanted(again) == wanted(check(PACK))


def test_applying_what_was_exported_changes_nothing(tmp_path: Path):
    assert diff(check(exported(tmp_path / "out"))) == []


def test_exporting_twice_writes_the_same_bytes(tmp_path: Path):
    assert texts(exported(tmp_path / "one")) == texts(exported(tmp_path / "two"))


def test_a_folder_that_says_the_same_keeps_its_comments(copy: Path):
    before = texts(copy)
    found = export(copy, by=SYSTEM)
    assert (found.changes, found.files) == ([], [])
    save(found)
    assert texts(copy) == before


def test_only_the_file_that_says_something_else_is_written_anew(copy: Path):
    (copy / "notes.md").write_text("mine")
    before = texts(copy)
    rename("undp", "UNDP Peru")
    found = export(copy, by=SYSTEM)
    assert found.files == ["organisations.toml"]
    (change,) = found.changes
    assert change.fields == {"name_en": ("United Nations Development Programme", "UNDP Peru")}
    save(found)
    after = texts(copy)
    assert {name for name in before if before[name] != after[name]} == {"organisations.toml"}
    assert set(after) == set(before)
    assert diff(check(copy)) == []


def test_what_the_plan_became_on_its_pages_is_written(tmp_path: Path):
    plan = queries.plan("programa-conjunto")
    facts = facts_of(plan) | {"end": date(2018, 5, 21)}
    actions_edit.edit_plan(by=SYSTEM, plan=plan.code, facts=facts, reason="Prórroga.")
    indicator = queries.indicator("girls-and-young-women-reached")
    version = facts_of(queries.latest_version(indicator)) | {"categories": ["sex"]}
    actions_edit.edit_indicator(
        by=SYSTEM,
        indicator=indicator.code,
        facts=version,
        reason="Solo por sexo.",
        valid_from=date(2016, 1, 1),
    )
    actions_edit.set_target(
        by=SYSTEM,
        indicator=indicator.code,
        facts={
            "place": "PE-INEI:130105",
            "combination": "sex=female",
            "due": date(2017, 5, 21),
            "value": 1234.5,
            "baseline": None,
            "baseline_on": None,
            "note_es": "",
            "note_en": "",
        },
        reason="Se acordó.",
    )
    folder = exported(tmp_path / "out")
    with (folder / "plan.toml").open("rb") as file:
        assert tomllib.load(file)["plan"][0]["end"] == date(2018, 5, 21)
    with (folder / "indicators.csv").open(newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["code"] == "girls-and-young-women-reached"
        ]
    assert (rows[0]["version"], rows[0]["categories"]) == ("2", "sex")
    assert any(row["target"] == "1234.5" and row["combination"] == "sex=female" for row in rows)
    assert diff(check(folder)) == []
    assert IndicatorVersion.objects.filter(indicator=indicator).count() == 2


def test_what_pages_made_is_written_and_no_pack_retires_it(tmp_path: Path, copy: Path):
    Source.objects.filter(code="sidpol-counts").update(origin="page")
    Offence.objects.filter(source_code="sidpol-counts").update(origin="page")
    made = committees.make_committee(
        by=SYSTEM,
        kind="other",
        name_es="Mesa de alumbrado",
        name_en="Lighting table",
        organisation="md-la-esperanza",
        district="PE-INEI:130105",
        quorum_number=3,
        quorum_percent=None,
        valid_from=date(2016, 1, 1),
        valid_to=None,
    )
    committees.add_seat(
        by=SYSTEM,
        committee=made.code,
        organisation="pnp",
        name_es="Comisario",
        name_en="Commander",
        post="member",
        votes=True,
        valid_from=date(2016, 1, 1),
    )
    (copy / "sources" / "sidpol-counts.toml").unlink()
    rows = (copy / "offences.csv").read_text().splitlines(keepends=True)
    (copy / "offences.csv").write_text(
        "".join(row for row in rows if not row.startswith("sidpol-counts,"))
    )
    indicators = (copy / "indicators.csv").read_text()
    (copy / "indicators.csv").write_text(indicators.replace("sidpol-counts", "sidpol-points"))
    gone = [change for change in diff(check(copy)) if change.what is What.RETIRE]
    assert gone == []
    folder = exported(tmp_path / "out")
    assert (folder / "sources" / "sidpol-counts.toml").exists()
    found = tomllib.loads((folder / "committees.toml").read_text())
    assert "mesa-de-alumbrado" in {row["code"] for row in found["committee"]}
    assert diff(check(folder)) == []


def test_who_sits_in_a_seat_is_no_part_of_a_pack(tmp_path: Path):
    text = (exported(tmp_path / "out") / "committees.toml").read_text()
    assert "titular" not in text and "@" not in text


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, copy: Path):
    (copy / "photo.jpg").write_bytes(b"x")
    with pytest.raises(BadInput, match="no part of a pack"):
        export(copy, by=SYSTEM)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BadInput, match="This is a file"):
        export(file, by=SYSTEM)


def test_the_pack_of_another_programme_is_left_alone(copy: Path):
    text = (copy / "programme.toml").read_text()
    (copy / "programme.toml").write_text(text.replace('code = "trujillo"', 'code = "callao"', 1))
    with pytest.raises(BadInput, match="another programme, “callao”"):
        export(copy, by=SYSTEM)


def test_a_folder_with_faults_is_mended(copy: Path):
    (copy / "plan.toml").write_text("[[plan]\n")
    save(export(copy, by=SYSTEM))
    assert check(copy).problems == []


def test_a_text_that_no_pack_can_hold_is_told_and_nothing_is_written(tmp_path: Path):
    IndicatorVersion.objects.filter(indicator__code="people-reached").update(
        definition_es="uno\rdos"
    )
    with pytest.raises(BadInput, match="no pack can hold: definition_es") as told:
        export(tmp_path / "out", by=SYSTEM)
    assert told.value.problems[0].where == "indicator_version people-reached 1"
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_folder_as_it_was(
    copy: Path, monkeypatch: pytest.MonkeyPatch
):
    rename("undp", "UNDP Peru")
    before = texts(copy)
    found = export(copy, by=SYSTEM)
    rename_path = Path.rename
    full = iter([OSError(28, "No space left on device")])

    def rename_or_fail(self: Path, target: Path) -> Path:
        if Path(target).name == copy.name and (error := next(full, None)):
            raise error
        return rename_path(self, target)

    monkeypatch.setattr(Path, "rename", rename_or_fail)
    with pytest.raises(OSError, match="No space"):
        save(found)
    assert texts(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_only_whoever_changes_the_programme_exports_it(tmp_path: Path):
    stranger = Actor(id="user:0", label="nobody")
    with pytest.raises(NotAllowed):
        export(tmp_path / "out", by=stranger)


def test_the_command_shows_what_changes_and_asks_where_the_folder_exists(copy: Path):
    rename("undp", "UNDP Peru")
    before = texts(copy)
    refused = run("export", str(copy), answer="n\n")
    assert refused.exit_code == 0
    assert "~ organisation undp" in refused.stdout and "→ UNDP Peru" in refused.stdout
    assert "comments are not kept" in refused.stdout and "Nothing was written." in refused.stdout
    assert texts(copy) == before
    done = run("export", str(copy), "--yes", "--json")
    assert json.loads(done.stdout)["written"] == ["organisations.toml"]
    assert "nothing to write" in run("export", str(copy)).stdout


def test_the_command_writes_a_new_folder_without_asking(tmp_path: Path):
    done = run("export", str(tmp_path / "new"))
    assert done.exit_code == 0, done.output
    assert check(tmp_path / "new").problems == []


def test_check_and_new_need_no_home_and_make_none(tmp_path: Path):
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CONVIVE")}
    for words in (
        ("check", str(PACK)),
        (
            *("new", "callao", "--from", str(PACK), "--code", "callao", "--title-es", "Callao"),
            *("--title-en", "Callao", "--start", "2027-01-01", "--end", "2029-12-31"),
            *("--zone", "America/Lima", "--country", "PE"),
        ),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "convive", "pack", *words],
            env={**bare, "PYTHONPATH": str(ROOT / "src")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["callao"]


@pytest.mark.parametrize(
    "words", [("check", "PACK"), ("apply", "PACK", "--yes"), ("export", "OUT")]
)
def test_a_person_without_the_right_is_refused(words: tuple[str, ...], tmp_path: Path):
    from convive.domain.programme.actions_members import add_member

    for role, districts in (("analyst", ("all",)), ("coordinator", ())):
        add_member(
            by=SYSTEM,
            email=f"{role}@demo.example",
            name=role,
            role=role,
            organisation="",
            districts=districts,
        )
    named = [{"PACK": str(PACK), "OUT": str(tmp_path / "out")}.get(word, word) for word in words]
    refused = run(*named, "--as", "analyst@demo.example")
    assert refused.exit_code == 1
    assert "None of this person's roles permits it here" in refused.output
    assert run(*named, "--as", "coordinator@demo.example").exit_code == 0


def test_toml_reads_back_what_was_written():
    said = {
        "text": 'comillas " \\ y\nlíneas\t\x7f\x01 ñ 𝄞',
        "whole": -3,
        "float": 0.1,
        "round": 7600.0,
        "day": date(2014, 5, 22),
        "yes": True,
        "list": ["a", "b" * 120],
        "table": {"inner key": 1, "deep": {"x": [1, 2]}},
        "rows": [{"a": 1}, {"b": {"c": "d"}}],
    }
    assert tomllib.loads(toml_text.document(said)) == said
    with pytest.raises(TypeError):
        toml_text.value(object())


def test_what_a_pack_could_not_say_is_told_as_its_check_tells_it(tmp_path: Path):
    Organisation.objects.filter(is_lead=True).update(is_lead=False)
    with pytest.raises(BadInput, match="No organisation leads"):
        export(tmp_path / "out", by=SYSTEM)
