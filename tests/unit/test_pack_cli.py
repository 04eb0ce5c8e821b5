"""convive pack check and convive pack apply, as a person runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from convive.cli.pack import pack as pack_commands
from convive.domain.programme.models import Programme
from packs import PACK

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVIVE_LANG", "en")


def run(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(pack_commands, words, input=answer)


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the pack with one text changed."""
    pack = Path(shutil.copytree(PACK, folder / "pack"))
    text = (pack / name).read_text()
    assert old in text
    (pack / name).write_text(text.replace(old, new))
    return pack


def test_apply_works_from_a_shell_in_a_home_of_its_own(tmp_path: Path):
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "convive",
            "pack",
            "apply",
            str(PACK),
            "--yes",
            "--json",
            "--home",
            str(tmp_path),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["applied"] is True
    assert {"kind": "organisation", "key": ["unodc"]} in told["added"]
    assert (tmp_path / "public" / "programme.json").exists()


@pytest.mark.django_db
def test_apply_shows_the_difference_and_does_nothing_without_a_yes():
    ended = run("apply", str(PACK), answer="n\n")
    assert ended.exit_code == 0
    assert "+ programme trujillo" in ended.stdout
    assert "Nothing was changed." in ended.stdout
    assert not Programme.objects.exists()


@pytest.mark.django_db
def test_apply_a_second_time_finds_nothing_to_change_and_then_shows_old_and_new(tmp_path: Path):
    assert run("apply", str(PACK), answer="y\n").exit_code == 0
    again = run("apply", str(PACK), "--yes", "--json")
    assert json.loads(again.stdout) == {
        "applied": True,
        "added": [],
        "changed": [],
        "retired": [],
        "restored": [],
    }
    other = changed(tmp_path, "organisations.toml", '"PNUD"', '"ONU-D"')
    assert "~ organisation undp\n    acronym_es: PNUD → ONU-D" in run("apply", str(other)).stdout


@pytest.mark.django_db
def test_a_fault_ends_with_1_and_writes_nothing(tmp_path: Path):
    pack = changed(tmp_path, "thresholds.toml", "default = 5", "default = 2")
    for words in (("check", str(pack)), ("apply", str(pack), "--yes")):
        ended = run(*words)
        assert ended.exit_code == 1
        assert "thresholds.toml:2: " in ended.output
    (told,) = json.loads(run("check", str(pack), "--json").stdout)["problems"]
    assert told["where"] == "thresholds.toml:2"
    assert told["why"] and told["remedy"]
    assert not Programme.objects.exists()


@pytest.mark.django_db
def test_a_pack_without_a_fault_ends_with_0():
    ended = run("check", str(PACK))
    assert (ended.exit_code, ended.stdout) == (0, "The pack has no fault.\n")
