"""The demo: what it builds, what it leaves alone, and that it serves."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import demos
import pytest
from ports import free_port

from convive.access.permissions import Role
from convive.demo import home as demo_home
from convive.demo import rules
from convive.demo.home import State
from convive.demo.people import ACCOUNTS, account
from convive.kernel.errors import BadInput
from convive.kernel.home import Home


def line(*words: object) -> list[str]:
    return [sys.executable, "-m", "convive", *map(str, words)]


def convive(*words: object, **more: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "CONVIVE_LANG": "en", **more}
    return subprocess.run(
        line(*words), env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A demo that was built in a path with a space; moved into another, which must not matter."""
    first, said = demos.built(tmp_path_factory)
    folder = tmp_path_factory.mktemp("demo").resolve() / "a home"
    shutil.copytree(first, folder)
    return Home(folder), json.loads(json.dumps(said).replace(said["home"], str(folder)))


def test_a_missing_directory_is_built(built):
    home, told = built
    assert demo_home.state(home) is State.READY
    assert {each["role"] for each in told["accounts"]} == {role.value for role in Role}


def test_each_agency_has_its_register_and_two_have_courses_and_referrals(built):
    home, _told = built
    base = sqlite3.connect(f"file:{home.root / 'convive.sqlite3'}?mode=ro", uri=True)

    def rows(sql: str) -> list[tuple]:
        return base.execute(sql).fetchall()

    (people, registers), *_ = rows(
        "SELECT count(*), count(DISTINCT organisation_id) FROM people_person WHERE is_sample"
    )
    assert 8_500 <= people <= 9_500 and registers == 5
    states = dict(rows("SELECT state, count(*) FROM services_enrolment GROUP BY state"))
    assert min(states[each] for each in ("waiting", "enrolled", "left", "completed")) >= 2
    assert rows("SELECT count(*) FROM services_certificate")[0][0] >= 10
    assert rows("SELECT count(*) FROM services_outcome")[0][0] >= 10
    told = dict(rows("SELECT status, count(*) FROM referrals_referral GROUP BY status"))
    assert told == {"in_progress": 4, "accepted": 3, "done": 2, "rejected": 2}
    for table in ("services_activity", "referrals_referral", "cases_case"):
        assert rows(f"SELECT count(*) FROM {table} WHERE NOT is_sample")[0][0] == 0


def test_whoever_attends_people_finds_work(built):
    """In a process of its own: the demo has its own home."""
    home, _told = built
    script = """
import django
django.setup()
from convive.access import duties
from convive.access.permissions import ROLES_OF_AN_ORGANISATION
from convive.demo.people import ACCOUNTS
from convive.domain.programme import queries
for each in ACCOUNTS:
    if each.role in ROLES_OF_AN_ORGANISATION:
        found = duties.waiting(queries.actor_by_email(each.email), queries.today())
        print(each.local, *sorted({duty.part for duty in found}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "CONVIVE_HOME": str(home.root),
            "DJANGO_SETTINGS_MODULE": "convive.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found = {words[0]: set(words[1:]) for words in map(str.split, done.stdout.splitlines())}
    assert found["acompanamiento"] >= {"cases", "referrals"}
    assert found["otra-agencia"] >= {"activities", "cases", "referrals"}
    assert "referrals" in found["casos"]
    assert all(found.values()), found


def test_its_people_accompanied_are_told_and_marked_as_sample(built):
    home, _told = built
    year = f"{datetime.now(ZoneInfo('America/Lima')):%Y}"  # as the demo has it
    done = convive("figure", "cases.people", "--from", year, "--home", home.root, "--json")
    found = json.loads(done.stdout)
    assert found["value"] == rules.CASES
    assert "sample" in {mark["kind"] for mark in found["marks"]}


def test_the_watch_finds_what_the_rules_planted_and_nothing_else(built, tmp_path):
    home, _told = built
    copy = tmp_path / "watched"
    shutil.copytree(home.root, copy)
    done = convive("observatory", "run", "--home", copy, "--json")
    assert done.returncode == 0, done.stderr
    said = [each["sentence"] for each in json.loads(done.stdout)["findings"]]
    changes = [each for each in said if "the level changed" in each]
    assert changes and all(each.startswith("La Esperanza:") for each in changes), said
    # Beside it at most the corners of a district, around which the rules gather incidents
    assert all("stand out beyond chance" in each for each in said if each not in changes), said


def test_its_diagnosis_is_a_pdf_that_says_sample(built):
    from pypdf import PdfReader

    _home, told = built
    (document,) = told["documents"]
    reader = PdfReader(document)
    assert all("MUESTRA" in page.extract_text().upper() for page in reader.pages)


def test_its_journal_is_whole(built):
    home, _told = built
    done = convive("journal", "verify", "--home", home.root, "--json")
    assert json.loads(done.stdout)["whole"] is True


def test_its_figures_are_marked_as_sample(built):
    home, _told = built
    done = convive(
        *("figure", "observatory.count", "--place", "PE-INEI:130105", "--from", "2023"),
        *("--where", "source=sample-complaints", "--home", home.root, "--json"),
    )
    found = json.loads(done.stdout)
    assert found["value"] > 0
    assert "sample" in {mark["kind"] for mark in found["marks"]}


def test_its_rate_of_el_porvenir_holds_on_both_sides_of_the_split(built):
    home, _told = built
    for year in (2023, 2024):
        done = convive(
            *("figure", "observatory.rate", "--place", "PE-INEI:130102", "--from", year),
            *("--where", "source=sample-complaints", "--home", home.root, "--json"),
        )
        found = json.loads(done.stdout)
        assert found["lower"] < found["value"] < found["upper"], done.stderr


def test_the_code_of_an_account_is_what_its_authenticator_would_show(built):
    import hmac
    import struct
    from base64 import b32decode

    home, _told = built
    counter = int(time.time()) // 30
    done = convive("demo", "code", "Analisis", "--home", home.root)
    secret = b32decode(demo_home.totp_secret(home, account("analisis").email))
    shown = set()
    for step in (counter, counter + 1):
        digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
        start = digest[-1] & 15
        number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
        shown.add(f"{number % 10**6:06}")
    assert done.stdout.strip() in shown


def test_an_unknown_account_has_no_code(built):
    home, _told = built
    done = convive("demo", "code", "alcaldia", "--home", home.root)
    assert done.returncode == 1
    assert "coordinacion" in done.stderr


def test_its_own_home_is_started_again_as_it_was_left(built):
    home, told = built
    before = home.database.stat().st_ino
    again = json.loads(convive("demo", "--no-serve", "--home", home.root, "--json").stdout)
    assert again == told
    assert home.database.stat().st_ino == before


def test_its_secret_is_readable_by_its_owner_only(built):
    home, _told = built
    assert home.demo_mark.stat().st_mode & 0o077 == 0


def test_any_other_home_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    done = convive("demo", "--no-serve", "--reset", "--home", tmp_path)
    assert done.returncode == 1
    assert "--home" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_another_database_is_refused(tmp_path):
    done = convive(
        *("demo", "--no-serve", "--home", tmp_path / "home"),
        CONVIVE_DATABASE="postgresql://nobody@localhost/none",
    )
    assert done.returncode == 1
    assert "CONVIVE_DATABASE" in done.stderr
    assert not (tmp_path / "home").exists()


def test_an_empty_directory_may_be_built_and_an_interrupted_one_built_again(tmp_path):
    home = Home(tmp_path)
    assert demo_home.state(home) is State.ABSENT
    demo_home.claim(home)
    assert demo_home.state(home) is State.UNFINISHED
    demo_home.finish(home)
    assert demo_home.state(home) is State.READY


def test_clearing_keeps_the_secret_so_that_codes_stay_the_same(tmp_path):
    home = Home(tmp_path)
    demo_home.claim(home)
    secret = demo_home.totp_secret(home, "a@b")
    home.make()
    (home.evidence / "file").touch()
    demo_home.clear(home)
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"]
    assert demo_home.totp_secret(home, "a@b") == secret
    assert demo_home.totp_secret(home, "c@d") != secret


def test_only_a_demo_can_be_cleared(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(RuntimeError):
        demo_home.clear(Home(tmp_path))
    assert (tmp_path / "notes.txt").exists()


def test_a_running_demo_is_not_built_again_under_its_feet(tmp_path):
    from convive.cli.serve import held

    home = Home(tmp_path)
    demo_home.claim(home)
    with held(home), pytest.raises(BadInput), held(home):
        pass


def test_accounts_are_named_for_their_part():
    assert {each.role for each in ACCOUNTS} == set(Role)
    assert all(each.name.endswith("(muestra)") for each in ACCOUNTS)


def test_it_serves_pages_and_stops_with_its_worker(built):
    home, _told = built
    port = free_port()
    process = start("demo", "--port", port, "--home", home.root)
    try:
        assert page(port) == 200
        says(process, f"http://localhost:{port}/")  # it may answer a moment before it says so
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)


def test_if_the_worker_dies_the_server_stops_with_an_error(built):
    home, _told = built
    port = free_port()
    process = start("serve", "--port", port, "--home", home.root)
    assert page(port) == 200
    (worker,) = [pid for pid, words in children(process.pid) if words[-1] == "worker"]
    os.kill(worker, signal.SIGKILL)
    assert process.wait(timeout=60) == 1
    assert "worker" in process.communicate()[0]


def start(*words: object) -> subprocess.Popen:
    environment = {**os.environ, "CONVIVE_LANG": "en"}
    return subprocess.Popen(
        line(*words),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def says(process: subprocess.Popen, wanted: str) -> None:
    """Wait for a line that holds this, two minutes at most."""
    late = threading.Timer(120, process.kill)
    late.start()
    try:
        heard = []
        while line := process.stdout.readline():
            heard.append(line)
            if wanted in line:
                return
        raise AssertionError(f"it did not say {wanted}: {heard}")
    finally:
        late.cancel()


def page(port: int) -> int:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).status
        time.sleep(0.1)
    raise AssertionError("no page came")


def children(parent: int) -> list[tuple[int, list[str]]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == parent:
                words = (folder / "cmdline").read_text().rstrip("\0").split("\0")
                found.append((int(folder.name), words))
    return found
