"""The page on which the offences of a source are classed and corrected, apart from any file."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.guard import actor, opens
from convive.evidence import actions_sources, queries
from convive.evidence.desk import pages
from convive.evidence.desk.forms_offences import OffencesForm
from convive.evidence.models import Source
from convive.kernel.errors import BadInput

_OWN = "own"  # prefix of the form with what people have classed already
_LIST = "list"  # which categories a form was made of: its fields go by their order


def _of_source(request: HttpRequest, code: str) -> Scope:
    owner = _source(code).owner
    if owner is None and not actions_sources.may_describe(actor(request), None):
        raise Http404
    return Scope(organisation=owner.code if owner else None)


def _source(code: str) -> Source:
    try:
        return queries.source_row(code)
    except BadInput as error:
        raise Http404 from error


@opens(Permission.DESCRIBE_SOURCE, scope=_of_source)
def classes(request: HttpRequest, code: str) -> HttpResponse:
    """What the offences of a source are: those that nobody has classed yet, and all others."""
    found = _source(code)
    asked = pages.unclassed_of_source(found)
    page = Paginator(pages.classed_on_pages(found), pages.MOST_ASKED).get_page(
        request.GET.get("page")
    )
    before = {row.category: row for row in page.object_list}
    lists = {"": asked, _OWN: [(name, 0) for name in before]}
    sent = _sent(request)
    forms: dict[str, OffencesForm | None] = {}
    for prefix, categories in lists.items():
        data = None
        if prefix == sent:
            if request.POST.get(f"{prefix}{_LIST}") == _which(categories):
                data = request.POST
            else:
                messages.error(request, _("Meanwhile the list has changed. Look at it again."))
        forms[prefix] = (
            OffencesForm(categories, before, tells_attempted=True, data=data, prefix=prefix or None)
            if categories
            else None
        )
    form = forms[sent] if sent is not None else None
    if form is not None and form.is_valid():
        rows = [row.as_row(code) for row in form.classed()]
        actions_sources.class_offences(by=actor(request), source=found, rows=rows)
        messages.success(request, _("Saved. Every figure reads it so from now on."))
        return redirect("evidence:classes", code=code)
    context: dict[str, Any] = {
        "form": forms[""],
        "own": forms[_OWN],
        "list": _which(asked),
        "own_list": _which(lists[_OWN]),
        "page": page,
        "packs": pages.classed_by_pack(found),
        "source": found,
        "classes": pages.iccs_classes(),
    }
    status = 200 if sent is None else 422  # what came back was not taken: see what is wrong
    return render(request, "evidence/classes.html", context, status=status)


def _sent(request: HttpRequest) -> str | None:
    """Which form came back; None where none did."""
    if request.method != "POST":
        return None
    return _OWN if f"{_OWN}{_LIST}" in request.POST else ""


def _which(categories: list[tuple[str, int]]) -> str:
    text = "\n".join(name for name, _rows in categories)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
