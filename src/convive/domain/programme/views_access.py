"""Rights looked at by others: the quarterly review, lost second factors, what was opened."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.domain.programme import (
    actions_factors,
    actions_glass,
    actions_review,
    handed,
    letters,
    queries,
    queries_access,
    rules,
)
from convive.domain.programme.forms import ReasonForm, put_problems
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models_access import BreakGlass, FactorRequest
from convive.kernel.errors import BadInput, NotAllowed

_SHOWN = timedelta(days=90)  # how long answered requests and seen glass stand on their pages


@opens(Permission.REVIEW_ACCESS, Permission.MANAGE_MEMBERS)
def review(request: HttpRequest) -> HttpResponse:
    """Who has which right today: keep or remove, and how far this quarter's review is."""
    quarter = rules.quarter_of(queries.today())
    rows = queries_access.review_rows(actor(request), quarter)
    left = [row for row in rows if row.decision is None]
    return render(
        request,
        "programme/access_review.html",
        {
            "left": left,
            "decided": [
                (row, queries_access.name_of(row.decision.by)) for row in rows if row.decision
            ],
            "total": len(rows),
            "quarter": rules.quarter_said(quarter),
            "review": queries_access.review_of(quarter),
            "due": queries_access.review_due(quarter, [row.membership for row in left]),
            "today": queries.today(),
            "past": [
                (rules.quarter_said(row.quarter), row)
                for row in queries_access.reviews().exclude(quarter=quarter)
            ],
        },
    )


@require_POST
@opens(Permission.REVIEW_ACCESS, Permission.MANAGE_MEMBERS)
def keep(request: HttpRequest, number: int) -> HttpResponse:
    """Keep one role."""
    try:
        done = actions_review.keep_role(by=actor(request), membership=number)
    except BadInput as error:
        messages.warning(request, error.problems[0].why)
    else:
        messages.success(request, _("Kept: %(name)s.") % {"name": done.membership.user.name})
    return redirect("programme:access_review")


@opens(Permission.REVIEW_ACCESS, Permission.MANAGE_MEMBERS)
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove one role, with the reason."""
    row = queries.members().filter(pk=number).first()
    if row is None:
        raise Http404
    if not queries_access.Reviewer(actor(request)).may_decide(row):
        raise NotAllowed("nobody reviews their own role")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions_review.remove_role(
                by=actor(request), membership=number, reason=form.cleaned_data["reason"]
            )
        except BadInput as error:
            put_problems(form, error)
        else:
            said = _("Removed: today is the last day of this role of %(name)s.")
            messages.success(request, said % {"name": row.user.name})
            return redirect("programme:access_review")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "role": row}
    return render(request, "programme/remove_role.html", context, status=status)


@opens(Permission.MANAGE_MEMBERS, Permission.REVIEW_ACCESS)
def factor_requests(request: HttpRequest) -> HttpResponse:
    """Who lost their second factor, and what became of it."""
    recent = timezone.now() - _SHOWN
    return render(
        request,
        "programme/factor_requests.html",
        {
            "open": queries_access.open_factor_requests(),
            "past": queries_access.factor_requests().filter(closed_at__gte=recent)[::-1],
        },
    )


@opens(Permission.MANAGE_MEMBERS, Permission.REVIEW_ACCESS)
def factor_request(request: HttpRequest, number: int) -> HttpResponse:
    """One request: what to check, who approved, and the answer. Shows the new link once."""
    row = _request(number)
    if request.method == "POST":
        return _answer(request, row)
    name = queries_access.name_of
    first = queries_access.standing_approver(row)
    return render(
        request,
        "programme/factor_request.html",
        {
            "row": row,
            "asked_by": name(row.asked_by),
            "asked_self": row.asked_by == rules.account_id(row.user_id),
            "first": first.label if first else "",
            "second": name(row.second_by) if row.second_by else "",
            "refused": name(row.refused_by) if row.refused_by else "",
            "is_open": queries_access.open_factor_requests().filter(pk=row.pk).exists(),
            "may_answer": queries_access.may_approve(actor(request), row),
            "handed": handed.take(request, row.user_id),
        },
    )


def _answer(request: HttpRequest, row: FactorRequest) -> HttpResponse:
    by = actor(request)
    try:
        if "refuse" in request.POST:
            actions_factors.refuse_new_factor(by=by, request=row.pk)
            messages.success(request, _("The request was refused."))
        elif path := actions_factors.approve_new_factor(by=by, request=row.pk):
            # Where letters are sent, the second approver never sees the link
            if letters.send_password_link(row.user, path):
                messages.success(request, _("The link was sent to the person."))
            else:
                handed.keep(request, row.user_id, path)
        else:
            messages.success(request, _("Approved. A second person must approve it too."))
    except BadInput as error:
        messages.warning(request, error.problems[0].why)
    return redirect("programme:factor_request", number=row.pk)


def _request(number: int) -> FactorRequest:
    row = queries_access.factor_requests().filter(pk=number).first()
    if row is None:
        raise Http404
    return row


@opens(Permission.REVIEW_ACCESS)
def glasses(request: HttpRequest) -> HttpResponse:
    """What was opened in the last months: by whom, where, and whether somebody looked at it."""
    rows = queries_access.glasses().filter(opened_at__gte=timezone.now() - _SHOWN)
    return render(request, "programme/glasses.html", {"rows": rows, "now": timezone.now()})


@opens(Permission.REVIEW_ACCESS)
def glass(request: HttpRequest, number: int) -> HttpResponse:
    """One thing that somebody opened, and the reason; the button says that one has looked at it."""
    row = _glass(number)
    if request.method == "POST":
        actions_glass.look_at_glass(by=actor(request), number=row.pk)
        messages.success(request, _("Noted: you have looked at it."))
        return redirect("programme:glasses")
    context = {
        "row": row,
        "is_open": row.is_open(timezone.now()),
        "is_self": rules.is_self(actor(request), row.user_id),
        "seen_by": queries_access.name_of(row.seen_by) if row.seen_by else "",
    }
    return render(request, "programme/glass.html", context)


def _glass(number: int) -> BreakGlass:
    row = queries_access.glasses().filter(pk=number).first()
    if row is None:
        raise Http404
    return row
