"""Who has an account and which role. Nobody gives a role or an account to themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import ROLES_OF_AN_ORGANISATION, Permission, Role
from convive.access.rules import Actor, require
from convive.domain.programme import letters, queries, queries_access, sessions, signin, standing
from convive.domain.programme.actions_review import reopen_for
from convive.domain.programme.models import Membership, Place, User
from convive.domain.programme.rules import SAY_BEGINS_AFTER, not_to_oneself
from convive.kernel import journal, words
from convive.kernel.errors import BadInput, NotAllowed

ALL = "all"  # every district
NEED_DISTRICTS = ROLES_OF_AN_ORGANISATION | {Role.ANALYST}


@transaction.atomic
def add_member(
    *,
    by: Actor,
    email: str,
    name: str,
    role: str,
    organisation: str = "",
    districts: Sequence[str] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Membership:
    """Give a person a role; make their account where they have none.

    organisation : its code; officers and case workers must have one.
    districts : refs such as `PE-INEI:130105`, or `all`. Roles of the whole programme need none.

    Raises BadInput for what is unknown, for a role given to whoever let the actor in, and for one
    with a say in the rights of others from an actor who has none yet; NotAllowed for a role given
    to oneself.
    """
    require(by, Permission.MANAGE_MEMBERS)
    part = _role(role)
    reach = _districts(part, districts)
    if part in ROLES_OF_AN_ORGANISATION and not organisation:
        raise BadInput.at(
            "--organisation",
            _("This role is played for an organisation."),
            _("Name it by its code."),
        )
    body = queries.organisation(organisation) if organisation else None
    start = valid_from or queries.today()
    if valid_to is not None and valid_to < start:
        raise BadInput.at(valid_to, _("The role ends before it starts."), _("Swap the two dates."))
    user = queries.user_by_email(email) or _new_account(by, email, name)
    not_to_oneself(by, user.pk)
    _not_back_nor_too_soon(by, user, part)
    member = Membership.objects.create(
        user=user,
        role=part.value,
        organisation=body,
        all_districts=not reach,
        valid_from=start,
        valid_to=valid_to,
    )
    member.districts.set(reach)
    journal.write(
        who=by.id,
        did="member.added",
        kind="membership",
        subject=member.pk,
        data={
            "account": user.pk,
            "role": part.value,
            "organisation": organisation,
            "districts": [place.ref for place in reach] or [ALL],
            "from": start.isoformat(),
            "to": valid_to.isoformat() if valid_to else None,
        },
    )
    reopen_for(by=by, membership=member)
    return member


@transaction.atomic
def end_membership(*, by: Actor, membership: int, on: date | None = None) -> Membership:
    """Let a role end; `on` is its last day, today if none is given.

    Raises BadInput where that is before its first day or after the last that it has.
    """
    require(by, Permission.MANAGE_MEMBERS)
    member = queries.members().filter(pk=membership).first()
    if member is None:
        raise BadInput.at(membership, _("There is no such role."), _("See: convive member list."))
    not_to_oneself(by, member.user_id)
    last = on or queries.today()
    if last < member.valid_from:
        raise BadInput.at(
            last,
            _("The role began later, on %(day)s.") % {"day": words.day(member.valid_from)},
            _("Give a later day."),
        )
    if member.valid_to is not None and last > member.valid_to:
        raise BadInput.at(
            last,
            _("A role is not lengthened: this one ends on %(day)s.")
            % {"day": words.day(member.valid_to)},
            _("Give another one."),
        )
    member.valid_to = last
    member.save(update_fields=["valid_to"])
    journal.write(
        who=by.id,
        did="member.ended",
        kind="membership",
        subject=member.pk,
        data={"account": member.user_id, "role": member.role, "to": last.isoformat()},
    )
    return member


@transaction.atomic
def suspend_user(*, by: Actor, email: str) -> User:
    """Close an account at once: whoever is signed in with it is out at their next page."""
    return _set_active(by, email, is_active=False, did="account.suspended")


@transaction.atomic
def restore_user(*, by: Actor, email: str) -> User:
    """Open a suspended account again, with the roles that are still in force."""
    return _set_active(by, email, is_active=True, did="account.restored")


@transaction.atomic
def make_password_link(*, by: Actor, email: str) -> str:
    """The path of a page where this person sets a password; it works once, for three days.

    Raises BadInput where two people took the second factor away, the person has set up no new one,
    and no letter is sent: whoever saw the link alone would be in. The shell may.
    """
    require(by, Permission.MANAGE_MEMBERS)
    user = queries_access.account_by_email(email)
    if not (by.is_system or letters.are_sent()) and queries_access.waits_for_new_factor(user):
        raise BadInput.at(
            user.name,
            _(
                "Two people took the second factor away, and there is no new one: this link alone "
                "would open the account."
            ),
            _("Ask whoever keeps the server: convive member link."),
        )
    journal.write(
        who=by.id,
        did="password_link.made",
        kind="account",
        subject=user.pk,
        data={"second_factor": signin.has_second_factor(user)},
    )
    return signin.password_path(user)


@transaction.atomic
def set_up_sign_in(*, by: Actor, email: str, password: str, secret: str) -> User:
    """Give an account its password and its authenticator secret, for a demonstration or a test.

    Only the system itself may: a person sets both alone, and nobody else knows them.

    secret : base32, as authenticator apps read it.
    """
    if not by.is_system:
        raise NotAllowed("set up somebody's sign-in")
    user = queries_access.account_by_email(email)
    user.set_password(password)
    user.save(update_fields=["password"])
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    journal.write(who=by.id, did="sign_in.set_up", kind="account", subject=user.pk)
    return user


def _new_account(by: Actor, email: str, name: str) -> User:
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput.at(email, _("This is not an e-mail address."), _("Check it.")) from None
    if not name.strip():
        raise BadInput.at("--name", _("A new account needs the person's name."), _("Add the name."))
    user = User.objects.create_user(email=email.strip(), name=name.strip())
    journal.write(who=by.id, did="account.made", kind="account", subject=user.pk)
    return user


def _not_back_nor_too_soon(by: Actor, user: User, role: Role) -> None:
    """Nobody gets a right through somebody whom they let in; a say is given by who has one."""
    if by.is_system:
        return
    _not_back(by, user)
    if role in standing.POWERFUL_ROLES and not standing.has_say(by, Permission.MANAGE_MEMBERS):
        raise BadInput.at(
            "role",
            _(
                "It has a say in the rights of others. For its first %(days)s days your own role "
                "gives none of these."
            )
            % {"days": SAY_BEGINS_AFTER.days},
            _("Ask somebody else of the system staff, or wait."),
        )


def _not_back(by: Actor, user: User) -> None:
    if not by.is_system and standing.came_from(
        by, Permission.MANAGE_MEMBERS, queries.actor_of(user)
    ):
        raise BadInput.at(
            user.name,
            _("Your own right comes from this person: you cannot give them one."),
            _("Ask somebody else of the system staff, or whoever keeps the server."),
        )


def _set_active(by: Actor, email: str, *, is_active: bool, did: str) -> User:
    require(by, Permission.MANAGE_MEMBERS)
    user = queries_access.account_by_email(email)
    not_to_oneself(by, user.pk)
    if is_active:
        _not_back(by, user)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    sessions.end_all(user)
    journal.write(who=by.id, did=did, kind="account", subject=user.pk)
    return user


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise BadInput.at(
            text,
            _("There is no role of this name."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(role.value for role in Role)},
        ) from None


def _districts(role: Role, refs: Sequence[str]) -> list[Place]:
    """The districts of a role; none means all of them."""
    if list(refs) == [ALL] or (not refs and role not in NEED_DISTRICTS):
        return []
    if not refs or ALL in refs:
        raise BadInput.at(
            "--district",
            _("This role needs its districts."),
            _("Name them one by one, such as PE-INEI:130105, or write all."),
        )
    found = [queries.place(ref) for ref in refs]
    for place in found:
        if place.level != Place.Level.DISTRICT:
            raise BadInput.at(
                place.ref, _("This place is not a district."), _("Name its districts.")
            )
    return found
