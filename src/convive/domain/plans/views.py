"""The list of commitments. The plan with its progress is a page of `results`, one floor up."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import Permission
from convive.domain.plans import queries
from convive.domain.plans.forms import CommitmentFilter
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens

_PER_PAGE = 50


@opens(Permission.SEE_PLAN)
def commitments(request: HttpRequest) -> HttpResponse:
    """What was promised, by whom and by when, as far as this person may read it."""
    form = CommitmentFilter(request.GET)
    rows = queries.commitments_visible_to(actor(request))
    if form.is_valid():
        rows = queries.narrowed(rows, **form.cleaned_data)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "today": programme.today()}
    return render(request, "plans/commitments.html", context)
