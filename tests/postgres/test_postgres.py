"""The same record on PostgreSQL: constraints, actions, journal, and many writers at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cluster import cluster, programs

ROOT = Path(__file__).resolve().parents[2]
# Of the journal those that touch the database in a way of their own: each empties it, which is slow
SAME_TESTS = (
    "test_plans_constraints.py",
    "test_plans_actions.py",
    "test_journal.py::test_an_untouched_journal_is_whole",
    "test_journal.py::test_an_entry_falls_with_the_act_that_it_records",
    "test_journal.py::test_a_changed_entry_is_found",
    "test_journal.py::test_entries_cut_off_at_the_end_are_found",
)
WRITER = """
import django, sys
django.setup()
from django.db import transaction
from convive.kernel import journal
for number in range(25):
    with transaction.atomic():
        journal.write(who=sys.argv[1], did="value.recorded", kind="value", subject=number)
"""

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def database():
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server's programs in /usr/lib/postgresql/*/bin or on the path")
    with cluster(binaries) as address:
        yield address


@pytest.fixture
def environment(database, tmp_path):
    return {
        **os.environ,
        "CONVIVE_DATABASE": database,
        "CONVIVE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }


def run(environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def test_the_record_behaves_on_postgresql_as_on_sqlite(environment):
    # Without tests/conftest.py, which keeps a person's own database out of the other tests
    done = run(
        environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--confcutdir=tests/unit",
        *(f"tests/unit/{name}" for name in SAME_TESTS),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.splitlines()[-1]


def test_many_writers_at_once_keep_one_chain(environment):
    first = run(environment, "-m", "convive", "journal", "verify", "--json")  # makes the tables
    assert first.returncode == 0, first.stderr
    before = json.loads(first.stdout)["entries"]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, f"writer:{number}"], env=environment)
        for number in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    verdict = json.loads(run(environment, "-m", "convive", "journal", "verify", "--json").stdout)
    assert verdict["whole"] and verdict["entries"] == before + 75
    head = Path(environment["CONVIVE_HOME"], "journal.head").read_text()
    assert head.split()[:2] == [str(before + 75), verdict["head"]]
