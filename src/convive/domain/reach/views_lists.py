"""Pages on which an agency does its part: the key is named, a list is sent, a key is deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.guard import actor, opens
from convive.domain.reach import actions, actions_lists, pages, queries
from convive.domain.reach.encoder import assemble
from convive.domain.reach.forms import KeyForm, ListForm, told
from convive.domain.reach.models import RunList
from convive.kernel import downloads
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


def _of_list(_request: HttpRequest, number: int, organisation: str) -> Scope:
    return queries.scope_of(_list(number, organisation))


def _list(number: int, organisation: str) -> RunList:
    found = queries.asked(number, organisation)
    if found is None:
        raise Http404
    return found


@opens(Permission.SEND_LIST, scope=_of_list)
def send(request: HttpRequest, number: int, organisation: str) -> HttpResponse:
    """Send the coded list of an organisation, or another one in its place."""
    found = _list(number, organisation)
    form = ListForm(request if request.method == "POST" else None)
    if form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            actions_lists.send_list(
                by=actor(request), run=number, organisation=organisation, content=content
            )
        except BadInput as error:
            for text in told(error.problems):
                form.add_error("file", text)
        else:
            messages.success(request, _("The list is here. It is deleted once it is counted."))
            return redirect("reach:run", number=number)
    context = {"form": form, "found": found, "run": found.run, "encoder": pages.encoder_page()}
    return render(request, "reach/send.html", context, status=422 if form.errors else 200)


@opens(Permission.SEND_LIST, scope=_of_list)
def name_key(request: HttpRequest, number: int, organisation: str) -> HttpResponse:
    """How the key is made, and where its name is written."""
    found = _list(number, organisation)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            key_id = form.cleaned_data["key_id"]
            actions.name_key(
                by=actor(request), run=number, organisation=organisation, key_id=key_id
            )
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("reach:run", number=number)
    context = {"form": form, "found": found, "run": found.run, "encoder": pages.encoder_page()}
    return render(request, "reach/key.html", context, status=422 if form.errors else 200)


@require_POST
@opens(Permission.SEND_LIST, scope=_of_list)
def take_back(request: HttpRequest, number: int, organisation: str) -> HttpResponse:
    """Delete a list that was sent."""
    try:
        actions_lists.take_back(by=actor(request), run=number, organisation=organisation)
    except BadInput as error:
        for text in told(error.problems):
            messages.error(request, text)
    return redirect("reach:run", number=number)


@require_POST
@opens(Permission.SEND_LIST, scope=_of_list)
def key_deleted(request: HttpRequest, number: int, organisation: str) -> HttpResponse:
    """Say that the key, and every part of it, is deleted."""
    try:
        actions.say_key_deleted(by=actor(request), run=number, organisation=organisation)
    except BadInput as error:
        for text in told(error.problems):
            messages.error(request, text)
    return redirect("reach:run", number=number)


@opens(Permission.SEND_LIST, Permission.COUNT_PEOPLE)
def encoder(_request: HttpRequest) -> HttpResponse:
    """The page that codes a list inside a browser, as one file to be kept and opened offline."""
    made = assemble.page(queries.schema())
    return downloads.answer(
        downloads.own_document("convive-codificador.html", made.content, "text/html; charset=utf-8")
    )


@opens(Permission.SEND_LIST, Permission.COUNT_PEOPLE)
def schema(_request: HttpRequest) -> HttpResponse:
    """The schema of this programme, for the command line."""
    content = assemble.schema_text(queries.schema()).encode()
    return downloads.answer(downloads.own_document("schema.json", content, downloads.JSON))
