"""The map of the programme: its page, and the shapes that are drawn on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from convive.access.permissions import Permission
from convive.access.rules import may
from convive.domain.observatory import desk, queries
from convive.domain.observatory.map_forms import MapForm
from convive.domain.observatory.map_page import (
    CELLS,
    DISTRICTS,
    FINE,
    MapPage,
    default_period,
    map_page,
    offences_of,
)
from convive.domain.observatory.map_shapes import fallback, key_of, shapes, unsettled
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.evidence.queries import SourceView
from convive.kernel.errors import BadInput, Problem


@dataclass(frozen=True)
class _Asked:
    """What was asked for, and what came of it. `districts` : all of the province."""

    form: MapForm
    districts: list[Place]
    page: MapPage | None = None
    problems: tuple[Problem, ...] = ()


@opens(Permission.SEE_FIGURES)
def map_of_programme(request: HttpRequest) -> HttpResponse:
    """The map beside the list of what is on it."""
    asked = _asked(request)
    page = asked.page
    context: dict[str, Any] = {
        "form": asked.form,
        "problems": asked.problems,
        "map": page,
        "query": request.GET.urlencode(),
    }
    if page is not None:
        limits = unsettled(asked.districts, queries.drawings()) if page.is_drawn else []
        context |= {
            "is_sample": page.source.is_sample,
            "drawing": fallback(page) if page.is_drawn else "",
            "key": key_of(page, has_limits=bool(limits)) if page.is_drawn else (),
            "is_by_district": page.layer == DISTRICTS,
        }
    return render(request, "observatory/map.html", context)


@opens(Permission.SEE_FIGURES)
def map_shapes(request: HttpRequest) -> HttpResponse:
    """Outlines, limits and cells of the same map: what this person may see, and no position."""
    asked = _asked(request)
    if asked.page is None or not asked.page.is_drawn:
        return JsonResponse({}, status=404)
    return JsonResponse(shapes(asked.page, asked.districts, queries.drawings()))


def _asked(request: HttpRequest) -> _Asked:
    places = desk.programme_places()
    province = queries.province_of(places[0]) if places else None
    if province is None:
        return _Asked(MapForm(request.GET, sources=[], offences=[]), [])
    who, districts = actor(request), queries.districts_in(province)
    seen = [d for d in districts if may(who, Permission.SEE_FIGURES, queries.scope(d))]
    sources = [view for view in desk.sources_here(province) if desk.can_profile(view)]
    view = _source(request, sources)
    offences = offences_of(view) if view else []
    form = MapForm(request.GET, sources=sources, offences=offences)
    if view is None or not seen or not form.is_valid():
        return _Asked(form, districts)
    try:
        period = form.cleaned_data.get("period") or default_period(view, province)
        layer = form.cleaned_data["layer"]
        page = map_page(view, province, seen, period, form.offence(), layer)
    except BadInput as error:
        return _Asked(form, districts, problems=tuple(error.problems))
    filled = {
        "source": view.code,
        "first": f"{period.start:%Y-%m}",
        "last": f"{period.end:%Y-%m}",
        "offence": form.cleaned_data["offence"] if form.offence() else "",
        "layer": page.layer,
    }
    layers = [layer for layer in (CELLS, FINE, DISTRICTS) if layer in page.layers]
    shown = MapForm(filled, sources=sources, offences=offences, layers=layers)
    return _Asked(shown, districts, page)


def _source(request: HttpRequest, sources: list[SourceView]) -> SourceView | None:
    """The source that was chosen; else the first that can be shown in cells, else the first."""
    chosen = [view for view in sources if view.code == request.GET.get("source")]
    placed = [view for view in sources if {"x", "y"} <= set(view.spec.columns)]
    return next(iter([*chosen, *placed, *sources]), None)
