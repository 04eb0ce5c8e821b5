"""Pages of the one question after a service: asked of who was there, answered by the team."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme import queries as programme
from convive.domain.programme.frame import public_frame
from convive.domain.programme.guard import actor, opens, public
from convive.domain.services import actions_opinions as actions
from convive.domain.services import opinions, queries
from convive.domain.services.forms_opinions import AnswerForm, OpinionForm, ReceiptForm
from convive.domain.services.models_opinions import Opinion
from convive.domain.services.serving import activity_of
from convive.domain.services.vocabulary import RATING_NAMES
from convive.kernel import codes, limits, receipts
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell
from convive.look.drawings import qr


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, code: str) -> HttpResponse:
    """One question of whoever came, without an account and without a name."""
    found = queries.activity_of_anybody(code)
    if found is None or not opinions.is_open(found, programme.today()):
        raise Http404
    form = OpinionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if wait := limits.taken(request, "opinion"):
            return limits.too_often(request, wait)
        data = form.cleaned_data
        try:
            told = actions.say(activity=code, rating=data["rating"], text=data["text"])
        except BadInput as error:
            tell(form, error)
        else:
            return receipts.hand(redirect("services:opinion_said"), told)
    context = {"form": form, "activity": found, "is_sample": found.is_sample, **public_frame()}
    status = 422 if form.errors else 200
    return render(request, "services/opinion.html", context, status=status)


@public
@never_cache
@require_safe
def said(request: HttpRequest) -> HttpResponse:
    """The receipt with the code, shown once."""
    code = receipts.code_of(request)
    found = opinions.by_code(code) if code else None
    context: dict[str, Any] = {"found": found, "code": codes.spoken(code), **public_frame()}
    return receipts.forget(render(request, "services/opinion_said.html", context))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answered(request: HttpRequest) -> HttpResponse:
    """What the team answered, by the code. The code never stands in an address."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_valid():
        if wait := limits.taken(request, "code"):
            return limits.too_often(request, wait)
        found = opinions.by_code(form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _("Nothing has this code. Compare it with what you copied."))
    context = {"form": ReceiptForm() if found else form, "found": found, **public_frame()}
    status = 422 if form.errors else 200
    return render(request, "services/opinion_answered.html", context, status=status)


def _scope(request: HttpRequest, code: str) -> Scope:
    """Its own team alone."""
    found = queries.run_now_by(actor(request)).filter(code=code).first()
    if found is None:
        raise Http404
    return queries.scope_of(found)


def _scope_of_opinion(request: HttpRequest, code: str) -> Scope:
    return queries.scope_of(_opinion(request, code).activity)


def _opinion(request: HttpRequest, code: str) -> Opinion:
    one = opinions.opinion(actor(request), code)
    if one is None or one not in opinions.shown(one.activity, programme.today()):
        raise Http404
    return one


@opens(Permission.KEEP_SERVICES, scope=_scope)
def of_activity(request: HttpRequest, code: str) -> HttpResponse:
    """What people thought, in whole groups; and the QR that leads to the question."""
    found, today = activity_of(request, code), programme.today()
    address = settings.SITE_URL.rstrip("/") + reverse("services:opinion", kwargs={"code": code})
    rows = opinions.shown(found, today)
    context = {
        "activity": found,
        "rows": [(row, RATING_NAMES[row.rating]) for row in rows],
        "is_open": opinions.is_open(found, today),
        "address": address,
        "qr": qr(address),
    }
    return render(request, "services/opinions.html", context)


@opens(Permission.KEEP_SERVICES, scope=_scope_of_opinion)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Answer what somebody thought."""
    one = _opinion(request, code)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.answer(by=actor(request), opinion=code, text=form.cleaned_data["text"])
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Answered. Whoever wrote it finds it by their code."))
            return redirect("services:opinions", code=one.activity.code)
    context = {"form": form, "one": one, "rating": RATING_NAMES[one.rating]}
    status = 422 if form.errors else 200
    return render(request, "services/answer_opinion.html", context, status=status)
