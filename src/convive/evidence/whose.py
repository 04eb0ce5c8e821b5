"""Whose an import is, where its source is nobody's in particular and every partner brings in files.

Its owner decides on a source's imports. On one of a source without an owner decide those who serve
the whole programme, and whoever brought it in: no partner undoes what another one brought.
"""

from __future__ import annotations

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.evidence.desk.uploads import serves_all
from convive.evidence.models import Batch
from convive.kernel.errors import NotAllowed


def may_decide(who: Actor, permission: Permission, batch: Batch) -> bool:
    """Whether somebody may do this to an import: withdraw it, correct it, take its rows away."""
    owner = batch.source.owner
    if not may(who, permission, Scope(organisation=owner.code if owner else None)):
        return False
    return owner is not None or batch.imported_by == who.id or serves_all(who, permission)


def require_deciding(by: Actor, permission: Permission, batch: Batch) -> None:
    """Raise NotAllowed unless they may."""
    if not may_decide(by, permission, batch):
        raise NotAllowed(f"{permission.value} of batch {batch.pk[:12]}")
