"""Pages of certificates: issued by the team, and checked by anybody who holds one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.frame import public_frame
from convive.domain.programme.guard import actor, opens, public
from convive.domain.services import actions_certificates as actions
from convive.domain.services import certificates, pages, queries
from convive.domain.services.forms_certificates import CodeForm, IssueForm, NameForm
from convive.domain.services.models_certificates import Certificate
from convive.domain.services.serving import activity_of, activity_scope
from convive.kernel import downloads, limits
from convive.kernel.errors import BadInput
from convive.kernel.forms import say, tell


def _scope(request: HttpRequest, code: str) -> Scope:
    return queries.scope_of(_certificate(request, code).enrolment.activity)


def _certificate(request: HttpRequest, code: str) -> Certificate:
    found = queries.certificate_seen_by(actor(request), code)
    if found is None:
        raise Http404
    return found


@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def of_activity(request: HttpRequest, code: str) -> HttpResponse:
    """Who has a certificate of an activity, and who may get one."""
    found = activity_of(request, code)
    form = IssueForm(request.POST if request.method == "POST" else None, found=found)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.issue(
                by=actor(request),
                activity=code,
                enrolments=data["enrolments"],
                hours=data["hours"],
                wished=data.get("wished", False),
            )
        except BadInput as error:
            tell(form, error)
        else:
            said = ngettext("Issued: %(count)d.", "Issued: %(count)d.", len(made))
            messages.success(request, said % {"count": len(made)})
            return redirect("services:certificates", code=code)
    rows = [
        (one, pages.name_of(one.enrolment.whom), certificates.spoken(one.code))
        for one in queries.certificates(found)
    ]
    context = {"form": form, "activity": found, "rows": rows}
    status = 422 if form.errors else 200
    return render(request, "services/certificates.html", context, status=status)


@opens(Permission.KEEP_SERVICES, scope=_scope)
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """A certificate as a page to print."""
    content = certificates.pdf(_certificate(request, code))
    name = _("certificate") + f"-{code}.pdf"  # no name of a person in the name of a file
    return downloads.answer(downloads.report(name, content), shown=True)


@require_POST
@opens(Permission.KEEP_SERVICES, scope=_scope)
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw a certificate that was written by mistake."""
    try:
        actions.revoke(by=actor(request), certificate=code)
    except BadInput as error:
        say(request, error)
    else:
        messages.success(request, _("Withdrawn. Whoever checks it sees that."))
    activity = _certificate(request, code).enrolment.activity
    return redirect("services:certificates", code=activity.code)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_code(request: HttpRequest) -> HttpResponse:
    """Which certificate is to be checked, by its code. There is no other way to look for one."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (code := certificates.read(form.cleaned_data["code"])).isalnum():
        return redirect("services:check", code=code)
    context = {"form": form, **public_frame()}
    status = 422 if form.errors else 200
    return render(request, "services/ask_code.html", context, status=status)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a certificate is valid, and whether a name is that on it. It never tells the name."""
    if wait := limits.taken(request, "code"):
        return limits.too_often(request, wait)
    found = queries.certificate(code)
    form = NameForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "code": certificates.spoken(code), **public_frame()}
    if found is None:
        return render(request, "services/check.html", context, status=404)
    if form.is_valid():
        context |= {
            "is_same": certificates.is_of(found, form.cleaned_data["name"]),
            "said": form.cleaned_data["name"],
            "form": NameForm(),
        }
    context |= {"told": (told := certificates.told(found)), "is_sample": told.is_sample}
    return render(request, "services/check.html", context, status=422 if form.errors else 200)
