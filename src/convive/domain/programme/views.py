"""Pages about the programme itself: my roles, all roles, who takes part, members, the journal."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import (
    PERMISSION_NAMES,
    ROLE_DESCRIPTIONS,
    ROLE_NAMES,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from convive.domain.programme import queries
from convive.domain.programme.guard import opens
from convive.domain.programme.models import User
from convive.kernel import journal as kernel_journal

_PER_PAGE = 50


@opens(Permission.SEE_WORKSPACE)
def me(request: HttpRequest) -> HttpResponse:
    """My roles in plain language, where each holds, and what it lets me do."""
    rows = [
        (row, _allowed(Role(row.role))) for row in queries.memberships_of(cast(User, request.user))
    ]
    return render(request, "programme/me.html", {"rows": rows})


@opens(Permission.SEE_WORKSPACE)
def roles(request: HttpRequest) -> HttpResponse:
    """Every role: what it is for and what it may do."""
    rows = [(ROLE_NAMES[role], ROLE_DESCRIPTIONS[role], _allowed(role)) for role in Role]
    return render(request, "programme/roles.html", {"rows": rows})


@opens(Permission.SEE_WORKSPACE)
def organisations(request: HttpRequest) -> HttpResponse:
    """Who takes part, and with which part."""
    return render(
        request, "programme/organisations.html", {"organisations": queries.organisations()}
    )


@opens(Permission.MANAGE_MEMBERS)
def members(request: HttpRequest) -> HttpResponse:
    """Who has an account, with which role, where and until when."""
    page = Paginator(queries.members(), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/members.html", {"page": page, "today": queries.today()})


@opens(Permission.SEE_JOURNAL)
def journal(request: HttpRequest) -> HttpResponse:
    """What was done, the latest first; with `?verify=1`, whether the journal is whole."""
    page = Paginator(queries.journal_entries(), _PER_PAGE).get_page(request.GET.get("page"))
    # Walking the whole journal takes seconds once it is long: only when asked for
    verdict = kernel_journal.verify() if request.GET.get("verify") else None
    return render(request, "programme/journal.html", {"page": page, "verdict": verdict})


def _allowed(role: Role) -> list[str]:
    """What a role may do, in plain words, in the order of the list of permissions."""
    return [str(PERMISSION_NAMES[p]) for p in Permission if p in ROLE_PERMISSIONS[role]]
