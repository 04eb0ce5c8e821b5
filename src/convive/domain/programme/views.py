"""Pages about the programme itself: all roles, who takes part, the journal."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import ROLE_DESCRIPTIONS, ROLE_NAMES, Permission, Role
from convive.domain.programme import queries
from convive.domain.programme.guard import opens
from convive.domain.programme.views_account import allowed
from convive.kernel import journal as kernel_journal

_PER_PAGE = 50


@opens(Permission.SEE_WORKSPACE)
def roles(request: HttpRequest) -> HttpResponse:
    """Every role: what it is for and what it may do."""
    rows = [(role, ROLE_NAMES[role], ROLE_DESCRIPTIONS[role], allowed(role)) for role in Role]
    return render(request, "programme/roles.html", {"rows": rows})


@opens(Permission.SEE_WORKSPACE)
def organisations(request: HttpRequest) -> HttpResponse:
    """Who takes part, and with which part."""
    return render(
        request, "programme/organisations.html", {"organisations": queries.organisations()}
    )


@opens(Permission.SEE_JOURNAL)
def journal(request: HttpRequest) -> HttpResponse:
    """What was done, the latest first; with `?verify=1`, whether the journal is whole."""
    page = Paginator(queries.journal_entries(), _PER_PAGE).get_page(request.GET.get("page"))
    # Walking the whole journal takes seconds once it is long: only when asked for
    verdict = kernel_journal.verify() if request.GET.get("verify") else None
    return render(request, "programme/journal.html", {"page": page, "verdict": verdict})
