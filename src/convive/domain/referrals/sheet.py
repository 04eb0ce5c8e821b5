"""To whom somebody was referred, as the sheet that is printed for them says it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.people import beside
from convive.domain.people import queries as people
from convive.domain.people.beside import Line, Section
from convive.domain.people.models import Person
from convive.domain.referrals import pages, queries
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import OVERRIDE_NAMES, STATUS_NAMES
from convive.kernel import words


def register() -> None:
    """Once, when the app is ready."""
    beside.register(section, on_sheet_alone=True)


def section(person: Person, who: Actor) -> Section | None:
    """What was sent of somebody, the newest first. A sheet lies about: of a sensitive service the
    neutral name, and not who gives it, which would tell what it is."""
    if not may(who, Permission.SEND_REFERRAL, people.scope_of(person)):
        return None
    rows = queries.sent_by(who).filter(Q(person=person) | Q(person__same_as=person))
    lines = (
        Line(pages.service_name(row.service), " · ".join(map(str, _told(row)))) for row in rows
    )
    return Section(_("Where we referred you"), tuple(lines))


def _told(row: Referral) -> Iterator[object]:
    is_sensitive = row.service.data.get("sensitive")
    yield _("ask us to whom") if is_sensitive else row.receiver.name
    yield _("sent on %s") % words.day(timezone.localdate(row.sent_at))
    yield STATUS_NAMES[row.status]
    if row.ended_at:
        yield _("ended on %s") % words.day(timezone.localdate(row.ended_at))
    if row.is_override:
        yield _("without your consent: %s") % OVERRIDE_NAMES[row.override_reason]
