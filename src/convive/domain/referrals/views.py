"""Pages of referrals. What was sent stands under `sent/`, for the sender's side; what was received
under `received/`, for the receiver's: each address has one side and one rule."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.programme.guard import actor, opens
from convive.domain.referrals import actions, pages, queries
from convive.domain.referrals.forms import AnswerForm, RoomForm, SendForm, ServiceForm
from convive.domain.referrals.models import Referral
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell

_ON_A_PAGE = 50


def _person(request: HttpRequest, code: str) -> Person:
    found = people.person(actor(request), code)
    if found is None or found.is_erased or found.same_as is not None:
        raise Http404
    return found


def _there(found: Referral | None) -> Referral:
    if found is None:
        raise Http404
    return found


def _sent(request: HttpRequest, code: str) -> Referral:
    return _there(queries.sent(actor(request), code))


def _received(request: HttpRequest, code: str) -> Referral:
    return _there(queries.received(actor(request), code))


def _of_person(request: HttpRequest, code: str) -> Scope:
    return people.scope_of(_person(request, code))


def _of_sender(request: HttpRequest, code: str) -> Scope:
    return queries.sender_scope(_sent(request, code))


def _of_receiver(request: HttpRequest, code: str) -> Scope:
    return queries.receiver_scope(_received(request, code))


@opens(Permission.ANSWER_REFERRAL)
def referrals(request: HttpRequest) -> HttpResponse:
    """What was sent to one's organisation, or by it: what is open first asked for."""
    who = actor(request)
    sent, every = request.GET.get("of") == "sent", "all" in request.GET
    rows = queries.sent_by(who) if sent else queries.received_by(who)
    if not every:
        rows = queries.waiting(rows)
    page = Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page"))
    shown = pages.sent_rows(page) if sent else pages.received_rows(page)
    context = {"page": page, "rows": shown, "sent": sent, "every": every}
    return render(request, "referrals/list.html", context)


@sensitive_post_parameters()
@opens(Permission.SEND_REFERRAL, scope=_of_person)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Refer somebody: first the service, then who takes people in for it."""
    person, who = _person(request, code), actor(request)
    asked = ServiceForm(request.GET if "service" in request.GET else None)
    context = {
        "person": person, "asked": asked, "consents": queries.consents(person),
        "is_reached": queries.is_reached(person),
    }  # fmt: skip
    if not asked.is_valid():
        context["before"] = pages.sent_rows(queries.of_person(person)[:20])
        return render(request, "referrals/new.html", context, status=422 if asked.errors else 200)
    service = queries.service(asked.cleaned_data["service"])
    may_override = not context["consents"] and may(
        who, Permission.OVERRIDE_CONSENT, people.scope_of(person)
    )
    form = SendForm(
        request.POST if request.method == "POST" else None,
        person=person, service=service, may_override=may_override,
    )  # fmt: skip
    if form.is_valid():
        try:
            made = actions.send(by=who, person=code, service=service.code, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Sent. The code is %s.") % made.code)
            return redirect("referrals:sent", code=made.code)
    context |= {"form": form, "service": service, "may_override": may_override}
    return render(request, "referrals/new.html", context, status=422 if form.errors else 200)


@opens(Permission.SEND_REFERRAL, scope=_of_sender)
def sent(request: HttpRequest, code: str) -> HttpResponse:
    """A referral as whoever sent it sees it: where it stands, who answered what."""
    return render(request, "referrals/sent.html", pages.sent(_sent(request, code), actor(request)))


@opens(Permission.SEND_REFERRAL, scope=_of_sender)
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The printed sheet for a receiver without an account."""
    return render(request, "referrals/sheet.html", pages.sheet(_sent(request, code)))


@require_POST
@opens(Permission.SEND_REFERRAL, scope=_of_sender)
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Take a referral back."""
    try:
        actions.revoke(by=actor(request), referral=code)
    except BadInput as error:
        _say(request, error)
    return redirect("referrals:sent", code=code)


@sensitive_post_parameters()
@opens(Permission.SEND_REFERRAL, scope=_of_sender)
def told(request: HttpRequest, code: str) -> HttpResponse:
    """Write down what a receiver without an account answered."""
    found = _sent(request, code)
    if not found.on_paper:
        return redirect("referrals:sent", code=code)
    if request.method == "POST" and "done" in request.POST:
        return _done(request, found, "sent")
    return _answer(request, found, "sent")


@opens(Permission.ANSWER_REFERRAL, scope=_of_receiver)
def received(request: HttpRequest, code: str) -> HttpResponse:
    """A referral as whoever received it sees it: the copy, while that may be read."""
    return render(request, "referrals/received.html", pages.received(_received(request, code)))


@sensitive_post_parameters()
@opens(Permission.ANSWER_REFERRAL, scope=_of_receiver)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Accept with a day, or reject with a reason and where else."""
    return _answer(request, _received(request, code), "received")


@require_POST
@opens(Permission.ANSWER_REFERRAL, scope=_of_receiver)
def done(request: HttpRequest, code: str) -> HttpResponse:
    """Say that the person was attended."""
    return _done(request, _received(request, code), "received")


@opens(Permission.ANSWER_REFERRAL)
def rooms(request: HttpRequest) -> HttpResponse:
    """Which services are full or closed; and what one's own organisation says of its own."""
    who = actor(request)
    form = RoomForm(request.POST if request.method == "POST" else None, who=who)
    if form.is_valid():
        try:
            actions.say_room(by=who, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Said. Whoever refers people sees it from now on."))
            return redirect("referrals:rooms")
    context = {"form": form, "rooms": pages.rooms()}
    return render(request, "referrals/rooms.html", context, status=422 if form.errors else 200)


def _answer(request: HttpRequest, found: Referral, side: str) -> HttpResponse:
    """The form of the answer, on the page of whoever writes it down."""
    form = AnswerForm(request.POST if request.method == "POST" else None, found=found)
    if form.is_valid():
        try:
            _write(actor(request), found, form)
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Answered. Whoever sent it sees it from now on."))
            return redirect(f"referrals:{side}", code=found.code)
    context = {"form": form, "referral": found, "side": side, "state": pages.state(found)}
    return render(request, "referrals/answer.html", context, status=422 if form.errors else 200)


def _write(by: Actor, found: Referral, form: AnswerForm) -> None:
    data = form.cleaned_data
    if form.accepts:
        actions.accept(by=by, referral=found.code, promised_on=data["promised_on"])
    else:
        told = {name: data[name] for name in ("reason", "words", "suggestion")}
        actions.reject(by=by, referral=found.code, **told)


def _done(request: HttpRequest, found: Referral, side: str) -> HttpResponse:
    try:
        actions.done(by=actor(request), referral=found.code)
    except BadInput as error:
        _say(request, error)
    return redirect(f"referrals:{side}", code=found.code)


def _say(request: HttpRequest, error: BadInput) -> None:
    messages.error(request, " ".join(f"{each.why} {each.remedy}" for each in error.problems))
