"""A house whose processes are killed a hundred times while somebody works in it.

Web server, worker, imports and backups are ended by `kill -9` at moments that nobody chose, while
a person writes over HTTP. Whatever was acknowledged is there afterwards, nothing is there by half,
and the journal is whole. Only processes that this test started are killed, each by its number.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, build_opener

import homes
import pytest
from browser.house import Server, Site, convive, free_port

pytestmark = pytest.mark.heavy

KILLS = int(os.environ.get("KILLS", "100"))
SECONDS = float(os.environ.get("KILL_SECONDS", "600"))  # the whole of the killing; then it fails
ROWS = 30_000
PLACE = "PE-INEI:130105"

PREPARE = "import recorded; recorded.source(Path({folder!r}))"
IMPORT = """
from convive.domain.programme.queries import SYSTEM
from convive.evidence import actions
receipt = actions.import_file(by=SYSTEM, source="proof", path=Path({file!r}))
tell(accepted=receipt.accepted, batch=receipt.batch)
"""
BACKUP = """
from convive.domain.programme.queries import SYSTEM
from convive.upkeep import actions
made = actions.make_backup(by=SYSTEM, folder=Path({to!r}), recipient=Path({key!r}), begin=True)
tell(backup=made.id)
"""
# Jobs of killed workers are taken back; those that may be begun again are, once
TAKE_BACK = """
from convive.kernel import jobs
jobs.tick(timezone.now() + 2 * jobs.Job.PATIENCE)
"""
LOOK = """
import duckdb
from convive.domain.plans.models import Commitment
from convive.evidence import store
from convive.evidence.models import Batch
from convive.kernel.models import Job, JournalEntry
from convive.reports.models import Report
verdict = journal.verify()
home = settings.HOME
batches = {}
for batch in Batch.objects.filter(source__code="proof"):
    path = store.parquet_path(home, batch.pk)
    rows = duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
    batches[batch.pk] = rows == batch.accepted
def journalled(did):
    return sorted(JournalEntry.objects.filter(did=did).values_list("subject", flat=True))
tell(
    whole=verdict.whole, problems=[str(p) for p in verdict.problems], entries=verdict.entries,
    head=int(home.journal_head.read_text().split()[0]),
    what=list(Commitment.objects.filter(what__startswith="Kill ").values_list("what", flat=True)),
    commitments=sorted(str(pk) for pk in Commitment.objects.values_list("pk", flat=True)),
    made=journalled("commitment.made"), batches=batches, imported=journalled("batch.imported"),
    waiting=Job.objects.filter(state__in=["queued", "running"]).count(),
    failed=Job.objects.filter(state="failed", problems=[]).count(),
    jobs=Job.objects.count(), again=Job.objects.filter(attempts__gt=1).count(),
    reports=[report.pk for report in Report.objects.all()],
    lost=[report.pk for report in Report.objects.exclude(file_hash="")
          if not Path(report.path).is_file()],
)
"""


class _Stay(HTTPRedirectHandler):
    """Follows nothing: a redirect is the acknowledgement."""

    def redirect_request(self, *_args: Any) -> None:
        return None


@dataclass
class Writer(threading.Thread):
    """A person at work: promises things one after the other, and asks for a report now and then."""

    web: OpenerDirector
    url: str
    form: dict[str, str]
    acknowledged: list[str] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)
    tried: int = 0
    unheard: int = 0

    def __post_init__(self) -> None:
        super().__init__(name="writer", daemon=True)
        self.over = threading.Event()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.tried += 1
            what = f"Kill {self.tried:06}"
            path, fields = "/commitments/new/", self.form | {"what": what}
            is_report = self.tried % 40 == 20
            if is_report:
                path = f"/reports/new/{PLACE}/"
                months = {"start": "2022-01", "end": "2022-06", "language": "es"}
                fields = months | {"csrfmiddlewaretoken": self.form["csrfmiddlewaretoken"]}
            answer = self._send(path, fields)
            if answer is None:
                self.unheard += 1
                self.over.wait(0.1)
            elif is_report:
                self.reports.append(int(re.findall(r"/reports/(\d+)/", answer)[0]))
            else:
                self.acknowledged.append(what)

    def _send(self, path: str, fields: dict[str, str]) -> str | None:
        """Where the answer leads, if it acknowledges; None where nothing was heard."""
        try:
            self.web.open(self.url + path, urlencode(fields).encode(), timeout=20)
        except HTTPError as answer:
            if answer.code == 302:
                return str(answer.headers["Location"])
            assert answer.code in (429, 500, 502, 503), (path, answer.code)
        except (OSError, HTTPException):
            return None
        return None


class House:
    """The processes of a house, each started anew after it was killed."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.log = home.with_name("house.log").open("ab")

    def start(self, part: str) -> None:
        line = [sys.executable, "-m", "convive.cli.together", str(os.getpid()), part]
        if part == "web":
            line += ["convive.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1"]
            line += ["--port", str(self.port), "--workers", "1", "--no-ws", "--no-access-log"]
        self.running[part] = subprocess.Popen(
            line, env=homes.environment(self.home), stdout=self.log, stderr=self.log
        )

    def kill(self, part: str) -> int:
        """Kill a part with all that it started itself. Returns how many processes died of it."""
        process = self.running.pop(part)
        pids = [process.pid, *_children(process.pid)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(20)
        return int(process.returncode == -signal.SIGKILL)

    def answers(self) -> None:
        """Wait until the web server answers."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError, HTTPException):
                build_opener().open(f"http://127.0.0.1:{self.port}/health", timeout=5)
                return
            time.sleep(0.05)
        pytest.fail(f"the server did not come back: {self.home.with_name('house.log')}")

    def stop(self) -> None:
        for part in list(self.running):
            self.running[part].terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.running[part].wait(20)
            self.kill(part)
        self.log.close()


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in found.read_text().split()] if found.exists() else []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    convive(home, "demo", "--no-serve")
    homes.run(home, PREPARE.format(folder=str(tmp_path / "spec")))
    homes.convive(home, "backup", "key", "--out", f"{tmp_path}/key")
    made = House(home, free_port())
    try:
        made.start("web")
        made.start("worker")
        made.answers()
        yield made
    finally:
        made.stop()


def signed_in(house: House) -> Writer:
    """The coordinator of the demo, signed in as a person is, with the form of a commitment open."""
    built = convive(house.home, "demo", "--no-serve")
    emails = {row["role"]: row["email"] for row in built["accounts"]}
    server = Server(house.home, house.port)
    site = Site(server.url, house.home, built["password"], emails, server)
    jar = CookieJar()
    web = build_opener(HTTPCookieProcessor(jar))
    for path, fields in (
        ("/en/accounts/login/", {"login": emails["coordinator"], "password": site.password}),
        ("/en/accounts/2fa/authenticate/", {"code": site.code("coordinator")}),
    ):
        with web.open(site.url + path, timeout=60) as page:
            token = _token(page.read().decode())
        data = urlencode(fields | {"csrfmiddlewaretoken": token}).encode()
        web.open(site.url + path, data, timeout=60).close()
    with web.open(site.url + "/commitments/new/", timeout=60) as page:
        text = page.read().decode()
    form = {
        "csrfmiddlewaretoken": _token(text),
        "organisation": _first(text, "organisation"),
        "plan": _first(text, "plan"),
        "due": (date.today() + timedelta(days=30)).isoformat(),  # noqa: DTZ011
    }
    return Writer(build_opener(HTTPCookieProcessor(jar), _Stay()), site.url, form)


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found, page
    return found[1]


def _first(page: str, name: str) -> str:
    """The first choice of a list that is not empty."""
    found = re.search(rf'<select name="{name}".*?</select>', page, re.S)
    assert found, f"no list {name}"
    return next(value for value in re.findall(r'<option value="([^"]*)"', found[0]) if value)


def write_counts(file: Path, number: int) -> None:
    lines = ["place,year,month,offence,n"]
    year, month = 2000 + number // 12, number % 12 + 1
    lines += [f"{100_000 + i},{year},{month},robo,{1 + i % 5}" for i in range(ROWS)]
    file.write_text("\n".join(lines) + "\n")


def heard(process: subprocess.Popen[str]) -> dict[str, Any] | None:
    """What a process said it had done before it ended, if it came to that."""
    out, _err = process.communicate(timeout=60)
    told = [line for line in out.splitlines() if line.startswith("{") and line.endswith("}")]
    return json.loads(told[-1]) if told else None


def test_a_hundred_kills_lose_nothing_that_was_acknowledged(house: House, tmp_path: Path) -> None:
    draw = random.Random(20140522)
    to, key = tmp_path / "backups", tmp_path / "key.pub"
    texts = {"backup": BACKUP.format(to=str(to), key=str(key)), "import": ""}
    said: dict[str, list[str]] = {"import": [], "backup": []}
    killed = dict.fromkeys(("web", "worker", "import", "backup"), 0)
    writer = signed_in(house)
    usual = {}  # seconds until a part is killed, at most: some have told their end by then
    for part in said:
        write_counts(tmp_path / "0.csv", 0)
        texts["import"] = IMPORT.format(file=str(tmp_path / "0.csv"))
        began = time.monotonic()
        answer = heard(homes.start(house.home, texts[part]))
        assert answer
        said[part].append(answer["batch" if part == "import" else "backup"])
        usual[part] = 1.3 * (time.monotonic() - began)
    usual["web"] = usual["worker"] = max(usual.values())
    writer.start()
    rounds = 0
    began = time.monotonic()
    while (
        sum(killed.values()) < KILLS or min(killed.values()) < KILLS // 10
    ) and time.monotonic() - began < SECONDS:
        rounds += 1
        file = tmp_path / f"{rounds}.csv"
        write_counts(file, rounds)
        texts["import"] = IMPORT.format(file=str(file))
        at_work = {name: homes.start(house.home, text) for name, text in texts.items()}
        start = time.monotonic()
        moments = sorted((draw.uniform(0.2, 1) * usual[part], part) for part in killed)
        for moment, part in moments:
            time.sleep(max(0.0, start + moment - time.monotonic()))
            if part in at_work:
                at_work[part].send_signal(signal.SIGKILL)
            else:
                killed[part] += house.kill(part)
                house.start(part)
        for part, process in at_work.items():
            answer = heard(process)
            killed[part] += process.returncode == -signal.SIGKILL
            if answer:
                said[part].append(answer["batch" if part == "import" else "backup"])
        file.unlink()
        house.answers()
    took = time.monotonic() - began
    writer.over.set()
    writer.join(30)
    house.stop()

    for _attempt in range(2):
        homes.run(house.home, TAKE_BACK)
        assert homes.convive(house.home, "worker", "--once").returncode == 0
    last = homes.run(house.home, texts["backup"])["backup"]
    seen = homes.run(house.home, LOOK)
    listed = homes.answered(homes.convive(tmp_path / "no", "backup", "list", str(to), "--json"))
    print(
        f"\n{sum(killed.values())} kills {killed} in {took:.0f} s; {len(writer.acknowledged)} "
        f"writes acknowledged, {writer.unheard} unheard; {len(said['import'])} imports and "
        f"{len(said['backup'])} backups told, {len(seen['batches'])} and "
        f"{len(listed['backups'])} there; {len(writer.reports)} reports, "
        f"{seen['again']} of {seen['jobs']} jobs begun again; {seen['entries']} journal entries"
    )
    assert sum(killed.values()) >= KILLS, "the time was over before the kills were done"
    assert all(count >= KILLS // 10 for count in killed.values()), killed

    assert writer.acknowledged and writer.unheard, "no write met a kill: the test shows nothing"
    assert set(writer.acknowledged) <= set(seen["what"]), "an acknowledged write is gone"
    assert len(seen["what"]) == len(set(seen["what"])), "a write is there twice"
    assert seen["commitments"] == seen["made"], "a write without its entry, or the other way"
    assert set(writer.reports) <= set(seen["reports"]) and seen["lost"] == []

    assert seen["whole"], seen["problems"]
    assert seen["head"] == seen["entries"]
    assert all(seen["batches"].values()), "half a batch is visible"
    assert set(said["import"]) <= set(seen["batches"])
    assert set(seen["batches"]) <= set(seen["imported"])
    assert seen["waiting"] == 0 and seen["failed"] == 0

    assert [each["missing"] for each in listed["backups"]] == [0] * len(listed["backups"])
    assert {*said["backup"], last} <= {each["backup"] for each in listed["backups"]}
    for name in (last, draw.choice([*said["backup"], last])):
        words = ("backup", "verify", str(to), "--key", f"{tmp_path}/key", "--at", name, "--json")
        assert homes.answered(homes.convive(house.home, *words))["whole"]
    assert not list(house.home.glob(".backup-*"))
