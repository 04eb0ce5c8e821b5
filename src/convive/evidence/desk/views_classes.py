"""The page on which the offences of a source are classed, apart from any file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.guard import actor, opens
from convive.evidence import actions_sources, queries
from convive.evidence.desk import pages
from convive.evidence.desk.forms_offences import OffencesForm
from convive.evidence.models import Source
from convive.kernel.errors import BadInput


def _of_source(request: HttpRequest, code: str) -> Scope:
    owner = _source(code).owner
    if owner is None and not actions_sources.may_describe(actor(request), None):
        raise Http404
    return Scope(organisation=owner.code if owner else None)


def _source(code: str) -> Source:
    try:
        return queries.source_row(code)
    except BadInput as error:
        raise Http404 from error


@opens(Permission.DESCRIBE_SOURCE, scope=_of_source)
def classes(request: HttpRequest, code: str) -> HttpResponse:
    """What the offences of a source are: those of its imports that nobody has classed yet."""
    found = _source(code)
    asked = pages.unclassed_of_source(found)
    if not asked:
        return redirect("evidence:home")
    data = request.POST if request.method == "POST" else None
    form = OffencesForm(asked, {}, tells_attempted=True, data=data)
    if form.is_valid():
        rows = [row.as_row(code) for row in form.classed()]
        actions_sources.class_offences(by=actor(request), source=found, rows=rows)
        return redirect("evidence:home")
    context = {"form": form, "source": found, "classes": pages.iccs_classes()}
    status = 422 if form.errors else 200
    return render(request, "evidence/offences.html", context, status=status)
