"""The report of a count is asked for on the page of the count."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.domain.programme.guard import actor, opens
from convive.domain.reach import queries
from convive.kernel.errors import BadInput
from convive.reports import actions, reach
from convive.reports.forms import default_language


@require_POST
@opens(Permission.MAKE_REPORT)
def make(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for it as a PDF, in the language of the page."""
    found = queries.run(number)
    if found is None:
        raise Http404
    try:
        report = actions.ask(by=actor(request), order=reach.order_for(default_language(), found))
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}".strip())
        return redirect("reach:run", number=number)
    return redirect("reports:report", number=report.pk)
