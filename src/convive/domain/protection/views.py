"""Pages of protection units. What is sealed passes through as it is: `views_sealed` takes it in."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.programme.guard import actor, opens
from convive.domain.protection import actions, pages, queries
from convive.domain.protection.forms import FilterForm, MemberForm, UnitForm
from convive.domain.protection.membership import inside, member_of
from convive.domain.protection.models import Unit
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell

_ON_A_PAGE = 50


def _led(_request: HttpRequest, code: str) -> Scope:
    return queries.scope_of(_unit(code))


def _unit(code: str) -> Unit:
    found = queries.unit(code)
    if found is None:
        raise Http404
    return found


@opens(Permission.WORK_IN_UNIT, Permission.FORM_UNIT)
def units(request: HttpRequest) -> HttpResponse:
    """The units that one is in; for whoever leads the programme, which there are and who is in."""
    who = actor(request)
    led = queries.units() if may(who, Permission.FORM_UNIT) else ()
    context = {"own": queries.own_units(who), "led": led}
    return render(request, "protection/units.html", context)


@opens(Permission.FORM_UNIT)
def new(request: HttpRequest) -> HttpResponse:
    """Open a unit."""
    who = actor(request)
    form = UnitForm(request.POST if request.method == "POST" else None, who=who)
    if form.is_valid():
        try:
            made = actions.open_unit(by=who, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Opened. Say now who is in it."))
            return redirect("protection:members", code=made.code)
    return render(
        request, "protection/new.html", {"form": form}, status=422 if form.errors else 200
    )


@opens(Permission.FORM_UNIT, scope=_led)
def members(request: HttpRequest, code: str) -> HttpResponse:
    """Who is in a unit: let somebody in, close it to somebody. It opens no record."""
    found, who = _unit(code), actor(request)
    if "remove" in request.POST:
        return _remove(request, found)
    form = MemberForm(request.POST if request.method == "POST" else None, unit=found)
    if form.is_valid():
        try:
            actions.add_member(by=who, unit=code, account=form.cleaned_data["account"])
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("They are in. A colleague hands them the key."))
            return redirect("protection:members", code=code)
    context = {"form": form, "unit": found, "members": queries.members(found)}
    context["is_sample"] = found.is_sample
    return render(request, "protection/members.html", context, status=422 if form.errors else 200)


def _remove(request: HttpRequest, found: Unit) -> HttpResponse:
    asked = request.POST["remove"]
    account = int(asked) if asked.isdecimal() else 0
    try:
        actions.remove_member(by=actor(request), unit=found.code, account=account)
    except BadInput as error:
        messages.error(request, " ".join(f"{each.why} {each.remedy}" for each in error.problems))
    else:
        messages.success(request, _("The unit is closed to them. Now its members turn the key."))
    return redirect("protection:members", code=found.code)


@opens(Permission.WORK_IN_UNIT, scope=inside)
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """The register of a unit: codes, months and districts; the rest opens in the browser."""
    found, one = member_of(request, code)
    form = FilterForm(request.GET)
    rows = queries.narrowed(queries.records(found), **form.asked())
    page = Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page"))
    context = pages.with_form(pages.of_unit("unit", found, one))
    return render(request, "protection/unit.html", context | {"filter": form, "page": page})


@opens(Permission.WORK_IN_UNIT, scope=inside)
def intake(request: HttpRequest, code: str) -> HttpResponse:
    """The intake: sealed in the browser before it is sent."""
    found, one = member_of(request, code)
    context = pages.for_intake(pages.with_form(pages.of_unit("intake", found, one)))
    return render(request, "protection/intake.html", context)


@opens(Permission.WORK_IN_UNIT, scope=inside)
def correct(request: HttpRequest, code: str, record: str) -> HttpResponse:
    """Correct a record: a new sealed version beside the old one."""
    found, one = member_of(request, code)
    row = queries.record(found, record)
    if row is None:
        raise Http404
    context = pages.with_form(pages.of_unit("intake", found, one))
    return render(request, "protection/intake.html", pages.for_record(context, row))


@opens(Permission.WORK_IN_UNIT, scope=inside)
def keys(request: HttpRequest, code: str) -> HttpResponse:
    """One's own key and that of the unit: made, handed over, rebuilt, turned."""
    found, one = member_of(request, code)
    context = pages.of_unit("keys", found, one) | pages.members(found, one)
    return render(request, "protection/keys.html", context)
