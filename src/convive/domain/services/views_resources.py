"""Places and lines that help, for anybody; and what somebody of the register was given of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.programme.frame import public_frame
from convive.domain.programme.guard import actor, opens, public
from convive.domain.services import actions_received as actions
from convive.domain.services import pages, received, resources
from convive.domain.services.forms_resources import FilterForm, GiveForm
from convive.domain.services.models_received import Received
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


@public
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """What helps, where, at which hours and cost, and whether it is open now."""
    form = FilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {"kind": "", "district": ""}
    now = timezone.localtime()
    rows = resources.shown(now, kind=wanted["kind"], district=wanted["district"])
    context = {"form": form, "rows": rows, "now": now, **public_frame()}
    context["is_sample"] = any(row.is_sample for row in rows)
    return render(request, "services/resources.html", context)


def _scope(request: HttpRequest, code: str) -> Scope:
    return people.scope_of(_person(request, code))


def _person(request: HttpRequest, code: str) -> Person:
    found = people.person(actor(request), code)
    if found is None or found.is_erased or found.same_as is not None:
        raise Http404
    return found


def _scope_of_entry(request: HttpRequest, code: str) -> Scope:
    """Of a sensitive resource, for who gave it and who attends the person alone."""
    return people.scope_of(_entry(request, code).whom)


def _entry(request: HttpRequest, code: str) -> Received:
    row = received.given(actor(request), code)
    if row is None:
        raise Http404
    return row


@opens(Permission.KEEP_SERVICES, scope=_scope)
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Write down a resource that somebody was given, and take back what was a mistake."""
    found, who = _person(request, code), actor(request)
    form = GiveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.give(by=who, person=code, resource=data["resource"], on=data["on"])
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("people:person", code=code)
    context = {
        "form": form,
        "person": found,
        "name": pages.name_of(found),
        "rows": received.given_to(received.rows_of(found), who),
    }
    return render(request, "services/received.html", context, status=422 if form.errors else 200)


@require_POST
@opens(Permission.KEEP_SERVICES, scope=_scope_of_entry)
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Take back a resource that was written down by mistake."""
    person = _entry(request, code).whom.code
    actions.take_back(by=actor(request), received_code=code)
    messages.success(request, _("Taken back."))
    return redirect("services:received", code=person)
