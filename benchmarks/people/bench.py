"""Looks for people and opens their lists in a register of 200,000, with a million enrolments.

    .venv/bin/python benchmarks/people/bench.py [--people 200000] [--enrolments 1000000]

All stand on one register, the worst case: an officer sees the whole of it. Names are drawn by how
often Peruvians bear them; some have a letter wrong. Times are those of whole answers to an officer
who is signed in, through every layer but the network. Beside the search, in the same run: the same
names in the clear in an index of trigrams of SQLite (FTS5), which a register without seals could
use. Goals: search p95 ≤ 150 ms, lists p95 ≤ 200 ms, at most 25 queries a page; what waits for
somebody asks every part of the house, and has 40.
"""

from __future__ import annotations

import argparse
import base64
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from datetime import time as clock
from itertools import islice
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any
from uuid import uuid4

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
ORGANISATION, DISTRICT = "unfpa", "PE-INEI:130102"
SEARCHES, VIEWS, WARM = 200, 40, 3
PLACES, SESSIONS = 50, 8  # of an activity
WRITTEN = 200  # activities whose attendance is written down
RUN = 40  # ... that the officer runs
AT_ONCE = 5_000
AS_IT_SOUNDS = str.maketrans({"Q": "K", "Y": "J", "V": "B", "Z": "S"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--enrolments", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="Work here, and leave the home for a look.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="convive-bench-") as folder:
        begin(given.keep or Path(folder) / "home")
        measure(given.people, given.enrolments)


def begin(home: Path) -> None:
    os.environ["CONVIVE_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "convive.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.RATE_LIMITS = {}
    settings.ALLOWED_HOSTS = ["*"]
    from convive.cli.schema import bring_up_to_date

    bring_up_to_date()


def measure(people: int, enrolments: int) -> None:
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores; SQLite")
    names = made_up(people)
    if not_filled():
        say("written down", f"{fill(names, enrolments):.0f} s")
    client = signed_in()
    print(f"\n{people:,} people, {enrolments:,} enrolments\n")
    print(f"{'page':34}{'median ms':>10}{'p95 ms':>9}{'queries':>9}  goal")
    search(client, names)
    for page, path in pages():
        paths = [path] * VIEWS if isinstance(path, str) else list(islice(path, VIEWS))
        tell(page, [asked(client.get, each) for each in paths], 200)
    home = [asked(client.get, "/en/workspace/") for _each in range(VIEWS)]
    tell("what waits for me", home, 200, queries=40)


# The register


def made_up(count: int) -> list[dict[str, str]]:
    """People, each role a text, by how often names are borne. The same each time."""
    from reach_and_linkage import people

    ((listed, _who),) = people.lists(count, 1)
    roles = ("given", "paternal", "maternal", "birth", "sex", "dni")
    return [
        dict(zip(roles, each, strict=True))
        for each in zip(*(listed.texts[role] for role in roles), strict=True)
    ]


def not_filled() -> bool:
    from convive.domain.people.models import Person

    return not Person.objects.exists()


def fill(names: list[dict[str, str]], enrolments: int) -> float:
    """People by the action that imports use; activities and their lists as rows."""
    from convive.access.permissions import Role
    from convive.domain.people import actions
    from convive.domain.people.actions import Entry
    from convive.domain.people.consent import Word
    from convive.domain.people.facts import Facts
    from convive.domain.people.models import Person
    from convive.domain.people.vocabulary import Purpose, Voice, Way
    from convive.domain.programme import queries as programme
    from convive.domain.programme.actions_members import add_member, set_up_sign_in
    from convive.pack.apply import apply
    from convive.pack.check import check

    start = time.perf_counter()
    by = programme.SYSTEM
    apply(check(ROOT / "packs" / "trujillo"), by=by)
    add_member(
        by=by, email="officer@example.org", name="Officer", role=Role.AGENCY_OFFICER.value,
        organisation=ORGANISATION, districts=("all",),
    )  # fmt: skip
    set_up_sign_in(
        by=by, email="officer@example.org", password=token_urlsafe(24), secret=b32()
    )  # fmt: skip
    day = programme.today()

    def entry(one: dict[str, str]) -> Entry:
        facts = Facts(
            given=one["given"].title(), paternal=one["paternal"].title(),
            maternal=one["maternal"].title(), dni=one["dni"], sex=one["sex"], district=DISTRICT,
            born=date.fromisoformat(one["birth"]) if one["birth"] else None,
            age_band="" if one["birth"] else "25–29",
        )  # fmt: skip
        voices: tuple[Voice, ...] = (Voice.SELF,)
        if facts.is_minor(day):
            facts = replace(facts, guardian="Rosa Quispe")
            voices = (Voice.GUARDIAN, Voice.ASSENT)
        words = [Word(Purpose.SERVICES, voice, True, Way.SIGNED, day) for voice in voices]
        return Entry(facts, words)

    entries = map(entry, names)
    while some := list(islice(entries, AT_ONCE)):
        actions.register_all(by=by, organisation=ORGANISATION, entries=some)
    say(f"{len(names):,} people", f"{time.perf_counter() - start:.0f} s")
    officer = officer_account()
    Person.objects.filter(pk__in=Person.objects.values("pk")[:300]).update(worker=officer)
    enrol(enrolments, officer, day)
    return time.perf_counter() - start


def enrol(enrolments: int, officer: Any, day: date) -> None:
    from django.utils import timezone

    from convive.domain.people.models import Person
    from convive.domain.programme import queries as programme
    from convive.domain.services import queries
    from convive.domain.services.models import Activity, Attendance, Enrolment, Session

    body, place = programme.organisation(ORGANISATION), programme.place(DISTRICT)
    service = next(each for each in queries.services() if not each.data.get("sensitive"))
    first = day - timedelta(days=60)
    activities = Activity.objects.bulk_create(
        (
            Activity(
                service=service,
                organisation=body,
                district=place,
                title_es=f"Curso {number}",
                first_day=first,
                last_day=day,
                places=PLACES,
                completes_at=80,
                state="running",
                opened_on=first,
                opened_by="system",
            )
            for number in range(enrolments // PLACES)
        ),
        batch_size=500,
    )
    team = Activity.team.through
    team.objects.bulk_create(team(activity=each, user=officer) for each in activities[:RUN])
    sessions = Session.objects.bulk_create(
        (
            Session(activity=each, day=first + timedelta(days=7 * week), hour=clock(9))
            for each in activities
            for week in range(SESSIONS)
        ),
        batch_size=500,
    )
    draw = np.random.default_rng(2)
    people = np.array(Person.objects.values_list("pk", flat=True))
    rows: list[Any] = []
    for at, each in enumerate(activities):
        rows += [
            Enrolment(
                activity=each,
                person_id=int(person),
                state="enrolled",
                asked_on=first,
                from_day=first,
                enrolled_by="system",
            )
            for person in draw.choice(people, PLACES, replace=False)
        ]
        if len(rows) >= AT_ONCE or at == len(activities) - 1:
            made = Enrolment.objects.bulk_create(rows, batch_size=500)
            if at < WRITTEN:
                now = timezone.now()
                came = {one.activity_id: [] for one in made}
                for one in made:
                    came[one.activity_id].append(one)
                Attendance.objects.bulk_create(
                    (
                        Attendance(
                            session=held,
                            enrolment=one,
                            state="present",
                            mark=uuid4(),
                            taken_at=now,
                            recorded_at=now,
                            recorded_by="system",
                        )
                        for held in sessions[: WRITTEN * SESSIONS]
                        for one in came.get(held.activity_id, ())
                    ),
                    batch_size=500,
                )
            rows = []


def b32() -> str:
    return base64.b32encode(token_bytes(20)).decode()


def officer_account() -> Any:
    from convive.domain.programme.models import User

    return User.objects.get(email="officer@example.org")


# Its pages


def signed_in() -> Any:
    from django.test import Client

    from convive.domain.programme.signin import note_second_factor

    client = Client()
    client.force_login(officer_account())

    class Request:
        session = client.session

    note_second_factor(Request, officer_account())  # type: ignore[arg-type]
    Request.session.save()
    return client


def search(client: Any, names: list[dict[str, str]]) -> None:
    """By names as somebody hears them, one letter of each long word wrong."""
    draw = np.random.default_rng(3)
    wanted = [names[at] for at in draw.choice(len(names), SEARCHES, replace=False)]
    texts = [misheard(one, draw) for one in wanted]
    taken, found = [], 0
    for one, text in zip(wanted, texts, strict=True):
        answer, *took = asked(lambda path, t=text: client.post(path, {"text": t}), "/en/people/")
        taken.append((answer, *took))
        full = " ".join(" ".join(one[role] for role in ("given", "paternal", "maternal")).split())
        found += full.title() in answer.content.decode()
    tell("search by misspelt names", taken, 150)
    ours = np.percentile([each[1] for each in taken], 95)
    seconds, there = plain_index(names, wanted, texts)
    theirs = np.percentile(seconds, 95)
    print(
        f"{'  found among the first 50':34}{found / SEARCHES:>10.1%}\n"
        f"{'  FTS5 trigrams, in the clear':34}{np.median(seconds):>10.1f}{theirs:>9.1f}{'':9}"
        f"  {there / SEARCHES:.1%} found; p95 {theirs / ours:.2f} × ours (the query alone)"
    )


def misheard(one: dict[str, str], draw: Any) -> str:
    words = [*one["given"].split()[:1], one["paternal"], one["maternal"]]
    heard = []
    for word in (each.translate(AS_IT_SOUNDS) for each in words if each):
        at = int(draw.integers(1, max(2, len(word) - 1)))
        heard.append(word[:at] + word[at + 1 :] if len(word) > 4 and draw.random() < 0.5 else word)
    return " ".join(heard).title()


def plain_index(
    names: list[dict[str, str]], wanted: list[dict[str, str]], texts: list[str]
) -> tuple[list[float], int]:
    """Milliseconds of each query and how many were found among the first 50."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE plain USING fts5(name, tokenize='trigram')")
    full = [
        " ".join(one[role] for role in ("given", "paternal", "maternal") if one[role])
        for one in names
    ]
    base.executemany("INSERT INTO plain VALUES (?)", ((each,) for each in full))
    seconds, there = [], 0
    for one, text in zip(wanted, texts, strict=True):
        words = text.upper().split()
        grams = dict.fromkeys(word[i : i + 3] for word in words for i in range(len(word) - 2))
        query = " OR ".join(f'"{gram}"' for gram in grams)
        start = time.perf_counter()
        rows = base.execute(
            "SELECT name FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 50", (query,)
        ).fetchall()
        seconds.append((time.perf_counter() - start) * 1000)
        name = " ".join(one[role] for role in ("given", "paternal", "maternal") if one[role])
        there += (name,) in rows
    return seconds, there


def pages() -> Iterator[tuple[str, str | Iterable[str]]]:
    from convive.domain.people.models import Person
    from convive.domain.services.models import Activity, Session

    def each(rows: Any) -> list[str]:
        return list(rows[:VIEWS])

    yield "people, first page", "/en/people/"
    yield "people, page 3,000", "/en/people/?page=3000"
    yield "people whom I attend", "/en/people/?of=mine"
    codes = each(Person.objects.order_by("pk").values_list("code", flat=True))
    yield "one person", [f"/en/people/{code}/" for code in codes]
    yield "activities, first page", "/en/activities/"
    yield "activities, page 300", "/en/activities/?page=300"
    codes = each(Activity.objects.order_by("pk").values_list("code", flat=True))
    yield "one activity, 50 people", [f"/en/activities/{code}/" for code in codes]
    held = Session.objects.order_by("pk").values_list("activity__code", "pk")[:VIEWS]
    yield "who came to a session", [f"/en/activities/{a}/sessions/{s}/" for a, s in held]


def asked(get: Callable[[str], Any], path: str) -> tuple[Any, float, int]:
    """The answer, its milliseconds, and how many queries it took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    start = time.perf_counter()
    answer = get(path)
    took = (time.perf_counter() - start) * 1000
    assert answer.status_code == 200, (path, answer.status_code)
    with CaptureQueriesContext(connection) as queries:
        get(path)
    return answer, took, len(queries)


def tell(page: str, taken: list[tuple[Any, float, int]], goal: float, queries: int = 25) -> None:
    took = [each[1] for each in taken[WARM:]]
    asked_for = max(each[2] for each in taken)
    print(
        f"{page:34}{np.median(took):>10.1f}{np.percentile(took, 95):>9.1f}{asked_for:>9}"
        f"  p95 ≤ {goal:.0f} ms, ≤ {queries} queries",
        flush=True,
    )


def say(what: str, text: str) -> None:
    print(f"{what:34}{text}", flush=True)


if __name__ == "__main__":
    main()
