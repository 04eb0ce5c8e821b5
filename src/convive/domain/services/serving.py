"""What a page of services is about: what whoever asks does not see is not there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from convive.access.rules import Scope
from convive.domain.programme.guard import actor
from convive.domain.services import queries
from convive.domain.services.models import Activity, Enrolment, Session


def activity_scope(request: HttpRequest, code: str, **_more: Any) -> Scope:
    """Where an activity stands. Of a sensitive service, for those who run it alone."""
    return queries.scope_of(activity_of(request, code))


def enrolment_scope(request: HttpRequest, code: str, **_more: Any) -> Scope:
    """Where its activity stands."""
    return queries.scope_of(enrolment_of(request, code).activity)


def activity_of(request: HttpRequest, code: str) -> Activity:
    """Raises Http404 where whoever asks sees none of this code."""
    found = queries.activity(actor(request), code)
    if found is None:
        raise Http404
    return found


def enrolment_of(request: HttpRequest, code: str) -> Enrolment:
    """Raises Http404 where whoever asks sees none of this code."""
    found = queries.enrolment(actor(request), code)
    if found is None:
        raise Http404
    return found


def session_of(found: Activity, number: int) -> Session:
    """Raises Http404 where the activity has no session of this number."""
    one = queries.session(found, number)
    if one is None:
        raise Http404
    return one
