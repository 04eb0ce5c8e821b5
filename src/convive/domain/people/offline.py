"""Somebody who is written down without a line."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.offline import kinds
from convive.domain.offline.kinds import Conflict, Entry, Way, filled_in
from convive.domain.people import actions, pages
from convive.domain.people.actions import LikelyDouble
from convive.domain.people.forms import ConsentForm, PersonForm
from convive.domain.people.queries import Double
from convive.domain.programme import queries as programme


def newcomer(by: Actor, entry: Entry) -> None:
    """Write somebody down with what they agree to. data : the fields of the form.

    Raises Conflict where they may be on the register already: whoever wrote it says who it is.
    """
    sent, account = entry.fields(), programme.account_of(by)
    form, consent = PersonForm(sent, who=by), ConsentForm(sent)
    filled_in(form, consent)
    try:
        actions.register(
            by=by,
            organisation=form.organisation,
            facts=form.facts(),
            words=consent.words(),
            worker=account.pk if account else None,
            is_another=is_another(entry),
        )
    except LikelyDouble as error:
        same = [Way(label) for _code, label in same_as(error.doubles)]
        raise Conflict(error.problems[0], [*same, another(entry)]) from None


def same_as(doubles: Iterable[Double]) -> list[tuple[str, str]]:
    """Code of each who may be the same person, and the words by which it is said."""
    return [
        (row.person.code, _("It is %(name)s, %(age)s") % {"name": row.name, "age": row.age or "–"})
        for row, _double in pages.doubles(doubles)
    ]


def another(entry: Entry) -> Way:
    """The same entry, once whoever wrote it says that it is none of those."""
    return Way(_("No: this is another person"), entry.kind, {"is_another": True})


def is_another(entry: Entry) -> bool:
    return entry.data.get("is_another") is True or "is_another" in entry.fields()


def register() -> None:
    kinds.register("people.register", newcomer)
