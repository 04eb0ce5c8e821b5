"""Imports a million rows of counts, beside a bare DuckDB COPY of the same file in the same run.

    .venv/bin/python benchmarks/evidence/bench.py [--rows 1000000] [--runs 3]

Prints the best time of each, their ratio, and the peak memory of a child process that imports.
Goals: at most 8 s and 1 GiB on two cores, and at least a quarter of the speed of the bare COPY.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "packs" / "trujillo" / "sources" / "mininter-vaw.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", nargs=2, metavar=("HOME", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        import_in_child(*map(Path, arguments.child))
        return
    with tempfile.TemporaryDirectory(prefix="convive-bench-") as name:
        folder = Path(name)
        file = folder / "counts.csv"
        write_counts(file, arguments.rows)
        runs = [measure(file, folder, run) for run in range(arguments.runs)]
    ours = min(run["import_s"] for run in runs)
    bare = min(run["copy_s"] for run in runs)
    print(f"rows            {arguments.rows:>12,}")
    print(f"import          {ours:>12.2f} s")
    print(f"bare COPY       {bare:>12.2f} s")
    print(f"speed ratio     {bare / ours:>12.2f}   (goal: at least 0.25)")
    print(f"peak memory     {max(run['peak_mib'] for run in runs):>12.0f} MiB (goal: at most 1024)")
    print(f"accepted        {runs[0]['accepted']:>12,}")


def write_counts(file: Path, rows: int) -> None:
    """A table as the ministry publishes it: no leading zeros, one row for each cell, shuffled."""
    draw = random.Random(2014)
    cells = [
        (code, year, month)
        for code in range(10101, 10101 + rows // 120 + 1)
        for year in range(2015, 2025)
        for month in range(1, 13)
    ][:rows]
    draw.shuffle(cells)
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        out.write("PROV_HECHO,DIST_HECHO,UBIGEO_HECHO,AÑO,MES,DPTO_HECHO,CANTIDAD\r\n")
        for code, year, month in cells:
            n = draw.randint(1, 60)
            out.write(f"TRUJILLO,LA ESPERANZA,{code},{year},{month},LA LIBERTAD,{n}\r\n")


def measure(file: Path, folder: Path, run: int) -> dict[str, float]:
    """Both times of one run, each in a process of its own."""
    target = folder / f"bare-{run}.parquet"
    bare = (
        "import duckdb, time; t = time.perf_counter(); "
        f"duckdb.sql(\"COPY (SELECT * FROM read_csv('{file}')) TO '{target}' (FORMAT parquet)\"); "
        "print(time.perf_counter() - t)"
    )
    copied = subprocess.run([sys.executable, "-c", bare], capture_output=True, check=True)
    home = folder / f"home-{run}"
    child = [sys.executable, __file__, "--child", str(home), str(file)]
    imported = json.loads(subprocess.run(child, capture_output=True, check=True).stdout)
    return {**imported, "copy_s": float(copied.stdout.split()[-1])}


def import_in_child(home: Path, file: Path) -> None:
    os.environ["CONVIVE_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "convive.settings"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from dataclasses import replace

    from convive.cli.schema import bring_up_to_date
    from convive.domain.programme.queries import SYSTEM
    from convive.evidence.actions import import_file, put_source
    from convive.evidence.spec import read_source

    bring_up_to_date()
    spec, _problems = read_source(SOURCE)
    assert spec is not None
    put_source(by=SYSTEM, spec=replace(spec, owner=""))
    start = time.perf_counter()
    receipt = import_file(by=SYSTEM, source=spec.code, path=file)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"import_s": seconds, "peak_mib": peak, "accepted": receipt.accepted}))


if __name__ == "__main__":
    main()
