"""Pages on which a small table is typed in by one person and confirmed by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.evidence import actions_keyin
from convive.evidence.desk import store as uploads_store
from convive.evidence.keyin import tables as keyin
from convive.evidence.keyin.forms import CellsForm, ConfirmForm, ReturnForm, SheetForm
from convive.evidence.models import KeyedTable
from convive.kernel import downloads, scans
from convive.kernel.errors import BadInput
from convive.kernel.words import number as written

_IMPORT = Permission.IMPORT_EVIDENCE


def _of_table(request: HttpRequest, number: int) -> Scope:
    found = _table(number)
    scope = keyin.scope_of(found)
    if scope.organisation is None and not keyin.may_open(actor(request), found):
        raise Http404
    return scope


def _table(number: int) -> KeyedTable:
    found = keyin.table(number)
    if found is None:
        raise Http404
    return found


@opens(_IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """Say what a table is about and from which document it is typed."""
    form = SheetForm(actor(request), request if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = actions_keyin.open_table(by=actor(request), sheet=form.sheet())
        except BadInput as error:
            for problem in error.problems:
                form.add_error(None, f"{problem.why} {problem.remedy}".strip())
        else:
            return redirect("evidence:keyin", number=found.pk)
    status = 422 if form.errors else 200
    return render(request, "evidence/keyin_new.html", {"form": form}, status=status)


@opens(_IMPORT, scope=_of_table)
def table(request: HttpRequest, number: int) -> HttpResponse:
    """The numbers: to type in, to compare with the document, or as they were confirmed."""
    found, who = _table(number), actor(request)
    if not keyin.may_type(who, found):
        return _to_read(request, found)
    data = request.POST if request.method == "POST" else None
    axis = keyin.axis_of(found)
    form = CellsForm(axis, found.cells, data)
    if form.is_valid():
        actions_keyin.type_in(by=who, table=found, cells=form.cells())
        if request.POST.get("do") != "pass-on":
            messages.success(request, _("Saved. Nothing counts yet."))
            return redirect("evidence:keyin", number=number)
        return _passed_on(request, found)
    blocks = keyin.blocks(axis, found.cells, lambda key, said: (form[f"n-{key}"], said))
    context = {**_shown(found), "form": form, "blocks": blocks}
    return render(request, "evidence/keyin.html", context, status=422 if form.errors else 200)


@require_POST
@opens(_IMPORT, scope=_of_table)
def pass_on(request: HttpRequest, number: int) -> HttpResponse:
    """Give the table, as it was saved, to a second person."""
    return _passed_on(request, _table(number))


def _passed_on(request: HttpRequest, found: KeyedTable) -> HttpResponse:
    try:
        actions_keyin.pass_on(by=actor(request), table=found)
    except BadInput as error:
        _say(request, error)
    return redirect("evidence:keyin", number=found.pk)


@require_POST
@opens(_IMPORT, scope=_of_table)
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm what somebody else typed in; the worker brings it in."""
    found = _table(number)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _to_read(request, found, confirming=form)
    try:
        upload = actions_keyin.confirm(by=actor(request), table=found)
    except BadInput as error:
        _say(request, error)
        return redirect("evidence:keyin", number=number)
    return redirect("evidence:upload", number=upload.pk)


@require_POST
@opens(_IMPORT, scope=_of_table)
def give_back(request: HttpRequest, number: int) -> HttpResponse:
    """Return a table to whoever typed it in, with the reason."""
    found = _table(number)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _to_read(request, found, returning=form)
    try:
        actions_keyin.give_back(by=actor(request), table=found, reason=form.cleaned_data["reason"])
    except BadInput as error:
        _say(request, error)
    return redirect("evidence:keyin", number=number)


@require_POST
@opens(_IMPORT, scope=_of_table)
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Give a table up."""
    try:
        actions_keyin.discard(by=actor(request), table=_table(number))
    except BadInput as error:
        _say(request, error)
        return redirect("evidence:keyin", number=number)
    messages.success(request, _("The table was deleted."))
    return redirect("evidence:home")


@opens(_IMPORT, scope=_of_table)
def scan(request: HttpRequest, number: int) -> HttpResponse:
    """The document, unsealed for whoever may open its table."""
    found = _table(number)
    if not found.scan_token or not found.scan_path.exists():
        raise Http404
    try:
        content = uploads_store.read_scan(found.scan_path, table=found.pk)
    except ValueError:
        messages.error(request, _("The scan was changed or belongs to another table."))
        return redirect("evidence:keyin", number=number)
    name = f"document-{found.pk}.{scans.ENDINGS[found.scan_type]}"
    document = downloads.own_document(name, content, found.scan_type)
    return downloads.answer(document, shown=True)


def _to_read(
    request: HttpRequest,
    found: KeyedTable,
    confirming: ConfirmForm | None = None,
    returning: ReturnForm | None = None,
) -> HttpResponse:
    cells = found.cells

    def fill(key: str, _said: str) -> str:
        return written(cells[key]) if key in cells else ""

    context = {
        **_shown(found),
        "blocks": keyin.blocks(keyin.axis_of(found), cells, fill),
        "may_decide": keyin.may_decide(actor(request), found),
        "is_mine": keyin.typed(actor(request), found),
        "confirming": confirming or ConfirmForm(),
        "returning": returning or ReturnForm(),
    }
    status = 422 if confirming or returning else 200
    return render(request, "evidence/keyin_read.html", context, status=status)


def _shown(found: KeyedTable) -> dict[str, Any]:
    names = programme.names_of([found.entered_by, found.decided_by])
    return {
        "table": found,
        "name": found.source.name,
        "typist": names.get(found.entered_by, ""),
        "decider": names.get(found.decided_by, ""),
        "has_scan": bool(found.scan_token),
        "is_picture": found.scan_type.startswith("image/"),
    }


def _say(request: HttpRequest, error: BadInput) -> None:
    for problem in error.problems:
        messages.error(request, f"{problem.why} {problem.remedy}".strip())
