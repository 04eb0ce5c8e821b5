"""A process killed in the middle of an import: it has happened or it has not, never half."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = 60_000

# Each step of a process of its own: what it prints is what a person would be told
STEP = """
import json, os, sys
sys.path[:0] = [{src!r}, {tests!r}]
os.environ["DJANGO_SETTINGS_MODULE"] = "convive.settings"
import django; django.setup()
from pathlib import Path
from convive.cli.schema import bring_up_to_date
bring_up_to_date()
from convive.domain.programme.queries import SYSTEM
from convive.evidence import actions, queries, store
from convive.kernel import journal
from django.conf import settings
{step}
"""
PREPARE = "import recorded; recorded.source(Path({folder!r}))"
IMPORT = """
def told(phase, done):
    print(phase, flush=True)
receipt = actions.import_file(by=SYSTEM, source="proof", path=Path({file!r}), on_progress=told)
print(json.dumps({{"accepted": receipt.accepted, "again": receipt.already_imported}}))
"""
LOOK = """
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period
verdict = journal.verify()
batches = queries.batch_ids("proof")
whole = queries.Selection("proof", Period.between("2000", "2030"))
files = sorted(f.stem for f in settings.HOME.evidence.glob("*.parquet"))
work = [f.name for f in settings.HOME.evidence.glob(".work-*")]
print(json.dumps(dict(
    batches=batches, n=queries.count(whole), whole=verdict.whole, files=files, work=work,
    entries=JournalEntry.objects.filter(did="batch.imported").count(),
)))
"""


@pytest.fixture
def step(tmp_path):
    environment = {**os.environ, "CONVIVE_HOME": str(tmp_path / "home")}
    paths = {"src": str(ROOT / "src"), "tests": str(ROOT / "tests")}

    def start(text: str) -> subprocess.Popen[str]:
        code = STEP.format(step=text, **paths)
        return subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
        )

    return start


def finish(process: subprocess.Popen[str]) -> str:
    out, _err = process.communicate(timeout=120)
    assert process.returncode == 0
    return out


def write_counts(file: Path, months: int) -> int:
    """A file of counts of the month so many after January 2020, a district for each row.

    Returns their sum.
    """
    year, month = 2020 + months // 12, months % 12 + 1
    lines = ["place,year,month,offence,n"]
    lines += [f"{100_000 + i},{year},{month},robo,{1 + i % 5}" for i in range(ROWS)]
    file.write_text("\n".join(lines) + "\n")
    return sum(1 + i % 5 for i in range(ROWS))


@pytest.mark.parametrize("kills", [6, pytest.param(30, marks=pytest.mark.heavy)])
def test_an_import_killed_at_any_moment_leaves_all_or_nothing(tmp_path, step, kills):
    finish(step(PREPARE.format(folder=str(tmp_path / "spec"))))
    draw = random.Random(20140522 + kills)
    present, killed = 0, 0
    phases = ("hash", "decode", "check", "write")
    for kill in range(kills):
        file = tmp_path / f"{kill}.csv"
        n = write_counts(file, kill)
        process = step(IMPORT.format(file=str(file)))
        assert process.stdout is not None
        # Killed a moment after it has reached a phase: together the kills fall all over its work
        for line in process.stdout:
            if line.strip() == phases[kill % len(phases)]:
                break
        time.sleep(draw.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL

        # What a person would find, and the same file sent once more
        seen, receipt = read(finish(step(LOOK + IMPORT.format(file=str(file)))))
        assert seen["whole"], "the journal is broken"
        assert seen["n"] in (present, present + n), "half a file is visible"
        happened = seen["n"] == present + n
        assert len(seen["batches"]) == kill + happened
        assert seen["entries"] == len(seen["batches"])
        assert set(seen["batches"]) <= set(seen["files"])
        assert receipt == {"accepted": ROWS, "again": happened}
        present += n

    (seen,) = read(finish(step(LOOK)))
    assert killed, "no kill came in time: the test has shown nothing"
    assert seen["n"] == present and seen["whole"]
    assert sorted(seen["batches"]) == seen["files"], "an orphan was left behind"
    assert seen["work"] == []
    assert len(seen["batches"]) == seen["entries"] == kills


def read(out: str) -> list[dict[str, object]]:
    """The JSON objects among the lines that a process printed."""
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]
