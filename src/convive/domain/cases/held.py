"""The case that an action is about: locked, and open to whoever acts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from convive.access.rules import Actor, Scope, may, require
from convive.domain.cases import queries
from convive.domain.cases.models import Case
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed

NOTE, LINE = 2000, 300  # letters


def require_team(by: Actor, code: str, *, leaving: bool = False) -> Case:
    """An open case of whose team the actor is.

    leaving : it goes on although the person no longer agrees: to close it. Otherwise nothing is
    written of somebody who does not agree to be attended.
    """
    found = _locked(by, code)
    require(by, queries.KEEP, queries.scope_of(found))
    if not queries.is_of_team(by, found):
        raise NotAllowed("a case, and not of its team")
    return _open(found, leaving=leaving)


def require_supervisor(by: Actor, code: str, *, leaving: bool = False) -> Case:
    """An open case that the actor supervises. leaving : as for `require_team`."""
    found = _locked(by, code)
    require(by, queries.SUPERVISE, queries.scope_of(found))
    if not queries.is_supervisor(by, found):
        raise NotAllowed("a case, and not its supervisor")
    return _open(found, leaving=leaving)


def require_either(by: Actor, code: str) -> Case:
    """A case, open or closed, of whose team the actor is or that they supervise."""
    found = _locked(by, code)
    if not queries.sees(by, found):
        raise NotAllowed("a case, and neither of its team nor its supervisor")
    return found


def filled(field: str, text: str, most: int) -> str:
    """The text. Raises BadInput where there is none, or too much."""
    if not text.strip():
        raise BadInput.at(field, _("Nothing is written here."), _("Write it in a few words."))
    return short(field, text, most)


def short(field: str, text: str, most: int) -> str:
    if len(text) > most:
        raise BadInput.at(
            field, _("It is longer than %(most)d letters.") % {"most": most}, _("Write less.")
        )
    return text.strip()


def chosen(field: str, value: str, known: Any) -> str:
    """A word of a closed list, or BadInput."""
    if value not in known:
        raise BadInput.at(field, _("This is not in the list."), _("Choose one that is."))
    return value


def take_parts(found: Case, worker: int, team: set[int], supervisor: int) -> None:
    """Give a case its worker and supervisor. Raises BadInput where one of them or of the team may
    not be that; whoever calls it saves the case and its team."""
    scope = queries.scope_of(found)
    for field, permission, accounts in (
        ("team", queries.KEEP, sorted(team)),
        ("supervisor", queries.SUPERVISE, [supervisor]),
    ):
        for pk in accounts:
            account = programme.account(pk)
            if not account.is_active or not may(programme.actor_of(account), permission, scope):
                raise BadInput.at(
                    field,
                    _("This account may not have this part in a case of this organisation."),
                    _("Choose another."),
                )
    if supervisor in team:
        raise BadInput.at(
            "supervisor",
            _("Nobody supervises a case on which they work."),
            _("Choose somebody who is not of the team."),
        )
    found.worker_id, found.supervisor_id = worker, supervisor


def _locked(by: Actor, code: str) -> Case:
    rows = queries.cases_visible_to(by).select_for_update(of=("self",))
    found = rows.filter(code=code).first()
    if found is None:
        require(by, queries.KEEP, Scope("-", "-"))  # as for a case of others
        raise BadInput.at(code, _("There is no such case."), _("Look in the list of cases."))
    return found


def _open(found: Case, *, leaving: bool) -> Case:
    if not found.is_open:
        raise BadInput.at(found.code, _("This case is closed."), _("Open it again first."))
    if not leaving and not queries.agrees(found):
        raise BadInput.at(
            found.code,
            _("The person does not agree to be attended."),
            _("Ask them again, or propose to close the case."),
        )
    return found
