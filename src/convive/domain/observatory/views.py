"""The pages of the observatory: the places of the programme, and one place with its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import Permission
from convive.access.rules import Scope, may
from convive.domain.observatory import desk, drawings, leaving, queries, tables
from convive.domain.observatory.forms import ViewForm
from convive.domain.observatory.parts import PlaceProfile
from convive.domain.observatory.profile import place_profile
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.evidence.queries import SourceView
from convive.kernel import downloads
from convive.kernel.errors import BadInput, Problem
from convive.kernel.leaving import Audience


def place_or_404(scheme: str, code: str) -> Place:
    try:
        return programme.place(f"{scheme}:{code}")
    except BadInput:
        raise Http404 from None


def _scope(_request: HttpRequest, scheme: str, code: str, name: str = "") -> Scope:
    return queries.scope(place_or_404(scheme, code))


@opens(Permission.SEE_FIGURES)
def places(request: HttpRequest) -> HttpResponse:
    """The districts of the programme that this person may see, and their province."""
    found = [
        place
        for place in desk.programme_places()
        if may(actor(request), Permission.SEE_FIGURES, queries.scope(place))
    ]
    return render(
        request,
        "observatory/places.html",
        {"places": found},
    )


@opens(Permission.SEE_FIGURES, scope=_scope)
def place(request: HttpRequest, scheme: str, code: str) -> HttpResponse:
    """One place: its figures, its months, what is reported, and its neighbours."""
    here = place_or_404(scheme, code)
    sources = desk.sources_here(here)
    form, profile, problems = _asked(request, here, sources)
    context: dict[str, Any] = {
        "sources": sources,
        "place": here,
        "form": form,
        "profile": profile,
        "problems": problems,
        "others": _others(request, here),
        "query": request.GET.urlencode(),
        "locator": drawings.locator(here, queries.districts_in(queries.province_of(here))),
    }
    if profile is not None:
        sees = queries.sees(actor(request), here)
        told = leaving.cleared(profile, Audience.INSIDE, sees=sees)
        profile = leaving.shown(profile, told, sees=sees)
        context |= {
            "profile": profile,
            "hides": told.hides,
            "is_sample": profile.is_sample,
            "tables": {name: told.table(name) for name in tables.NAMES},
            "charts": drawings.charts(profile),
            "twelve": range(1, 13),
        }
    return render(request, "observatory/place.html", context)


@opens(Permission.SEE_FIGURES, scope=_scope)
def place_csv(request: HttpRequest, scheme: str, code: str, name: str) -> HttpResponse:
    """One table of the page as CSV, its small counts hidden."""
    return _download(request, scheme, code, name, downloads.as_csv)


@opens(Permission.SEE_FIGURES, scope=_scope)
def place_xlsx(request: HttpRequest, scheme: str, code: str, name: str) -> HttpResponse:
    """One table of the page as a workbook, its small counts hidden."""
    return _download(request, scheme, code, name, downloads.as_xlsx)


def _download(
    request: HttpRequest, scheme: str, code: str, name: str, write: Callable[..., downloads.File]
) -> HttpResponse:
    here = place_or_404(scheme, code)
    if name not in tables.NAMES:
        raise Http404
    form, profile, problems = _asked(request, here, desk.sources_here(here))
    if profile is None:
        told = [str(problem) for problem in problems] or [str(form.errors)]
        return HttpResponse("\n".join(told), content_type="text/plain; charset=utf-8", status=400)
    sample = "muestra-" if profile.is_sample else ""
    file_name = f"{sample}{here.scheme}-{here.code}-{name}"
    cleared = leaving.cleared(profile, Audience.OUTSIDE)
    return downloads.answer(write(cleared, name, name=file_name, about=tables.about(profile)))


def _asked(
    request: HttpRequest, here: Place, sources: Sequence[SourceView]
) -> tuple[ViewForm, PlaceProfile | None, list[Problem]]:
    """The form as it was filled in, the profile that it asks for, and why there is none."""
    form = ViewForm(request.GET, sources=sources)
    if not form.is_valid() or not sources:
        return form, None, []
    data = form.cleaned_data
    code = data["source"] or next((s.code for s in sources if desk.can_profile(s)), None)
    try:
        profile = place_profile(here.ref, data.get("period"), source=code)
    except BadInput as error:
        return form, None, error.problems
    filled = {
        "first": f"{profile.period.start:%Y-%m}",
        "last": f"{profile.period.end:%Y-%m}",
        "source": profile.source,
    }
    return ViewForm(filled, sources=sources), profile, []


def _others(request: HttpRequest, here: Place) -> list[Place]:
    """The places between which the page switches: those that this person may see."""
    found = desk.programme_places()
    if here.pk not in {place.pk for place in found}:
        found.append(here)
    return [
        place
        for place in found
        if may(actor(request), Permission.SEE_FIGURES, queries.scope(place))
    ]
