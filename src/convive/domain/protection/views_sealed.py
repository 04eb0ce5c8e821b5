"""What the scripts of the wall send and fetch: keys and records, sealed before they come here.

Answers are JSON, refusals too: where, why, what to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from convive.access.permissions import Permission
from convive.domain.programme.guard import actor, opens
from convive.domain.protection import actions, queries
from convive.domain.protection.forms import FilterForm
from convive.domain.protection.membership import inside, member_of
from convive.kernel.errors import BadInput

Deed = Callable[[HttpRequest, str, dict[str, Any]], dict[str, Any]]


def _taken(deed: Deed) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view of a deed: reads JSON, answers in JSON, says what it refuses."""

    @wraps(deed)
    def view(request: HttpRequest, code: str) -> HttpResponse:
        try:
            return JsonResponse(deed(request, code, _sent(request)))
        except BadInput as error:
            problems = [problem.as_json() for problem in error.problems]
            return JsonResponse({"problems": problems}, status=422)

    return view


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _not_read("body")
    return found


def _get(sent: dict[str, Any], name: str, kind: type) -> Any:
    """A value of what was sent. Raises BadInput where it is of another kind."""
    if type(sent.get(name)) is not kind:
        raise _not_read(name)
    return sent[name]


def _copies(sent: dict[str, Any]) -> dict[int, str]:
    found = _get(sent, "copies", dict)
    if not all(key.isdecimal() and isinstance(value, str) for key, value in found.items()):
        raise _not_read("copies")
    return {int(key): value for key, value in found.items()}


def _not_read(where: str) -> BadInput:
    return BadInput.at(
        where, _("This was not sealed by the page."), _("Reload the page, and try again.")
    )


@require_POST
@opens(Permission.WORK_IN_UNIT, scope=inside)
@_taken
def own_key(request: HttpRequest, code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A member's own key, wrapped by their passphrase."""
    actions.keep_own_key(
        by=actor(request),
        unit=code,
        public_key=_get(sent, "public", str),
        wrapped=_get(sent, "wrapped", dict),
    )
    return {}


@require_POST
@opens(Permission.WORK_IN_UNIT, scope=inside)
@_taken
def unit_key(request: HttpRequest, code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A new key of the unit."""
    actions.keep_unit_key(
        by=actor(request),
        unit=code,
        number=_get(sent, "number", int),
        public_key=_get(sent, "public", str),
        need=_get(sent, "need", int),
        parts=_get(sent, "parts", int),
        copies=_copies(sent),
    )
    return {}


@require_POST
@opens(Permission.WORK_IN_UNIT, scope=inside)
@_taken
def hand_over(request: HttpRequest, code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The keys of the unit, sealed to one of its members."""
    actions.hand_over(
        by=actor(request), unit=code, account=_get(sent, "account", int), copies=_copies(sent)
    )
    return {}


@require_POST
@opens(Permission.WORK_IN_UNIT, scope=inside)
@_taken
def keep(request: HttpRequest, code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A record, or a corrected version of one."""
    texts = {
        name: _get(sent, name, str) for name in ("code", "survivor", "month", "district", "sealed")
    }
    numbers = {name: _get(sent, name, int) for name in ("number", "key")}
    row = actions.keep_record(by=actor(request), unit=code, **texts, **numbers)
    return {"code": row.code}


@require_POST
@opens(Permission.WORK_IN_UNIT, scope=inside)
@_taken
def erase(request: HttpRequest, code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Erase a record with its versions."""
    actions.erase_record(by=actor(request), unit=code, code=_get(sent, "code", str))
    return {}


@require_GET
@opens(Permission.WORK_IN_UNIT, scope=inside)
def sealed(request: HttpRequest, code: str) -> HttpResponse:
    """Records as they are kept, of a code, of months and of a district."""
    found, _one = member_of(request, code)
    rows = queries.narrowed(queries.records(found), **FilterForm(request.GET).asked())
    return JsonResponse({"records": queries.sealed(rows.prefetch_related("versions__key"))})
