"""Makes a diagnosis and a brief in fresh processes, from seven years of sample records by month.

    .venv/bin/python benchmarks/reports/bench.py [--runs 3] [--home DIR --place SCHEME:CODE]

Of the diagnosis, the seconds of the slowest run for loading the application, reading the data and
typesetting. Goal: at most 2 s from order to file, once the application is loaded. Of the brief, the
seconds of the whole command, `convive report brief`, loading included. Goal: at most 2 s. Without
--home it builds one from the Trujillo pack, with counts drawn for every district of the province.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OFFENCES = ("homicidio", "lesiones", "robo", "hurto", "extorsion", "drogas", "violencia-familiar")
YEARS = range(2018, 2025)
DISTRICTS = [f"1301{number:02}" for number in range(1, 13)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--place", default="PE-INEI:130105")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(measure(arguments.place)))
        return
    with tempfile.TemporaryDirectory(prefix="convive-bench-") as name:
        home = arguments.home or build(Path(name))
        runs = [in_child(home, arguments.place) for _run in range(arguments.runs)]
        briefs = [brief(home, arguments.place) for _run in range(arguments.runs)]
    for part in ("load", "data", "typeset", "order to file"):
        print(f"{part:<14}{max(run[part] for run in runs):>8.2f} s")
    print(f"{'pages':<14}{runs[0]['pages']:>8}   (goal: order to file in at most 2 s)")
    print(
        f"{'brief':<14}{statistics.median(briefs):>8.2f} s median of {len(briefs)},"
        f" {max(briefs):.2f} s slowest (goal: the whole command in at most 2 s)"
    )


def measure(place: str) -> dict[str, float]:
    """One diagnosis, in parts. Runs in a process of its own."""
    started = time.perf_counter()
    import django

    django.setup()
    from django.utils.translation import override

    from convive.kernel.periods import Period
    from convive.reports.diagnosis import compose, gather
    from convive.reports.orders import Made, Order
    from convive.reports.typeset import typeset

    loaded = time.perf_counter()
    order = Order(place, Period.between(str(YEARS[0]), str(YEARS[-1])), "es")
    with override(order.language):
        document = compose(gather(order))
        read = time.perf_counter()
        made = Made(typeset(document), is_sample=True)
    done = time.perf_counter()
    return {
        "load": loaded - started,
        "data": read - loaded,
        "typeset": done - read,
        "order to file": done - loaded,
        "pages": made.pages,
    }


def in_child(home: Path, place: str) -> dict[str, float]:
    line = [sys.executable, str(Path(__file__)), "--child", "--place", place]
    ended = subprocess.run(line, env=environment(home), check=True, capture_output=True)
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def brief(home: Path, place: str) -> float:
    """Seconds of the command that makes the brief of a month, from its start to its end."""
    words = ("report", "brief", "--place", place, "--month", f"{YEARS[-1]}-12", "--lang", "es")
    started = time.perf_counter()
    convive(home, *words, "--out", str(home / "work" / "brief.pdf"))
    return time.perf_counter() - started


def build(folder: Path) -> Path:
    """A home with the pack and one sample source: twelve districts, seven years, by month."""
    home, file = folder / "home", folder / "counts.csv"
    draw = random.Random(2014)
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["place", "year", "month", "offence", "n"])
        for district in DISTRICTS:
            for year in YEARS:
                for month in range(1, 13):
                    for offence in OFFENCES:
                        rows.writerow([district, year, month, offence, draw.randrange(1, 60)])
    convive(home, "pack", "apply", str(ROOT / "packs" / "trujillo"), "--yes")
    convive(home, "evidence", "import", str(file), "--source", "sample-complaints")
    return home


def convive(home: Path, *words: str) -> None:
    line = [sys.executable, "-m", "convive", *words]
    subprocess.run(line, env=environment(home), check=True, stdout=subprocess.DEVNULL)


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "CONVIVE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "convive.settings",
    }


if __name__ == "__main__":
    main()
