"""Pages about personal data in the workspace: requests to answer, the inventory, my own data."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.privacy import actions, queries
from convive.domain.privacy.account import kept_about
from convive.domain.privacy.forms import AnswerForm
from convive.domain.privacy.inventory import inventory
from convive.domain.privacy.models import DataRequest
from convive.domain.privacy.vocabulary import ASK_TITLES, STATE_NAMES, Ask, State
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import User
from convive.kernel import downloads
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


def _request(number: int) -> DataRequest:
    found = queries.request(number)
    if found is None:
        raise Http404
    return found


def _scope(_asked: HttpRequest, number: int) -> Scope:
    return queries.scope_of(_request(number))


@opens(Permission.ANSWER_DATA_REQUESTS)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The requests about personal data, those that wait first."""
    rows = [
        (row, ASK_TITLES[Ask(row.ask)], STATE_NAMES[State(row.state)])
        for row in queries.requests_for(actor(request))
    ]
    return render(request, "privacy/requests.html", {"rows": rows, "today": programme.today()})


@opens(Permission.ANSWER_DATA_REQUESTS, scope=_scope)
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, number: int) -> HttpResponse:
    """One request, opened for whoever answers it, with the form of the answer."""
    found = _request(number)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.answer(
                by=actor(request), request=found, state=State(given["state"]), text=given["text"]
            )
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("It is answered. How to reach the person was deleted."))
            return redirect("privacy:request", number=number)
    context = {
        "found": found,
        "opened": actions.read(by=actor(request), request=found),
        "title": ASK_TITLES[Ask(found.ask)],
        "state": STATE_NAMES[State(found.state)],
        "form": form,
        "today": programme.today(),
    }
    status = 422 if form.errors else 200
    return render(request, "privacy/request.html", context, status=status)


@opens(Permission.SEE_UPKEEP)
@require_safe
def inventory_page(request: HttpRequest) -> HttpResponse:
    """Which personal data stand in which table."""
    tables = inventory()
    context = {
        "tables": [table for table in tables if table.is_personal],
        "others": [table.model for table in tables if not table.is_personal],
    }
    return render(request, "privacy/inventory.html", context)


@opens(Permission.SEE_WORKSPACE)
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept about one's own account, and where to take it away."""
    assert isinstance(request.user, User)  # the guard let nobody else in
    tables = {table.model: table for table in inventory()}
    kept = sorted(kept_about(request.user).items())
    counts = [(name, tables.get(name), len(rows)) for name, rows in kept]
    return render(request, "privacy/my_data.html", {"counts": counts})


@opens(Permission.SEE_WORKSPACE)
@require_safe
def my_data_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    assert isinstance(request.user, User)
    return downloads.answer(downloads.own_record("convive-my-data", kept_about(request.user)))
