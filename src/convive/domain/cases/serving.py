"""How pages of cases are served: for whom one opens; a form or a button that calls an action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.cases import pages, queries
from convive.domain.cases.models import Case
from convive.domain.programme.guard import actor
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


def case_of(request: HttpRequest, code: str, *parts: Permission) -> Case:
    """Of those in which whoever asks has one of these parts, or any; for others there is none."""
    found = queries.case(actor(request), code, *parts)
    if found is None:
        raise Http404
    return found


def seen_scope(request: HttpRequest, code: str, **_more: Any) -> Scope:
    """Where a case stands, for its team and its supervisor."""
    return queries.scope_of(case_of(request, code))


def team_scope(request: HttpRequest, code: str, **_more: Any) -> Scope:
    return queries.scope_of(case_of(request, code, queries.KEEP))


def supervisor_scope(request: HttpRequest, code: str, **_more: Any) -> Scope:
    return queries.scope_of(case_of(request, code, queries.SUPERVISE))


def sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def filled(
    request: HttpRequest,
    code: str,
    form: forms.Form,
    title: str,
    act: Callable[..., Any],
    intro: str = "",
    *,
    leaving: bool = False,
    **more: Any,
) -> HttpResponse:
    """A form about a case, which calls an action with what was filled in.

    leaving : it opens although the person no longer agrees to be attended.
    """
    if not leaving and not queries.agrees(case_of(request, code)):
        messages.error(request, _("The person does not agree to be attended."))
        return redirect("cases:case", code=code)
    if form.is_valid():
        try:
            act(by=actor(request), case=code, **form.cleaned_data, **more)
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down."))
            seen = queries.case(actor(request), code) is not None
            return redirect("cases:case", code) if seen else redirect("cases:list")
    context = pages.head(case_of(request, code), actor(request))
    context |= {"form": form, "title": title, "intro": intro}
    return render(request, "cases/form.html", context, status=422 if form.errors else 200)


def done(request: HttpRequest, code: str, act: Callable[..., Any], **more: Any) -> HttpResponse:
    """An action of one button, and back to the case."""
    try:
        act(by=actor(request), case=code, **more)
    except BadInput as error:
        told = " ".join(f"{each.why} {each.remedy}" for each in error.problems)
        messages.error(request, told)
    return redirect("cases:case", code=code)
