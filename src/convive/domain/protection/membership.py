"""Who asks for a page of a unit, as its member: rights alone open nothing behind the wall."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from convive.access.rules import Scope
from convive.domain.programme.guard import actor
from convive.domain.protection import queries
from convive.domain.protection.models import Unit, UnitMember


def inside(request: HttpRequest, code: str, **_more: str) -> Scope:
    """Where a unit stands, for its members; for everybody else there is none."""
    found, _one = member_of(request, code)
    return queries.scope_of(found)


def member_of(request: HttpRequest, code: str) -> tuple[Unit, UnitMember]:
    """The unit, and whoever asks as its member. Raises Http404 for anybody else."""
    who = actor(request)
    found = queries.own_units(who).filter(code=code).first()
    one = queries.member(who, found) if found else None
    if found is None or one is None:
        raise Http404
    return found, one
