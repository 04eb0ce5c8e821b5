"""Somebody leaves: what they held passes on, or nothing happens at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

import pytest
from cast import (
    LA_ESPERANZA,
    actor,
    client_as,
    make_commitment,
    make_person,
    make_plan,
    make_programme,
    person,
)
from click.testing import CliRunner
from django.utils import timezone

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import may
from convive.domain.programme import queries, sessions
from convive.domain.programme.actions_factors import ask_for_new_factor
from convive.domain.programme.actions_handover import hand_over
from convive.domain.programme.actions_members import add_member
from convive.domain.programme.models import User
from convive.domain.programme.models_access import FactorRequest, HandOver, OpenSession
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
WHY = "Deja la municipalidad a fin de mes."


@pytest.fixture(autouse=True)
def programme():
    return make_programme()


def successor() -> User:
    return make_person("municipal_officer", "sucesora@example.org")


def leave(leaver: User, comes: User, *, by: str = "system_staff", why: str = WHY) -> HandOver:
    return hand_over(by=actor(by), leaver=leaver.pk, successor=comes.pk, why=why)


def test_commitments_pass_on_roles_end_and_the_account_closes_in_one_act():
    leaver, comes = person("municipal_officer"), successor()
    promise = make_commitment(make_plan(), organisation="muni-la-esperanza", holder=leaver)
    sessions_open = OpenSession.objects.create(
        user=leaver,
        opened_at=timezone.now(),
        seen_at=timezone.now(),
        browser="firefox",
        system="linux",
    )
    done = leave(leaver, comes)
    for row in (promise, leaver, sessions_open):
        row.refresh_from_db()
    assert promise.holder == comes
    assert done.counts["commitments"] == 1
    assert not leaver.is_active and sessions_open.ended_at
    assert leaver.memberships.get().valid_to == queries.today()
    entry = JournalEntry.objects.get(did="account.handed_over")
    assert entry.data["successor"] == comes.pk and entry.data["passed_on"]["commitments"] == 1
    assert WHY not in str(entry.data)  # free text stays out of the journal
    assert journal.verify().whole


def test_who_may_not_hold_one_of_the_things_cannot_succeed_and_nothing_changes():
    leaver, comes = person("municipal_officer"), person("funder")
    promise = make_commitment(make_plan(), organisation="muni-la-esperanza", holder=leaver)
    before = JournalEntry.objects.count()
    with pytest.raises(BadInput):
        leave(leaver, comes)
    promise.refresh_from_db()
    leaver.refresh_from_db()
    assert promise.holder == leaver and leaver.is_active
    assert leaver.memberships.get().valid_to is None
    assert JournalEntry.objects.count() == before and not HandOver.objects.exists()


class Breaks:
    """A part that fails last, after the others have passed on what they hold."""

    name, title = "zz-breaks", "Breaks"

    def waiting(self, who, today) -> Iterable[Duty]:
        return ()

    def held_by(self, account) -> Iterable[Duty]:
        return ()

    def hand_over(self, *, by, leaver, successor) -> int:
        raise BadInput.at("case", "sealed", "")


def test_a_part_that_refuses_takes_back_what_the_others_did(monkeypatch):
    monkeypatch.setitem(duties._parts, Breaks.name, Breaks())
    leaver, comes = person("municipal_officer"), successor()
    promise = make_commitment(make_plan(), organisation="muni-la-esperanza", holder=leaver)
    with pytest.raises(BadInput):
        leave(leaver, comes)
    promise.refresh_from_db()
    assert promise.holder == leaver


@pytest.mark.parametrize("by", ["coordinator", "agency_officer", "auditor"])
def test_only_who_manages_accounts_hands_over(by):
    with pytest.raises(NotAllowed):
        leave(person("municipal_officer"), successor(), by=by)


def test_nobody_hands_over_their_own_account():
    with pytest.raises(NotAllowed):
        leave(person("system_staff"), successor())


def test_a_successor_needs_an_account_in_use_with_a_role_and_is_somebody_else():
    leaver, gone = person("municipal_officer"), successor()
    gone.is_active = False
    gone.save()
    roleless = User.objects.create_user("sin.rol@example.org", "Sin rol")
    for comes in (gone, roleless, leaver):
        with pytest.raises(BadInput):
            leave(leaver, comes)
    assert person("municipal_officer").is_active


def test_a_hand_over_needs_a_reason():
    with pytest.raises(BadInput):
        leave(person("municipal_officer"), successor(), why=" se va ")


def test_a_role_that_has_not_begun_does_not_outlive_the_hand_over():
    leaver = person("municipal_officer")
    later = queries.today() + timedelta(days=30)
    add_member(
        by=actor("system_staff"), email=leaver.email, name="", role="analyst",
        districts=[LA_ESPERANZA], valid_from=later,
    )  # fmt: skip
    leave(leaver, successor())
    assert max(row.valid_to for row in leaver.memberships.all()) == later
    assert not queries.memberships_of(leaver, later + timedelta(days=1)).exists()


def test_requests_that_a_leaver_made_pass_to_another_of_the_system_staff():
    leaver = make_person("system_staff", "otra.persona@example.org")
    lost = person("analyst")
    request = ask_for_new_factor(by=queries.actor_of(leaver), account=lost.pk)
    with pytest.raises(BadInput):
        leave(leaver, person("coordinator"))
    boss = person("system_staff")
    leave(leaver, boss)
    request.refresh_from_db()
    assert request.asked_by == f"user:{boss.pk}"


def test_the_request_of_the_leaver_themself_lapses():
    leaver = person("municipal_officer")
    request = ask_for_new_factor(by=queries.actor_of(leaver), account=leaver.pk)
    assert leave(leaver, successor()).counts["accounts"] == 0
    assert FactorRequest.objects.get(pk=request.pk).asked_by == f"user:{leaver.pk}"


def test_a_leaver_is_out_at_the_next_page():
    leaver, client = person("municipal_officer"), client_as("municipal_officer")
    assert client.get("/me/").status_code == 200
    leave(leaver, successor())
    assert client.get("/me/").status_code == 302
    assert not sessions.open_sessions(leaver.pk).exists()


def test_hand_over_from_the_command_line(monkeypatch):
    from convive.cli import schema
    from convive.cli.member import member

    monkeypatch.setattr(schema, "bring_up_to_date", lambda: None)
    leaver, comes = person("municipal_officer"), successor()
    make_commitment(make_plan(), organisation="muni-la-esperanza", holder=leaver)
    words = ["hand-over", leaver.email, comes.email, "--why", WHY, "--json"]
    done = CliRunner().invoke(member, words)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["passed_on"]["commitments"] == 1
    again = CliRunner().invoke(
        member, ["hand-over", "nadie@example.org", comes.email, "--why", WHY]
    )
    assert again.exit_code == 1
    leaver.refresh_from_db()
    assert not may(queries.actor_of(comes), Permission.MANAGE_MEMBERS) and not leaver.is_active
