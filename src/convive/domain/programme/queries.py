"""Every read of the programme, its places and its people with accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import READING, ROLES_OF_AN_ORGANISATION, Permission, Role
from convive.access.rules import Actor, Grant
from convive.domain.programme.models import (
    BoundaryEdition,
    Composition,
    Membership,
    Organisation,
    Place,
    Programme,
    User,
)
from convive.domain.programme.models_access import BreakGlass
from convive.domain.programme.rules import account_id
from convive.kernel.errors import BadInput
from convive.kernel.models import JournalEntry
from convive.kernel.readings import once

SYSTEM = Actor(id="cli", label="cli", is_system=True)


@once
def programme() -> Programme | None:
    """The programme of this home, or None before a pack was applied."""
    return Programme.objects.first()


def today() -> date:
    """Today in the programme's zone."""
    return timezone.localdate()


@once
def place(ref: str) -> Place:
    """The place written `SCHEME:CODE`. Raises BadInput where it is malformed or unknown."""
    scheme, colon, code = ref.partition(":")
    if not (colon and scheme and code):
        raise BadInput.at(
            ref,
            _("A bare code is ambiguous: the same digits mean other places in other schemes."),
            _("Write scheme and code, such as PE-INEI:130105."),
        )
    found = Place.objects.filter(scheme=scheme, code=code).select_related("parent").first()
    if found is None:
        raise BadInput.at(
            ref,
            _("The programme has no place of this scheme and code."),
            _("See the places of the pack, or add this one to places.geojson."),
        )
    return found


def threshold(*, sensitive: bool) -> int:
    """Counts below this are not told outside the house. The pack may raise it, never lower it."""
    floor = 10 if sensitive else 5
    one = programme()
    told = (one.thresholds if one else {}).get("sensitive" if sensitive else "default", floor)
    return max(floor, int(told))


def places() -> QuerySet[Place]:
    return Place.objects.filter(retired_on=None)


def districts() -> QuerySet[Place]:
    """The districts in which the programme works."""
    return places().filter(in_programme=True, level=Place.Level.DISTRICT)


def programme_place() -> Place:
    """The smallest place that holds every district of the programme: where its own targets stand.

    Raises BadInput where the districts have no place in common.
    """
    chains = [_upwards(district) for district in districts().select_related("parent")]
    shared = set.intersection(*({p.pk for p in chain} for chain in chains)) if chains else set()
    for candidate in chains[0] if chains else []:
        if candidate.pk in shared:
            return candidate
    raise BadInput.at(
        _("the programme"),
        _("Its districts lie in no common place."),
        _("Give them a province or region as parent in places.geojson."),
    )


def _upwards(place: Place) -> list[Place]:
    """The place, its parent, and so on up."""
    chain = [place]
    while (parent := chain[-1].parent) is not None:
        chain.append(parent)
    return chain


def organisation(code: str) -> Organisation:
    """Raises BadInput where the programme has none of this code."""
    found = organisations().filter(code=code).first()
    if found is None:
        raise BadInput.at(
            code,
            _("The programme has no organisation of this code."),
            _("Choose one of: %(codes)s.")
            % {"codes": ", ".join(organisations().values_list("code", flat=True))},
        )
    return found


def organisations() -> QuerySet[Organisation]:
    return Organisation.objects.filter(retired_on=None)


def edition_on(day: date) -> BoundaryEdition | None:
    """The boundary edition in force on a day."""
    return (
        BoundaryEdition.objects.filter(retired_on=None, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .order_by("-valid_from")
        .first()
    )


def parts_of(whole: Place, *, older: BoundaryEdition, edition: BoundaryEdition) -> list[Place]:
    """What `edition` calls the area that `older` called `whole`: itself, unless it was divided."""
    parts = [
        row.part
        for row in Composition.objects.filter(
            whole=whole, older=older, edition=edition, retired_on=None
        ).select_related("part")
    ]
    return parts or [whole]


def actor_of(user: User | AnonymousUser) -> Actor:
    """The person as access sees them now: one grant for each membership in force.

    Another for each thing that they opened, for reading and for some hours, though it is closed to
    them: while they still have a role that lets them.
    """
    if not user.is_authenticated:
        return Actor(id="anonymous", label="")
    grants = tuple(_grant(row) for row in memberships_of(user))
    glass = [grant for grant in grants if Permission.BREAK_GLASS in grant.permissions]
    if glass:
        grants += tuple(_opened(row, glass) for row in open_glasses(user))
    return Actor(id=account_id(user.pk), label=user.name, grants=grants)


def open_glasses(user: User) -> QuerySet[BreakGlass]:
    """What a person has opened that is closed to them, and is open now."""
    return BreakGlass.objects.filter(user=user, until__gt=timezone.now()).select_related(
        "district", "organisation"
    )


def user_by_email(email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()


def account(pk: int) -> User:
    """The account of this number. Raises BadInput where there is none in use."""
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise BadInput.at(
            pk, _("There is no account in use of this number."), _("See the members.")
        )
    return found


@once
def account_of(actor: Actor) -> User | None:
    """The account behind an actor; None for the system."""
    kind, _colon, pk = actor.id.partition(":")
    return User.objects.filter(pk=pk).first() if kind == "user" and pk.isdigit() else None


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """What a person reads for actor ids, as records and the journal keep them."""
    numbers = {id: id.partition(":")[2] for id in actors if id.startswith("user:")}
    names = dict(User.objects.filter(pk__in=numbers.values()).values_list("pk", "name"))
    return {id: names[int(pk)] for id, pk in numbers.items() if int(pk) in names}


def actor_by_email(email: str) -> Actor:
    """The actor with this e-mail address, for `--as`. Raises BadInput where there is none."""
    user = user_by_email(email)
    if user is None or not user.is_active:
        raise BadInput.at(
            "--as",
            _("Nobody with an active account has this address."),
            _("See the members of the programme."),
        )
    return actor_of(user)


def memberships_of(user: User, day: date | None = None) -> QuerySet[Membership]:
    """The roles that a person has on a day, today if none is given."""
    return _in_force(members(), day or today()).filter(user=user)


def members() -> QuerySet[Membership]:
    """Every role that anybody has or had, with whose it is and where it holds."""
    return (
        Membership.objects.select_related("user", "organisation")
        .prefetch_related("districts")
        .order_by("user__name", "valid_from", "pk")
    )


def _in_force(rows: QuerySet[Membership], day: date) -> QuerySet[Membership]:
    return rows.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


def journal_entries() -> QuerySet[JournalEntry]:
    """The journal, the latest act first."""
    return JournalEntry.objects.order_by("-seq")


def refusals_today(did: str, account: str) -> int:
    """How often somebody was turned away at this account since midnight in the programme's zone."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return JournalEntry.objects.filter(did=did, at__gte=midnight, subject=account).count()


def _grant(row: Membership) -> Grant:
    role = Role(row.role)
    organisations: frozenset[str] | None = None
    if role in ROLES_OF_AN_ORGANISATION:
        organisations = frozenset({row.organisation.code} if row.organisation else ())
    reach: Any = None if row.all_districts else frozenset(p.ref for p in row.districts.all())
    return Grant(role=role, organisations=organisations, districts=reach)


def _opened(row: BreakGlass, usual: list[Grant]) -> Grant:
    """A broken glass as a grant: reading, there and nowhere else.

    A district opens with what belongs to nobody in particular in it; an organisation's own things
    open only where that organisation was named.
    """
    bodies = frozenset({row.organisation.code} if row.organisation else ())
    if row.district:
        places: frozenset[str] | None = frozenset({row.district.ref})
    elif any(grant.districts is None for grant in usual):
        places = None
    else:
        places = frozenset().union(*(grant.districts or () for grant in usual))
    return Grant(role=usual[0].role, organisations=bodies, districts=places, only=READING)


def within_reach(who: Actor, permission: Permission) -> Q:
    """What a list of things with organisation and district is narrowed to: deny by default.

    A thing of no district is seen by everybody of its organisation, as `Grant.covers` has it.
    """
    found = Q(pk__in=())
    for grant in who.grants_with(permission):
        one = Q()
        if grant.organisations is not None:
            one &= Q(organisation__code__in=grant.organisations)
        if grant.districts is not None:
            one &= Q(district=None) | _in_districts(grant.districts)
        found |= one
    return found


def reached(who: Actor, permission: Permission) -> Q:
    """The same for a look-up by code, which the system may do of everything."""
    return Q() if who.is_system else within_reach(who, permission)


def _in_districts(refs: Iterable[str]) -> Q:
    found = Q(pk__in=())
    for ref in refs:
        scheme, _colon, code = ref.partition(":")
        found |= Q(district__scheme=scheme, district__code=code)
    return found
