"""The page on which somebody writes down what became of a person who completed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.domain.people.vocabulary import CALLS_NAMES
from convive.domain.programme.guard import actor, opens
from convive.domain.services import actions_outcomes as actions
from convive.domain.services import outcomes, pages
from convive.domain.services.forms_outcomes import OutcomeForm
from convive.domain.services.serving import enrolment_of, enrolment_scope
from convive.domain.services.vocabulary import MONTHS
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


@opens(Permission.KEEP_SERVICES, scope=enrolment_scope)
def outcome(request: HttpRequest, code: str, months: int) -> HttpResponse:
    """How somebody does, so many months after they completed."""
    row = enrolment_of(request, code)
    if months not in MONTHS:
        raise Http404
    before = outcomes.written(row, months)
    form = OutcomeForm(request.POST if request.method == "POST" else None, before=before)
    if form.is_valid():
        try:
            actions.record(by=actor(request), enrolment=code, months=months, said=form.said())
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("services:activity", code=row.activity.code)
    context = {
        "form": form,
        "activity": row.activity,
        "enrolment": row,
        "months": months,
        "name": pages.name_of(row.whom),
        "calls": CALLS_NAMES[row.whom.calls],
        "may_call": outcomes.may_be_called(row.whom),
    }
    return render(request, "services/outcome.html", context, status=422 if form.errors else 200)
