"""The page of a brief: one district, one month, as its PDF says it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from convive import charts
from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.observatory import queries as observatory
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.reports import actions, brief, queries
from convive.reports.forms import default_language
from convive.reports.orders import Kind, Order


def _where(_request: HttpRequest, ref: str, month: str = "") -> Scope:
    return observatory.scope(_place(ref))


def _place(ref: str) -> Place:
    try:
        return programme.place(ref)
    except BadInput:
        raise Http404 from None


def _order(ref: str, month: str) -> Order:
    try:
        return Order(ref, Period.parse(month), default_language(), kind=Kind.BRIEF)
    except BadInput:
        raise Http404 from None


@opens(Permission.MAKE_REPORT, scope=_where)
def latest(request: HttpRequest, ref: str) -> HttpResponse:
    """The brief of the last month that is known; without evidence, the page that says so."""
    place = _place(ref)
    month = queries.latest_month(place) or Period.month(
        programme.today().year, programme.today().month
    )
    return redirect("reports:brief", ref=ref, month=f"{month.start:%Y-%m}")


@opens(Permission.MAKE_REPORT, scope=_where)
def page(request: HttpRequest, ref: str, month: str) -> HttpResponse:
    """What changed, what was found, what was promised, what to decide."""
    place, order = _place(ref), _order(ref, month)
    context = {
        "place": place,
        "month": order.period,
        "before": _moved(order.period.start, -1),
        "after": _moved(order.period.start, 1),
    }
    try:
        material = brief.gather(order)
    except Refused as refused:
        context["refused"] = refused.problems
        return render(request, "reports/brief.html", context)
    document = brief.compose(material, charts.PAGE)
    context |= {
        "document": document.as_data(),
        "is_sample": material.is_sample,
        "lead": document.title,
    }
    return render(request, "reports/brief.html", context)


@require_POST
@opens(Permission.MAKE_REPORT, scope=_where)
def make(request: HttpRequest, ref: str, month: str) -> HttpResponse:
    """Ask for it as a PDF, in the language of the page."""
    try:
        report = actions.ask(by=actor(request), order=_order(ref, month))
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}".strip())
        return redirect("reports:brief", ref=ref, month=month)
    return redirect("reports:report", number=report.pk)


def _moved(month: date, by: int) -> str:
    number = month.year * 12 + month.month - 1 + by
    return f"{number // 12}-{number % 12 + 1:02}"
