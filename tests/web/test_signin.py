"""Sign-in through the real pages: password, then a code; what the journal keeps of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from cast import PASSWORD, SECRET, client_as, code_now, make_person, make_programme, person
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from convive import settings as house
from convive.domain.programme import queries, sessions
from convive.domain.programme.actions_members import (
    add_member,
    make_password_link,
    set_up_sign_in,
    suspend_user,
)
from convive.domain.programme.guard import _BEFORE_SECOND_FACTOR
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme(settings):
    settings.MFA_TOTP_TOLERANCE = 1  # half a minute more, for a busy machine
    cache.clear()  # counted guesses and used codes
    return make_programme()


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra):
    data = {"login": email, "password": password}
    return client.post(reverse("account_login"), data, **extra)


def deeds() -> list[str]:
    return list(JournalEntry.objects.order_by("seq").values_list("did", flat=True))


def test_password_and_code_open_the_workspace():
    user = make_person("coordinator")
    client = Client()
    answer = sign_in(client, user.email)
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("programme:me")).url.startswith(reverse("account_login"))
    answer = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert answer.url == reverse("workspace:home")
    assert client.get(reverse("programme:me")).status_code == 200
    assert deeds() == ["session.opened"]
    assert JournalEntry.objects.get().data == {"second_factor": True}


def test_a_code_works_once():
    user = make_person("coordinator")
    code = code_now()
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, user.email)
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert second.get(reverse("programme:me")).status_code == 302
    assert deeds() == ["session.opened", "second_factor.refused"]


@pytest.mark.django_db(transaction=True)
def test_a_new_member_sets_a_password_and_an_app_before_anything_else_opens():
    add_member(by=queries.SYSTEM, email="Eva@Example.org", name="Eva", role="auditor")
    path = make_password_link(by=queries.SYSTEM, email="eva@example.org")
    client = Client()
    form = client.get(path, follow=True)
    action = form.redirect_chain[-1][0]
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(action, passwords).status_code == 302
    assert sign_in(client, "eva@example.org").url == reverse("workspace:home")
    assert client.get(reverse("programme:me")).url == reverse("mfa_activate_totp")
    assert client.get(reverse("programme:journal")).url == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page.replace(" ", "") and "data:image/svg+xml" in page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"\b\d{8}\b", client.get(answer.url).content.decode())
    assert len(set(codes)) == 10
    assert client.get(reverse("programme:journal")).status_code == 200
    assert Client().get(path, follow=True).redirect_chain == []  # the link has been used


def test_a_recovery_code_opens_once_and_is_journalled():
    user = make_person("auditor")
    signed_in = client_as("auditor")
    sign_in_again = signed_in.get(reverse("mfa_view_recovery_codes"))
    if sign_in_again.status_code == 302:  # the library asks for the password once more
        signed_in.post(sign_in_again.url, {"password": PASSWORD, "code": code_now()}, follow=True)
    codes = re.findall(
        r"\b\d{8}\b", signed_in.get(reverse("mfa_view_recovery_codes")).content.decode()
    )
    client = Client()
    sign_in(client, user.email)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert client.get(reverse("programme:me")).status_code == 200
    used = JournalEntry.objects.get(did="recovery_code.used")
    assert used.data == {"left": 9} and used.who == f"user:{user.pk}"
    again = Client()
    sign_in(again, user.email)
    assert again.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200


def test_a_session_opened_by_password_alone_is_closed_once_the_account_has_an_app():
    make_person("coordinator", second_factor=False)
    early = Client()
    sign_in(early, "coordinator@example.org")
    assert early.get(reverse("programme:me")).url == reverse("mfa_activate_totp")
    set_up_sign_in(
        by=queries.SYSTEM, email="coordinator@example.org", password=PASSWORD, secret=SECRET
    )
    sign_in(early, "coordinator@example.org")
    half = client_as("coordinator", second_factor=False)
    assert half.get(reverse("programme:me")).url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in half.session


@pytest.mark.parametrize("name", sorted(_BEFORE_SECOND_FACTOR))
def test_a_password_alone_opens_no_page_that_adds_a_factor_once_there_is_one(name):
    make_person("coordinator")
    half = client_as("coordinator", second_factor=False)
    assert half.get(reverse(name)).url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in half.session


@pytest.mark.django_db(transaction=True)
def test_a_session_from_before_the_first_factor_cannot_add_one_of_its_own():
    user = make_person("coordinator", second_factor=False)
    thief, owner = Client(), Client()
    secrets = {}
    for client in (thief, owner):
        sign_in(client, user.email)
        client.get(reverse("mfa_activate_totp"))
        secrets[client] = client.session["mfa.totp.secret"]
    owner.post(reverse("mfa_activate_totp"), {"code": code_now(secrets[owner])})
    # Ended with the first factor, before it asks for another page
    assert sessions.open_sessions(user.pk).get().pk == owner.session["open_session"]
    added = thief.post(reverse("mfa_activate_totp"), {"code": code_now(secrets[thief])})
    assert added.url.startswith(reverse("account_login"))
    assert thief.get(reverse("programme:me")).status_code == 302
    assert owner.get(reverse("programme:me")).status_code == 200
    assert user.authenticator_set.filter(type="totp").count() == 1


def test_a_suspended_person_is_out_at_the_next_page_and_cannot_come_back():
    client = client_as("coordinator")
    assert client.get(reverse("programme:me")).status_code == 200
    suspend_user(by=queries.SYSTEM, email="coordinator@example.org")
    assert client.get(reverse("programme:me")).url.startswith(reverse("account_login"))
    client = Client()
    assert sign_in(client, "coordinator@example.org").url == reverse("account_inactive")
    assert client.get(reverse("account_inactive")).status_code == 200
    assert client.get(reverse("programme:me")).url.startswith(reverse("account_login"))


def test_other_sessions_end_when_the_password_changes():
    here, elsewhere = client_as("coordinator"), client_as("coordinator")
    new = "otra frase larga y clara"
    answer = here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert here.get(reverse("programme:me")).status_code == 200
    assert elsewhere.get(reverse("programme:me")).url.startswith(reverse("account_login"))
    assert deeds() == ["password.changed"]


def test_guessing_is_stopped_after_five_tries():
    make_person("coordinator")
    client = Client()
    for _try in range(5):
        assert sign_in(client, "coordinator@example.org", "adivinanza").status_code == 200
    assert sign_in(client, "coordinator@example.org").status_code == 200  # right, and too late
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")


def test_a_failed_sign_in_is_counted_and_names_no_address():
    user = make_person("coordinator")
    client = Client()
    for _try in range(2):
        sign_in(client, user.email, "adivinanza")
    sign_in(client, "nadie@example.org", "adivinanza")
    rows = JournalEntry.objects.filter(did="session.refused").order_by("seq")
    assert [(row.subject, row.data) for row in rows] == [
        (str(user.pk), {"today": 1}),
        (str(user.pk), {"today": 2}),
        ("unknown", {"today": 1}),
    ]
    assert not any("@" in f"{row.who}{row.subject}{row.why}{row.data}" for row in rows)


def test_an_unknown_address_and_a_wrong_password_look_the_same():
    make_person("coordinator")
    pages = []
    for email in ("coordinator@example.org", "nadie@example.org"):
        page = sign_in(Client(), email, "adivinanza").content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(email, ""))
    assert pages[0] == pages[1]


def test_signing_out_ends_the_session():
    client = client_as("funder")
    assert client.get(reverse("programme:me")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("programme:me")).url.startswith(reverse("account_login"))
    assert deeds() == ["session.closed"]


def test_after_sign_in_the_page_that_was_asked_for_opens():
    make_person("auditor")
    client = Client()
    asked = client.get(reverse("programme:journal")).url
    assert urlsplit(asked).query == "next=/journal/"
    data = {"login": "auditor@example.org", "password": PASSWORD, "next": "/journal/"}
    client.post(asked, data)
    assert client.post(reverse("mfa_authenticate"), {"code": code_now()}).url == "/journal/"
    elsewhere = {**data, "next": "https://evil.example/"}
    client.post(reverse("account_logout"))
    cache.clear()
    client.post(reverse("account_login"), elsewhere)
    answer = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert answer.url == reverse("workspace:home")


def test_nobody_signs_up():
    answer = Client().get(reverse("account_signup"))
    assert answer.url.startswith(reverse("account_login"))
    assert client_as("coordinator").get(reverse("account_signup")).status_code == 403


def test_the_secret_of_an_app_is_sealed_in_the_database():
    user = person("coordinator")
    row = user.authenticator_set.get(type="totp")
    assert SECRET not in str(row.data)
    assert row.wrap().validate_code(code_now())


def test_removing_the_app_closes_everything_until_there_is_another():
    client = client_as("auditor")
    first = client.get(reverse("mfa_deactivate_totp"))
    if first.status_code == 302:
        client.post(first.url, {"password": PASSWORD, "code": code_now()}, follow=True)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.get(reverse("programme:journal")).url == reverse("mfa_activate_totp")
    assert deeds()[-2:] == ["second_factor.removed", "second_factor.removed"]


def test_no_letter_with_a_link_stands_in_the_messages_of_the_server():
    assert house.EMAIL_BACKEND.endswith("dummy.EmailBackend")  # until told how to send
