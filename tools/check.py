"""Runs every check that this machine can run: `./convive test [--heavy] [pytest's arguments]`.

First the habits (ruff, mypy, the floors, templates, messages), then the tests. A habit that fails
does not stop the rest. The last line is pytest's summary; the exit status is 0 only where all
passed. `--heavy` adds fuzzing, load and accuracy runs. With CI=true a skipped test is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent  # not resolved: the environment's own directory
PYTHON = sys.executable

HABITS: dict[str, list[str]] = {
    "ruff check": [str(BIN / "ruff"), "check", "--quiet", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint-imports": [str(BIN / "lint-imports"), "--no-cache"],
    "djlint": [str(BIN / "djlint"), "--lint", "--quiet", "src"],
    "messages": [PYTHON, "tools/messages.py", "check"],
    "commands": [PYTHON, "tools/commands.py", "check"],
    "mypy": [str(BIN / "mypy"), "--no-error-summary"],
}


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="convive-check-") as home:
        os.environ["CONVIVE_HOME"] = home  # mypy loads the settings, which make a home
        return check(arguments)


def check(arguments: list[str]) -> int:
    heavy = "--heavy" in arguments
    chosen = [argument for argument in arguments if argument != "--heavy"]
    failed = [name for name, command in HABITS.items() if not passes(name, command)]
    # A file stays in one process, so that what it builds once for its tests is built once
    tests = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--quiet"]
    if not heavy:
        tests += ["-m", "not heavy"]
    if failed:
        # So that the end of the output tells it too, just above pytest's last line
        tests += ["--failed-habits", ", ".join(failed)]
    status = subprocess.run([*tests, *chosen], check=False).returncode
    return status or bool(failed)


def passes(name: str, command: list[str]) -> bool:
    """Run one check; say how it went, and show what it printed only where it failed."""
    start = time.monotonic()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    seconds = time.monotonic() - start
    print(f"{'ok' if done.returncode == 0 else 'FAILED':7}{name} ({seconds:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
