"""With CI=true a skip is a failure, wherever it happens; elsewhere it is not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
SKIPS = {
    "in_the_test": "def test_one(): pytest.skip('no')",
    "by_a_mark": "@pytest.mark.skip\ndef test_one(): pass",
    "by_a_fixture": "@pytest.fixture\ndef f(): pytest.skip('no')\ndef test_one(f): pass",
    "of_a_module": "pytest.skip('no', allow_module_level=True)\ndef test_one(): pass",
    "of_an_import": "pytest.importorskip('no_such_module')\ndef test_one(): pass",
}


def run(folder: Path, ci: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rs",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:django",
            *words,
        ],
        cwd=folder,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tests that skip, one for each way, one that must fail, and two about real data."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "tests").mkdir()
    shutil.copy(CONFTEST, folder / "tests")
    others = {
        "known": "@pytest.mark.xfail(strict=True)\ndef test_one(): assert False",
        "data": "def test_one(shared): assert shared.is_dir()\ndef test_two(): pass",
    }
    for name, body in (SKIPS | others).items():
        (folder / "tests" / f"test_{name}.py").write_text(f"import pytest\n{body}\n")
    return folder


@pytest.fixture(scope="module")
def here(folder):
    return run(folder, "", "--failed-habits", "mypy, ruff check")


def test_every_kind_of_skip_fails_in_ci(folder):
    ci = run(folder, "true", "-n", "1")
    assert ci.returncode == 1, ci.stdout
    assert "skipped" not in ci.stdout.splitlines()[-1]
    assert "1 xfailed" in ci.stdout.splitlines()[-1]
    for name in SKIPS:
        assert f"tests/test_{name}.py" in ci.stdout
    assert ci.stdout.count("where everything must run") >= len(SKIPS)


def test_elsewhere_a_skip_is_no_failure(here):
    assert here.returncode == 0, here.stdout
    assert f"{len(SKIPS) + 1} skipped" in here.stdout


def test_a_test_on_real_data_skips_with_the_reason_where_there_are_none(here):
    assert "1 passed" in here.stdout
    assert "the real data are not beside this checkout" in here.stdout


def test_the_network_is_out_of_reach():
    with pytest.raises(RuntimeError, match="wants the network"):
        socket.create_connection(("192.0.2.1", 80), 1)


def test_habits_that_failed_before_the_tests_are_told_at_the_end(here):
    lines = here.stdout.splitlines()
    assert "mypy, ruff check" in lines[-16:]
    assert "1 passed" in lines[-1]
