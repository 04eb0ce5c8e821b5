"""Pages of cases that take two people: review, closing, opening again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.domain.cases import actions_review as actions
from convive.domain.cases.forms import CloseForm, DecideForm, ReviewForm, WordsForm
from convive.domain.cases.serving import (
    done,
    filled,
    seen_scope,
    sent,
    supervisor_scope,
    team_scope,
)
from convive.domain.programme.guard import opens


@require_POST
@opens(Permission.KEEP_CASES, scope=team_scope)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the supervisor to look at the plan."""
    return done(request, code, actions.ask_review)


@sensitive_post_parameters()
@opens(Permission.SUPERVISE_CASES, scope=supervisor_scope)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """What the supervisor says of the plan."""
    return filled(request, code, ReviewForm(sent(request)), _("Review the plan"), actions.review)


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=team_scope)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Propose that a case be closed."""
    said = _("The supervisor decides. Until then the case goes on.")
    form = CloseForm(sent(request))
    return filled(
        request,
        code,
        form,
        _("Propose to close the case"),
        actions.propose_closure,
        said,
        leaving=True,
    )


@sensitive_post_parameters()
@opens(Permission.SUPERVISE_CASES, scope=supervisor_scope)
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Close a case, or say what is still to be done."""
    form = DecideForm(sent(request))
    return filled(
        request,
        code,
        form,
        _("Decide whether the case is closed"),
        actions.decide_closure,
        leaving=True,
    )


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, Permission.SUPERVISE_CASES, scope=seen_scope)
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody came back."""
    form = WordsForm(sent(request), label=_("Why the person comes back"))
    return filled(request, code, form, _("Open the case again"), actions.reopen)
