"""Pages of commitments. The plan with its progress is a page of `results`, one floor up."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Scope, may
from convive.domain.plans import actions, queries
from convive.domain.plans.forms import CloseForm, CommitmentFilter, CommitmentForm, MoveForm
from convive.domain.plans.models import Commitment
from convive.domain.plans.vocabulary import CommitmentState
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell

_PER_PAGE = 50


@opens(Permission.SEE_PLAN)
def commitments(request: HttpRequest) -> HttpResponse:
    """What was promised, by whom and by when, as far as this person may read it."""
    form = CommitmentFilter(request.GET)
    rows = queries.commitments_visible_to(actor(request))
    if form.is_valid():
        rows = queries.narrowed(rows, **form.cleaned_data)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "today": programme.today()}
    return render(request, "plans/commitments.html", context)


@opens(Permission.MAKE_COMMITMENT)
def new_commitment(request: HttpRequest) -> HttpResponse:
    """Promise something in the name of one's organisation."""
    given = request.POST if request.method == "POST" else None
    form = CommitmentForm(given, who=actor(request))
    if form.is_valid():
        try:
            made = actions.make_commitment(by=actor(request), **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:commitment", number=made.pk)
    status = 422 if form.errors else 200
    return render(request, "plans/new_commitment.html", {"form": form}, status=status)


def _scope(_request: HttpRequest, number: int) -> Scope:
    found = _commitment(number)
    return EVERYWHERE if found.is_public else queries.scope_of(found)


@opens(Permission.SEE_PLAN, scope=_scope)
def commitment(request: HttpRequest, number: int) -> HttpResponse:
    """One commitment: what was promised, every day it was promised for, and what can be done."""
    return _page(request, _commitment(number))


@require_POST
@opens(Permission.MAKE_COMMITMENT, scope=_scope)
def take(request: HttpRequest, number: int) -> HttpResponse:
    actions.take_commitment(by=actor(request), commitment=number)
    return redirect("plans:commitment", number=number)


@require_POST
@opens(Permission.MAKE_COMMITMENT, scope=_scope)
def leave(request: HttpRequest, number: int) -> HttpResponse:
    actions.leave_commitment(by=actor(request), commitment=number)
    return redirect("plans:commitment", number=number)


@require_POST
@opens(Permission.MAKE_COMMITMENT, scope=_scope)
def move(request: HttpRequest, number: int) -> HttpResponse:
    form = MoveForm(request.POST, prefix="move")
    if form.is_valid():
        try:
            actions.move_date(by=actor(request), commitment=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:commitment", number=number)
    return _page(request, _commitment(number), move=form)


@require_POST
@opens(Permission.MAKE_COMMITMENT, scope=_scope)
def close(request: HttpRequest, number: int) -> HttpResponse:
    form = CloseForm(request.POST, prefix="close")
    if form.is_valid():
        try:
            actions.close_commitment(by=actor(request), commitment=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("plans:commitment", number=number)
    return _page(request, _commitment(number), close=form)


def _page(
    request: HttpRequest,
    found: Commitment,
    move: MoveForm | None = None,
    close: CloseForm | None = None,
) -> HttpResponse:
    who = actor(request)
    mine = found.state == CommitmentState.OPEN and may(
        who, Permission.MAKE_COMMITMENT, queries.scope_of(found)
    )
    moves = list(found.moves.all())
    names = programme.names_of(row.moved_by for row in moves)
    context = {
        "commitment": found,
        "today": programme.today(),
        "moves": [(row, names.get(row.moved_by, row.moved_by)) for row in moves],
        "may_change": mine,
        "is_mine": found.holder is not None and found.holder == programme.account_of(who),
        "move": move or MoveForm(prefix="move", initial={"due": found.due}),
        "close": close or CloseForm(prefix="close"),
    }
    status = 422 if move is not None or close is not None else 200
    return render(request, "plans/commitment.html", context, status=status)


def _commitment(number: int) -> Commitment:
    found = queries.commitment(number)
    if found is None:
        raise Http404(number)
    return found
