"""My account: what I may do, my sessions, my letters, and opening what is closed to me."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from convive.access.permissions import PERMISSION_NAMES, ROLE_PERMISSIONS, Permission, Role
from convive.domain.programme import (
    actions_account,
    actions_factors,
    actions_glass,
    devices,
    letters,
    queries,
    queries_access,
    rules,
    sessions,
    signin,
)
from convive.domain.programme.forms import DigestForm, GlassForm, put_problems
from convive.domain.programme.guard import actor, opens, public
from convive.domain.programme.models import User
from convive.domain.programme.models_access import DigestChoice
from convive.kernel.errors import BadInput


@opens(Permission.SEE_WORKSPACE)
def me(request: HttpRequest) -> HttpResponse:
    """My account: my roles in plain language, and the way to everything else of it."""
    user = _user(request)
    rows = [(row, allowed(Role(row.role))) for row in queries.memberships_of(user)]
    context = {
        "rows": rows,
        "open_sessions": sessions.open_sessions(user.pk).count(),
        "digest": DigestChoice.objects.filter(user=user).first(),
    }
    return render(request, "programme/me.html", context)


def allowed(role: Role) -> list[str]:
    """What a role may do, in plain words, in the order of the list of permissions."""
    return [str(PERMISSION_NAMES[p]) for p in Permission if p in ROLE_PERMISSIONS[role]]


@opens(Permission.SEE_WORKSPACE)
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in: each device in coarse words, when it was last seen, a way to end it."""
    user, here = _user(request), sessions.number_of(request)
    if request.method == "POST":
        return _end(request, user, here)
    rows = [
        {
            "row": row,
            "browser": devices.NAMES.get(row.browser, _("another browser")),
            "system": devices.NAMES.get(row.system, _("another system")),
            "is_here": row.pk == here,
        }
        for row in sessions.open_sessions(user.pk)
    ]
    return render(request, "programme/sessions.html", {"rows": rows})


def _end(request: HttpRequest, user: User, here: int | None) -> HttpResponse:
    by, number = actor(request), request.POST.get("number", "")
    try:
        if number.isdecimal():
            actions_account.end_session(by=by, number=int(number))
            messages.success(request, _("The session is ended."))
        else:
            actions_account.end_sessions(by=by, account=user.pk, but=here)
            messages.success(request, _("Every other session is ended."))
    except BadInput as error:
        messages.warning(request, error.problems[0].why)
    return redirect("programme:sessions")


@opens(Permission.SEE_WORKSPACE)
def my_letters(request: HttpRequest) -> HttpResponse:
    """Whether a letter tells me how much waits for me, and how often. Off until I ask for it."""
    user = _user(request)
    choice = DigestChoice.objects.filter(user=user).first()
    form = DigestForm(request.POST or None, initial={"every": choice.every if choice else ""})
    if request.method == "POST" and letters.are_sent() and form.is_valid():
        by, every = actor(request), form.cleaned_data["every"]
        if every:
            language = "en" if (get_language() or "es").startswith("en") else "es"
            actions_account.choose_digest(by=by, every=every, language=language)
        else:
            actions_account.stop_digest(by=by, account=user.pk)
        messages.success(request, _("Saved."))
        return redirect("programme:letters")
    context = {"form": form, "are_sent": letters.are_sent(), "email": user.email}
    return render(request, "programme/letters.html", context)


@opens(Permission.BREAK_GLASS)
def open_closed(request: HttpRequest) -> HttpResponse:
    """Open for three hours, for reading and for a reason, what is closed to me."""
    user = _user(request)
    form = GlassForm(request.POST or None)
    if form.is_valid():
        try:
            row = actions_glass.break_glass(by=actor(request), **form.cleaned_data)
        except BadInput as error:
            put_problems(form, error)
        else:
            letters.tell_reviewers_of_glass(row.pk, but=user.pk)
            messages.success(request, _("It is open. The coordinator was told."))
            return redirect("programme:open_closed")
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "left": queries_access.left_to_open(user),
        "hours": int(rules.GLASS_LASTS.total_seconds() // 3600),
    }
    return render(request, "programme/open_closed.html", context, status=status)


@require_POST
@opens(Permission.SEE_WORKSPACE)
def close_opened(request: HttpRequest, number: int) -> HttpResponse:
    """Give back what I opened, before its time."""
    actions_glass.close_glass(by=actor(request), number=number)
    messages.success(request, _("It is closed again."))
    return redirect("programme:me")


@public
@never_cache
def lost_factor(request: HttpRequest) -> HttpResponse:
    """Between the password and the code: neither phone nor recovery codes are left.

    Records a request and nothing else; two people answer it.
    """
    if request.user.is_authenticated:
        known = signin.has_second_factor(request.user)
        return redirect("mfa_index" if known else "mfa_activate_totp")
    stage = get_pending_stage(request)
    if stage is None or stage.key != AuthenticateStage.key:
        return redirect("account_login")
    if request.method == "POST":
        user = stage.login.user
        actions_factors.ask_for_new_factor(by=queries.actor_of(user), account=user.pk)
        clear_login(request)
        messages.success(
            request,
            _("Your request is recorded. Two people of the programme will make sure it is you."),
        )
        return redirect("account_login")
    return render(request, "programme/lost_factor.html")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the guard let nobody else in
