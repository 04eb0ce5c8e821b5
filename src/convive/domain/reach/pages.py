"""What the page of a count shows, by how far the count is and who looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.programme import queries as programme
from convive.domain.reach import queries
from convive.domain.reach.encoder import assemble
from convive.domain.reach.models import Run, RunList
from convive.kernel import words

State = Run.State


@dataclass(frozen=True)
class Step:
    """One step of a count, for the line of steps."""

    words: str
    is_here: bool
    is_done: bool


@dataclass(frozen=True)
class Row:
    """What one organisation is asked for, and how that stands."""

    found: RunList
    said: str
    is_late: bool
    is_mine: bool


def run_page(who: Actor, found: Run) -> dict[str, Any]:
    """The whole page of a count."""
    mine = {each.pk for each in queries.lists_of(who, found)}
    rows = [_row(found, each, each.pk in mine) for each in found.lists.all()]
    context: dict[str, Any] = {
        "run": found,
        "is_sample": found.is_sample,
        "steps": _steps(found),
        "rows": rows,
        "mine": [row for row in rows if row.is_mine],
        "may_count": may(who, Permission.COUNT_PEOPLE),
        "can_start": queries.can_start(found),
        "missing": queries.missing(found),
        "has_lists": bool(queries.here(found)),
        "opener": programme.names_of([found.opened_by]).get(found.opened_by, ""),
    }
    if found.state == State.DONE:
        from convive.domain.reach import shown  # loads what draws

        context["result"] = shown.result(found)
        context["may_report"] = may(who, Permission.MAKE_REPORT)
    return context


def state_said(found: Run) -> str:
    """Where a count stands, in a few words."""
    if found.state == State.KEY:
        return _("The agencies make their key")
    if found.state == State.LISTS:
        return _("%(here)s of %(asked)s lists are here") % {
            "here": words.number(len(queries.here(found))),
            "asked": words.number(len(found.lists.all())),
        }
    if found.state == State.LINKING:
        return _("Nobody is counting it") if found.is_stuck else _("It is being counted")
    if found.state == State.DONE:
        return _("Counted on %(day)s") % {"day": words.moment(found.finished_at)}
    return _("Given up on %(day)s") % {"day": words.moment(found.moved_at)}


def encoder_page() -> assemble.Page:
    """The page that codes lists of this programme."""
    return assemble.page(queries.schema())


def _steps(found: Run) -> list[Step]:
    order = [state.value for state in (State.KEY, State.LISTS, State.LINKING, State.DONE)]
    names = [_("The key"), _("The lists"), _("Counting"), _("The answer")]
    at = order.index(found.state) if found.state in order else -1
    return [Step(name, i == at, i < at) for i, name in enumerate(names)]


def _row(run: Run, found: RunList, is_mine: bool) -> Row:
    return Row(found, _said(run, found), _is_late(run, found), is_mine)


def _said(run: Run, found: RunList) -> str:
    if found.is_here:
        return _("here since %(when)s") % {"when": words.moment(found.sent_at)}
    if run.is_over and found.sent_at:
        if found.key_deleted_at:
            return _("says that its key is deleted since %(when)s") % {
                "when": words.moment(found.key_deleted_at)
            }
        return _("has not said yet that its key is deleted")
    if run.is_over:
        return _("sent none")
    if found.deleted_at:
        return _("deleted on %(when)s: to be sent again") % {"when": words.moment(found.deleted_at)}
    return _("not sent yet")


def _is_late(run: Run, found: RunList) -> bool:
    return run.is_open and not found.is_here and run.due < programme.today()
