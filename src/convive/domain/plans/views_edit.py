"""Pages on which a coordinator changes the plan: a form, what it would change, and then the change.

Where more than one thing changes, the change is shown before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Scope
from convive.domain.plans import actions_edit, queries
from convive.domain.plans.editing import Facts, changed, facts_of, fingerprint
from convive.domain.plans.forms_edit import (
    DropForm,
    Edit,
    IndicatorForm,
    ObjectiveForm,
    PlanForm,
    TargetForm,
    as_filters,
)
from convive.domain.plans.models import Indicator, Plan, Target
from convive.domain.plans.shown import difference
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell

_PER_PAGE = 50


@dataclass(frozen=True)
class _Page:
    """One page of changing: the words above it, how it stands now, where it leads back."""

    title: str
    form: type[Edit]
    now: Facts
    back: str
    more: Mapping[str, Any]


@opens(Permission.CHANGE_PLAN)
def plan(request: HttpRequest, code: str) -> HttpResponse:
    found = _plan(code)
    page = _Page(found.name, PlanForm, facts_of(found), _plan_url(found), {})
    return _edit(request, page, lambda **sent: actions_edit.edit_plan(plan=code, **sent))


@opens(Permission.CHANGE_PLAN)
def objective(request: HttpRequest, code: str, objective: str) -> HttpResponse:
    within = _plan(code)
    found = _or_404(lambda: queries.objective(within, objective))
    back = f"{_plan_url(within)}#{found.code}"
    page = _Page(f"{found.code} · {found.name}", ObjectiveForm, facts_of(found), back, {})
    return _edit(
        request,
        page,
        lambda **sent: actions_edit.edit_objective(plan=code, code=objective, **sent),
    )


@opens(Permission.CHANGE_PLAN)
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """The definition of an indicator, and below it its targets."""
    found = _indicator(code)
    version = queries.latest_version(found)
    back = f"{_plan_url(found.objective.plan)}#{found.code}"
    more = {"indicator": found, "version": version, "targets": queries.targets(found)}
    page = _Page(version.name, IndicatorForm, facts_of(version), back, more)
    return _edit(
        request,
        page,
        lambda **sent: actions_edit.edit_indicator(indicator=code, **sent),
    )


@opens(Permission.CHANGE_PLAN)
def new_target(request: HttpRequest, code: str) -> HttpResponse:
    found = _indicator(code)
    first = {"place": programme.programme_place().ref}
    return _target(request, found, None, first)


@opens(Permission.CHANGE_PLAN)
def target(request: HttpRequest, code: str, number: int) -> HttpResponse:
    found = _indicator(code)
    aim = _or_404(lambda: queries.target(found, number))
    return _target(request, found, aim, facts_of(aim))


@opens(Permission.CHANGE_PLAN)
def drop_target(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Retire a target, with the reason."""
    found = _indicator(code)
    aim = _or_404(lambda: queries.target(found, number))
    form = DropForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions_edit.drop_target(
            by=actor(request), indicator=code, target=number, **form.cleaned_data
        )
        return redirect("plans:edit_indicator", code=code)
    context = {"form": form, "target": aim, "version": queries.latest_version(found)}
    status = 422 if form.errors else 200
    return render(request, "plans/drop_target.html", context, status=status)


def _scope(_request: HttpRequest, code: str) -> Scope:
    district = _plan(code).district
    return Scope(district=district.ref) if district else EVERYWHERE


@opens(Permission.SEE_PLAN, scope=_scope)
def revisions(request: HttpRequest, code: str) -> HttpResponse:
    """What was changed of a plan on its pages, by whom and why; the latest first."""
    found = _plan(code)
    page = Paginator(queries.revisions(found), _PER_PAGE).get_page(request.GET.get("page"))
    names = programme.names_of(row.made_by for row in page)
    rows = [(row, names.get(row.made_by, row.made_by), difference(row.fields)) for row in page]
    context = {"plan": found, "page": page, "rows": rows}
    return render(request, "plans/revisions.html", context)


def _target(request: HttpRequest, found: Indicator, aim: Target | None, now: Facts) -> HttpResponse:
    version = queries.latest_version(found)
    number = aim.pk if aim else None
    back = reverse("plans:edit_indicator", args=[found.code])
    page = _Page(version.name, TargetForm, now, back, {"target": aim, "indicator": found})
    return _edit(
        request,
        page,
        lambda **sent: actions_edit.set_target(indicator=found.code, target=number, **sent),
        is_new=aim is None,
    )


def _edit(
    request: HttpRequest, page: _Page, save: Callable[..., Any], *, is_new: bool = False
) -> HttpResponse:
    """The form; sent with one change it is made, with several it is shown first."""
    initial = page.now | {"seen": "" if is_new else fingerprint(page.now)}
    if isinstance(initial.get("filters"), dict):
        initial["filters"] = as_filters(initial["filters"])
    form = page.form(request.POST if request.method == "POST" else None, initial=initial)
    review, differs = False, {}
    if form.is_valid() and "again" not in request.POST:
        facts = form.facts()
        differs = changed(dict.fromkeys(facts) if is_new else page.now, facts)
        review = len(differs) > 1 and "sure" not in request.POST
        sent = {"by": actor(request), "facts": facts, **form.beside()}
        try:
            with transaction.atomic():
                save(**sent)
                transaction.set_rollback(review)  # shown first, and only where it can be done
        except BadInput as error:
            tell(form, error)
        else:
            if not review:
                return redirect(page.back)
    review = review and not form.errors
    context = {
        **page.more,
        "title": page.title,
        "form": form,
        "back": page.back,
        "is_new": is_new,
        "differs": difference(differs, form),
        "sent": _sent(request) if review else [],
    }
    template = "plans/review.html" if review else "plans/edit.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was filled in, for the hidden fields of the page that asks once more."""
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _plan_url(found: Plan) -> str:
    return reverse("results:plan_of", args=[found.code])


def _plan(code: str) -> Plan:
    found = queries.plan(code) if code else None
    if found is None:
        raise Http404(code)
    return found


def _indicator(code: str) -> Indicator:
    return _or_404(lambda: queries.indicator(code))


def _or_404(find: Callable[[], Any]) -> Any:
    try:
        return find()
    except BadInput:
        raise Http404 from None
