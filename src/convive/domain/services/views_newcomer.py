"""The page that writes somebody down and enrols them at once. It works without a line too."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from convive.access.permissions import Permission
from convive.access.rules import require
from convive.domain.people import pages as people_pages
from convive.domain.people.actions import LikelyDouble
from convive.domain.people.forms import ConsentForm
from convive.domain.people.queries import Double
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.services import queries
from convive.domain.services.actions_newcomer import enrol_newcomer
from convive.domain.services.forms import NewcomerForm
from convive.domain.services.serving import activity_scope
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


@sensitive_post_parameters()
@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def newcomer(request: HttpRequest, code: str) -> HttpResponse:
    """Write somebody down, with what they agree to, and enrol them."""
    who, scope = actor(request), activity_scope(request, code)
    require(who, Permission.KEEP_PEOPLE, scope)
    sent = request.POST if request.method == "POST" else None
    form, consent = NewcomerForm(sent, who=who), ConsentForm(sent)
    doubles: list[Double] = []
    if sent is not None and form.is_valid() and consent.is_valid():
        account = programme.account_of(who)
        try:
            made = enrol_newcomer(
                by=who,
                activity=code,
                facts=form.facts(),
                words=consent.words(),
                worker=account.pk if account else None,
                is_another="is_another" in sent,
                on=form.cleaned_data["on"],
            )
        except LikelyDouble as error:
            doubles = error.doubles
        except BadInput as error:
            tell(form, error)
        else:
            waits = made.from_day is None
            said = _("All places are taken: they are on the waiting list.") if waits else ""
            messages.success(request, said or _("Enrolled."))
            return redirect("services:activity", code=code)
    faulty = bool(form.errors or consent.errors or doubles)
    context: dict[str, Any] = {
        "form": form,
        "consent": consent,
        "doubles": people_pages.doubles(doubles),
        "activity": queries.activity(who, code),
        "sent_with": json.dumps({"activity": code}),
    }
    return render(request, "services/newcomer.html", context, status=422 if faulty else 200)
