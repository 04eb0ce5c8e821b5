"""What counting people once costs and how well it does, beside the tools that the field uses.

    .venv/bin/pip install '.[peers]'
    .venv/bin/python benchmarks/linkage.py [--quick]

Prints one line for each job: our seconds, the peer's, the ratio and the goal. splink reads the
plain text of the files that ours links from tokens alone. `--quick` leaves the million people out.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(sys.prefix) / "kernels"))
_home = tempfile.TemporaryDirectory(prefix="convive-")
os.environ["CONVIVE_HOME"] = _home.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "convive.settings")

import django  # noqa: E402

django.setup()

from reach_and_linkage import accuracy, jobs  # noqa: E402
from space_time import line, model, told  # noqa: E402

PACKAGES = ("convive", "numpy", "numba", "splink", "duckdb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without the million people")
    quick = parser.parse_args().quick
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {model()}")
    print(f"Python {platform.python_version()}, {', '.join(map(told, PACKAGES))}\n")
    print(f"{'job':66}{'ours s':>9}{'peer s':>11}  {'ratio':>9}  goal")
    for each in (jobs.rows(large=not quick), accuracy.rows()):
        for row in each:
            print(line(row), flush=True)


if __name__ == "__main__":
    main()
