"""What waits in the register of sources: files that are overdue, agreements that end soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.evidence import queries
from convive.evidence.register import entries as register
from convive.kernel import words
from convive.kernel.errors import BadInput


class Sources:
    """Sources of which somebody is to ask for the next file, or whose agreement is to be renewed.

    They wait for whoever may bring in evidence of the owner. Nobody holds a source.
    """

    name = "sources"

    @property
    def title(self) -> str:
        return _("Sources")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        for row in queries.source_rows().filter(retired_on=None):
            scope = Scope(organisation=row.owner.code if row.owner else None)
            if not may(who, Permission.IMPORT_EVIDENCE, scope):
                continue
            try:
                entry = register.entry(row, today)
            except BadInput:  # its description is faulty: said on its own page, not on everybody's
                continue
            if entry.is_late:
                yield _late(entry)
            if entry.ends_soon:
                yield _ends(entry)

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from ()

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def _late(entry: register.Entry) -> Duty:
    days = entry.expected.overdue
    overdue = ngettext("%(n)s day overdue", "%(n)s days overdue", days)
    asked = entry.agreement.contact_role or entry.agreement.given_by or entry.view.spec.publisher
    return Duty(
        part=Sources.name,
        id=f"late:{entry.view.code}",
        title=_("Ask for the next file of %(name)s") % {"name": entry.view.name},
        url=reverse("evidence:source", args=[entry.view.code]),
        due=entry.expected.due,
        detail=" · ".join(filter(None, [overdue % {"n": words.number(days)}, asked])),
        action=_("See the source"),
    )


def _ends(entry: register.Entry) -> Duty:
    title = (
        _("The agreement on %(name)s has ended")
        if entry.has_ended
        else _("Renew the agreement on %(name)s")
    )
    return Duty(
        part=Sources.name,
        id=f"agreement:{entry.view.code}",
        title=title % {"name": entry.view.name},
        url=reverse("evidence:source", args=[entry.view.code]),
        due=entry.agreement.until,
        detail=entry.agreement.document,
        action=_("See the source"),
    )
