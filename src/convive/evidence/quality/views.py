"""Pages of the quality report: of one import, and of all that counts of a source."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.guard import opens
from convive.evidence import queries
from convive.evidence.models import Batch
from convive.evidence.quality import report
from convive.evidence.register.views import found, of_source
from convive.kernel.errors import BadInput


def of_batch(_request: HttpRequest, number: str) -> Scope:
    owner = batch_of(number).source.owner
    return Scope(organisation=owner.code if owner else None)


def batch_of(number: str) -> Batch:
    try:
        return queries.batch(number)
    except BadInput as error:
        raise Http404 from error


@opens(Permission.SEE_EVIDENCE, scope=of_batch)
def batch_quality(request: HttpRequest, number: str) -> HttpResponse:
    """What is good and what is not about one import."""
    batch = batch_of(number)
    context = {
        "report": report.of_batch(batch),
        "batch": batch,
        "source": batch.source,
        "is_sample": batch.source.is_sample,
    }
    return render(request, "evidence/quality.html", context)


@opens(Permission.SEE_EVIDENCE, scope=of_source)
def source_quality(request: HttpRequest, code: str) -> HttpResponse:
    """What is good and what is not about all that counts of a source."""
    row = found(code)
    context = {"report": report.of_source(code), "source": row, "is_sample": row.is_sample}
    return render(request, "evidence/quality.html", context)
