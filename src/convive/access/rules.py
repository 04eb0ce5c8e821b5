"""The one decision of access: does one of these memberships permit this, here?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from convive.access.permissions import ROLE_PERMISSIONS, Permission, Role
from convive.kernel.errors import NotAllowed


@dataclass(frozen=True)
class Scope:
    """Where something stands: whose it is and in which district.

    None means "tied to none": the district side of the programme's own plan, say. Such a thing is
    open to every grant with the permission, so what belongs to somebody must always say to whom.
    """

    organisation: str | None = None
    district: str | None = None


EVERYWHERE = Scope()  # of what belongs to nobody in particular


@dataclass(frozen=True)
class Grant:
    """A membership as access sees it.

    organisations, districts : codes it reaches (districts as `SCHEME:CODE`); None means all.
    only : what it permits, in place of all that the role does: set where somebody opened for some
        hours what is closed to them. What is sealed to a unit asks for a grant without it.
    """

    role: Role
    organisations: frozenset[str] | None = None
    districts: frozenset[str] | None = None
    only: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it permits."""
        return ROLE_PERMISSIONS[self.role] if self.only is None else self.only

    def covers(self, scope: Scope) -> bool:
        return _reaches(self.organisations, scope.organisation) and _reaches(
            self.districts, scope.district
        )


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with memberships, or the system itself.

    id : what the journal keeps: `user:<id>`, or `cli`, `worker`, `pack`, `anonymous`.
    label : what a person reads. Never written to the journal.
    """

    id: str
    label: str
    grants: tuple[Grant, ...] = ()
    is_system: bool = False

    def grants_with(self, permission: Permission) -> tuple[Grant, ...]:
        """The memberships that carry a permission: what a list of things is narrowed to."""
        return tuple(g for g in self.grants if permission in g.permissions)


# Somebody without an account, who asks or says something on a public page
ANYBODY = Actor(id="anonymous", label="")


def allows(grants: Iterable[Grant], permission: Permission, scope: Scope = EVERYWHERE) -> bool:
    """Deny by default: true only if one grant has the permission and covers the scope."""
    return any(permission in g.permissions and g.covers(scope) for g in grants)


def may(actor: Actor, permission: Permission, scope: Scope = EVERYWHERE) -> bool:
    return actor.is_system or allows(actor.grants, permission, scope)


def reaches_all(actor: Actor, permission: Permission) -> bool:
    """Whether the actor has this right for every organisation and in every district."""
    return actor.is_system or any(
        grant.organisations is None and grant.districts is None
        for grant in actor.grants_with(permission)
    )


def require(actor: Actor, permission: Permission, scope: Scope = EVERYWHERE) -> None:
    """Raise NotAllowed unless the actor may."""
    if not may(actor, permission, scope):
        raise NotAllowed(
            f"{permission.value} at {scope.organisation or '*'} {scope.district or '*'}"
        )


def _reaches(reach: frozenset[str] | None, wanted: str | None) -> bool:
    return reach is None or wanted is None or wanted in reach
