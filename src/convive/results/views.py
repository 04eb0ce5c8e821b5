"""The plan with how far each indicator has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Scope, may
from convive.domain.plans import queries
from convive.domain.plans.models import Objective, Plan
from convive.domain.plans.queries import Branch
from convive.domain.programme.guard import actor, opens
from convive.kernel import downloads
from convive.results import exports
from convive.results.progress import Progress, indicator_progress


@dataclass(frozen=True)
class Row:
    """An objective on the page, the level of its heading, and its indicators one level below."""

    objective: Objective
    heading: int
    indicators: tuple[Progress, ...]

    @property
    def indicator_heading(self) -> int:
        return self.heading + 1


def _scope(_request: HttpRequest, code: str = "") -> Scope:
    plan = queries.plan(code)
    if plan is None and code:
        raise Http404(code)
    return _scope_of(plan) if plan else EVERYWHERE


def _scope_of(plan: Plan) -> Scope:
    return Scope(district=plan.district.ref) if plan.district else EVERYWHERE


@opens(Permission.SEE_PLAN, scope=_scope)
def plan(request: HttpRequest, code: str = "") -> HttpResponse:
    """The objectives of a plan and their indicators; the programme's own without a code."""
    found = queries.plan(code)
    if found is None and code:
        raise Http404(code)
    rows = _rows(found, request) if found else []
    context = {
        "plan": found,
        "rows": rows,
        "plans": queries.plans(),
        "is_sample": any(p.achieved.is_sample for row in rows for p in row.indicators),
    }
    return render(request, "results/plan.html", context)


def _rows(plan: Plan, request: HttpRequest) -> list[Row]:
    shows_figures = may(actor(request), Permission.SEE_FIGURES, _scope_of(plan))
    rows: list[Row] = []

    def walk(branches: tuple[Branch, ...], depth: int) -> None:
        for branch in branches:
            indicators = branch.indicators if shows_figures else ()
            found = [indicator_progress(i, place=plan.district) for i in indicators]
            found.sort(key=lambda progress: progress.target is None)  # what was promised, first
            rows.append(Row(branch.objective, min(depth, 3), tuple(found)))
            walk(branch.below, depth + 1)

    walk(queries.plan_tree(plan), 2)
    return rows


@opens(Permission.SEE_FIGURES, scope=_scope)
def achieved_csv(request: HttpRequest, code: str) -> HttpResponse:
    """What was achieved, as CSV, small numbers hidden."""
    return _download(request, code, downloads.as_csv)


@opens(Permission.SEE_FIGURES, scope=_scope)
def achieved_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """What was achieved, as a workbook, small numbers hidden."""
    return _download(request, code, downloads.as_xlsx)


def _download(
    request: HttpRequest, code: str, write: Callable[..., downloads.File]
) -> HttpResponse:
    plan = queries.plan(code)
    if plan is None:
        raise Http404(code)
    found = [(row.objective.code, p) for row in _rows(plan, request) for p in row.indicators]
    sample = "muestra-" if any(p.achieved.is_sample for _objective, p in found) else ""
    cleared, about = exports.cleared(plan, found), exports.about(plan, found)
    return downloads.answer(write(cleared, exports.NAME, name=f"{sample}{code}", about=about))
