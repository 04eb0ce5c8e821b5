"""What the analyses of change cost, and how well they hit, beside goals and peers.

    .venv/bin/pip install '.[peers]'
    .venv/bin/python benchmarks/change.py [--quick]

One line for each job: our seconds (median of warm runs), the peer's, the ratio and the goal; for
late registration also how near it came to what later releases said, goal beside figure. That part
reads ../shared/data and says so where it is absent. `--quick` leaves six lists out.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(sys.prefix) / "kernels"))

from change_and_effect import effect, nowcast, series, undercount
from space_time import line, model, told

PACKAGES = ("convive", "numpy", "scipy", "numba", "pysyncon", "ruptures", "statsmodels")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without six lists")
    quick = parser.parse_args().quick
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {model()}")
    print(f"Python {platform.python_version()}, {', '.join(map(told, PACKAGES))}\n")
    print(f"{'job':66}{'ours s':>9}{'peer s':>11}  {'ratio':>9}  goal")
    for jobs in (series.rows(), effect.rows(), undercount.rows(large=not quick)):
        for row in jobs:
            print(line(row), flush=True)
    if not nowcast.SHARED.exists():
        print(f"late registration: {nowcast.SHARED} is absent")
        return
    for row in nowcast.rows():
        print(line(row), flush=True)


if __name__ == "__main__":
    main()
