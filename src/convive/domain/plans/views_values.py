"""Pages of what was achieved: recorded by one person, accepted or returned by another."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import may
from convive.domain.plans import actions_locks, actions_values, queries
from convive.domain.plans.forms_values import (
    LockForm,
    OpenForm,
    ReturnForm,
    ValueFilter,
    ValueForm,
)
from convive.domain.plans.models import Value
from convive.domain.plans.vocabulary import ValueState
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.forms import tell

_PER_PAGE = 50
_MENDED = (ValueState.DRAFT, ValueState.RETURNED)


@opens(Permission.SEE_FIGURES)
def values(request: HttpRequest) -> HttpResponse:
    """What was recorded, as far as this person may read it; the latest period first."""
    form = ValueFilter(request.GET)
    rows = queries.values_visible_to(actor(request)).order_by("-end", "-start", "-pk")
    if form.is_valid():
        rows = queries.narrowed_values(rows, **form.cleaned_data)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "locks": queries.locks()}
    return render(request, "plans/values.html", context)


@opens(Permission.RECORD_VALUE)
def record(request: HttpRequest) -> HttpResponse:
    """Record a value as a draft. `?mend=` opens the form with what a draft holds."""
    given = request.POST if request.method == "POST" else None
    form = ValueForm(given, who=actor(request), initial=_first(request))
    if form.is_valid():
        try:
            made = actions_values.record_value(by=actor(request), **form.cleaned_data)
            if "submit" in request.POST:
                actions_values.submit_value(by=actor(request), value=made.pk)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:value", number=made.pk)
    status = 422 if form.errors else 200
    return render(request, "plans/record_value.html", {"form": form}, status=status)


def _first(request: HttpRequest) -> dict[str, Any]:
    number = request.GET.get("mend", "")
    if not number.isdigit():
        return {}
    value = _value(request, int(number))
    return {
        "indicator": value.version.indicator.code,
        "organisation": value.organisation.code,
        "place": value.place.ref,
        "period": value.period.code,
        "combination": value.combination.code,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "source": value.source,
    }


@opens(Permission.SEE_FIGURES)
def value(request: HttpRequest, number: int) -> HttpResponse:
    """One value: how it stands, and what this person may do with it."""
    return _page(request, _value(request, number))


@require_POST
@opens(Permission.RECORD_VALUE)
def submit(request: HttpRequest, number: int) -> HttpResponse:
    found = _value(request, number)
    try:
        actions_values.submit_value(by=actor(request), value=number)
    except BadInput as error:
        return _page(request, found, refused=error)
    return redirect("plans:value", number=number)


@require_POST
@opens(Permission.ACCEPT_VALUE)
def accept(request: HttpRequest, number: int) -> HttpResponse:
    found = _value(request, number)
    try:
        actions_values.accept_value(by=actor(request), value=number)
    except BadInput as error:
        return _page(request, found, refused=error)
    return redirect("plans:value", number=number)


@require_POST
@opens(Permission.ACCEPT_VALUE)
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    found = _value(request, number)
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            actions_values.return_value(by=actor(request), value=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:value", number=number)
    return _page(request, found, back=form)


@opens(Permission.ACCEPT_VALUE)
def locks(request: HttpRequest) -> HttpResponse:
    """The closed periods; close one."""
    form = LockForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions_locks.lock_period(
                by=actor(request),
                plan=form.cleaned_data["plan"],
                period=form.period(),
                reason=form.cleaned_data["reason"],
            )
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:locks")
    rows = list(queries.locks(also_opened=True))
    names = programme.names_of(who for row in rows for who in (row.locked_by, row.opened_by))
    context = {"form": form, "locks": rows, "names": names}
    return render(request, "plans/locks.html", context, status=422 if form.errors else 200)


@opens(Permission.ACCEPT_VALUE)
def open_lock(request: HttpRequest, number: int) -> HttpResponse:
    """Open a closed period again, with the reason."""
    lock = queries.locks().filter(pk=number).first()
    if lock is None:
        raise Http404(number)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions_locks.open_period(by=actor(request), lock=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:locks")
    context = {"form": form, "lock": lock}
    return render(request, "plans/open_lock.html", context, status=422 if form.errors else 200)


def _value(request: HttpRequest, number: int) -> Value:
    found = queries.values_visible_to(actor(request)).filter(pk=number).first()
    if found is not None:
        return found
    if queries.values().filter(pk=number).exists():
        raise NotAllowed("see_figures there")
    raise Http404(number)


def _page(
    request: HttpRequest,
    found: Value,
    back: ReturnForm | None = None,
    refused: BadInput | None = None,
) -> HttpResponse:
    who, where = actor(request), queries.scope_of_value(found)
    names = programme.names_of([found.recorded_by, found.reviewed_by])
    records = may(who, Permission.RECORD_VALUE, where)
    reviews = may(who, Permission.ACCEPT_VALUE, where) and who.id != found.recorded_by
    context = {
        "value": found,
        "recorded_by": names.get(found.recorded_by, found.recorded_by),
        "reviewed_by": names.get(found.reviewed_by, found.reviewed_by),
        "may_submit": records and found.state == ValueState.DRAFT,
        "may_mend": records and found.state in _MENDED,
        "may_review": reviews and found.state == ValueState.SUBMITTED,
        "back": back or ReturnForm(),
        "refused": refused,
    }
    status = 422 if back is not None or refused is not None else 200
    return render(request, "plans/value.html", context, status=status)
