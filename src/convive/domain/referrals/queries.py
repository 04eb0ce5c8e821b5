"""Every read of referrals. The sender's side sees the state of what it sent; the receiver's side
what was sent to it, and who it is only while that is agreed to. Nobody else sees anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people import openings
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Organisation
from convive.domain.referrals import copies, rules
from convive.domain.referrals.copies import Copy
from convive.domain.referrals.models import Referral, ServiceState
from convive.domain.referrals.vocabulary import OPEN, Room
from convive.kernel.errors import BadInput

NEEDED = (Purpose.SERVICES, Purpose.DISCLOSURE)


def sent_by(who: Actor) -> QuerySet[Referral]:
    """What this actor's organisations sent, of people whom the actor may see."""
    rows = _referrals()
    if who.is_system:
        return rows
    seen = people.people_visible_to(who, Permission.SEND_REFERRAL).order_by().values("pk")
    return rows.filter(Q(person__in=seen) | Q(person__same_as__in=seen))


def received_by(who: Actor) -> QuerySet[Referral]:
    """What was sent to this actor's organisations."""
    rows = _referrals()
    if who.is_system:
        return rows
    found = Q(pk__in=())
    for grant in who.grants_with(Permission.ANSWER_REFERRAL):
        found |= Q(receiver__code__in=grant.organisations or ())
    return rows.filter(found)


def sent(who: Actor, code: str) -> Referral | None:
    """By its code, of people of whom this actor may send one, forgotten ones among them. It takes
    the same work to find none as to find that of others."""
    return _referrals().filter(_sent(who), code=code).first()


def received(who: Actor, code: str) -> Referral | None:
    """By its code, of those that were sent to this actor's organisations."""
    return received_by(who).filter(code=code).first()


def locked(who: Actor, code: str) -> Referral | None:
    """The same to be written on, from either side."""
    mine = _sent(who) | Q(pk__in=received_by(who).order_by().values("pk"))
    rows = Referral.objects.select_related(
        "person__organisation", "person__district", "sender", "receiver"
    )
    return rows.select_for_update(of=("self",)).filter(mine, code=code).first()


def _sent(who: Actor) -> Q:
    return Q(person__in=people.within_reach(who, Permission.SEND_REFERRAL).values("pk"))


def sender_scope(found: Referral) -> Scope:
    """Whoever may see the person may see what was sent of them."""
    return people.scope_of(found.person)


def receiver_scope(found: Referral) -> Scope:
    """Wherever the person lives: it was sent to the organisation."""
    return Scope(found.receiver.code)


def of_person(person: Person) -> QuerySet[Referral]:
    """What was sent of somebody, the newest first."""
    return _referrals().filter(Q(person=person) | Q(person__same_as=person))


@dataclass(frozen=True)
class Told:
    """Whether the receivers of a list may read who it is, decided at this moment."""

    agreed: people.Agreed
    refused: frozenset[int]  # referrals

    def of(self, found: Referral) -> Copy | None:
        """What the receiver may read now; None where that is nothing."""
        copy = copies.read(found.copy) if self.may(found) else None
        if copy is None:
            return None
        whom = _whom(found)
        return copies.reached(copy, whom, agrees=self.agreed.to(Purpose.CONTACT, whom))

    def may(self, found: Referral) -> bool:
        whom = _whom(found)
        return not whom.is_erased and rules.tells_who(
            found.status,
            agrees=all(self.agreed.to(purpose, whom) for purpose in NEEDED),
            is_override=found.is_override,
            refused_since=found.pk in self.refused,
        )


def told(referrals: Sequence[Referral]) -> Told:
    """What people agree to is read once for a whole list."""
    whom = {row.pk: _whom(row) for row in referrals}
    by_person: dict[int, list[Referral]] = {}
    for row in referrals:
        by_person.setdefault(whom[row.pk].pk, []).append(row)
    refused: set[int] = set()
    words = people.newest_words(by_person).filter(purpose__in=NEEDED, agrees=False)
    for person, at in words.values_list("person", "recorded_at"):
        refused.update(row.pk for row in by_person[person] if at > row.sent_at)
    agreed = people.Agreed(list({one.pk: one for one in whom.values()}.values()), programme.today())
    return Told(agreed, frozenset(refused))


def consents(person: Person) -> bool:
    """Whether somebody agrees to be attended and that another organisation is told of them."""
    return all(people.agrees(person, purpose) for purpose in NEEDED)


def is_reached(person: Person) -> bool:
    """Whether a receiver would be told their number."""
    agrees = people.agrees(person, Purpose.CONTACT)
    return bool(copies.reached(copies.copy_of(person, ""), person, agrees=agrees).phone)


# Services and who takes them in


def services() -> QuerySet[CatalogueEntry]:
    return CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE, retired_on=None)


def service(code: str) -> CatalogueEntry:
    """Raises BadInput where the catalogue has no service of this code."""
    found = services().filter(code=code).first()
    if found is None:
        raise BadInput.at(
            "service",
            _("The catalogue has no service of this code."),
            _("Choose one in the list."),
        )
    return found


def receivers(sender: str) -> QuerySet[Organisation]:
    """Whom somebody may be referred to: every organisation but the sender and the funders."""
    return programme.organisations().filter(is_funder=False).exclude(code=sender)


def answers_here(organisation: Organisation) -> bool:
    """Whether somebody with an account may answer for this organisation."""
    scope = Scope(organisation.code)
    rows = programme.members().filter(organisation=organisation, user__is_active=True)
    return any(may(programme.actor_of(row.user), Permission.ANSWER_REFERRAL, scope) for row in rows)


def states() -> QuerySet[ServiceState]:
    rows = ServiceState.objects.select_related("organisation", "service")
    return rows.filter(organisation__retired_on=None, service__retired_on=None)


def room(organisation: Organisation, service: CatalogueEntry) -> ServiceState | None:
    """What an organisation says of one of its services; None where it says nothing."""
    return states().filter(organisation=organisation, service=service).first()


@dataclass(frozen=True)
class Narrow:
    """Why somebody may wait. since : when the organisation said so; None where it said nothing and
    its activities have no free place."""

    room: str
    since: date | None = None
    note: str = ""


def narrowed(service: CatalogueEntry, person: Person) -> dict[str, Narrow]:
    """The organisations in which a service is full or closed for somebody, by code. What an
    organisation says of itself goes before what the places of its activities tell."""
    district = person.district.ref if person.district else ""
    found = {code: Narrow(Room.FULL) for code in openings.full(service, district)}
    for row in states().filter(service=service):
        found[row.organisation.code] = Narrow(row.room, row.since, row.note)
    return {code: told for code, told in found.items() if told.room != Room.OPEN}


# Counted


def open_on(day: date, rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """Those that were sent by the end of a day and had not ended by then."""
    return rows.filter(sent_at__date__lte=day).filter(Q(ended_at=None) | Q(ended_at__date__gt=day))


def every() -> QuerySet[Referral]:
    """Of the whole programme: to be counted, never to be shown."""
    return _referrals()


def waiting(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    return rows.filter(status__in=OPEN)


def _referrals() -> QuerySet[Referral]:
    return Referral.objects.select_related(
        "person__organisation", "person__district", "person__same_as",
        "sender", "receiver", "service", "suggestion",
    )  # fmt: skip


def _whom(found: Referral) -> Person:
    """Whose word counts: that of the row under which a double stands."""
    return found.person.same_as or found.person


def names(referrals: Iterable[Referral]) -> dict[str, str]:
    """What a person reads for whoever sent, answered or ended these."""
    rows = list(referrals)
    return programme.names_of(
        actor for row in rows for actor in (row.sent_by, row.responded_by, row.ended_by)
    )
