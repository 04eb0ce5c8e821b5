"""Members and their roles, places of the programme, and sealed secrets."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme, person
from click.testing import CliRunner
from django.test import override_settings

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.programme import actions_members as actions
from convive.domain.programme import queries
from convive.domain.programme.models import Membership, Place, User
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.kernel.sealing import seal, unseal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme():
    return make_programme()


def add(by: str = "system_staff", **changes):
    facts = {
        "email": "rosa@example.org",
        "name": "Rosa Díaz",
        "role": "municipal_officer",
        "organisation": "muni-la-esperanza",
        "districts": [LA_ESPERANZA],
    }
    return actions.add_member(by=actor(by), **{**facts, **changes})


def test_a_member_is_added_with_a_role_and_no_password():
    added = add()
    assert not added.user.has_usable_password()
    assert queries.actor_of(added.user).grants[0].districts == {LA_ESPERANZA}
    deeds = JournalEntry.objects.order_by("seq").values_list("did", "data")
    assert [did for did, _ in deeds] == ["account.made", "member.added"]
    assert "Rosa" not in str(list(deeds)) and "@" not in str(list(deeds))


def test_a_second_role_uses_the_same_account_whatever_the_case_of_its_address():
    first = add()
    second = add(email="Rosa@Example.ORG", role="auditor", organisation="", districts=[])
    assert first.user == second.user and second.all_districts


@pytest.mark.parametrize(
    "by", ["coordinator", "agency_officer", "auditor", "analyst", "funder", "case_worker"]
)
def test_only_system_staff_manage_members(by):
    with pytest.raises(NotAllowed):
        add(by)
    assert not User.objects.filter(email="rosa@example.org").exists()


def test_nobody_gives_a_right_to_themselves():
    me, mine = actor("system_staff"), person("system_staff")
    with pytest.raises(NotAllowed):
        add(email=mine.email, role="coordinator", organisation="", districts=[])
    with pytest.raises(NotAllowed):
        actions.end_membership(
            by=me, membership=mine.memberships.get().pk, on=queries.today() + timedelta(days=9)
        )
    with pytest.raises(NotAllowed):
        actions.suspend_user(by=me, email=mine.email)
    assert mine.memberships.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "rosa"},
        {"name": " "},
        {"role": "mayor"},
        {"organisation": ""},
        {"organisation": "no-such"},
        {"districts": []},
        {"districts": ["130105"]},
        {"districts": ["PE-INEI:1301"]},
        {"districts": ["all", LA_ESPERANZA]},
        {"valid_from": date(2015, 1, 1), "valid_to": date(2014, 1, 1)},
    ],
)
def test_a_member_who_makes_no_sense_is_refused_and_leaves_no_trace(changes):
    before = User.objects.count()
    with pytest.raises(BadInput) as refused:
        actions.add_member(
            by=queries.SYSTEM,
            **{
                "email": "rosa@example.org",
                "name": "Rosa",
                "role": "municipal_officer",
                "organisation": "muni-la-esperanza",
                "districts": [LA_ESPERANZA],
                **changes,
            },
        )
    assert all(problem.remedy for problem in refused.value.problems)
    assert User.objects.count() == before and not JournalEntry.objects.exists()


def test_a_role_holds_on_its_first_and_last_day_and_on_no_other():
    user = add(valid_from=date(2015, 1, 1), valid_to=date(2015, 12, 31)).user
    days = [date(2014, 12, 31), date(2015, 1, 1), date(2015, 12, 31), date(2016, 1, 1)]
    held = [queries.memberships_of(user, day).exists() for day in days]
    assert held == [False, True, True, False]
    assert not may(queries.actor_of(user), Permission.SEE_PLAN)


def test_an_ended_role_opens_nothing_from_the_next_day():
    added = add(valid_from=date(2015, 1, 1))
    assert may(queries.actor_of(added.user), Permission.SEE_PLAN)
    yesterday = queries.today() - timedelta(days=1)
    actions.end_membership(by=actor("system_staff"), membership=added.pk, on=yesterday)
    assert not may(queries.actor_of(added.user), Permission.SEE_PLAN)
    with pytest.raises(BadInput):
        actions.end_membership(by=actor("system_staff"), membership=added.pk, on=date(2014, 1, 1))


def end(membership: Membership, on: date | None = None):
    return actions.end_membership(by=actor("system_staff"), membership=membership.pk, on=on)


def test_a_role_is_shortened_but_never_lengthened():
    last = queries.today() + timedelta(days=30)
    added = add(valid_to=last)
    with pytest.raises(BadInput, match="no se alarga"):
        end(added, last + timedelta(days=1))
    assert end(added, last - timedelta(days=1)).valid_to == last - timedelta(days=1)
    with pytest.raises(BadInput):
        end(added, last)
    assert JournalEntry.objects.filter(did="member.ended").count() == 1


def test_a_role_that_ended_never_comes_back():
    added = add(valid_from=date(2015, 1, 1), valid_to=date(2015, 12, 31))
    for day in (None, queries.today() + timedelta(days=9)):
        with pytest.raises(BadInput, match="no se alarga"):
            end(added, day)
    assert not may(queries.actor_of(added.user), Permission.SEE_PLAN)


def test_the_command_too_lengthens_no_role(monkeypatch):
    from convive.cli import schema
    from convive.cli.member import member

    monkeypatch.setattr(schema, "bring_up_to_date", lambda: None)
    added = add(valid_from=date(2015, 1, 1), valid_to=date(2015, 12, 31))
    done = CliRunner().invoke(member, ["end", str(added.pk), "--on", "2030-01-01"])
    added.refresh_from_db()
    assert (done.exit_code, added.valid_to) == (1, date(2015, 12, 31))


def test_a_suspended_account_is_no_actor_until_it_is_restored():
    add()
    actions.suspend_user(by=actor("system_staff"), email="rosa@example.org")
    with pytest.raises(BadInput):
        queries.actor_by_email("rosa@example.org")
    actions.restore_user(by=actor("system_staff"), email="rosa@example.org")
    assert may(queries.actor_by_email("rosa@example.org"), Permission.SEE_PLAN)


def test_nobody_but_the_system_sets_up_the_sign_in_of_another():
    added = add()
    setup = {"email": added.user.email, "password": "una frase larga", "secret": "JBSWY3DPEHPK3PXP"}
    with pytest.raises(NotAllowed):
        actions.set_up_sign_in(by=actor("system_staff"), **setup)
    assert actions.set_up_sign_in(by=queries.SYSTEM, **setup).check_password("una frase larga")


def test_the_district_of_a_role_is_the_limit_of_its_figures():
    esperanza, porvenir = Scope(district=LA_ESPERANZA), Scope(district=EL_PORVENIR)
    for key, wanted in {
        "municipal_officer": (True, False),
        "other_municipal_officer": (False, True),
        "analyst": (True, False),
        "coordinator": (True, True),
        "case_worker": (False, False),
    }.items():
        seen = tuple(may(actor(key), Permission.SEE_FIGURES, s) for s in (esperanza, porvenir))
        assert seen == wanted, key


def test_the_programme_stands_at_the_smallest_place_that_holds_its_districts():
    assert queries.programme_place().ref == "PE-INEI:1301"
    Place.objects.filter(level="district").exclude(code="130105").update(in_programme=False)
    assert queries.programme_place().ref == LA_ESPERANZA


def test_districts_without_a_common_place_are_said_so():
    Place.objects.filter(code="130105").update(parent=None)
    with pytest.raises(BadInput):
        queries.programme_place()


def test_a_bare_code_is_ambiguous_and_refused():
    for ref in ("130105", "PE-RENIEC:130105", "PE-INEI:", ":130105"):
        with pytest.raises(BadInput):
            queries.place(ref)


def test_a_sealed_text_opens_only_with_its_key_and_for_its_purpose():
    sealed = seal("JBSWY3DPEHPK3PXP", purpose="second factor")
    assert "JBSW" not in sealed and sealed != seal("JBSWY3DPEHPK3PXP", purpose="second factor")
    assert unseal(sealed, purpose="second factor") == "JBSWY3DPEHPK3PXP"
    with pytest.raises(ValueError):
        unseal(sealed, purpose="another")
    with override_settings(SECRET_KEY="another"), pytest.raises(ValueError):
        unseal(sealed, purpose="second factor")


def test_members_are_managed_from_the_command_line(monkeypatch):
    from convive.cli import schema
    from convive.cli.member import member

    monkeypatch.setattr(schema, "bring_up_to_date", lambda: None)  # the test's database is

    def run(*words: str) -> tuple[int, dict]:
        done = CliRunner().invoke(member, [*words, "--json"])
        return done.exit_code, json.loads(done.stdout)

    code, added = run(
        "add", "rosa@example.org", "--name", "Rosa", "--role", "municipal_officer",
        "--organisation", "muni-la-esperanza", "--district", LA_ESPERANZA,
    )  # fmt: skip
    assert code == 0 and added["districts"] == [LA_ESPERANZA]
    assert "/password/reset/key/" in added["password_link"]
    assert [row["email"] for row in run("list")[1]["members"]] == ["rosa@example.org"]
    assert run("suspend", "rosa@example.org")[1]["suspended"] is True
    assert run("restore", "rosa@example.org")[1]["suspended"] is False
    assert "/password/reset/key/" in run("link", "rosa@example.org")[1]["password_link"]
    code, _ended = run("end", str(added["id"]), "--on", queries.today().isoformat())
    assert code == 0 and Membership.objects.get().valid_to == queries.today()
    code, refused = run("add", "eva@example.org", "--name", "Eva", "--role", "mayor")
    assert code == 1 and refused["problems"][0]["remedy"]
    code, refused = run("suspend", "rosa@example.org", "--as", "nobody@example.org")
    assert code == 1 and refused["problems"]
