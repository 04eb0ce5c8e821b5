"""PostgreSQL where it differs: many writers at once. Other tests run on it by `tools/check.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import django, sys
django.setup()
from django.db import transaction
from convive.kernel import journal
for number in range(25):
    with transaction.atomic():
        journal.write(who=sys.argv[1], did="value.recorded", kind="value", subject=number)
"""
PEOPLE = """
import django
django.setup()
from cast import make_programme, person
make_programme()
person("municipal_officer")
"""
OPENER = """
import django
django.setup()
from cast import EL_PORVENIR, actor
from convive.domain.programme.actions_glass import break_glass
from convive.kernel.errors import BadInput
for number in range(5):
    try:
        break_glass(by=actor("municipal_officer"), district=EL_PORVENIR, reason="x" * 20)
    except BadInput:
        pass
"""
COUNT = """
import django
django.setup()
from convive.domain.programme.models_access import BreakGlass
print(BreakGlass.objects.count())
"""

pytestmark = pytest.mark.postgres


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


def test_many_pages_at_once_open_no_more_than_five_closed_things(environment):
    environment["DJANGO_SETTINGS_MODULE"] = "convive.settings"
    run(environment, "-m", "convive", "journal", "verify")  # makes the tables
    made = run(environment, "-c", PEOPLE)
    assert made.returncode == 0, made.stderr
    openers = [subprocess.Popen([sys.executable, "-c", OPENER], env=environment) for _ in range(4)]
    assert [opener.wait(60) for opener in openers] == [0] * 4
    assert run(environment, "-c", COUNT).stdout.strip() == "5"
