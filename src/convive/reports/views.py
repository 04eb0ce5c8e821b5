"""Pages of reports: ask for one, follow it, take it away."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.observatory import queries as observatory
from convive.domain.observatory.profile import default_source, history
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.kernel import downloads
from convive.kernel.errors import BadInput, Refused
from convive.reports import actions, queries
from convive.reports.forms import DiagnosisForm, default_language
from convive.reports.models import Report

PER_PAGE = 25


def _where(_request: HttpRequest, ref: str) -> Scope:
    return observatory.scope(_place(ref))


def _of_report(request: HttpRequest, number: int) -> Scope:
    found = _report(number)
    if found.internal:
        observatory.require_exact(actor(request), Permission.MAKE_REPORT, found.place)
    return observatory.scope(found.place)


def _place(ref: str) -> Place:
    try:
        return programme.place(ref)
    except BadInput:
        raise Http404 from None


def _report(number: int) -> Report:
    found = queries.report(number)
    if found is None:
        raise Http404
    return found


@opens(Permission.MAKE_REPORT)
def reports(request: HttpRequest) -> HttpResponse:
    """The reports of the districts that this person works in."""
    page = Paginator(queries.reports_for(actor(request)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "reports/list.html", {"page": page})


@opens(Permission.MAKE_REPORT, scope=_where)
def new(request: HttpRequest, ref: str) -> HttpResponse:
    """The form of a diagnosis; sent, it becomes an order."""
    place = _place(ref)
    given = request.POST if request.method == "POST" else None
    form = DiagnosisForm(given, initial=_first(request, place))
    if form.is_valid():
        try:
            report = actions.ask(by=actor(request), order=form.order(ref))
        except BadInput as error:
            for problem in error.problems:
                form.add_error(None, f"{problem.why} {problem.remedy}".strip())
        else:
            return redirect("reports:report", number=report.pk)
    status = 422 if form.errors else 200
    return render(request, "reports/new.html", {"form": form, "place": place}, status=status)


def _first(request: HttpRequest, place: Place) -> dict[str, str]:
    """What the form holds before anybody wrote into it: what the place's page shows."""
    shown = {name: request.GET[name] for name in ("start", "end", "source") if name in request.GET}
    with suppress(Refused):
        period = history(default_source(place), place)
        shown = {"start": f"{period.start:%Y-%m}", "end": f"{period.end:%Y-%m}"} | shown
    return {"language": default_language()} | shown


@opens(Permission.MAKE_REPORT, scope=_of_report)
def report(request: HttpRequest, number: int) -> HttpResponse:
    """How far a report is. htmx asks for the same address and takes its part of the page."""
    found = _report(number)
    withdrawn = evidence.withdrawals(found.batches)
    context = {"report": found, "withdrawn": withdrawn}
    return render(request, "reports/report.html", context)


@require_POST
@opens(Permission.MAKE_REPORT, scope=_of_report)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Ask once more for one that failed or lost its worker."""
    try:
        actions.ask_again(by=actor(request), report=_report(number))
    except BadInput as error:
        messages.warning(request, error.problems[0].why)
    return redirect("reports:report", number=number)


@opens(Permission.MAKE_REPORT, scope=_of_report)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The PDF, to keep."""
    found = _report(number)
    if found.state != Report.State.DONE:
        raise Http404
    path = Path(found.path)
    if not path.is_file():
        messages.error(request, _("Its file is gone from this home. Ask for a new report."))
        return redirect("reports:report", number=number)
    return downloads.answer(downloads.report(found.file_name, path.read_bytes()))
