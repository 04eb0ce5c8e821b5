"""Pages of the register: every source, one source, and what its releases said."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.evidence import queries, support
from convive.evidence.actions_sources import may_describe
from convive.evidence.models import Source
from convive.evidence.register import entries as register
from convive.evidence.register import pages
from convive.evidence.whose import may_decide
from convive.kernel.errors import BadInput

_BATCHES = 30


def scope_of(row: Source) -> Scope:
    return Scope(organisation=row.owner.code if row.owner else None)


def of_source(_request: HttpRequest, code: str) -> Scope:
    return scope_of(found(code))


def found(code: str) -> Source:
    try:
        return queries.source_row(code)
    except BadInput as error:
        raise Http404 from error


@opens(Permission.SEE_EVIDENCE)
def sources(request: HttpRequest) -> HttpResponse:
    """Every source that this person may see, what is late first."""
    who, today = actor(request), programme.today()
    entries = [
        register.entry(row, today)
        for row in queries.source_rows()
        if may(who, Permission.SEE_EVIDENCE, scope_of(row))
    ]
    current = [one for one in entries if not one.view.is_retired]
    context = {
        "entries": register.late_first(current),
        "retired": [one for one in entries if one.view.is_retired],
        "late": sum(one.is_late for one in current),
        "ending": sum(one.ends_soon for one in current),
        "is_sample": any(one.view.is_sample for one in current),
    }
    return render(request, "evidence/sources.html", context)


@opens(Permission.SEE_EVIDENCE, scope=of_source)
def source(request: HttpRequest, code: str) -> HttpResponse:
    """One source: its terms, its limits, how its files are read, and what came."""
    row = found(code)
    who = actor(request)
    entry = register.entry(row, programme.today())
    spec = entry.view.spec
    context = {
        "entry": entry,
        "facts": pages.facts(entry),
        "limits": [*dict.fromkeys(map(str, support.lacks(spec).values())), *support.cautions(spec)],
        "fields": pages.fields(spec),
        "batches": pages.batches(entry)[:_BATCHES],
        "may_class": entry.view.shape in ("counts", "incidents")
        and may_describe(who, row.owner.code if row.owner else None),
        "may_import": may(who, Permission.IMPORT_EVIDENCE, scope_of(row))
        and not entry.view.is_retired,
        "withdrawable": {
            batch.pk
            for batch in entry.batches[:_BATCHES]
            if batch.visible and may_decide(who, Permission.WITHDRAW_EVIDENCE, batch)
        },
        "is_sample": entry.view.is_sample,
    }
    return render(request, "evidence/source.html", context)


@opens(Permission.SEE_EVIDENCE, scope=of_source)
def releases(request: HttpRequest, code: str) -> HttpResponse:
    """What each release said of each recent month, and by how much the month grew."""
    view = queries.source(code)
    listed = queries.releases(code)
    context = {
        "source": view,
        "releases": list(reversed(listed)),
        "unstated": [one for one in listed if not one.is_stated],
        "grown": pages.grown(view, listed, _until(request)),
        "is_sample": view.is_sample,
    }
    return render(request, "evidence/releases.html", context)


def _until(request: HttpRequest) -> date | None:
    """The last month to be shown, from the address; None for the latest."""
    try:
        return date.fromisoformat(f"{request.GET.get('until', '')}-01")
    except ValueError:
        return None
