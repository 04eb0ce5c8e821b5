"""Accounts and rights on pages: invite, give and end roles, close, hand over."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cast import (
    LA_ESPERANZA,
    PASSWORD,
    SECRET,
    _give_second_factor,
    actor,
    client_as,
    make_commitment,
    make_person,
    make_plan,
    make_programme,
    person,
)
from click.testing import CliRunner
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.cli import schema
from convive.cli.member import member
from convive.domain.programme import queries
from convive.domain.programme.actions_factors import approve_new_factor, ask_for_new_factor
from convive.domain.programme.actions_members import set_up_sign_in
from convive.domain.programme.guard import opens
from convive.domain.programme.models import User
from convive.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db
DUMMY = "django.core.mail.backends.dummy.EmailBackend"


@pytest.fixture(autouse=True)
def programme(settings):
    settings.EMAIL_BACKEND = DUMMY
    cache.clear()
    return make_programme()


@pytest.fixture
def staff():
    return client_as("system_staff")


def page(view: str, *args: object) -> str:
    return reverse(f"programme:{view}", args=args)


def role(**changes: object) -> dict[str, object]:
    return {
        "role": "municipal_officer",
        "organisation": "muni-la-esperanza",
        "districts": [LA_ESPERANZA],
        "valid_from": queries.today().isoformat(),
        "valid_to": "",
        **changes,
    }


def invite(client: Client, **changes: object):
    data = {"name": "Rosa Díaz", "email": "Rosa@Example.org", **role(), **changes}
    return client.post(page("invite"), data)


def link_on(text: str) -> str:
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+?/)<", text)
    return found[1] if found else ""


def test_an_invitation_makes_the_account_and_shows_its_link_once(staff):
    answer = invite(staff)
    rosa = User.objects.get(email="rosa@example.org")
    assert answer.url == page("member", rosa.pk)
    assert link_on(staff.get(answer.url).content.decode())
    assert link_on(staff.get(answer.url).content.decode()) == ""
    assert queries.actor_of(rosa).grants[0].districts == {LA_ESPERANZA}


def test_the_link_lets_the_invited_person_set_a_password(staff):
    path = link_on(staff.get(invite(staff).url).content.decode())
    client = Client()
    form = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    login = {"login": "rosa@example.org", "password": PASSWORD}
    assert client.post(reverse("account_login"), login).url == reverse("workspace:home")


def test_the_link_is_sealed_while_it_waits_for_its_page(staff):
    invite(staff)
    assert "reset/key" not in str(dict(staff.session))


def test_where_letters_are_sent_the_invitation_goes_by_mail_too(staff, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SITE_URL = "https://convive.example.org"
    invite(staff)
    (letter,) = mailoutbox
    assert letter.to == ["rosa@example.org"]
    assert "https://convive.example.org/accounts/password/reset/key/" in letter.body


LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


def test_a_link_that_was_mailed_is_not_shown_to_whoever_made_it(staff, settings, mailoutbox):
    settings.EMAIL_BACKEND = LOCMEM
    user = person("analyst")
    answer = staff.post(page("member_deed", user.pk, "link"))
    assert [letter.to for letter in mailoutbox] == [[user.email]]
    assert link_on(staff.get(answer.url).content.decode()) == ""


@pytest.mark.parametrize("backend", [DUMMY, "broken"])
def test_no_page_shows_the_link_of_an_account_whose_factor_two_people_took(
    staff, settings, backend
):
    user = person("analyst")
    asked = ask_for_new_factor(by=actor("analyst"), account=user.pk)
    approve_new_factor(by=actor("coordinator"), request=asked.pk)
    approve_new_factor(by=actor("system_staff"), request=asked.pk)
    settings.EMAIL_BACKEND = DUMMY
    if backend == "broken":  # letters are sent, and nothing listens there
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = staff.post(page("member_deed", user.pk, "link"))
    assert answer.status_code == (400 if backend == DUMMY else 302)
    assert link_on(staff.get(page("member", user.pk)).content.decode()) == ""


@pytest.mark.parametrize(("given", "letters"), [("coordinator", 1), ("funder", 0)])
def test_a_command_tells_them_too(settings, mailoutbox, monkeypatch, given, letters):
    monkeypatch.setattr(schema, "bring_up_to_date", lambda: None)
    settings.EMAIL_BACKEND = LOCMEM
    reviewer, staff = person("coordinator"), person("system_staff")
    words = ["add", person("auditor").email, "--role", given, "--as", staff.email]
    assert CliRunner().invoke(member, words).exit_code == 0
    assert [letter.to for letter in mailoutbox] == [[reviewer.email]] * letters


@pytest.mark.parametrize(("given", "letters"), [("coordinator", 1), ("funder", 0)])
def test_reviewers_are_told_of_a_new_role_with_a_say(staff, settings, mailoutbox, given, letters):
    settings.EMAIL_BACKEND = LOCMEM
    reviewer = person("coordinator")
    staff.post(page("add_role", person("auditor").pk), role(role=given, districts=[]))
    assert [letter.to for letter in mailoutbox] == [[reviewer.email]] * letters
    for letter in mailoutbox:
        assert page("access_review") in letter.body and "auditor" not in letter.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "rosa"}, "email"),
        ({"email": "system_staff@example.org"}, "email"),
        ({"name": ""}, "name"),
        ({"organisation": ""}, "organisation"),
        ({"districts": []}, "districts"),
        ({"role": "mayor"}, "role"),
        ({"valid_to": "2014-01-01"}, "valid_to"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_beside_its_field(staff, changes, field):
    before = User.objects.count()
    answer = invite(staff, **changes)
    assert answer.status_code == 422 and User.objects.count() == before
    text = answer.content.decode()
    assert f'id="id_{field}-error"' in text
    assert f'href="#id_{field}"' in text


def test_a_role_of_the_whole_programme_drops_the_organisation(staff):
    invite(staff, role="funder", districts=[])
    row = User.objects.get(email="rosa@example.org").memberships.get()
    assert row.organisation is None and row.all_districts


def test_a_role_is_added_and_ended_on_the_persons_page(staff):
    user = person("municipal_officer")
    staff.post(page("add_role", user.pk), role(role="analyst"))
    assert user.memberships.count() == 2
    added = user.memberships.get(role="analyst")
    last = queries.today() + timedelta(days=3)
    answer = staff.post(page("end_role", user.pk, added.pk), {"on": last.isoformat()})
    assert answer.url == page("member", user.pk)
    assert user.memberships.get(role="analyst").valid_to == last
    for day in (queries.today() - timedelta(days=1), last + timedelta(days=1)):
        wrong = {"on": day.isoformat()}  # before it began, and longer than it was given
        assert staff.post(page("end_role", user.pk, added.pk), wrong).status_code == 422
    assert user.memberships.get(role="analyst").valid_to == last


def test_a_page_gives_no_right_back_to_whoever_let_one_in(staff):
    mine, puppet = person("system_staff"), "titere@example.org"
    invite(staff, email=puppet, role="system_staff", districts=[])
    given = {"email": puppet, "password": PASSWORD, "secret": SECRET}
    new, account = Client(), set_up_sign_in(by=queries.SYSTEM, **given)
    new.force_login(account)
    _give_second_factor(new, account)
    answer = new.post(page("add_role", mine.pk), role(role="funder", districts=[]))
    assert answer.status_code == 422 and "viene de esta persona" in answer.content.decode()
    answer = invite(new, role="coordinator", districts=[])
    assert answer.status_code == 422 and "primeros 7 días" in answer.content.decode()


def test_a_role_of_somebody_else_is_not_ended_through_another_page(staff):
    user, other = person("municipal_officer"), person("analyst")
    path = page("end_role", user.pk, other.memberships.get().pk)
    assert staff.get(path).status_code == 404


def test_suspending_asks_first_and_closes_at_once(staff):
    user, theirs = person("municipal_officer"), client_as("municipal_officer")
    path = page("member_deed", user.pk, "suspend")
    assert staff.get(path).status_code == 200
    assert User.objects.get(pk=user.pk).is_active
    staff.post(path)
    assert theirs.get(reverse("programme:me")).status_code == 302
    staff.post(page("member_deed", user.pk, "restore"))
    # What was open before stays closed: they sign in again
    assert theirs.get(reverse("programme:me")).status_code == 302
    assert User.objects.get(pk=user.pk).is_active


def test_a_link_and_the_end_of_sessions_are_one_press_away(staff):
    user, theirs = person("municipal_officer"), client_as("municipal_officer")
    staff.post(page("member_deed", user.pk, "link"))
    assert link_on(staff.get(page("member", user.pk)).content.decode())
    staff.post(page("member_deed", user.pk, "sign-out"))
    assert theirs.get(reverse("programme:me")).status_code == 302
    assert staff.get(page("member_deed", user.pk, "promote")).status_code == 404


def test_nobody_changes_their_own_rights_on_any_page(staff):
    me = person("system_staff")
    mine = me.memberships.get().pk
    for path, data in (
        (page("add_role", me.pk), role(role="coordinator")),
        (page("end_role", me.pk, mine), {"on": "2030-01-01"}),
        (page("hand_over", me.pk), {}),
        (page("member_deed", me.pk, "suspend"), {}),
        (page("member_deed", me.pk, "restore"), {}),
        (page("member_deed", me.pk, "new-factor"), {}),
    ):
        assert staff.get(path).status_code == 403, path
        assert staff.post(path, data).status_code == 403, path
    invite(staff, email=me.email, role="coordinator")
    assert me.memberships.count() == 1
    own = staff.get(page("member", me.pk)).content.decode()
    assert "/role/" not in own and "suspend" not in own


@pytest.mark.parametrize("key", ["coordinator", "municipal_officer", "auditor"])
def test_the_pages_of_members_open_for_system_staff_alone(key):
    user = person("analyst")
    for path in (
        page("members"),
        page("invite"),
        page("member", user.pk),
        page("add_role", user.pk),
        page("hand_over", user.pk),
        page("member_deed", user.pk, "suspend"),
    ):
        assert client_as(key).get(path).status_code == 403, path


def test_an_unknown_account_is_not_found(staff):
    for name in ("member", "add_role", "hand_over"):
        assert staff.get(page(name, 999)).status_code == 404


def test_the_list_is_narrowed_by_name_and_state(staff):
    person("analyst")
    text = staff.get(page("members"), {"words": "ANALYST"}).content.decode()
    assert "analyst@example.org" in text and "system_staff@example.org" not in text
    text = staff.get(page("members"), {"state": "suspended"}).content.decode()
    assert "No hay nadie aquí." in text


def test_a_hand_over_lists_what_is_held_and_passes_it_on(staff):
    leaver = person("municipal_officer")
    comes = make_person("municipal_officer", "sucesora@example.org")
    promise = make_commitment(make_plan(), organisation="muni-la-esperanza", holder=leaver)
    path = page("hand_over", leaver.pk)
    assert promise.what in staff.get(path).content.decode()
    short = {"successor": comes.pk, "why": "se va"}
    assert staff.post(path, short).status_code == 422
    stranger = {"successor": person("funder").pk, "why": "Deja la municipalidad a fin de mes."}
    refused = staff.post(path, stranger)
    assert refused.status_code == 422 and User.objects.get(pk=leaver.pk).is_active
    done = staff.post(path, stranger | {"successor": comes.pk}, follow=True)
    assert "1 cosa pasó a municipal_officer" in done.content.decode()
    promise.refresh_from_db()
    assert promise.holder == comes


def test_a_page_of_two_rights_opens_with_either_where_that_one_reaches(rf):
    def where(_request: object, code: str) -> Scope:
        return Scope(district=code)

    @opens(Permission.MANAGE_MEMBERS, Permission.MAKE_REPORT, scope=where)
    def view(_request: object, code: str) -> HttpResponse:
        return HttpResponse(code)

    def asked(key: str, code: str) -> int:
        request = rf.get("/x/")
        request.user = person(key)
        return view(request, code).status_code

    assert asked("system_staff", "PE-INEI:130102") == 200
    assert asked("municipal_officer", LA_ESPERANZA) == 200
    for key, code in (("municipal_officer", "PE-INEI:130102"), ("funder", LA_ESPERANZA)):
        with pytest.raises(NotAllowed):
            asked(key, code)
