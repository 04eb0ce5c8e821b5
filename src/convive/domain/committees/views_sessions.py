"""Pages of sessions: called, attended, closed, and what they decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.committees import actions_sessions, queries
from convive.domain.committees.forms import (
    DecisionForm,
    MinutesForm,
    PresenceForm,
    ReasonForm,
    SessionForm,
)
from convive.domain.committees.models import Decision, Session
from convive.domain.committees.vocabulary import SessionState
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


def _scope_of_committee(_request: HttpRequest, code: str) -> Scope:
    try:
        return queries.scope_of(queries.committee(code))
    except BadInput:
        raise Http404(code) from None


def _scope_to_see(_request: HttpRequest, number: int) -> Scope:
    return queries.scope_to_see(_session(number).committee)


def _scope(_request: HttpRequest, number: int) -> Scope:
    return queries.scope_of(_session(number).committee)


@opens(Permission.KEEP_COMMITTEE, scope=_scope_of_committee)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Call a session."""
    form = SessionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions_sessions.plan_session(
                by=actor(request), committee=code, **form.cleaned_data
            )
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:session", number=made.pk)
    context = {"form": form, "committee": queries.committee(code)}
    status = 422 if form.errors else 200
    return render(request, "committees/edit_session.html", context, status=status)


@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Move a session, or mend its place and agenda."""
    found = _session(number)
    form = SessionForm(request.POST if request.method == "POST" else None, found=found)
    if form.is_valid():
        try:
            actions_sessions.change_session(by=actor(request), session=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:session", number=number)
    context = {"form": form, "committee": found.committee, "session": found}
    status = 422 if form.errors else 200
    return render(request, "committees/edit_session.html", context, status=status)


@opens(Permission.SEE_PLAN, scope=_scope_to_see)
def session(request: HttpRequest, number: int) -> HttpResponse:
    """One session: its agenda, who is there, what it decided, and how it ended."""
    return _page(request, _session(number))


@require_POST
@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def presence(request: HttpRequest, number: int) -> HttpResponse:
    form = PresenceForm(request.POST, session=_session(number))
    return _act(
        request,
        number,
        "presence",
        form,
        lambda by: actions_sessions.record_presence(by=by, session=number, present=form.present()),
    )


@require_POST
@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    form = DecisionForm(request.POST)
    return _act(
        request,
        number,
        "decision",
        form,
        lambda by: actions_sessions.decide(by=by, session=number, **form.cleaned_data),
    )


@require_POST
@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def close(request: HttpRequest, number: int) -> HttpResponse:
    form = MinutesForm(request.POST, prefix="close")
    return _act(
        request,
        number,
        "close",
        form,
        lambda by: actions_sessions.close_session(by=by, session=number, **form.cleaned_data),
    )


@require_POST
@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def call_off(request: HttpRequest, number: int) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="off")
    return _act(
        request,
        number,
        "off",
        form,
        lambda by: actions_sessions.call_off_session(by=by, session=number, **form.cleaned_data),
    )


def _scope_of_decision(_request: HttpRequest, number: int) -> Scope:
    return queries.scope_to_see(_decision(number).session.committee)


def _scope_asked(_request: HttpRequest, number: int) -> Scope:
    return actions_sessions.asked_scope(_decision(number))


@opens(Permission.SEE_PLAN, scope=_scope_of_decision)
def decision(request: HttpRequest, number: int) -> HttpResponse:
    """A decision stands on the page of its session."""
    return redirect(_at(_decision(number)))


@require_POST
@opens(Permission.MAKE_COMMITMENT, scope=_scope_asked)
def promise(request: HttpRequest, number: int) -> HttpResponse:
    actions_sessions.promise(by=actor(request), decision=number)
    return redirect(_at(_decision(number)))


@opens(Permission.MAKE_COMMITMENT, scope=_scope_asked)
def decline(request: HttpRequest, number: int) -> HttpResponse:
    """Say why the body that was asked does not promise it."""
    found = _decision(number)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions_sessions.decline(by=actor(request), decision=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect(_at(found))
    context = {"form": form, "decision": found, "back": _at(found)}
    return render(request, "committees/decline.html", context, status=422 if form.errors else 200)


def _act(
    request: HttpRequest,
    number: int,
    name: str,
    form: forms.Form,
    do: Callable[[Any], object],
) -> HttpResponse:
    """Do what a form of the session's page asks; on a fault show the page with it."""
    if form.is_valid():
        try:
            do(actor(request))
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:session", number=number)
    return _page(request, _session(number), **{name: form})


def _page(request: HttpRequest, found: Session, **sent: forms.Form) -> HttpResponse:
    who = actor(request)
    keeps = may(who, Permission.KEEP_COMMITTEE, queries.scope_of(found.committee))
    is_open = keeps and found.state == SessionState.PLANNED
    has_begun = found.day <= programme.today()
    here = queries.attendance(found)
    context: dict[str, Any] = {
        "session": found,
        "count": queries.count(found),
        "attended": [
            (seat, here[seat.pk])
            for seat in queries.seats_on(found.committee, found.day)
            if seat.pk in here
        ],
        "decisions": [
            (row, row.waits and may(who, Permission.MAKE_COMMITMENT, _asked(row)))
            for row in queries.decisions(found)
        ],
        "is_open": is_open,
        "has_begun": has_begun,
        "is_sample": found.is_sample,
    }
    if is_open:
        made = {
            "presence": lambda: PresenceForm(None, session=found),
            "decision": lambda: DecisionForm(None),
            "close": lambda: MinutesForm(None, prefix="close"),
            "off": lambda: ReasonForm(None, prefix="off"),
        }
        context |= {name: sent.get(name) or make() for name, make in made.items()}
    return render(request, "committees/session.html", context, status=422 if sent else 200)


def _asked(row: Decision) -> Scope:
    return actions_sessions.asked_scope(row)


def _at(found: Decision) -> str:
    return reverse("committees:session", args=[found.session_id]) + f"#decision-{found.pk}"


def _session(number: int) -> Session:
    found = queries.session(number)
    if found is None:
        raise Http404(number)
    return found


def _decision(number: int) -> Decision:
    found = queries.decision(number)
    if found is None:
        raise Http404(number)
    return found
