"""The shell of the workspace and its home: what waits for me."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.plans import queries as plans
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import User
from convive.doors.workspace.waiting import Waiting, waiting
from convive.evidence import queries as evidence
from convive.evidence.models import Batch

_RECEIPTS = 3


@opens(Permission.SEE_WORKSPACE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    who = actor(request)
    assert isinstance(request.user, User)  # the guard let nobody else in
    found = waiting(plans.open_commitments_for(who), programme.today())
    districts = [
        district
        for district in programme.districts()
        if may(who, Permission.SEE_FIGURES, Scope(district=district.ref))
    ]
    return render(
        request,
        "workspace/home.html",
        {
            "lead": _lead(found),
            "waiting": found,
            "groups": [
                (_("Late"), found.late),
                (_("This week"), found.this_week),
                (_("Can wait"), found.later),
            ],
            "today": programme.today(),
            "memberships": programme.memberships_of(request.user),
            "districts": districts,
            "batches": _receipts(who),
        },
    )


def _receipts(who: Actor) -> list[Batch]:
    """The latest imports of the sources that this person may see."""

    def visible(batch: Batch) -> bool:
        owner = batch.source.owner
        scope = Scope(organisation=owner.code if owner else None)
        return may(who, Permission.SEE_EVIDENCE, scope)

    return list(islice(filter(visible, evidence.batches().iterator()), _RECEIPTS))


def _lead(found: Waiting) -> str:
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
