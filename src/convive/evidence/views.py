"""Pages of the evidence: where records come from, and what each import brought."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.programme.guard import actor, opens
from convive.evidence import queries, receipts, store, support
from convive.evidence.models import Batch
from convive.evidence.queries import SourceView
from convive.evidence.reading.reasons import REASONS
from convive.evidence.standing import standing
from convive.evidence.whose import may_decide, require_deciding
from convive.kernel import downloads
from convive.kernel.errors import BadInput

_LATEST = 20


@opens(Permission.SEE_EVIDENCE)
def home(request: HttpRequest) -> HttpResponse:
    """The sources that this person may see, what each cannot support, and the latest imports."""
    who = actor(request)

    def visible(owner: str | None) -> bool:
        return may(who, Permission.SEE_EVIDENCE, Scope(organisation=owner))

    views = [view for view in queries.sources() if visible(view.owner)]
    latest = [row for row in queries.batches() if visible(_owner(row))][:_LATEST]
    context = {"sources": [_told(view) for view in views], "batches": latest}
    return render(request, "evidence/home.html", context)


def _of_owner(request: HttpRequest, number: str) -> Scope:
    return Scope(organisation=_owner(_batch(number)))


@opens(Permission.SEE_EVIDENCE, scope=_of_owner)
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt of one import, and why rows were rejected."""
    found = _batch(number)
    receipt = receipts.of_batch(found, settings.HOME, already_imported=True)
    reasons = receipt.notes.get("reasons", {})
    counted = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    context = {
        "batch": found,
        "receipt": receipt,
        "source": queries.source(found.source.code),
        "may_take_rows": may_decide(actor(request), Permission.SEE_EVIDENCE, found),
        "reasons": [(REASONS[code][0], REASONS[code][1], n) for code, n in counted],
        "standing": standing(found, actor(request)),
        "is_sample": found.source.is_sample,
    }
    return render(request, "evidence/batch.html", context)


@opens(Permission.SEE_EVIDENCE, scope=_of_owner)
def rejects(request: HttpRequest, number: str) -> HttpResponse:
    """The rejected rows with their reasons, for whoever may correct them. For internal use."""
    found = _batch(number)
    require_deciding(actor(request), Permission.SEE_EVIDENCE, found)
    path = store.rejects_path(settings.HOME, found.pk)
    if not found.rejected or not path.exists():
        raise Http404
    what = _("rejected")
    name = f"{found.source.code}-{found.pk[:12]}-{what}"
    return downloads.answer(downloads.own_rows(name, path.read_bytes()))


def _batch(number: str) -> Batch:
    try:
        return queries.batch(number)
    except BadInput as error:
        raise Http404 from error


def _owner(row: Batch) -> str | None:
    return row.source.owner.code if row.source.owner else None


def _told(view: SourceView) -> dict[str, object]:
    lacks = [str(reason) for reason in support.lacks(view.spec).values()]
    return {"view": view, "limits": [*dict.fromkeys(lacks), *support.cautions(view.spec)]}
