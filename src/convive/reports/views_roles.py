"""The printed sheet of a role, for whoever works here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from convive.access.permissions import Permission, Role
from convive.domain.programme.guard import opens
from convive.kernel import downloads
from convive.reports import roles
from convive.reports.forms import default_language


@opens(Permission.SEE_WORKSPACE)
def sheet(_request: HttpRequest, role: str) -> HttpResponse:
    """One page as a PDF, in the language of the page."""
    try:
        part = Role(role)
    except ValueError:
        raise Http404 from None
    made = roles.make(part, default_language())
    return downloads.answer(downloads.report(f"convive-{role}.pdf", made))
