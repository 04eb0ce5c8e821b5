"""Rights looked at by others: lost second factors, the review, and what was opened."""

from __future__ import annotations

import re

import pytest
from cast import (
    PASSWORD,
    actor,
    client_as,
    code_now,
    make_programme,
    person,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from convive.domain.programme.actions_factors import approve_new_factor, ask_for_new_factor
from convive.domain.programme.actions_glass import break_glass
from convive.domain.programme.models import User
from convive.domain.programme.models_access import BreakGlass, FactorRequest

pytestmark = pytest.mark.django_db
REASON = "Reunión urgente del CODISEC vecino."


@pytest.fixture(autouse=True)
def programme(settings):
    settings.MFA_TOTP_TOLERANCE = 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    cache.clear()
    return make_programme()


@pytest.fixture
def staff():
    return client_as("system_staff")


def page(view: str, *args: object) -> str:
    return reverse(f"programme:{view}", args=args)


def link_on(text: str) -> str:
    """The one-time link on a page, or nothing."""
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+?/)<", text)
    return found[1] if found else ""


# Lost second factors


def half_way(user: User) -> Client:
    """A browser in which the password was right and the code is still wanted."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def test_somebody_without_phone_asks_after_the_right_password():
    user = person("analyst")
    client = half_way(user)
    assert page("lost_factor") in client.get(reverse("mfa_authenticate")).content.decode()
    assert client.get(page("lost_factor")).status_code == 200
    assert not FactorRequest.objects.exists()  # looking asks nothing
    answer = client.post(page("lost_factor"))
    assert answer.url == reverse("account_login")
    assert FactorRequest.objects.get().asked_by == f"user:{user.pk}"
    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")
    assert user.authenticator_set.count() == 2  # it only records


def test_a_wrong_password_or_none_asks_nothing():
    user = person("analyst")
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "adivinanza"})
    for browser in (client, Client()):
        assert browser.post(page("lost_factor")).url == reverse("account_login")
    assert not FactorRequest.objects.exists()


def test_whoever_is_signed_in_has_lost_nothing():
    assert client_as("analyst").get(page("lost_factor")).url == reverse("mfa_index")


@pytest.mark.django_db(transaction=True)
def test_two_people_let_the_person_begin_anew(staff):
    user = person("analyst")
    theirs = client_as("analyst")
    staff.post(page("member_deed", user.pk, "new-factor"))
    row = FactorRequest.objects.get()
    path = page("factor_request", row.pk)
    staff.post(path, {"approve": ""})
    assert theirs.get(reverse("programme:me")).status_code == 200
    second = client_as("coordinator")
    assert link_on(second.get(path).content.decode()) == ""
    second.post(path, {"approve": ""})
    link = link_on(second.get(path).content.decode())
    assert link and link_on(second.get(path).content.decode()) == ""
    assert theirs.get(reverse("programme:me")).status_code == 302  # their sessions ended
    # The old password opens nothing any more; the link does, once, and then asks for a new app
    assert half_way(user).get(reverse("mfa_authenticate")).url == reverse("account_login")
    fresh = Client()
    form = fresh.get(link, follow=True).redirect_chain[-1][0]
    fresh.post(form, {"password1": "otra frase larga", "password2": "otra frase larga"})
    fresh.post(reverse("account_login"), {"login": user.email, "password": "otra frase larga"})
    assert fresh.get(reverse("programme:me")).url == reverse("mfa_activate_totp")
    fresh.get(reverse("mfa_activate_totp"))
    code = code_now(fresh.session["mfa.totp.secret"])
    done = fresh.post(reverse("mfa_activate_totp"), {"code": code})
    assert done.url == reverse("mfa_view_recovery_codes")
    assert fresh.get(reverse("programme:me")).status_code == 200
    assert Client().get(link, follow=True).redirect_chain == []


def test_where_letters_are_sent_the_second_approver_sees_no_link(staff, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    user = person("analyst")
    row = ask_for_new_factor(by=actor("analyst"), account=user.pk)
    approve_new_factor(by=actor("coordinator"), request=row.pk)
    path = page("factor_request", row.pk)
    staff.post(path, {"approve": ""})
    assert link_on(staff.get(path).content.decode()) == ""
    assert [letter.to for letter in mailoutbox] == [[user.email]]


def test_the_request_of_oneself_shows_no_button_and_takes_no_answer():
    mine = person("coordinator")
    row = ask_for_new_factor(by=actor("coordinator"), account=mine.pk)
    client = client_as("coordinator")
    text = client.get(page("factor_request", row.pk)).content.decode()
    assert 'name="approve"' not in text
    assert client.post(page("factor_request", row.pk), {"approve": ""}).status_code == 403


def test_a_refused_request_says_so_to_the_next_who_answers(staff):
    row = ask_for_new_factor(by=actor("analyst"), account=person("analyst").pk)
    client_as("coordinator").post(page("factor_request", row.pk), {"refuse": ""})
    text = staff.post(page("factor_request", row.pk), {"approve": ""}, follow=True)
    assert "ya fue respondido" in text.content.decode()
    assert "rechazado" in staff.get(page("factor_requests")).content.decode()


# The review, and what was opened


def test_a_review_on_its_page_from_the_first_keep_to_the_last_remove(staff):
    user = person("municipal_officer")
    client = client_as("coordinator")
    text = client.get(page("access_review")).content.decode()
    assert "0 de 3" in text and "Es tuyo" in text
    kept, gone = person("system_staff").memberships.get(), user.memberships.get()
    client.post(page("keep_role", kept.pk))
    assert client.post(page("remove_role", gone.pk), {"reason": ""}).status_code == 422
    client.post(page("remove_role", gone.pk), {"reason": "Ya no trabaja aquí."})
    own = person("coordinator").memberships.get()
    assert client.post(page("keep_role", own.pk)).status_code == 403
    staff.post(page("keep_role", own.pk))
    text = client.get(page("access_review")).content.decode()
    assert "Todos los roles de este trimestre están revisados." in text
    assert "Ya no trabaja aquí." in text


def test_opening_what_is_closed_shows_on_every_page_until_it_is_closed():
    client = client_as("municipal_officer")
    closed = reverse("observatory:place", args=("PE-INEI", "130102"))
    assert client.get(closed).status_code == 403
    data = {"district": "PE-INEI:130102", "organisation": "", "reason": REASON}
    assert client.post(page("open_closed"), data | {"reason": "corto"}).status_code == 422
    assert client.post(page("open_closed"), data | {"district": ""}).status_code == 422
    client.post(page("open_closed"), data)
    for path in (closed, reverse("workspace:home"), reverse("plans:commitments")):
        answer = client.get(path)
        assert answer.status_code == 200 and "Abierto hasta el" in answer.content.decode()
    row = BreakGlass.objects.get()
    client.post(page("close_opened", row.pk))
    assert client.get(closed).status_code == 403
    assert "Abierto hasta el" not in client.get(reverse("workspace:home")).content.decode()


def test_the_coordinator_is_told_by_letter_and_on_the_first_page(settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    coordinator = client_as("coordinator")
    data = {"district": "PE-INEI:130102", "organisation": "", "reason": REASON}
    client_as("municipal_officer").post(page("open_closed"), data)
    row = BreakGlass.objects.get()
    (letter,) = mailoutbox
    assert letter.to == ["coordinator@example.org"] and page("glass", row.pk) in letter.body
    assert REASON not in letter.body and "municipal_officer" not in letter.body
    assert page("glass", row.pk) in coordinator.get(reverse("workspace:home")).content.decode()
    assert REASON in coordinator.get(page("glass", row.pk)).content.decode()
    coordinator.post(page("glass", row.pk))
    assert page("glass", row.pk) not in coordinator.get(reverse("workspace:home")).content.decode()


def test_nobody_closes_or_reads_what_another_opened():
    row = break_glass(by=actor("analyst"), district="PE-INEI:130102", reason=REASON)
    client = client_as("municipal_officer")
    assert client.post(page("close_opened", row.pk)).status_code == 403
    assert client.get(page("glass", row.pk)).status_code == 403
    assert client_as("coordinator").get(page("glass", 999)).status_code == 404
