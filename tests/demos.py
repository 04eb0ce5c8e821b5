"""The demo, built once for all tests of a run: they take copies, and nobody works in the first."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"


def common(folders: pytest.TempPathFactory) -> Path:
    """A folder of this run that its processes have in common."""
    own = folders.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once(folder: Path, make: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """What `make` told of the folder that it filled, in whichever process that was."""
    told = folder.with_name(f"{folder.name}.json")
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(make(folder)))
    found: dict[str, Any] = json.loads(told.read_text())
    return found


def built(folders: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A home that nobody has used, in a path with a space; what the command said of it."""
    home = common(folders) / "a demo"
    return home, once(home, lambda to: convive(to, "demo", "--no-serve"))


def convive(home: Path, *words: str) -> dict[str, Any]:
    """Run a command of the demo and read its answer."""
    line = [sys.executable, "-m", "convive", *words, "--home", str(home), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def environment() -> dict[str, str]:
    """Ours without the home of the other tests, so that `--home` alone decides."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONVIVE_")}
    return kept | {"PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "convive.settings"}
