"""The search page of the workspace."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from convive.access.permissions import Permission
from convive.domain.programme.guard import actor, opens
from convive.doors.workspace.search import SHORTEST, search

_LONGEST = 100  # letters


@opens(Permission.SEE_WORKSPACE)
@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """What the words of `?q=` find, by part."""
    words = " ".join(request.GET.get("q", "").split())[:_LONGEST]
    groups = search(actor(request), words)
    context = {
        "words": words,
        "groups": groups,
        "is_too_short": bool(words) and len(words) < SHORTEST,
        "total": sum(len(group.found) for group in groups),
    }
    return render(request, "workspace/search.html", context)
