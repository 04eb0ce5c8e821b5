"""The letter that says how much waits: off by default, counts alone, ended with one press."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cast import actor, client_as, make_commitment, make_plan, make_programme, person
from django.test import Client
from django.urls import reverse

from convive.domain.programme import queries
from convive.domain.programme.actions_account import choose_digest, stop_digest
from convive.domain.programme.actions_members import suspend_user
from convive.domain.programme.models_access import DigestChoice
from convive.doors.workspace import digest
from convive.doors.workspace.jobs import order_letters
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.jobs import registry
from convive.kernel.models import Job

pytestmark = pytest.mark.django_db
LIMA = ZoneInfo("America/Lima")
MONDAY = datetime(2016, 7, 18, 7, 0, tzinfo=LIMA)
TUESDAY = MONDAY + timedelta(days=1)
SECRET_WORDS = "Revisar el alumbrado"


@pytest.fixture(autouse=True)
def programme(settings):
    settings.SITE_URL = "https://convive.example.org"
    make_programme()


def wants(every: str = "day", language: str = "es", key: str = "municipal_officer") -> DigestChoice:
    choose_digest(by=actor(key), every=every, language=language)
    return DigestChoice.objects.get(user=person(key))


@pytest.fixture
def waiting():
    plan = make_plan()
    for days in (-2, 0, 9):
        due = queries.today() + timedelta(days=days)
        make_commitment(plan, organisation="muni-la-esperanza", due=due, what=SECRET_WORDS)


def test_nobody_gets_a_letter_unasked(waiting, mailoutbox):
    person("municipal_officer")
    assert digest.due(MONDAY) == []
    assert not DigestChoice.objects.exists()


@pytest.mark.parametrize(
    ("every", "now", "sent_on", "is_due"),
    [
        ("day", TUESDAY, None, True),
        ("day", TUESDAY - timedelta(minutes=1), None, False),
        ("day", TUESDAY + timedelta(hours=9), None, True),
        ("day", TUESDAY, TUESDAY.date(), False),
        ("day", TUESDAY, MONDAY.date(), True),
        ("week", MONDAY, None, True),
        ("week", TUESDAY, None, False),
        ("week", MONDAY, MONDAY.date(), False),
    ],
)
def test_a_letter_is_due_once_on_its_morning(every, now, sent_on, is_due):
    choice = DigestChoice(every=every, language="es", sent_on=sent_on)
    assert digest.is_due(choice, now) is is_due


def test_the_letter_carries_counts_and_a_link_and_not_a_word_more(waiting, mailoutbox):
    wants()
    done = digest.send(person("municipal_officer").pk, queries.today())
    assert done == {"sent": True, "things": 3}
    (letter,) = mailoutbox
    assert letter.subject == "3 cosas te esperan, 1 vence hoy, 1 ya venció"
    assert "https://convive.example.org/workspace/" in letter.body
    whole = letter.subject + letter.body
    for word in (SECRET_WORDS, "Municipalidad", "La Esperanza", "municipal_officer"):
        assert word not in whole


def test_the_letter_speaks_the_language_in_which_it_was_asked_for(waiting, mailoutbox):
    wants(language="en")
    digest.send(person("municipal_officer").pk, queries.today())
    assert mailoutbox[0].subject == "3 things wait for you, 1 is due today, 1 is late"
    assert "https://convive.example.org/en/workspace/" in mailoutbox[0].body


def test_where_nothing_waits_nothing_is_sent(mailoutbox):
    wants()
    assert digest.send(person("municipal_officer").pk, queries.today())["sent"] is False
    assert mailoutbox == []


def test_a_suspended_account_gets_none(waiting, mailoutbox):
    wants()
    suspend_user(by=actor("system_staff"), email="municipal_officer@example.org")
    assert digest.due(TUESDAY) == []
    assert digest.send(person("municipal_officer").pk, queries.today())["sent"] is False


def test_without_a_mail_server_nothing_is_due(settings):
    wants()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert digest.due(TUESDAY) == []


def test_a_mail_server_that_is_away_is_noted_without_an_address(waiting, monkeypatch, caplog):
    wants()

    def refuse(*_args: object, **_kwargs: object) -> int:
        raise ConnectionRefusedError("municipal_officer@example.org")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    assert digest.send(person("municipal_officer").pk, queries.today())["sent"] is False
    assert "ConnectionRefusedError" in caplog.text and "@" not in caplog.text


def test_the_worker_knows_what_to_do_by_the_clock():
    registry.load()
    assert {"letters.digest", "accounts.clear"} <= set(registry.schedule)
    assert "letters.digest" in registry.kinds


def test_the_tick_orders_each_letter_once_a_day():
    wants()
    for _again in range(2):
        order_letters(TUESDAY)
    job = Job.objects.get(kind="letters.digest")
    assert job.subject == f"account:{person('municipal_officer').pk}"
    assert DigestChoice.objects.get().sent_on == TUESDAY.date()


def stop_path(letter) -> str:
    (found,) = re.findall(r"https://convive\.example\.org(\S+/stop/\S+)", letter.body)
    return str(found)


def test_a_mail_program_ends_the_letters_with_one_post_and_no_sign_in(waiting, mailoutbox):
    wants()
    digest.send(person("municipal_officer").pk, queries.today())
    (letter,) = mailoutbox
    headers = letter.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"] == f"<https://convive.example.org{stop_path(letter)}>"
    client = Client(enforce_csrf_checks=True)
    answer = client.post(stop_path(letter), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204 and not DigestChoice.objects.exists()


def test_a_person_ends_them_on_the_page_and_opening_it_ends_nothing(waiting, mailoutbox):
    wants()
    digest.send(person("municipal_officer").pk, queries.today())
    path = stop_path(mailoutbox[0])
    assert Client().get(path).status_code == 200
    assert DigestChoice.objects.exists()
    answer = Client().post(path, follow=True)
    assert answer.status_code == 200 and not DigestChoice.objects.exists()
    assert Client().post(path).status_code == 302  # once more does no harm


def test_a_key_that_we_did_not_sign_ends_nothing():
    wants()
    for key in ("1", "no-key", digest._key(person("municipal_officer"))[:-1] + "x"):
        path = reverse("workspace:stop_letters", kwargs={"key": key})
        assert Client().post(path).status_code == 404
    assert DigestChoice.objects.exists()


def test_whoever_has_no_role_left_can_still_end_the_letters():
    choice = wants()
    choice.user.memberships.update(valid_to=queries.today() - timedelta(days=1))
    stop_digest(by=queries.actor_of(choice.user), account=choice.user_id)
    assert not DigestChoice.objects.exists()


def test_one_chooses_on_the_page_of_letters():
    client = client_as("analyst")
    page = reverse("programme:letters")
    client.post(page, {"every": "week"})
    assert DigestChoice.objects.get().every == "week"
    assert "los lunes" in client.get(reverse("programme:me")).content.decode()
    client.post(page, {"every": ""})
    assert not DigestChoice.objects.exists()
    assert client.post(page, {"every": "hour"}).status_code == 200
    assert not DigestChoice.objects.exists()


def test_without_a_mail_server_the_page_says_so(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    client = client_as("analyst")
    assert "no envía cartas" in client.get(reverse("programme:letters")).content.decode()
    client.post(reverse("programme:letters"), {"every": "day"})
    assert not DigestChoice.objects.exists()


def test_nobody_chooses_for_another_and_only_what_there_is():
    with pytest.raises(NotAllowed):
        stop_digest(by=actor("analyst"), account=person("auditor").pk)
    for facts in ({"every": "hour", "language": "es"}, {"every": "day", "language": "fr"}):
        with pytest.raises(BadInput):
            choose_digest(by=actor("analyst"), **facts)
