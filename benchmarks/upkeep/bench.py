"""Backs up and restores a home of a million evidence rows and 50,000 records.

    .venv/bin/python benchmarks/upkeep/bench.py [--rows 1000000] [--records 50000] [--keep DIR]

Measures, through the commands that people run: the first backup, one after a day's work, the
restore with its verification. Beside them, in the same run: a plain copy of the home, and a tar of
it encrypted by gpg (AES-256, no public key), both written to the disk. Goal: restored in 2 min.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "packs" / "trujillo" / "sources" / "mininter-vaw.toml"
GOAL_SECONDS = 120
FILES = 10  # in which the evidence comes
DAY = 300  # acts of a day


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--keep", type=Path, help="Work here, and leave everything for a look.")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        work, home, count = arguments.child
        in_home(Path(home))
        {"build": build, "day": day}[work](int(count), arguments.records)
        return
    with folder(arguments.keep) as work:
        measure(work, arguments.rows, arguments.records)


@contextlib.contextmanager
def folder(keep: Path | None) -> Iterator[Path]:
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="convive-bench-") as name:
        yield Path(name)


def measure(work: Path, rows: int, records: int) -> None:
    home, store = work / "home", work / "backups"
    child(home, "build", rows, records)
    convive(home, "backup", "key", "--out", str(work / "key"))
    to = ("backup", "--to", str(store), "--recipient", str(work / "key.pub"))
    first, first_s = timed(lambda: convive(home, *to))
    child(home, "day", DAY, records)
    second, second_s = timed(lambda: convive(home, *to))
    key = ("--key", str(work / "key"), "--signer", first["signer"])
    restored, restore_s = timed(lambda: convive(work / "new", "restore", str(store), *key))
    copied_s = timed(lambda: plain_copy(home, work / "copy"))[1]
    start_s = timed(lambda: convive(work / "new", "backup", "list", str(store)))[1]
    assert restored["journal"]["whole"]
    assert restored["journal"]["entries"] == second["journal"][0]
    assert restored["rows"] == second["rows"]
    size = tree(home)
    say("home", f"{size / 1e6:.0f} MB, {second['rows']:,} rows in tables, {rows:,} in files")
    say("start of a command", f"{start_s:.2f} s, in each of the following")
    say("first backup", f"{first_s:.2f} s, {first['new_bytes'] / 1e6:.1f} MB written")
    share = second["new_bytes"] / first["new_bytes"]
    say("after a day's work", f"{second_s:.2f} s, {second['new_bytes'] / 1e6:.2f} MB ({share:.1%})")
    say("restore and verify", f"{restore_s:.2f} s   (goal: at most {GOAL_SECONDS})")
    say("plain copy", f"{copied_s:.2f} s, {size / 1e6:.1f} MB")
    say(
        "backup / copy",
        f"{first_s / copied_s:.1f} times the time, {tree(store) / size:.2f} the size",
    )
    say("restore / copy", f"{restore_s / copied_s:.1f} times the time")
    if shutil.which("gpg") and shutil.which("tar"):
        sealed, peer_s = timed(lambda: tar_and_gpg(home, work / "home.tar.gpg"))
        say("tar and gpg", f"{peer_s:.2f} s, {sealed / 1e6:.1f} MB, all of it each day")
        say(
            "backup / tar and gpg",
            f"{first_s / peer_s:.2f}, after a day's work {second_s / peer_s:.2f}",
        )


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    found = act()
    return found, time.perf_counter() - began


def plain_copy(home: Path, to: Path) -> None:
    """As a person copies a folder, to the disk and not only into memory."""
    shutil.copytree(home, to)
    for path in to.rglob("*"):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def tar_and_gpg(home: Path, to: Path) -> int:
    secret = ("--batch", "--passphrase", "x", "--pinentry-mode", "loopback")
    gpg = ["gpg", "--homedir", str(to.parent), *secret, "--cipher-algo", "AES256", "--symmetric"]
    with to.open("wb") as out:
        tar = subprocess.Popen(["tar", "-c", "-C", str(home), "."], stdout=subprocess.PIPE)
        subprocess.run(gpg, stdin=tar.stdout, stdout=out, check=True, stderr=subprocess.DEVNULL)
        assert tar.wait() == 0
        os.fsync(out.fileno())
    return to.stat().st_size


def tree(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def say(what: str, how: str) -> None:
    print(f"{what:22}{how}", flush=True)


def environment(home: Path) -> dict[str, str]:
    more = {"CONVIVE_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "CONVIVE_DATABASE": ""}
    return {**os.environ, **more, "DJANGO_SETTINGS_MODULE": "convive.settings"}


def convive(home: Path, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "convive", *words, "--json"]
    done = subprocess.run(command, env=environment(home), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def child(home: Path, work: str, count: int, records: int) -> None:
    command = [sys.executable, __file__, "--records", str(records)]
    command += ["--child", work, str(home), str(count)]
    subprocess.run(command, env=environment(home), check=True)


# Inside a home


def in_home(home: Path) -> None:
    import django

    django.setup()
    from convive.cli.schema import bring_up_to_date

    bring_up_to_date()


def build(rows: int, records: int) -> None:
    """Evidence in some files, people by place and year, and an act of the journal for each."""
    from dataclasses import replace

    from convive.domain.programme.queries import SYSTEM
    from convive.evidence.actions import import_file, put_source
    from convive.evidence.spec import read_source

    spec, _problems = read_source(SOURCE)
    assert spec is not None
    put_source(by=SYSTEM, spec=replace(spec, owner=""))
    with tempfile.TemporaryDirectory() as name:
        for number in range(FILES):
            file = Path(name) / f"{number}.csv"
            write_counts(file, rows // FILES, number)
            import_file(by=SYSTEM, source=spec.code, path=file)
    people(records)
    acts(records)


def day(count: int, _records: int) -> None:
    """What changes in a day: acts, some people, a small import."""
    from django.db import transaction

    from convive.domain.programme.models import Population
    from convive.domain.programme.queries import SYSTEM
    from convive.evidence.actions import import_file
    from convive.kernel import journal

    draw = random.Random(20140522)
    total = Population.objects.count()
    first = Population.objects.earliest("pk").pk
    for number in range(count):
        with transaction.atomic():
            row = Population.objects.get(pk=first + draw.randrange(total))
            row.value += 1
            row.save(update_fields=["value"])
            journal.write(who="user:1", did="population.changed", kind="place", subject=number)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "day.csv"
        write_counts(file, 2_000, 99)
        import_file(by=SYSTEM, source="mininter-vaw", path=file)


def write_counts(file: Path, rows: int, seed: int) -> None:
    """A table as the ministry publishes it, with other numbers for each seed."""
    draw = random.Random(seed)
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        out.write("PROV_HECHO,DIST_HECHO,UBIGEO_HECHO,AÑO,MES,DPTO_HECHO,CANTIDAD\r\n")
        for number in range(rows):
            code, month = 10101 + number // 120, number % 120
            when = f"{2015 + month // 12},{1 + month % 12}"
            n = draw.randint(1, 60)
            out.write(f"TRUJILLO,LA ESPERANZA,{code},{when},LA LIBERTAD,{n}\r\n")


def people(count: int) -> None:
    from convive.domain.programme.models import BoundaryEdition, Place, Population

    names = {"name_es": "x", "name_en": "x"}
    edition = BoundaryEdition.objects.create(code="e", valid_from="2000-01-01", **names)
    place = Place.objects.create(scheme="PE-INEI", code="13", level="region", **names)
    draw = random.Random(1)
    Population.objects.bulk_create(
        (
            Population(
                place=place, year=1950 + number % 100, sex="total", age_band=f"{number // 100}",
                source="benchmark", edition=edition, value=draw.randrange(10**6),
            )
            for number in range(count)
        ),
        batch_size=500,
    )  # fmt: skip


def acts(count: int) -> None:
    """A journal of so many acts, chained as `journal.write` chains them, and one by itself."""
    from django.db import transaction

    from convive.kernel import journal
    from convive.kernel.models import JournalEntry

    last = JournalEntry.objects.latest("seq")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    entries, seq, previous = [], last.seq, last.hash
    for number in range(count):
        seq += 1
        entry = JournalEntry(
            seq=seq, at=start + timedelta(seconds=number), who="user:1", did="value.recorded",
            kind="value", subject=str(number), why="page plans:value", previous=previous,
            data={"indicator": "1.2.1", "period": "2015Q1"},
        )  # fmt: skip
        previous = entry.hash = journal._hash(entry)
        entries.append(entry)
    JournalEntry.objects.bulk_create(entries, batch_size=500)
    with transaction.atomic():
        journal.write(who="user:1", did="value.recorded", kind="value", subject="last")


if __name__ == "__main__":
    main()
