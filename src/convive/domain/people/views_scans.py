"""The papers on which people agreed: opened and taken out by whoever may see the person."""

from __future__ import annotations

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.people import actions_scans, files, keeping, queries
from convive.domain.programme.guard import actor, opens
from convive.kernel import downloads, scans


def _scope(request: HttpRequest, code: str, scan: str) -> Scope:
    """Of the person, and of none where the paper is not theirs."""
    found = keeping.scan(actor(request), scan)
    if found is None or found.person.code != code:
        raise Http404
    return queries.scope_of(found.person)


@csp_update({"sandbox": True})
@opens(Permission.SEE_PEOPLE, scope=_scope)
def scan(request: HttpRequest, code: str, scan: str) -> HttpResponse:
    """A paper, unsealed. A picture is shown, so that it stays on no disk; a PDF is only saved: it
    may hold what runs in whatever shows it."""
    found = actions_scans.open_scan(by=actor(request), scan=scan)
    return downloads.answer(files.scan(found), shown=found.kind == scans.JPEG)


@require_POST
@opens(Permission.KEEP_PEOPLE, scope=_scope)
def drop(request: HttpRequest, code: str, scan: str) -> HttpResponse:
    """Take a paper out, such as that of somebody else."""
    actions_scans.drop_scan(by=actor(request), scan=scan)
    messages.success(request, _("The scan is deleted. What was written down stays."))
    return redirect("people:person", code=code)
