"""Accounts and their roles, for whoever manages them: invite, give and end roles, hand over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from convive.access import duties
from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.programme import (
    actions_account,
    actions_factors,
    actions_handover,
    actions_members,
    handed,
    letters,
    queries,
    queries_access,
    rules,
    sessions,
    signin,
)
from convive.domain.programme.forms import (
    EndRoleForm,
    HandOverForm,
    InviteForm,
    MemberFilter,
    RoleForm,
    put_problems,
)
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Membership, User
from convive.kernel import words
from convive.kernel.errors import BadInput

_PER_PAGE = 50


@opens(Permission.MANAGE_MEMBERS)
def members(request: HttpRequest) -> HttpResponse:
    """Who has an account, and with which roles today."""
    form = MemberFilter(request.GET)
    rows = queries_access.accounts()
    if form.is_valid():
        rows = queries_access.narrowed(rows, **form.cleaned_data)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/members.html", {"form": form, "page": page})


@opens(Permission.MANAGE_MEMBERS)
def invite(request: HttpRequest) -> HttpResponse:
    """Somebody new: an account, a first role, and a link that sets their password once."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        by, email = actor(request), form.cleaned_data["email"]
        try:
            added = actions_members.add_member(
                by=by, email=email, name=form.cleaned_data["name"], **form.facts()
            )
        except BadInput as error:
            put_problems(form, error)
        else:
            letters.tell_reviewers_of_role(added, by=by)
            path = actions_members.make_password_link(by=by, email=email)
            _hand(request, added.user, path)
            return redirect("programme:member", number=added.user_id)
    return _form(request, "programme/invite.html", form)


@opens(Permission.MANAGE_MEMBERS)
def member(request: HttpRequest, number: int) -> HttpResponse:
    """One person: their account, their roles, and what can be done with both."""
    user = _account(number)
    today = queries.today()
    rows = queries.members().filter(user=user)
    return render(
        request,
        "programme/member.html",
        {
            "person": user,
            "is_self": rules.is_self(actor(request), user.pk),
            "roles": [row for row in rows if row.valid_to is None or row.valid_to >= today],
            "past": [row for row in rows if row.valid_to and row.valid_to < today],
            "today": today,
            "has_factor": signin.has_second_factor(user),
            "factor_request": queries_access.open_factor_requests().filter(user=user).first(),
            "open_sessions": sessions.open_sessions(user.pk).count(),
            "held": sum(1 for part in duties.parts() for _duty in part.held_by(user.pk)),
            "handed": handed.take(request, user.pk),
        },
    )


@opens(Permission.MANAGE_MEMBERS)
def add_role(request: HttpRequest, number: int) -> HttpResponse:
    """Give somebody a further role; a role is changed by ending it and adding another."""
    user = _account(number)
    rules.not_to_oneself(actor(request), user.pk)
    form = RoleForm(request.POST or None)
    if form.is_valid():
        by = actor(request)
        try:
            added = actions_members.add_member(
                by=by, email=user.email, name=user.name, **form.facts()
            )
        except BadInput as error:
            put_problems(form, error)
        else:
            letters.tell_reviewers_of_role(added, by=by)
            said = _("%(name)s is now: %(role)s.") % {"name": user.name, "role": added.role_name}
            messages.success(request, said)
            return redirect("programme:member", number=user.pk)
    return _form(request, "programme/add_role.html", form, person=user)


@opens(Permission.MANAGE_MEMBERS)
def end_role(request: HttpRequest, number: int, membership: int) -> HttpResponse:
    """Let a role end, today or on another day."""
    user = _account(number)
    rules.not_to_oneself(actor(request), user.pk)
    row = queries.members().filter(user=user, pk=membership).first()
    if row is None:
        raise Http404
    form = EndRoleForm(request.POST or None)
    if form.is_valid():
        try:
            ended = _end(request, row, form)
        except BadInput as error:
            put_problems(form, error)
        else:
            said = _("The role ends on %(day)s.") % {"day": words.day(ended.valid_to)}
            messages.success(request, said)
            return redirect("programme:member", number=user.pk)
    return _form(request, "programme/end_role.html", form, person=user, role=row)


def _end(request: HttpRequest, row: Membership, form: EndRoleForm) -> Membership:
    return actions_members.end_membership(
        by=actor(request), membership=row.pk, on=form.cleaned_data["on"]
    )


@opens(Permission.MANAGE_MEMBERS)
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """All that a leaver holds, and to whom it passes; then roles end and the account closes."""
    user = _account(number)
    rules.not_to_oneself(actor(request), user.pk)
    held = [
        (part.title, things) for part in duties.parts() if (things := list(part.held_by(user.pk)))
    ]
    form = HandOverForm(request.POST or None, leaver=user)
    if form.is_valid():
        chosen = form.cleaned_data["successor"]
        try:
            done = actions_handover.hand_over(
                by=actor(request),
                leaver=user.pk,
                successor=chosen.pk,
                why=form.cleaned_data["why"],
            )
        except BadInput as error:
            put_problems(form, error)
        else:
            passed = sum(done.counts.values())
            said = ngettext(
                "%(count)s thing passed on to %(name)s; the account is closed.",
                "%(count)s things passed on to %(name)s; the account is closed.",
                passed,
            )
            messages.success(request, said % {"count": passed, "name": chosen.name})
            return redirect("programme:member", number=user.pk)
    return _form(request, "programme/hand_over.html", form, person=user, held=held)


@dataclass(frozen=True)
class Deed:
    """One thing to do with an account, asked about once more before it is done."""

    title: str | Promise
    text: str | Promise
    button: str | Promise
    act: Callable[[Actor, User], str | None]  # returns the path of a link to hand over, if any
    done: str | Promise


def _suspend(by: Actor, user: User) -> None:
    actions_members.suspend_user(by=by, email=user.email)


def _restore(by: Actor, user: User) -> None:
    actions_members.restore_user(by=by, email=user.email)


def _link(by: Actor, user: User) -> str:
    return actions_members.make_password_link(by=by, email=user.email)


def _sign_out(by: Actor, user: User) -> None:
    actions_account.end_sessions(by=by, account=user.pk)


def _ask_factor(by: Actor, user: User) -> None:
    actions_factors.ask_for_new_factor(by=by, account=user.pk)


DEEDS = {
    "suspend": Deed(
        gettext_lazy("Suspend the account"),
        gettext_lazy(
            "Whoever is signed in with it is out at their next page and cannot come back until "
            "the account is restored. Roles and commitments stay as they are."
        ),
        gettext_lazy("Suspend it"),
        _suspend,
        gettext_lazy("The account is closed."),
    ),
    "restore": Deed(
        gettext_lazy("Restore the account"),
        gettext_lazy("It opens again, with the roles that are still in force."),
        gettext_lazy("Restore it"),
        _restore,
        gettext_lazy("The account is open again."),
    ),
    "link": Deed(
        gettext_lazy("Make a link that sets the password"),
        gettext_lazy(
            "It works once, for three days. Where letters are sent it goes to the person by mail; "
            "else hand it over yourself, to the person alone. The second step stays as it is."
        ),
        gettext_lazy("Make the link"),
        _link,
        "",
    ),
    "sign-out": Deed(
        gettext_lazy("End every session"),
        gettext_lazy("On every device the person must sign in again. Nothing they saved is lost."),
        gettext_lazy("End them"),
        _sign_out,
        gettext_lazy("Every session was ended."),
    ),
    "new-factor": Deed(
        gettext_lazy("Ask for a new second factor"),
        gettext_lazy(
            "For somebody who lost the phone and the recovery codes. Two people must approve it "
            "within three days: one of the system staff, and another or a coordinator. Neither may "
            "be the person."
        ),
        gettext_lazy("Ask for it"),
        _ask_factor,
        gettext_lazy("The request waits for two people."),
    ),
}
_FOR_ONESELF = {"sign-out", "link"}  # neither changes a right


@opens(Permission.MANAGE_MEMBERS)
def deed(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Ask once more, then do it."""
    user = _account(number)
    if name not in DEEDS:
        raise Http404
    if name not in _FOR_ONESELF:
        rules.not_to_oneself(actor(request), user.pk)
    asked = DEEDS[name]
    if request.method == "POST":
        if path := asked.act(actor(request), user):
            _hand(request, user, path)
        if asked.done:
            messages.success(request, str(asked.done))
        return redirect("programme:member", number=user.pk)
    return render(request, "programme/deed.html", {"person": user, "deed": asked})


def _hand(request: HttpRequest, user: User, path: str) -> None:
    """Mail a one-time link; where no letter left, keep it for the next page of this session."""
    if letters.send_password_link(user, path):
        messages.success(request, _("The link was sent to %(email)s.") % {"email": user.email})
    elif queries_access.waits_for_new_factor(user):  # the mail server failed just now
        messages.warning(request, _("The letter was not sent. Try again later."))
    else:
        handed.keep(request, user.pk, path)


def _account(number: int) -> User:
    user = queries_access.account(number)
    if user is None:
        raise Http404
    return user


def _form(request: HttpRequest, template: str, form: object, **more: object) -> HttpResponse:
    """The page of a form; 422 where it came back with something to correct."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, **more}, status=status)
