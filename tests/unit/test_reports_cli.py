"""convive report diagnosis and convive worker, as a person runs them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, person
from click.testing import CliRunner, Result
from diagnosed import WHOLE, make_diagnosed
from pypdf import PdfReader

from convive.cli.report import report as report_commands
from convive.cli.worker import worker as worker_command
from convive.domain.programme.queries import SYSTEM
from convive.kernel.models import JournalEntry
from convive.reports import actions
from convive.reports.models import Report
from convive.reports.orders import Order

pytestmark = pytest.mark.django_db
SOURCE = "sample-quejas"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    make_diagnosed(tmp_path, SOURCE, only=("robo",))


def run(out: Path, *words: str, place: str = LA_ESPERANZA, first: str = "2020") -> Result:
    given = ["--place", place, "--from", first, "--to", "2022-12", "--out", str(out)]
    return CliRunner().invoke(report_commands, ["diagnosis", *given, *words])


def test_it_writes_the_file_and_says_how_long_it_is(tmp_path: Path):
    out = tmp_path / "d.pdf"
    ended = run(out)
    assert ended.exit_code == 0, ended.output
    pages = len(PdfReader(out).pages)
    assert f"d.pdf: {pages} pages." in ended.stdout


def test_with_json_it_answers_one_object_that_fits_the_file(tmp_path: Path):
    out = tmp_path / "d.pdf"
    told = json.loads(run(out, "--json", "--lang", "en").stdout)
    assert told["file"] == str(out)
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert told["pages"] == len(PdfReader(out).pages)
    assert told["seconds"] > 0
    assert told["is_sample"] is True


def test_an_older_file_is_replaced_and_nothing_else_is_left_beside_it(tmp_path: Path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "d.pdf").write_text("old")
    run(folder / "d.pdf")
    assert (folder / "d.pdf").read_bytes().startswith(b"%PDF")
    assert [file.name for file in folder.iterdir()] == ["d.pdf"]


def test_a_place_without_data_ends_with_1_says_why_and_writes_nothing(tmp_path: Path):
    out = tmp_path / "d.pdf"
    ended = run(out, "--json", place="PE-INEI:130112")
    assert ended.exit_code == 1
    assert "El Porvenir" in json.loads(ended.stdout)["problems"][0]["why"]
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("--source", "nobody"), "nobody"),
        (("--place", "130105"), "130105"),
        (("--from", "enero"), "enero"),
        (("--from", "2020-01-15"), "2020-01-15"),
        (("--out", "/no/such/folder/d.pdf"), "/no/such/folder"),
    ],
)
def test_what_cannot_be_used_ends_with_1_and_names_it(tmp_path: Path, words, where):
    ended = run(tmp_path / "d.pdf", *words)
    assert ended.exit_code == 1
    assert where in ended.stderr


def test_a_language_that_is_not_written_is_wrong_usage(tmp_path: Path):
    assert run(tmp_path / "d.pdf", "--lang", "qu").exit_code == 2


def test_whoever_is_named_by_as_needs_the_permission_in_that_district(tmp_path: Path):
    email = person("municipal_officer").email
    assert run(tmp_path / "d.pdf", "--as", email).exit_code == 0
    refused = run(tmp_path / "e.pdf", "--as", email, place=EL_PORVENIR)
    assert refused.exit_code == 1
    assert not (tmp_path / "e.pdf").exists()


def test_what_was_printed_and_for_whom_stands_in_the_journal(tmp_path: Path):
    run(tmp_path / "d.pdf", "--internal")
    entry = JournalEntry.objects.get(did="report.printed")
    assert entry.who == "cli"
    assert entry.subject == LA_ESPERANZA
    assert entry.data["internal"] is True
    digest = hashlib.sha256((tmp_path / "d.pdf").read_bytes()).hexdigest()
    assert entry.data["sha256"] == digest


def test_the_worker_does_what_waits_and_stops():
    report = actions.ask(by=SYSTEM, order=Order(LA_ESPERANZA, WHOLE, "es", SOURCE))
    ended = CliRunner().invoke(worker_command, ["--once", "--json"])
    assert ended.exit_code == 0, ended.output
    report.refresh_from_db()
    assert report.state == Report.State.DONE


def test_the_worker_stops_cleanly_on_a_signal(tmp_path: Path):
    worker = subprocess.Popen(
        [sys.executable, "-m", "convive", "worker", "--json", "--home", str(tmp_path / "home")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stderr is not None
        until = time.monotonic() + 180
        while "Starting worker" not in worker.stderr.readline():
            assert time.monotonic() < until
        worker.send_signal(signal.SIGTERM)
        told, _ = worker.communicate(timeout=60)
    finally:
        worker.kill()
    assert worker.returncode == 0
    assert json.loads(told) == {"stopped": True}
