"""Pages of the register: people are looked for, written down, corrected, and asked what they agree
to. A name is looked for by POST: it stands in no address, no history and no log."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people import actions, actions_scans, beside, pages, queries
from convive.domain.people.actions import LikelyDouble
from convive.domain.people.consent import Word
from convive.domain.people.forms import (
    AskAgainForm,
    ConsentForm,
    EraseForm,
    HandOverForm,
    PersonForm,
    SearchForm,
    workers_for,
)
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput
from convive.kernel.forms import say, tell
from convive.kernel.paging import LongList

_ON_A_PAGE = 50


def _scope(request: HttpRequest, code: str) -> Scope:
    return queries.scope_of(_person(request, code))


def _person(request: HttpRequest, code: str) -> Person:
    found = queries.person(actor(request), code)
    if found is None or found.is_erased:
        raise Http404
    return found


@sensitive_post_parameters()
@opens(Permission.SEE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """The people of one's own organisation: those one attends first; or those of a name."""
    who = actor(request)
    form = SearchForm(request.POST if request.method == "POST" else None)
    text = form.cleaned_data["text"].strip() if form.is_valid() else ""
    context: dict[str, Any] = {"form": form, "text": text}
    if text:
        context["found"] = pages.rows(queries.find(who, text))
    else:
        own = request.GET.get("of") == "mine"
        rows = queries.people_visible_to(who)
        if own:
            account = programme.account_of(who)
            rows = rows.filter(worker=account) if account else rows.none()
        page = LongList(rows.order_by("-pk"), _ON_A_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": pages.rows(page.object_list), "own": own}
    return render(request, "people/list.html", context)


@sensitive_post_parameters()
@opens(Permission.KEEP_PEOPLE)
def new(request: HttpRequest) -> HttpResponse:
    """Write somebody down. Those who may be the same person are shown before anything is saved."""
    who, sent = actor(request), request.POST if request.method == "POST" else None
    form, consent = PersonForm(sent, who=who), ConsentForm(sent)
    doubles: list[queries.Double] = []
    if sent is not None and form.is_valid() and consent.is_valid():
        account = programme.account_of(who)
        try:
            made = actions.register(
                by=who,
                organisation=form.organisation,
                facts=form.facts(),
                words=consent.words(),
                worker=account.pk if account else None,
                is_another="is_another" in request.POST,
            )
        except LikelyDouble as error:
            doubles = error.doubles
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down. The code is %s.") % made.code)
            return redirect("people:person", code=made.code)
    faulty = bool(form.errors or consent.errors or doubles)
    context = {"form": form, "consent": consent, "doubles": pages.doubles(doubles)}
    return render(request, "people/new.html", context, status=422 if faulty else 200)


@opens(Permission.SEE_PEOPLE, scope=_scope)
def person(request: HttpRequest, code: str) -> HttpResponse:
    """Who somebody is, how they are reached, what they agree to."""
    found = _person(request, code)
    if found.same_as is not None:
        return redirect("people:person", code=found.same_as.code)
    who, scope = actor(request), queries.scope_of(found)
    context = pages.person(found) | {
        "beside": beside.sections(found, who),
        "keeps": may(who, Permission.KEEP_PEOPLE, scope),
        "joins": may(who, Permission.JOIN_PEOPLE, scope),
        "refers": may(who, Permission.SEND_REFERRAL, scope),
        "cases": may(who, Permission.KEEP_CASES, scope),
    }
    return render(request, "people/person.html", context)


@sensitive_post_parameters()
@opens(Permission.KEEP_PEOPLE, scope=_scope)
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Correct what is written down of somebody."""
    found, who = _person(request, code), actor(request)
    form = PersonForm(request.POST if request.method == "POST" else None, who=who, found=found)
    if form.is_valid():
        try:
            actions.correct(by=who, person=code, facts=form.facts())
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("people:person", code=code)
    context = {"form": form, "person": found}
    return render(request, "people/correct.html", context, status=422 if form.errors else 200)


@opens(Permission.KEEP_PEOPLE, scope=_scope)
def consent(request: HttpRequest, code: str) -> HttpResponse:
    """Write down what somebody answers to each purpose now; what is not ticked is a no."""
    found = _person(request, code)
    now = pages.agreed_now(found)
    minor = queries.is_minor(found, programme.today())
    form = AskAgainForm(request, minor=minor)
    form.initial["purposes"] = [purpose for purpose, says in now.items() if says]
    if form.is_valid():
        try:
            words = form.answers(queries.yes_by(found))
            _record(actor(request), code, words, form.cleaned_data["scan"])
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down. It holds from now on."))
            return redirect("people:person", code=code)
    context = {"form": form, "person": found, "minor": minor}
    return render(request, "people/consent.html", context, status=422 if form.errors else 200)


def _record(by: Actor, person: str, words: list[Word], scan: UploadedFile[bytes] | None) -> None:
    if scan is None:
        actions.record_words(by=by, person=person, words=words)
        return
    with closing(scan):  # deleted at once, not when the request is forgotten
        actions_scans.record_on_paper(by=by, person=person, words=words, scan=scan.read())


@opens(Permission.SEE_PEOPLE, scope=_scope)
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The printed page of what is held of somebody and why, to be given to them."""
    found = _person(request, code)
    context = pages.sheet(found)
    context["beside"] = beside.sections(found, actor(request), on_sheet=True)
    return render(request, "people/sheet.html", context)


@require_POST
@opens(Permission.JOIN_PEOPLE, scope=_scope)
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Say that somebody is the same person as another: this one stands under that one."""
    try:
        kept = actions.join(by=actor(request), person=code, same_as=request.POST.get("same_as", ""))
    except BadInput as error:
        say(request, error)
        return redirect("people:person", code=code)
    return redirect("people:person", code=kept.code)


@require_POST
@opens(Permission.JOIN_PEOPLE, scope=_scope)
def part(request: HttpRequest, code: str) -> HttpResponse:
    """Take back that somebody is the same person as another."""
    try:
        actions.part(by=actor(request), person=code)
    except BadInput as error:
        say(request, error)
    return redirect("people:person", code=code)


@opens(Permission.JOIN_PEOPLE, scope=_scope)
def erase(request: HttpRequest, code: str) -> HttpResponse:
    """Forget who somebody is; the counts stay right."""
    found = _person(request, code)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.erase(by=actor(request), person=code, reason=form.cleaned_data["reason"])
        messages.success(request, _("Forgotten. They still count, without a name."))
        return redirect("people:list")
    context = {"form": form, "person": found}
    return render(request, "people/erase.html", context, status=422 if form.errors else 200)


@opens(Permission.JOIN_PEOPLE)
def hand_over(request: HttpRequest) -> HttpResponse:
    """Pass all people of one worker to another."""
    who = actor(request)
    workers = workers_for(who)
    form = HandOverForm(request.POST if request.method == "POST" else None, workers)
    if form.is_valid():
        leaver, successor = form.cleaned_data["leaver"], form.cleaned_data["successor"]
        visible = queries.people_visible_to(who, Permission.JOIN_PEOPLE).filter(worker=leaver)
        try:
            count = actions.hand_over(
                by=who, people=visible.values_list("code", flat=True), worker=successor
            )
        except BadInput as error:
            tell(form, error)
        else:
            said = ngettext("Passed on: %(count)d person.", "Passed on: %(count)d people.", count)
            messages.success(request, said % {"count": count})
            return redirect("people:list")
    context = {"form": form, "can_pass": len(workers) > 1}
    return render(request, "people/hand_over.html", context, status=422 if form.errors else 200)
