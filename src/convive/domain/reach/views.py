"""Pages of a count: the list of counts, opening one, following it, starting and giving it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from convive.access.permissions import Permission
from convive.domain.programme.guard import actor, opens
from convive.domain.reach import actions, pages, queries
from convive.domain.reach.forms import RunForm, told
from convive.domain.reach.models import Run
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell

PER_PAGE = 25


def run_or_404(number: int) -> Run:
    found = queries.run(number)
    if found is None:
        raise Http404
    return found


@opens(Permission.SEE_FIGURES)
def runs(request: HttpRequest) -> HttpResponse:
    """Every count of the programme: finished, under way, given up."""
    page = Paginator(queries.runs(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(found, pages.state_said(found)) for found in page]
    context = {"page": page, "rows": rows, "is_sample": any(found.is_sample for found in page)}
    return render(request, "reach/runs.html", context)


@opens(Permission.COUNT_PEOPLE)
def new(request: HttpRequest) -> HttpResponse:
    """Open a count."""
    form = RunForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = actions.open_run(by=actor(request), **form.given())
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("reach:run", number=found.pk)
    return render(request, "reach/new.html", {"form": form}, status=422 if form.errors else 200)


@opens(Permission.SEE_FIGURES)
def run(request: HttpRequest, number: int) -> HttpResponse:
    """One count: whose turn it is, or what came of it. htmx asks for the same address."""
    found = run_or_404(number)
    if getattr(request, "htmx", False) and found.state != Run.State.LINKING:
        return HttpResponseClientRefresh()
    return render(request, "reach/run.html", pages.run_page(actor(request), found))


@require_POST
@opens(Permission.COUNT_PEOPLE)
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Hand the lists to the worker."""
    return _done(request, number, actions.start)


@require_POST
@opens(Permission.COUNT_PEOPLE)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the worker to leave it."""
    return _done(request, number, actions.stop)


@require_POST
@opens(Permission.COUNT_PEOPLE)
def abandon(request: HttpRequest, number: int) -> HttpResponse:
    """Give it up, and delete its lists."""
    return _done(request, number, actions.abandon)


def _done(request: HttpRequest, number: int, act: Callable[..., Any]) -> HttpResponse:
    """Do it and lead back; say why not where it cannot be done."""
    run_or_404(number)
    try:
        act(by=actor(request), run=number)
    except BadInput as error:
        for text in told(error.problems):
            messages.error(request, text)
    return redirect("reach:run", number=number)
