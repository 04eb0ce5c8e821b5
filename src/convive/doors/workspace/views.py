"""The shell of the workspace and its home: what waits for me."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.programme import queries as programme
from convive.domain.programme.actions_account import stop_digest
from convive.domain.programme.guard import actor, opens, public
from convive.domain.programme.models import User
from convive.doors.workspace import digest
from convive.doors.workspace.waiting import Waiting, waiting
from convive.evidence import queries as evidence
from convive.evidence.models import Batch

_RECEIPTS = 3


@opens(Permission.SEE_WORKSPACE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, from every part of the house; `?part=` narrows it to one."""
    who, today = actor(request), programme.today()
    assert isinstance(request.user, User)  # the guard let nobody else in
    everything = duties.waiting(who, today)
    here = {duty.part for duty in everything}
    titles = {part.name: part.title for part in duties.parts() if part.name in here}
    chosen = request.GET.get("part", "")
    chosen = chosen if chosen in titles else ""
    found = waiting((duty for duty in everything if chosen in ("", duty.part)), today)
    groups = (
        (_("Late"), found.late),
        (_("This week"), found.this_week),
        (_("Can wait"), found.later),
        (_("Without a day"), found.undated),
    )
    districts = [
        district
        for district in programme.districts()
        if may(who, Permission.SEE_FIGURES, Scope(district=district.ref))
    ]
    return render(
        request,
        "workspace/home.html",
        {
            "lead": lead(found),
            "waiting": found,
            "titles": titles,
            "chosen": chosen,
            "groups": [
                (title, [(duty, titles[duty.part]) for duty in things]) for title, things in groups
            ],
            "today": today,
            "memberships": programme.memberships_of(request.user),
            "districts": districts,
            "batches": _receipts(who),
        },
    )


@public
@csrf_exempt  # a mail program presses it for its reader (RFC 8058); the signed key is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letters(request: HttpRequest, key: str) -> HttpResponse:
    """End the letters with one press and no password. Opening the page alone ends nothing."""
    account = digest.account_of(key)
    if account is None:
        return render(request, "workspace/stop_letters.html", status=404)
    if request.method != "POST":
        return render(request, "workspace/stop_letters.html", {"key": key})
    stop_digest(by=programme.actor_of(account), account=account.pk)
    if "List-Unsubscribe" in request.POST:
        return HttpResponse(status=204)
    return redirect("workspace:letters_stopped")


@public
@require_safe
def letters_stopped(request: HttpRequest) -> HttpResponse:
    """What is said after the letters were ended."""
    return render(request, "workspace/letters_stopped.html")


def _receipts(who: Actor) -> list[Batch]:
    """The latest imports of the sources that this person may see."""

    def visible(batch: Batch) -> bool:
        owner = batch.source.owner
        scope = Scope(organisation=owner.code if owner else None)
        return may(who, Permission.SEE_EVIDENCE, scope)

    return list(islice(filter(visible, evidence.batches().iterator(chunk_size=50)), _RECEIPTS))


def lead(found: Waiting[Duty]) -> str:
    """`Seven things. Two are late.`"""
    if not found.total:
        return _("Nothing waits for you today.")
    sentences = [
        ngettext("%(count)s thing.", "%(count)s things.", found.total) % {"count": found.total}
    ]
    if late := len(found.late):
        sentences.append(
            ngettext("%(count)s is late.", "%(count)s are late.", late) % {"count": late}
        )
    if soon := len(found.this_week):
        sentences.append(
            ngettext("%(count)s is due this week.", "%(count)s are due this week.", soon)
            % {"count": soon}
        )
    return " ".join(sentences)
