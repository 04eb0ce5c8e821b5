"""A home on the disk for tests of upkeep: made and worked in by processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

# What each process does first
_BEGIN = """
import json, os, sys
from pathlib import Path
import django; django.setup()
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from convive.cli.schema import bring_up_to_date
bring_up_to_date()
from convive.kernel import journal

def tell(**what):
    print(json.dumps(what, default=str), flush=True)

def act(number, count=1):
    for each in range(number, number + count):
        with transaction.atomic():
            journal.write(who="writer", did="value.recorded", kind="value", subject=each)
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "CONVIVE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "convive.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
        **more,
    }


def start(home: Path, text: str, **more: str) -> subprocess.Popen[str]:
    """A process in this home that runs `text`; see _BEGIN for what it knows."""
    return subprocess.Popen(
        [sys.executable, "-c", _BEGIN + text],
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        text=True,
    )


def run(home: Path, text: str, **more: str) -> dict[str, Any]:
    """Run `text` in this home; the object that it told last."""
    process = start(home, text, **more)
    out, _err = process.communicate(timeout=180)
    assert process.returncode == 0, out
    told = [line for line in out.splitlines() if line.startswith("{")]
    return json.loads(told[-1]) if told else {}


def convive(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line in this home."""
    return subprocess.run(
        [sys.executable, "-m", "convive", *words],
        env=environment(home, CONVIVE_LANG="en", **more),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def answered(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a command answered under --json."""
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
