"""docs/access-matrix.csv against the pages themselves: each outcome is asked for and compared."""

from __future__ import annotations

import pytest
from cast import client_as, make_programme, person
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from matrix import FILE, PAGES, build, names, outcome, reviewed, wanted_rows

from convive.domain.programme.guard import DenyByDefault

pytestmark = pytest.mark.django_db

# Pages of ours that need no sign-in: what is public, and the end of letters by a signed key
OPEN_TO_ANYBODY = {
    "portal:front",
    "portal:method",
    "portal:methods",
    "offline:phone",  # an empty page: what it shows lies on the phone
    "portal:safeguarding",
    "workspace:letters_stopped",
    "workspace:stop_letters",
    "privacy:answer",
    "privacy:ask",
    "privacy:notice",
    "privacy:notice_of",
    "privacy:received",
    "services:ask_code",
    "services:check",
    "services:opinion",
    "services:opinion_answered",
    "services:opinion_said",
    "services:resources",
}


def test_every_page_has_its_rows_and_every_row_its_page():
    wanted, found = set(wanted_rows()), set(reviewed())
    missing = sorted(map(str, wanted - found))
    assert not missing, f"{FILE.name} lacks: {missing}"
    assert not found - wanted, f"no such page: {sorted(map(str, found - wanted))}"


def test_every_address_has_a_name():
    assert [name for name in names() if name.startswith("unnamed ")] == []
    assert set(PAGES) <= set(names())


def test_each_page_opens_for_exactly_whom_the_matrix_says():
    clients = build()
    wrong = []
    for row, expected in reviewed().items():
        for who, wanted in expected.items():
            with transaction.atomic():
                found = outcome(row, who, clients[who])
            if found != wanted:
                wrong.append(f"{row} as {who}: {found}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_only_the_front_page_and_what_leads_in_are_public():
    open_to_all = {row.page for row, who in reviewed().items() if who["anonymous"] == "200"}
    assert open_to_all == {
        "/static/look/tokens.css",
        "health",
        "offline:phone",
        "portal:front",
        "portal:method",
        "portal:methods",
        "portal:safeguarding",
        "account_inactive",
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "privacy:answer",
        "privacy:ask",
        "privacy:notice",
        "privacy:notice_of",
        "privacy:received",
        "services:ask_code",
        "services:check",
        "services:opinion",
        "services:opinion_answered",
        "services:opinion_said",
        "services:resources",
        "worker",
        "workspace:letters_stopped",
    }


def test_without_a_second_factor_nothing_of_the_programme_opens():
    for row, who in reviewed().items():
        if ":" in row.page and row.page not in OPEN_TO_ANYBODY:
            assert who["no_second_factor"] == "second factor", row
            assert who["anonymous"] == "sign in", row


@pytest.mark.parametrize("path", ["/en/journal/", "/en/plan/", "/en/workspace/"])
def test_the_other_language_is_guarded_alike(path):
    assert Client().get(path).url.startswith("/en/accounts/login/")


def test_a_page_that_says_nothing_opens_for_nobody(rf):
    make_programme()
    client = client_as("coordinator")
    guard = DenyByDefault(lambda request: None)
    request = rf.get("/x/")
    request.user, request.session = person("coordinator"), client.session
    request.resolver_match = None
    answer = guard.process_view(request, lambda request: None, (), {})
    assert answer is not None and answer.status_code == 403


def test_styles_and_scripts_are_there_for_everybody():
    assert finders.find("look/tokens.css")
    assert Client().get("/static/look/tokens.css").status_code == 200
