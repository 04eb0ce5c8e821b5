"""What is said of each entry of a batch: kept, kept already, refused, or in conflict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.offline import actions
from convive.domain.offline.kinds import Conflict, Entry
from convive.domain.offline.reading import Unread
from convive.kernel.errors import BadInput, NotAllowed, Problem


def answers(by: Actor, entries: Iterable[Entry | Unread]) -> list[dict[str, Any]]:
    """One answer for each entry, in its order; each is kept or refused on its own."""
    return [_answer(by, entry) for entry in entries]


def _answer(by: Actor, entry: Entry | Unread) -> dict[str, Any]:
    if isinstance(entry, Unread):
        return _said(entry.mark, "refused", [entry.problem])
    mark = str(entry.mark)
    try:
        is_new = actions.keep(by=by, entry=entry)
    except Conflict as error:
        ways = [{"label": w.label, "kind": w.kind, "data": dict(w.data)} for w in error.ways]
        return _said(mark, "conflict", error.problems) | {"ways": ways}
    except BadInput as error:
        return _said(mark, "refused", error.problems)
    except NotAllowed:
        # Not there or not theirs: both sound alike, so that nothing is learnt by sending
        why = _("You may not write this down here, or no longer.")
        return _said(mark, "refused", [Problem("", why, _("Ask whoever manages accounts."))])
    return _said(mark, "kept" if is_new else "already", [])


def _said(mark: str, answer: str, problems: Iterable[Problem]) -> dict[str, Any]:
    return {"mark": mark, "answer": answer, "problems": [each.as_json() for each in problems]}
