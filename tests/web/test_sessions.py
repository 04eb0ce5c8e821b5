"""Where I am signed in: each session in coarse words, and a way to end it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cast import PASSWORD, actor, client_as, make_programme, person
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from convive.domain.programme import sessions
from convive.domain.programme.actions_account import end_session, end_sessions
from convive.domain.programme.devices import device
from convive.domain.programme.models_access import OpenSession
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
PAGE = "/me/sessions/"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture(autouse=True)
def programme():
    return make_programme()


@pytest.mark.parametrize(
    ("user_agent", "wanted"),
    [
        (FIREFOX, ("firefox", "android")),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/130.0.0.0 Safari/537.36",
            ("chrome", "windows"),
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 "
            "Safari/537.36 Edg/130.0",
            ("edge", "windows"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
            ("safari", "ios"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", ("chrome", "linux")),
        ("", ("other", "other")),
        ("curl/8.0", ("other", "other")),
    ],
)
def test_a_device_is_told_in_two_coarse_words(user_agent, wanted):
    assert device(user_agent) == wanted


def alive(client: Client) -> bool:
    return bool(client.get(reverse("programme:me")).status_code == 200)


def test_every_session_stands_there_and_this_one_is_marked():
    here, _elsewhere = client_as("analyst"), client_as("analyst")
    client_as("auditor")
    text = here.get(PAGE).content.decode()
    assert text.count('name="number"') == 1 and text.count(">esta<") == 1
    assert text.count("otro navegador en otro sistema") == 3  # two headings, one button


def test_nothing_but_two_words_is_kept_of_a_device():
    user = person("analyst")
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")
    client.force_login(user)
    client.get(reverse("mfa_activate_totp"))
    row = OpenSession.objects.filter(user=user).latest("pk")
    kept = " ".join(str(value) for value in vars(row).values())
    assert "203.0.113.7" not in kept and "Mozilla" not in kept and "130" not in kept


def test_one_ends_another_session_of_theirs_and_stays():
    here, elsewhere = client_as("analyst"), client_as("analyst")
    number = re.search(r'name="number" value="(\d+)"', here.get(PAGE).content.decode())
    assert number
    here.post(PAGE, {"number": number[1]})
    assert alive(here) and not alive(elsewhere)
    ended = JournalEntry.objects.get(did="session.ended")
    assert ended.data == {"sessions": 1}


def test_one_ends_every_other_session():
    here, second, third = (client_as("analyst") for _ in range(3))
    here.post(PAGE)
    assert alive(here) and not alive(second) and not alive(third)


def test_nobody_ends_a_session_of_another():
    mine, theirs = client_as("analyst"), client_as("auditor")
    number = sessions.open_sessions(person("auditor").pk).get().pk
    mine.post(PAGE, {"number": number})
    assert alive(theirs)
    with pytest.raises(BadInput):
        end_session(by=actor("analyst"), number=number)
    with pytest.raises(NotAllowed):
        end_sessions(by=actor("analyst"), account=person("auditor").pk)
    end_sessions(by=actor("system_staff"), account=person("auditor").pk)
    assert not alive(theirs)


def test_an_ended_session_does_not_come_back_with_its_cookie():
    client = client_as("analyst")
    name = settings.SESSION_COOKIE_NAME
    cookie = client.cookies[name].value
    end_sessions(by=actor("system_staff"), account=person("analyst").pk)
    assert not alive(client)
    again = Client()
    again.cookies[name] = cookie
    assert not alive(again)
    assert not Session.objects.filter(session_key=cookie).exists()


def test_signing_out_and_changing_the_password_take_sessions_off_the_list():
    here, elsewhere = client_as("analyst"), client_as("analyst")
    user = person("analyst")
    elsewhere.post(reverse("account_logout"))
    assert sessions.open_sessions(user.pk).count() == 1
    client_as("analyst")
    new = "otra frase larga y clara"
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert sessions.open_sessions(user.pk).count() == 1
    assert alive(here)


def test_a_session_from_before_they_were_followed_goes_on():
    client = client_as("analyst")
    session = client.session
    del session["open_session"]
    session.save()
    OpenSession.objects.all().delete()
    assert alive(client)
    assert sessions.open_sessions(person("analyst").pk).count() == 1


def test_last_seen_is_fresh_to_five_minutes_and_not_written_on_every_page():
    client = client_as("analyst")
    row = OpenSession.objects.get()
    alive(client)
    assert OpenSession.objects.get().seen_at == row.seen_at
    OpenSession.objects.update(seen_at=timezone.now() - timedelta(minutes=6))
    alive(client)
    assert timezone.now() - OpenSession.objects.get().seen_at < timedelta(minutes=1)
