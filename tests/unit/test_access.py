"""The one decision of access, and the roles that feed it."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import pytest

import convive
from convive.access.permissions import (
    PERMISSION_NAMES,
    ROLE_DESCRIPTIONS,
    ROLE_NAMES,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from convive.access.rules import EVERYWHERE, Actor, Grant, Scope, allows, may, require
from convive.kernel.errors import NotAllowed

OFFICER = Grant(Role.MUNICIPAL_OFFICER, frozenset({"muni"}), frozenset({"PE-INEI:130105"}))


def test_without_a_membership_nothing_is_allowed():
    nobody = Actor(id="anonymous", label="")
    assert not any(may(nobody, permission) for permission in Permission)


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (EVERYWHERE, True),
        (Scope("muni", "PE-INEI:130105"), True),
        (Scope("muni", None), True),
        (Scope("other", "PE-INEI:130105"), False),
        (Scope("muni", "PE-INEI:130102"), False),
        (Scope(None, "PE-INEI:130102"), False),
    ],
)
def test_a_grant_reaches_its_own_organisation_and_district(scope, allowed):
    assert allows([OFFICER], Permission.MAKE_COMMITMENT, scope) is allowed


def test_two_roles_are_not_mixed_into_a_third():
    # May commit in La Esperanza, may only read in El Porvenir
    reader = Grant(Role.ANALYST, None, frozenset({"PE-INEI:130102"}))
    elsewhere = Scope("muni", "PE-INEI:130102")
    assert allows([OFFICER, reader], Permission.SEE_FIGURES, elsewhere)
    assert not allows([OFFICER, reader], Permission.MAKE_COMMITMENT, elsewhere)


def test_a_decision_is_permission_and_organisation_and_district():
    reaches = [None, frozenset(), frozenset("a"), frozenset("ab")]
    sides = [None, "a", "b", "c"]
    cases = product(Role, reaches, reaches, Permission, sides, sides)
    for role, bodies, places, permission, body, place in cases:
        wanted = (
            permission in ROLE_PERMISSIONS[role]
            and (body is None or bodies is None or body in bodies)
            and (place is None or places is None or place in places)
        )
        found = allows([Grant(role, bodies, places)], permission, Scope(body, place))
        assert found is wanted, (role, bodies, places, permission, body, place)


def test_a_refusal_is_raised_and_names_what_was_wanted():
    with pytest.raises(NotAllowed, match="see_journal"):
        require(Actor("user:1", "", (OFFICER,)), Permission.SEE_JOURNAL)


def test_every_role_and_permission_is_said_in_plain_words():
    assert set(ROLE_NAMES) == set(ROLE_DESCRIPTIONS) == set(ROLE_PERMISSIONS) == set(Role)
    assert set(PERMISSION_NAMES) == set(Permission)
    assert all(str(text) for text in ROLE_DESCRIPTIONS.values())


def test_who_keeps_the_system_sees_no_data_and_who_audits_changes_nothing():
    data = {Permission.SEE_PLAN, Permission.SEE_FIGURES, Permission.SEE_EVIDENCE}
    writes = {
        Permission.IMPORT_EVIDENCE,
        Permission.MAKE_COMMITMENT,
        Permission.RECORD_VALUE,
        Permission.ACCEPT_VALUE,
        Permission.CHANGE_PLAN,
        Permission.CHANGE_PROGRAMME,
        Permission.MANAGE_MEMBERS,
    }
    assert not ROLE_PERMISSIONS[Role.SYSTEM_STAFF] & (data | {Permission.SEE_JOURNAL})
    assert not ROLE_PERMISSIONS[Role.AUDITOR] & writes
    assert not ROLE_PERMISSIONS[Role.FUNDER] & (writes | {Permission.SEE_EVIDENCE})
    managers = {r for r in Role if Permission.MANAGE_MEMBERS in ROLE_PERMISSIONS[r]}
    assert managers == {Role.SYSTEM_STAFF}


SOURCES = Path(convive.__file__).parent
ACTIONS = sorted(SOURCES.glob("**/actions*.py"))
# What journals: the journal itself, or an action of another part that does
JOURNALS = {"write", "put_record", "retire_record", "make_commitment"}
# No right is asked, and why not
ASKED_ELSEWHERE = {
    "privacy.ask": "a neighbour asks about their own data",
    "evidence.hand_over_desk": "part of a hand-over, which asked for the right",
    "evidence.stopped": "what became of an import, noted by its job whoever ordered it",
    "evidence.failed": "the same",
    "evidence.finished": "the same; the import itself asked",
}
WRITES = JOURNALS | {"save", "create", "get_or_create", "update_or_create", "update", "delete"}


def _functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _calls(function: ast.FunctionDef) -> set[str]:
    """The names a function calls, those of its decorators among them."""
    called = [n.func for n in ast.walk(function) if isinstance(n, ast.Call)]
    return {
        getattr(node, "attr", getattr(node, "id", "")) for node in called + function.decorator_list
    }


def _reach(name: str, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Every name that a function calls, itself or through its neighbours in the module."""
    found: set[str] = set()
    todo = {name}
    while todo:
        calls = _calls(functions[todo.pop()])
        todo |= (calls & set(functions)) - found
        found |= calls
    return found


def _public_actions() -> list[tuple[Path, str]]:
    return [
        (path, name)
        for path in ACTIONS
        for name in _functions(path)
        if not name.startswith("_") and name not in JOURNALS - {"make_commitment"}
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    _public_actions(),
    ids=[f"{path.parent.name}.{name}" for path, name in _public_actions()],
)
def test_every_action_names_who_acts_asks_for_leave_and_is_journalled_in_one_transaction(
    path, name
):
    functions = _functions(path)
    reach, arguments = _reach(name, functions), functions[name].args
    who = "by" in {argument.arg for argument in arguments.kwonlyargs}
    if reach & WRITES:
        assert who and not (arguments.args or arguments.posonlyargs or arguments.vararg)
        assert "atomic" in reach, "give it @transaction.atomic"
        assert reach & JOURNALS, "let it call journal.write"
    if who:
        asks = (
            any(called == "require" or called.startswith("require_") for called in reach)
            or "NotAllowed" in reach
            or "is_system" in ast.unparse(functions[name])
            or f"{path.parent.name}.{name}" in ASKED_ELSEWHERE
        )
        assert asks, "let it call require"


def test_the_actions_of_this_house_are_found():
    assert {"add_member", "make_commitment", "record_value", "import_file"} <= {
        name for _, name in _public_actions()
    }


def test_every_view_says_who_may_open_it():
    unmarked = [
        f"{path.relative_to(SOURCES)}: {name}"
        for path in sorted(SOURCES.glob("**/views*.py"))
        for name, function in _functions(path).items()
        if not name.startswith("_")
        and not name.endswith("_scope")  # whose a thing is, as the guard asks
        and [a.arg for a in function.args.args][:1] == ["request"]
        and not ({"opens", "public"} & _calls(function))
        and f"{name}.convive_access" not in path.read_text()
    ]
    assert unmarked == []
