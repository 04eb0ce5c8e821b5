"""Pages of committees and their seats. Their sessions stand in `views_sessions`."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.committees import actions, queries
from convive.domain.committees.forms import CommitteeForm, SeatForm
from convive.domain.committees.models import Committee, Seat
from convive.domain.committees.vocabulary import SessionState
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


@opens(Permission.SEE_PLAN)
def committees(request: HttpRequest) -> HttpResponse:
    """The committees that this person may see, each with its next session."""
    today = programme.today()
    rows = []
    for row in queries.committees_visible_to(actor(request)):
        open_ones = queries.sessions(row).filter(state=SessionState.PLANNED)
        rows.append((row, open_ones.filter(day__gte=today).order_by("day").first(),
                     open_ones.filter(day__lt=today).count()))  # fmt: skip
    return render(request, "committees/list.html", {"rows": rows})


@opens(Permission.KEEP_COMMITTEE)
def new(request: HttpRequest) -> HttpResponse:
    """Set up a committee."""
    form = CommitteeForm(_sent(request), who=actor(request))
    if form.is_valid():
        try:
            made = actions.make_committee(by=actor(request), **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:committee", code=made.code)
    context = {"form": form}
    return render(request, "committees/edit.html", context, status=422 if form.errors else 200)


def _scope_to_see(_request: HttpRequest, code: str) -> Scope:
    return queries.scope_to_see(_committee(code))


def _scope(_request: HttpRequest, code: str) -> Scope:
    return queries.scope_of(_committee(code))


@opens(Permission.SEE_PLAN, scope=_scope_to_see)
def committee(request: HttpRequest, code: str) -> HttpResponse:
    """One committee: by which law, who sits in it, when it met and meets."""
    found = _committee(code)
    seats = queries.seats_on(found, programme.today())
    voting = sum(seat.votes for seat in seats)
    context = {
        "committee": found,
        "seats": seats,
        "past_seats": [seat for seat in queries.seats(found) if seat not in seats],
        "voting": voting,
        "needed": found.quorum.needed(voting),
        "sessions": queries.sessions(found),
        "keeps": may(actor(request), Permission.KEEP_COMMITTEE, queries.scope_of(found)),
        "today": programme.today(),
    }
    return render(request, "committees/committee.html", context)


@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def change(request: HttpRequest, code: str) -> HttpResponse:
    found = _committee(code)
    form = CommitteeForm(_sent(request), who=actor(request), found=found)
    if form.is_valid():
        try:
            actions.change_committee(by=actor(request), committee=code, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:committee", code=code)
    context = {"form": form, "committee": found}
    return render(request, "committees/edit.html", context, status=422 if form.errors else 200)


@opens(Permission.KEEP_COMMITTEE, scope=_scope)
def new_seat(request: HttpRequest, code: str) -> HttpResponse:
    found = _committee(code)
    form = SeatForm(_sent(request), committee=found)
    if form.is_valid():
        try:
            actions.add_seat(by=actor(request), committee=code, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:committee", code=code)
    context = {"form": form, "committee": found}
    return render(request, "committees/seat.html", context, status=422 if form.errors else 200)


def _scope_of_seat(_request: HttpRequest, number: int) -> Scope:
    return queries.scope_of(_seat(number).committee)


@opens(Permission.KEEP_COMMITTEE, scope=_scope_of_seat)
def seat(request: HttpRequest, number: int) -> HttpResponse:
    """Change a seat, end it, or say who sits in it."""
    found = _seat(number)
    form = SeatForm(_sent(request), committee=found.committee, found=found)
    if form.is_valid():
        try:
            actions.change_seat(by=actor(request), seat=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("committees:committee", code=found.committee.code)
    context = {"form": form, "committee": found.committee, "seat": found}
    return render(request, "committees/seat.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _committee(code: str) -> Committee:
    try:
        return queries.committee(code)
    except BadInput:
        raise Http404(code) from None


def _seat(number: int) -> Seat:
    found = queries.seat(number)
    if found is None:
        raise Http404(number)
    return found
