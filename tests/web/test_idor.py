"""Every id, asked for by everybody: what opens is what access says of the thing, and nothing else.

The addresses come from the URL list itself; the rules of whose a thing is stand in `owners.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cast import CAST, EL_PORVENIR, LA_ESPERANZA, client_as, make_plan, make_programme, person
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from matrix import PAGES
from owners import NO_OWNER, RULES

from convive.access.rules import Actor
from convive.domain.programme import queries
from convive.kernel.home import Home
from convive.kernel.models import JournalEntry

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
                        PAGES[name].arguments(organisation, district)
        yield
        things_of.cache_clear()
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


def chosen(who: Actor, name: str) -> tuple[list, list]:
    """One thing that this person may ask for, and the first and the last that they may not.

    Things are made by organisation and district, so that these are of different ones. Of whoever
    may ask for none, one is enough.
    """
    mine = [thing for thing in things_of(name) if RULES[name].opens(who, thing)]
    others = [thing for thing in things_of(name) if not RULES[name].opens(who, thing)]
    return mine[:1], [others[0], others[-1]] if mine and len(others) > 1 else others[:1]


def said(answer: HttpResponse) -> str:
    """An answer without what is of the moment."""
    return re.sub(r'href="[^"]*"|nonce="[^"]*"', "", answer.content.decode(errors="replace"))


@pytest.mark.parametrize("key", CAST)
def test_what_is_somebody_elses_opens_for_nobody(key):
    """GET: refused exactly where access says so, and told apart from nothing by nothing."""
    client, who = client_as(key), queries.actor_of(person(key))
    wrong = []
    for name, rule in RULES.items():
        mine, others = chosen(who, name)
        for thing in [*mine, *others]:
            answer = asked(client, name, rule.arguments(thing), "GET")
            if answer.status_code == 405:
                break  # a deed, asked for below
            may = thing in mine
            if may != (answer.status_code != 403):
                wrong.append(f"{name} {thing!r}: {answer.status_code}, may be {may}")
        else:
            if others and not _reaches_all(who):
                nothing = asked(client, name, rule.none, "GET")
                if (nothing.status_code, said(nothing)) != (answer.status_code, said(answer)):
                    wrong.append(f"{name}: {thing!r} is refused otherwise than what does not exist")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", CAST)
def test_no_deed_is_done_to_what_is_somebody_elses(key):
    """POST: refused, and nothing is written. What may be done is tested where it belongs."""
    client, who = client_as(key), queries.actor_of(person(key))
    wrong, before = [], JournalEntry.objects.count()
    for name, rule in RULES.items():
        _mine, others = chosen(who, name)
        for thing in others:
            with transaction.atomic():
                answer = client.post(reverse(name, kwargs=rule.arguments(thing)), {"reason": "x"})
                written = JournalEntry.objects.count() - before
                transaction.set_rollback(True)
            if answer.status_code not in {403, 405} or written:
                wrong.append(f"{name} {thing!r}: {answer.status_code}, {written} entries")
    assert not wrong, "\n".join(wrong)


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
    assert served == {"look"}
