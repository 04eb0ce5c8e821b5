"""Breaking the glass: reading only, there only, for three hours, and somebody looks at it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_person, make_programme, person
from django.db import IntegrityError, transaction
from django.utils import timezone

from convive.access.permissions import READING, ROLE_PERMISSIONS, Permission, Role
from convive.access.rules import Actor, Grant, Scope, allows, may
from convive.domain.programme import queries, queries_access, rules
from convive.domain.programme.actions_glass import break_glass, close_glass, look_at_glass
from convive.domain.programme.actions_members import end_membership
from convive.domain.programme.models_access import BreakGlass
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
REASON = "Reunión urgente del CODISEC vecino."
ESPERANZA, PORVENIR = Scope(district=LA_ESPERANZA), Scope(district=EL_PORVENIR)


@pytest.fixture(autouse=True)
def programme():
    return make_programme()


def opened(key: str = "municipal_officer", **changes: str) -> BreakGlass:
    facts = {"district": EL_PORVENIR, "reason": REASON, **changes}
    return break_glass(by=actor(key), **facts)


def test_a_narrowed_grant_permits_that_and_nothing_else():
    narrowed = Grant(Role.COORDINATOR, only=frozenset({Permission.SEE_PLAN}))
    assert narrowed.permissions == {Permission.SEE_PLAN}
    assert allows([narrowed], Permission.SEE_PLAN)
    assert not allows([narrowed], Permission.SEE_FIGURES)
    reader = Actor("user:1", "", (narrowed,))
    assert reader.grants_with(Permission.SEE_PLAN) and not reader.grants_with(
        Permission.CHANGE_PLAN
    )
    assert Grant(Role.FUNDER).permissions == ROLE_PERMISSIONS[Role.FUNDER]


def test_a_closed_district_opens_for_reading_and_for_nothing_else():
    assert not may(actor("municipal_officer"), Permission.SEE_FIGURES, PORVENIR)
    opened()
    who = actor("municipal_officer")
    assert all(may(who, right, PORVENIR) for right in READING)
    assert not any(may(who, right, PORVENIR) for right in set(Permission) - READING)


def test_the_organisations_of_a_district_stay_closed_unless_one_is_named():
    theirs = Scope("muni-el-porvenir", EL_PORVENIR)
    opened()
    assert not may(actor("municipal_officer"), Permission.SEE_EVIDENCE, theirs)
    opened(organisation="muni-el-porvenir")
    who = actor("municipal_officer")
    assert may(who, Permission.SEE_EVIDENCE, theirs)
    assert not may(who, Permission.SEE_EVIDENCE, Scope("unodc", EL_PORVENIR))


def test_an_organisation_alone_opens_in_the_districts_one_serves():
    opened(district="", organisation="unodc")
    who = actor("municipal_officer")
    assert may(who, Permission.SEE_EVIDENCE, Scope("unodc", LA_ESPERANZA))
    assert may(who, Permission.SEE_EVIDENCE, Scope("unodc"))
    assert not may(who, Permission.SEE_EVIDENCE, Scope("unodc", EL_PORVENIR))


def test_reading_holds_no_right_to_change_anything():
    assert {right.value.partition("_")[0] for right in READING} == {"see"}
    assert Permission.SEE_JOURNAL not in READING


def test_it_closes_by_itself_after_three_hours():
    row = opened()
    assert row.until - row.opened_at == timedelta(hours=3) == rules.GLASS_LASTS
    moved = {"opened_at": row.opened_at - rules.GLASS_LASTS, "until": timezone.now()}
    BreakGlass.objects.update(**moved)
    assert not may(actor("municipal_officer"), Permission.SEE_FIGURES, PORVENIR)


def test_one_closes_it_early_and_nobody_closes_that_of_another():
    row = opened()
    with pytest.raises(NotAllowed):
        close_glass(by=actor("coordinator"), number=row.pk)
    close_glass(by=actor("municipal_officer"), number=row.pk)
    assert not may(actor("municipal_officer"), Permission.SEE_FIGURES, PORVENIR)
    assert JournalEntry.objects.filter(did="glass.closed").count() == 1


def test_a_role_that_ends_takes_the_opened_with_it():
    opened()
    yesterday = queries.today() - timedelta(days=1)
    role = person("municipal_officer").memberships.get()
    end_membership(by=actor("system_staff"), membership=role.pk, on=yesterday)
    assert not may(actor("municipal_officer"), Permission.SEE_FIGURES, PORVENIR)


@pytest.mark.parametrize("key", ["coordinator", "auditor", "funder", "system_staff"])
def test_who_has_no_such_right_opens_nothing(key):
    with pytest.raises(NotAllowed):
        opened(key)


def test_the_reason_and_the_place_are_wanted():
    for changes in ({"reason": "porque sí"}, {"reason": " " * 40}, {"district": "PE-INEI:1301"}):
        with pytest.raises(BadInput):
            opened(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        opened(district="")


def test_the_sixth_time_within_a_day_is_refused():
    for _time in range(rules.GLASSES_A_DAY):
        opened()
    with pytest.raises(BadInput):
        opened()
    opened("analyst")  # each has their own five
    BreakGlass.objects.update(opened_at=timezone.now() - timedelta(hours=25))
    assert queries_access.left_to_open(person("municipal_officer")) == rules.GLASSES_A_DAY


def test_the_journal_keeps_the_place_and_a_hash_of_the_reason():
    row = opened()
    entry = JournalEntry.objects.get(did="glass.broken")
    assert entry.subject == str(row.pk) and entry.data["district"] == EL_PORVENIR
    assert len(entry.data["why_sha256"]) == 64 and REASON not in str(entry.data)


def test_the_coordinator_looks_at_it_once_and_nobody_at_their_own():
    row = opened()
    with pytest.raises(NotAllowed):
        look_at_glass(by=actor("system_staff"), number=row.pk)
    both = make_person("agency_officer", "doble@example.org")
    both.memberships.create(role="coordinator", all_districts=True, valid_from=queries.today())
    mine = break_glass(by=queries.actor_of(both), district=EL_PORVENIR, reason=REASON)
    with pytest.raises(NotAllowed):
        look_at_glass(by=queries.actor_of(both), number=mine.pk)
    for _twice in range(2):
        look_at_glass(by=actor("coordinator"), number=row.pk)
    assert JournalEntry.objects.filter(did="glass.looked-at").count() == 1
