"""Runs every check that this machine can run: `./convive test [--heavy] [pytest's arguments]`.

First the habits (ruff, mypy, the floors, templates, messages), then the tests; then, where no tests
were named, those that touch the record once more on a PostgreSQL server of our own, made for the
run and thrown away (.ci/run installs one). What fails does not stop the rest. The last line is
pytest's summary; the exit status is 0 only where all passed.
`--heavy` adds fuzzing, load, kills and accuracy runs. With CI=true a skipped test is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "postgres")]
from cluster import cluster, programs  # noqa: E402

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


# The tests that touch the record, without those of SQLite itself. Pages ask and write by the same
# queries and actions: theirs are run again with --heavy
AGAIN = ["tests/unit", "tests/property", "tests/spec"]
AGAIN_HEAVY = [*AGAIN, "tests/web"]
AGAIN_ONLY = "django_db and not sqlite and not heavy"


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="convive-check-") as home:
        os.environ["CONVIVE_HOME"] = home  # mypy loads the settings, which make a home
        return check(arguments)


def check(arguments: list[str]) -> int:
    heavy = "--heavy" in arguments
    chosen = [argument for argument in arguments if argument != "--heavy"]
    failed = [name for name, command in HABITS.items() if not passes(name, command)]
    # A file stays in one process, so that what it builds once for its tests is built once. Files in
    # the order of their names, those of the browser first: few long ones last would leave one idle
    by_file = ["--dist", "loadfile", "--no-loadscope-reorder"]
    tests = [PYTHON, "-m", "pytest", "-n", "2", *by_file, "--quiet"]
    once = tests if heavy else [*tests, "-m", "not heavy"]
    binaries = None if chosen else programs()
    if not binaries:
        # So that the end of the output tells it too, just above pytest's last line
        return run([*once, *told(failed), *chosen]) or bool(failed)
    if run([*once, *told(failed)]):
        failed.append("tests on SQLite")
    print("The tests of the record once more, on PostgreSQL:", flush=True)
    with cluster(binaries) as address:
        places = AGAIN_HEAVY if heavy else AGAIN
        again = [*tests, "-m", AGAIN_ONLY, *told(failed), *places]
        status = run(again, CONVIVE_TEST_DATABASE=address)
    return status or bool(failed)


def told(failed: list[str]) -> list[str]:
    return ["--failed-habits", ", ".join(failed)] if failed else []


def run(tests: list[str], **more: str) -> int:
    return subprocess.run(tests, env={**os.environ, **more}, check=False).returncode


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
