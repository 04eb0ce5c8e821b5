"""What the analyses of place and time cost, beside the tools that the field uses.

    .venv/bin/pip install '.[peers]'
    .venv/bin/python benchmarks/space_time.py [--quick]

Prints one line for each job: our seconds (median of warm runs), the peer's, the ratio and the goal.
A peer's time that was recorded elsewhere is marked so. `--quick` leaves the million events out.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(sys.prefix) / "kernels"))

from place_and_time import clusters, first_calls, growth, hotspots, near_repeat

PACKAGES = ("convive", "numpy", "scipy", "numba", "pointpats", "esda", "KDEpy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without the million events")
    quick = parser.parse_args().quick
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {model()}")
    print(f"Python {platform.python_version()}, {', '.join(map(told, PACKAGES))}\n")
    print(f"{'job':66}{'ours s':>9}{'peer s':>11}  {'ratio':>9}  goal")
    for jobs in (
        near_repeat.rows(large=not quick),
        hotspots.rows(),
        clusters.rows(),
        first_calls.rows(),
        growth.rows(),
    ):
        for row in jobs:
            print(line(row), flush=True)


def line(row: dict[str, Any]) -> str:
    peer = "" if row["peer_s"] is None else f"{row['peer_s']:,.3f}"
    ratio = "" if row["ratio"] is None else f"{row['ratio']:,.1f} ×"
    goal = f"≤ {row['goal']:g} s" if isinstance(row["goal"], float) else row["goal"]
    mark = "r" if row["peer_recorded"] else " "
    told = f"{row['job']:66}{row['ours_s']:9.3f}{peer:>11}{mark} {ratio:>9}  {goal}"
    about = "; ".join(filter(None, (row["peer"], row["note"])))
    return f"{told}\n    {about}" if about else told


def told(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"


def model() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "processor unknown")


if __name__ == "__main__":
    main()
