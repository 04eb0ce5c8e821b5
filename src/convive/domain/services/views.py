"""Pages of services: activities, their sessions, who is enrolled, who came. A name is looked for by
POST: it stands in no address, no history and no log."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.domain.people import pages as people_pages
from convive.domain.people.forms import SearchForm
from convive.domain.programme.guard import actor, opens
from convive.domain.services import actions, actions_activities, opinions, pages, queries
from convive.domain.services.forms import (
    ActivityForm,
    EnrolForm,
    LeaveForm,
    RollForm,
    SessionsForm,
    TeamForm,
)
from convive.domain.services.serving import (
    activity_of,
    activity_scope,
    enrolment_of,
    enrolment_scope,
    session_of,
)
from convive.domain.services.vocabulary import Came, Progress
from convive.kernel.errors import BadInput
from convive.kernel.forms import say, tell
from convive.kernel.paging import LongList

_ON_A_PAGE = 50


@opens(Permission.SEE_SERVICES)
def activities(request: HttpRequest) -> HttpResponse:
    """The activities of one's own organisation: those that are not over, or those that are."""
    closed = request.GET.get("of") == "closed"
    visible = queries.activities_visible_to(actor(request))
    wanted = visible.filter(state=Progress.CLOSED) if closed else visible.exclude(state="closed")
    found = LongList(wanted, _ON_A_PAGE, whole=queries.with_counts(wanted))
    page = found.get_page(request.GET.get("page"))
    context = {"page": page, "rows": pages.rows(page.object_list), "closed": closed}
    return render(request, "services/list.html", context)


@opens(Permission.KEEP_SERVICES)
def new(request: HttpRequest) -> HttpResponse:
    """Open an activity."""
    who = actor(request)
    form = ActivityForm(request.POST if request.method == "POST" else None, who=who)
    if form.is_valid():
        try:
            made = actions_activities.open_activity(
                by=who, organisation=form.organisation, facts=form.facts()
            )
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Opened. Say now on which days it meets."))
            return redirect("services:sessions", code=made.code)
    context = {"form": form}
    return render(request, "services/new.html", context, status=422 if form.errors else 200)


@opens(Permission.SEE_SERVICES, scope=activity_scope)
def activity(request: HttpRequest, code: str) -> HttpResponse:
    """An activity: when it meets, who has a place, who waits, and how many stay."""
    found = activity_of(request, code)
    context = pages.activity(found) | {
        "keeps": queries.sees(actor(request), found, Permission.KEEP_SERVICES),
        "runs": opinions.reads(actor(request), found),
    }
    return render(request, "services/activity.html", context)


@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def sessions(request: HttpRequest, code: str) -> HttpResponse:
    """Add sessions on days of the week."""
    found = activity_of(request, code)
    form = SessionsForm(request.POST if request.method == "POST" else None, found=found)
    if form.is_valid():
        try:
            made = actions_activities.add_sessions(
                by=actor(request), activity=code, meetings=form.meetings()
            )
        except BadInput as error:
            tell(form, error)
        else:
            said = ngettext("Added: %(count)d session.", "Added: %(count)d sessions.", len(made))
            messages.success(request, said % {"count": len(made)})
            return redirect("services:activity", code=code)
    context = {"form": form, "activity": found}
    return render(request, "services/sessions.html", context, status=422 if form.errors else 200)


@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def attendance(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Who came to a session: a list for the phone."""
    found = activity_of(request, code)
    one = session_of(found, number)
    roll = pages.roll(one)
    form = RollForm(
        request.POST if request.method == "POST" else None,
        rows=roll,
        now=queries.attendance(one),
    )
    if form.is_valid():
        rest = Came.PRESENT if request.POST.get("rest") == Came.PRESENT else ""
        try:
            actions.record_attendance(
                by=actor(request), activity=code, session=number, words=form.words(rest)
            )
        except BadInput as error:
            tell(form, error)
        else:
            kept = queries.attendance(one)
            said = _("Written down: %(came)d came, of %(people)d.") % {
                "came": sum(state == Came.PRESENT for state in kept.values()),
                "people": len(roll),
            }
            messages.success(request, said)
            return redirect("services:activity", code=code)
    context = {
        "form": form,
        "activity": found,
        "session": one,
        "people": roll,
        "sent_with": json.dumps({"activity": code, "session": number}),
    }
    return render(request, "services/attendance.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def enrol(request: HttpRequest, code: str) -> HttpResponse:
    """Look for somebody of the register by name, and enrol them."""
    found, who = activity_of(request, code), actor(request)
    sent = request.POST if request.method == "POST" else None
    form = EnrolForm(sent if sent is not None and "person" in sent else None)
    search = SearchForm(sent if sent is not None and "text" in sent else None)
    text = search.cleaned_data["text"].strip() if search.is_valid() else ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.enrol(by=who, activity=code, person=data["person"], on=data["on"])
        except BadInput as error:
            tell(form, error)
        else:
            if made.from_day is None:
                messages.success(request, _("All places are taken: they are on the waiting list."))
            else:
                messages.success(request, _("Enrolled."))
            return redirect("services:activity", code=code)
    alike = queries.find_to_enrol(who, found, text) if text else []
    context = {
        "form": form,
        "search": search,
        "text": text,
        "activity": found,
        "found": people_pages.rows(alike),
        "since": EnrolForm(None)["on"],
        "sent_with": json.dumps({"activity": code}),
        "free": queries.free_places(found),
    }
    return render(request, "services/enrol.html", context, status=422 if form.errors else 200)


@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def team(request: HttpRequest, code: str) -> HttpResponse:
    """Who runs an activity."""
    found = activity_of(request, code)
    form = TeamForm(request.POST if request.method == "POST" else None, found=found)
    if form.is_valid():
        try:
            actions_activities.set_team(
                by=actor(request), activity=code, team=form.cleaned_data["team"]
            )
        except BadInput as error:
            tell(form, error)
        else:
            seen = queries.activity(actor(request), code) is not None
            return redirect("services:activity", code) if seen else redirect("services:list")
    context = {"form": form, "activity": found}
    return render(request, "services/team.html", context, status=422 if form.errors else 200)


@opens(Permission.SEE_SERVICES, scope=activity_scope)
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The attendance sheet to be printed, where there is no telephone."""
    return render(request, "services/sheet.html", pages.sheet(activity_of(request, code)))


@require_POST
@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close an activity."""
    try:
        actions_activities.close(by=actor(request), activity=code)
    except BadInput as error:
        say(request, error)
    else:
        messages.success(request, _("Closed."))
    return redirect("services:activity", code=code)


@require_POST
@opens(Permission.KEEP_SERVICES, scope=enrolment_scope)
def complete(request: HttpRequest, code: str) -> HttpResponse:
    """Write down that somebody completed."""
    try:
        actions.complete(by=actor(request), enrolment=code)
    except BadInput as error:
        say(request, error)
    else:
        messages.success(request, _("Written down."))
    return redirect("services:activity", code=enrolment_of(request, code).activity.code)


@opens(Permission.KEEP_SERVICES, scope=enrolment_scope)
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Write down that somebody left, and why."""
    row = enrolment_of(request, code)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.leave(by=actor(request), enrolment=code, reason=data["reason"], on=data["on"])
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("services:activity", code=row.activity.code)
    context = {"form": form, "activity": row.activity, "name": pages.name_of(row.whom)}
    return render(request, "services/leave.html", context, status=422 if form.errors else 200)
