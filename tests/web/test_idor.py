"""Every address with an id, asked for by everybody: what opens is what access says of the thing.

By default of up to three things at each address, others for each role; with `--heavy` of every id,
by GET, and by POST where it is refused. The addresses come from the URL list itself; the rules of
whose a thing is stand in `owners.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from cast import CAST, EL_PORVENIR, LA_ESPERANZA, client_as, make_plan, make_programme, person
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from matrix import PAGES
from owners import NO_OWNER, RULES

from convive.access.rules import Actor
from convive.domain.programme import queries
from convive.kernel.home import Home
from convive.kernel.models import JournalEntry

Choice = Callable[[str, str], tuple[list, list]]
STANDS: dict[tuple[str, str], tuple[str, str]] = {}  # address, arguments -> whose, where
ORGANISATIONS = ("unfpa", "unodc", "muni-la-esperanza", "muni-el-porvenir")


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every address with its name."""

    def walk(resolver: URLResolver, space: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern, inner)
            else:
                yield f"{space}{pattern.name}", pattern

    return walk(get_resolver(), "")


def with_an_id() -> list[str]:
    return sorted({name for name, pattern in patterns() if _takes_arguments(pattern)})


def _takes_arguments(pattern: URLPattern) -> bool:
    return bool(pattern.pattern.converters or pattern.pattern.regex.groupindex)


@pytest.fixture(scope="module")
def small_programme(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Something of every kind, of two organisations in each of two districts."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_programme()
        make_plan()
        for key in CAST:
            person(key)
        for name in RULES:
            for organisation in ORGANISATIONS:
                for district in (LA_ESPERANZA, EL_PORVENIR):
                    if name in PAGES:
                        arguments = PAGES[name].arguments(organisation, district)
                        STANDS[name, str(arguments)] = organisation, district
        yield
        things_of.cache_clear()
        asking.cache_clear()
        every.cache_clear()
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_programme")]


def test_every_address_with_an_id_says_whose_it_is():
    known = set(RULES) | set(NO_OWNER)
    assert sorted(set(with_an_id()) - known) == [], "write its rule into tests/web/owners.py"
    assert sorted(known - set(with_an_id())) == [], "no such address any more"
    assert not set(RULES) & set(NO_OWNER)


def test_there_is_something_of_every_kind_to_ask_for():
    empty = [name for name, rule in RULES.items() if not list(rule.things())]
    assert empty == []


def asked(client: Client, name: str, arguments: dict, method: str) -> HttpResponse:
    """Ask, and leave nothing changed."""
    with transaction.atomic():
        answer = client.generic(method, reverse(name, kwargs=arguments))
        transaction.set_rollback(True)
    return answer


@cache
def things_of(name: str) -> list:
    """Everything with an id of this kind: read once, as nothing here changes it."""
    return list(RULES[name].things())


@cache
def asking(key: str) -> Actor:
    """Somebody of the cast, as access sees them: read once, as nothing here changes it."""
    return queries.actor_of(person(key))


@cache
def every(key: str, name: str) -> tuple[list, list]:
    """All things at an address that this person may ask for, and all that they may not."""
    who, rule = asking(key), RULES[name]
    mine = [thing for thing in things_of(name) if rule.opens(who, thing)]
    return mine, [thing for thing in things_of(name) if not rule.opens(who, thing)]


def some(key: str, name: str) -> tuple[list, list]:
    """One thing that this person may ask for, and two that they may not; one if they may none.

    Which ones goes round by role and address, the same in every run: at the next address with as
    many closed things it is the next of them. So a role meets, over the addresses, those of its own
    body elsewhere, of others in its district, and of others elsewhere.
    """
    mine, others = every(key, name)
    alike = [each for each in RULES if len(every(key, each)[1]) == len(others)]
    turn = crc32(key.encode()) + alike.index(name)
    closed = [others[(turn + step) % len(others)] for step in (0, len(others) // 2) if others]
    if not mine:
        return [], closed[:1]
    return [mine[turn % len(mine)]], closed[: len(others)]


def said(answer: HttpResponse) -> str:
    """An answer without what is of the moment."""
    return re.sub(r'href="[^"]*"|nonce="[^"]*"', "", answer.content.decode(errors="replace"))


def opened_wrongly(key: str, choice: Choice) -> list[str]:
    """GET: refused exactly where access says so, and told apart from nothing by nothing."""
    client, wrong = client_as(key), []
    for name, rule in RULES.items():
        mine, others = choice(key, name)
        for thing in [*mine, *others]:
            answer = asked(client, name, rule.arguments(thing), "GET")
            if answer.status_code == 405:
                break  # a deed, asked for below
            may = thing in mine
            if may != (answer.status_code != 403):
                wrong.append(f"{name} {thing!r}: {answer.status_code}, may be {may}")
        else:
            if others and not _reaches_all(asking(key)):
                nothing = asked(client, name, rule.none, "GET")
                if (nothing.status_code, said(nothing)) != (answer.status_code, said(answer)):
                    wrong.append(f"{name}: {thing!r} is refused otherwise than what does not exist")
    return wrong


def done_wrongly(key: str, choice: Choice) -> list[str]:
    """POST: refused, and nothing is written. What may be done is tested where it belongs."""
    client = client_as(key)
    wrong, before = [], JournalEntry.objects.count()
    for name, rule in RULES.items():
        _mine, others = choice(key, name)
        for thing in others:
            with transaction.atomic():
                answer = client.post(reverse(name, kwargs=rule.arguments(thing)), {"reason": "x"})
                written = JournalEntry.objects.count() - before
                transaction.set_rollback(True)
            if answer.status_code not in {403, 405} or written:
                wrong.append(f"{name} {thing!r}: {answer.status_code}, {written} entries")
    return wrong


@pytest.mark.parametrize("key", [key for key in CAST if key.endswith("officer")])
def test_what_is_asked_for_is_near_a_role_and_far_from_it(key):
    """Of its own body elsewhere, of others in its district, of others elsewhere, at addresses where
    something opens: so that its place alone decides."""
    opening = [name for name in RULES if every(key, name)[0]]
    met = {side for name in opening for side in sides(key, name, some(key, name)[1])}
    assert met == {(True, False), (False, True), (False, False)}


def sides(key: str, name: str, things: list) -> Iterator[tuple[bool, bool]]:
    """Whether each is of this person's own body, and in their own district."""
    for thing in things:
        stands = STANDS.get((name, str(RULES[name].arguments(thing))))
        if stands:
            yield stands[0] == CAST[key].organisation, stands[1] in CAST[key].districts


@pytest.mark.parametrize("key", CAST)
def test_what_is_somebody_elses_opens_for_nobody(key):
    assert opened_wrongly(key, some) == []


@pytest.mark.parametrize("key", CAST)
def test_no_deed_is_done_to_what_is_somebody_elses(key):
    assert done_wrongly(key, some) == []


# Of them other organisations learn not even that they are known
UNSEEN = {"cases", "committees", "people", "protection", "referrals", "services"}
OF_PEOPLE = [name for name in RULES if name.split(":")[0] in UNSEEN]
MOMENT = r"'[^']*'|\b\d+\b|\"s\d+_x\d+\""


@dataclass
class Told:
    """All that an answer tells: status, headers, text, and what the database was asked for it."""

    status: int
    headers: dict[str, str]
    text: str
    asked: list[str]


def told(client: Client, address: str, method: str, sent: dict[str, str]) -> Told:
    """Ask, and leave nothing changed. Tokens, codes and values are left out of what is told."""
    with CaptureQueriesContext(connection) as work, transaction.atomic():
        answer = client.get(address) if method == "GET" else client.post(address, sent)
        transaction.set_rollback(True)
    text = said(answer)
    for value in [address, *sent.values()]:
        text = text.replace(value, "…")
    headers = {
        name: re.sub(r"nonce-[^']*|" + re.escape(address), "…", value)
        for name, value in answer.headers.items()
        if name != "Content-Length"
    }
    asked_for = [re.sub(MOMENT, "?", one["sql"]) for one in work.captured_queries]
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|\b[0-9a-f]{32}\b', "…", text)
    return Told(answer.status_code, headers, text, asked_for)


def unlike(here: Told, nowhere: Told) -> list[str]:
    """In what two answers differ."""
    found = []
    if (here.status, here.text) != (nowhere.status, nowhere.text):
        found.append(f"said {here.status}, not {nowhere.status}")
    if here.headers != nowhere.headers:
        found.append(f"headers {here.headers}, not {nowhere.headers}")
    if here.asked != nowhere.asked:
        more = [one for one in here.asked if one not in nowhere.asked]
        found.append(f"{len(here.asked)} queries, not {len(nowhere.asked)}: {more}")
    return found


def pairs(key: str, name: str) -> Iterator[tuple[dict, dict]]:
    """Arguments of what is somebody else's, and the same of what does not exist; also of somebody
    else's within what is one's own."""
    rule, (mine, others) = RULES[name], some(key, name)
    yield from ((rule.arguments(thing), rule.none) for thing in others)
    for own in map(rule.arguments, mine[:1]):
        inner = list(rule.none)[1:]
        for thing in others if inner else ():
            theirs = {each: rule.arguments(thing)[each] for each in inner}
            if theirs != {each: own[each] for each in inner}:
                yield {**own, **theirs}, {**own, **{each: rule.none[each] for each in inner}}


@pytest.mark.parametrize(
    "key", ["agency_officer", "case_worker", "other_agency_officer", "other_municipal_officer"]
)
def test_what_is_somebody_elses_takes_the_same_answer_and_work_as_what_does_not_exist(key):
    """So that neither what an answer says nor its time tells whether there is such a thing."""
    client, wrong, met = client_as(key), {}, set()
    client.get("/workspace/")  # what is looked up once
    for name in OF_PEOPLE:
        for theirs, none in pairs(key, name):
            for method in ("GET", "POST"):
                here, nowhere = (
                    told(client, reverse(name, kwargs=each), method, {"reason": "x"})
                    for each in (theirs, none)
                )
                met.add(name)
                if found := unlike(here, nowhere):
                    wrong[name, method, str(theirs)] = found
    assert len(met) > 60
    assert wrong == {}


@pytest.mark.heavy
@pytest.mark.parametrize("key", CAST)
def test_no_id_at_all_opens_for_somebody_whose_it_is_not(key):
    assert opened_wrongly(key, every) == []
    assert done_wrongly(key, every) == []


def _reaches_all(who: Actor) -> bool:
    """Whoever serves the whole programme is told what does not exist."""
    return all(grant.organisations is None and grant.districts is None for grant in who.grants)


def test_without_signing_in_no_id_opens():
    client = Client()
    for name, rule in RULES.items():
        for thing in things_of(name)[:1]:
            answer = asked(client, name, rule.arguments(thing), "GET")
            assert answer.status_code in {302, 405}, name
            if answer.status_code == 302:
                assert answer.url.startswith("/accounts/login/"), name


# Files


HIDDEN = (
    "/media/",
    "/media/convive.sqlite3",
    "/static/",
    "/static/../settings.py",
    "/static/..%2f..%2fsettings.py",
    "/static/%2e%2e/%2e%2e/settings.py",
    "/static/..\\..\\settings.py",
    "/static//etc/passwd",
    "/static/look/",
    "/static/look/../../../settings.py",
    "/.git/config",
    "/.env",
    "/settings.py",
    "/secret.key",
    "/convive.sqlite3",
    "/journal.head",
    "/evidence/",
    "/documents/",
    "/public/programme.json",
    "/rejects/x.csv",
    "/../secret.key",
    "/en/../secret.key",
    "/..%2fsecret.key",
    "/uploads/x",
    "/admin/",
    "/debug/",
    "/__debug__/",
    "/static/look/tokens.css.map",
    "/robots.txt/../secret.key",
)


@pytest.mark.parametrize("path", HIDDEN)
def test_no_file_of_the_home_and_no_file_outside_the_styles_is_ever_served(path):
    secret = settings.SECRET_KEY
    for client in (Client(), client_as("system_staff")):
        answer = client.get(path, follow=True)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert secret.encode() not in content
        assert b"SECRET_KEY" not in content and b"SQLite format" not in content
        assert answer.status_code in {400, 403, 404} or "mast" in content.decode(), path


def test_the_home_lies_under_no_address():
    assert isinstance(settings.HOME, Home)
    assert not settings.MEDIA_ROOT
    for _prefix, root in [("", settings.STATIC_ROOT)]:
        assert not root
    source = Path(__file__).resolve().parents[2] / "src" / "convive"
    served = {path.parts[-3] for path in source.rglob("static/*") if path.is_dir()}
    assert served == {"look", "protection"}
