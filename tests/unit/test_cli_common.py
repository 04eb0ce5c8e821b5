"""What every command shares, tried on real processes with homes of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from convive.cli.common import language


def convive(*words: object, home: Path | None = None, **more: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "CONVIVE_LANG": "en", **more}
    environment.pop("CONVIVE_HOME")
    if home:
        environment["CONVIVE_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "convive", *map(str, words)],
        env=environment,
        cwd=more.get("PWD"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home for those who only read it."""
    return tmp_path_factory.mktemp("home")


def test_a_command_that_is_done_leaves_with_0_and_one_json_object(tmp_path):
    done = convive("journal", "verify", "--json", "--home", tmp_path / "home")
    assert done.returncode == 0
    assert json.loads(done.stdout)["whole"] is True
    assert "whole" in done.stderr


def test_bad_input_leaves_with_1_and_says_where_why_and_what_to_do(home):
    done = convive("journal", "verify", "--as", "nobody@example.org", "--json", home=home)
    assert done.returncode == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["where"] == "--as"
    assert problem["why"]
    assert problem["remedy"]
    assert problem["why"] in done.stderr


def test_wrong_usage_leaves_with_2(home):
    assert convive("journal", "verify", "--no-such", home=home).returncode == 2


def test_an_empty_home_never_means_the_working_directory(tmp_path):
    done = convive("journal", "verify", "--home", "", PWD=tmp_path)
    assert done.returncode == 2
    assert not list(tmp_path.iterdir())


def test_a_person_without_the_right_is_refused_in_words(home):
    added = convive(
        *("member", "add", "paga@example.org", "--name", "Pays", "--role", "funder"), home=home
    )
    assert added.returncode == 0, added.stderr
    for words in (("journal", "verify"), ("member", "list")):
        done = convive(*words, "--as", "paga@example.org", home=home)
        assert done.returncode == 1
        assert "permits" in done.stderr and "@" not in done.stdout


def test_the_home_is_that_of_the_option_then_of_the_environment_then_of_the_directory(tmp_path):
    named, set_, here = (tmp_path / name for name in ("named", "set", "here"))
    here.mkdir()
    convive("journal", "verify", "--home", named, home=set_)
    assert (named / "secret.key").exists()
    assert not set_.exists()
    convive("journal", "verify", home=set_)
    assert (set_ / "secret.key").exists()
    convive("journal", "verify", PWD=str(here))
    assert (here / ".convive" / "secret.key").exists()


def test_a_home_that_cannot_be_made_is_told_without_a_traceback(tmp_path):
    (tmp_path / "file").touch()
    done = convive("journal", "verify", home=tmp_path / "file" / "home")
    assert done.returncode == 1
    assert "--home" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_is_private_to_its_owner(tmp_path):
    convive("journal", "verify", home=tmp_path / "home")
    home = tmp_path / "home"
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "secret.key").stat().st_mode & 0o077 == 0


def test_messages_come_in_the_language_of_the_terminal(home):
    spanish = convive("journal", "verify", home=home, CONVIVE_LANG="es").stdout
    english = convive("journal", "verify", home=home, CONVIVE_LANG="en").stdout
    assert "diario" in spanish
    assert "journal" in english


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "es"),
        ({"LANG": "es_PE.UTF-8"}, "es"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "qu_PE.UTF-8"}, "es"),
        ({"LANG": "en_US.UTF-8", "CONVIVE_LANG": "es"}, "es"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_ES.UTF-8"}, "es"),
    ],
)
def test_the_language_is_spanish_unless_the_terminal_says_otherwise(
    monkeypatch, variables, expected
):
    for name in ("CONVIVE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = convive("demo", "--port", taken.getsockname()[1], home=tmp_path / "home")
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert not (tmp_path / "home").exists()


def test_the_records_are_private_in_a_directory_that_others_made(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    assert convive("journal", "verify", home=home).returncode == 0
    for file in ("convive.sqlite3", "secret.key"):
        assert (home / file).stat().st_mode & 0o077 == 0, file


def test_first_commands_at_once_leave_one_whole_schema(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _n: convive("journal", "verify", home=tmp_path), range(3)))
    assert [one.returncode for one in done] == [0, 0, 0], done[0].stderr
