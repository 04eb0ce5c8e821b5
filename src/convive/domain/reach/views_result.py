"""Tables of an answer, to be taken away."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from convive.access.permissions import Permission
from convive.domain.programme.guard import opens
from convive.domain.reach import shown, tables
from convive.domain.reach.models import Run
from convive.domain.reach.views import run_or_404
from convive.kernel import downloads


@opens(Permission.SEE_FIGURES)
def table_csv(_request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One table of an answer as CSV; what is hidden on the page is hidden here."""
    found = run_or_404(number)
    if found.state != Run.State.DONE or name not in tables.NAMES:
        raise Http404
    told = tables.cleared(found.answer)
    if not any(table.name == name for table in told.tables):
        raise Http404
    sample = "muestra-" if found.is_sample else ""
    about = [("", shown.sentence(found)), *shown.origin(found)]
    file_name = f"{sample}conteo-{found.pk}-{name.replace('_', '-')}"
    return downloads.answer(downloads.as_csv(told, name, name=file_name, about=about))
