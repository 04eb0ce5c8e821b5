"""Pages of evaluations: write a design, see its versions, open its result, read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Scope, may
from convive.domain.observatory import actions_evaluations as actions
from convive.domain.observatory import evaluation_page, evaluation_tables, queries
from convive.domain.observatory import queries_evaluations as asked
from convive.domain.observatory.desk import can_profile
from convive.domain.observatory.evaluation_forms import DesignForm, SetAsideForm, first_words
from convive.domain.observatory.map_page import offences_of
from convive.domain.observatory.models import Evaluation, Opening
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.kernel import downloads
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell
from convive.kernel.leaving import Audience


def _seen(request: HttpRequest, number: int) -> Scope:
    return _scope(request, number, Permission.SEE_FIGURES)


def _made(request: HttpRequest, number: int) -> Scope:
    return _scope(request, number, Permission.MAKE_REPORT)


def _scope(request: HttpRequest, number: int, permission: Permission) -> Scope:
    """Where it was done: the right is asked for in each of these places, the first is named."""
    found = _evaluation(number)
    asked.require_evaluation(actor(request), permission, found)
    where = asked.treated_places(found)
    return Scope(district=where[0]) if where else EVERYWHERE


def _opened(request: HttpRequest, number: int, name: str = "") -> Scope:
    """A result tells of every place of its design."""
    design = _opening(number).design
    asked.require_places(actor(request), Permission.SEE_FIGURES, design.places)
    return Scope(district=design.treated[0])


def _evaluation(number: int) -> Evaluation:
    found = asked.evaluation(number)
    if found is None:
        raise Http404
    return found


def _opening(number: int) -> Opening:
    found = asked.opening(number)
    if found is None:
        raise Http404
    return found


@opens(Permission.SEE_FIGURES)
def evaluations(request: HttpRequest) -> HttpResponse:
    """What is evaluated, of the places whose exact numbers this person may see."""
    who = actor(request)
    listed = [evaluation_page.listed(row) for row in asked.evaluations_for(who)]
    context = {"listed": listed, "may_write": may(who, Permission.MAKE_REPORT)}
    return render(request, "observatory/evaluations.html", context)


@opens(Permission.MAKE_REPORT)
def new_evaluation(request: HttpRequest) -> HttpResponse:
    """Write the design of a new evaluation."""
    return _design(request, None)


@opens(Permission.MAKE_REPORT, scope=_made)
def evaluation_design(request: HttpRequest, number: int) -> HttpResponse:
    """Write the design of an evaluation, or another version of it."""
    return _design(request, _evaluation(number))


@opens(Permission.SEE_FIGURES, scope=_seen)
def evaluation(request: HttpRequest, number: int) -> HttpResponse:
    """An evaluation: its design with every version, and its results."""
    return _page(request, _evaluation(number), SetAsideForm())


@require_POST
@opens(Permission.MAKE_REPORT, scope=_made)
def evaluation_set_aside(request: HttpRequest, number: int) -> HttpResponse:
    """Nobody evaluates it, with the reason."""
    form = SetAsideForm(request.POST)
    if form.is_valid():
        try:
            actions.set_evaluation_aside(by=actor(request), number=number, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            return redirect("observatory:evaluation", number=number)
    return _page(request, _evaluation(number), form, status=422)


@require_POST
@opens(Permission.SEE_FIGURES, scope=_seen)
def evaluation_open(request: HttpRequest, number: int) -> HttpResponse:
    """Open the result: the worker works it out."""
    try:
        found = actions.open_result(by=actor(request), number=number)
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}")
        return redirect("observatory:evaluation", number=number)
    return redirect("observatory:effect", number=found.pk)


@opens(Permission.SEE_FIGURES, scope=_opened)
def effect(request: HttpRequest, number: int) -> HttpResponse:
    """A result, or how far it is. htmx asks for the same address and takes its part."""
    found = _opening(number)
    if getattr(request, "htmx", False) and not found.is_waited_for:
        return HttpResponseClientRefresh()
    design = found.design
    latest = asked.current(design.evaluation)
    context: dict[str, Any] = {
        "found": found,
        "design": design,
        "is_latest": latest == design,
        "trace": evaluation_page.trace(design.evaluation),
        "honesty": evaluation_page.honesty(design),
        "is_sample": found.is_sample,
    }
    if found.answered_at:
        version, _batches = queries.evidence_version(design.source)
        context |= {
            "answer": evaluation_page.result_page(found),
            "is_old": version != found.version,
        }
    return render(request, "observatory/effect.html", context)


@opens(Permission.SEE_FIGURES, scope=_opened)
def effect_csv(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One table of a result as CSV, its small counts hidden."""
    found = _opening(number)
    if not found.answered_at:
        raise Http404
    told = evaluation_tables.cleared(found, Audience.OUTSIDE)
    if name not in {table.name for table in told.tables}:
        raise Http404
    sample = "muestra-" if found.is_sample else ""
    file_name = f"{sample}effect-{found.design.evaluation_id}-v{found.design.version}-{name}"
    about = evaluation_page.origin(found)
    return downloads.answer(downloads.as_csv(told, name, name=file_name, about=about))


def _design(request: HttpRequest, found: Evaluation | None) -> HttpResponse:
    who = actor(request)
    before = asked.current(found) if found else None
    sources = [view for view in evidence.sources() if view.coverage and can_profile(view)]
    own = _places_of(who)
    form = DesignForm(
        request.POST if request.method == "POST" else None,
        sources=sources,
        offences={view.code: offences_of(view) for view in sources},
        own=own,
        districts=_districts(),
        commitments=() if found else asked.commitments_for(who),
        is_change=before is not None,
        initial=first_words(before) if before else _usual(found),
    )
    if form.is_valid():
        try:
            design = actions.set_down_design(
                by=who,
                facts=form.facts(),
                number=found.pk if found else None,
                reason=form.cleaned_data.get("reason", ""),
                commitment=_chosen(who, form.cleaned_data.get("commitment", "")),
            )
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("It was set down. From now on every change is told."))
            return redirect("observatory:evaluation", number=design.evaluation_id)
    context = {
        "form": form,
        "found": found,
        "before": before,
        "was_seen": found is not None and asked.result_was_seen(found),
        "title": evaluation_page.title(found) if found else "",
    }
    return render(request, "observatory/design.html", context, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, found: Evaluation, form: SetAsideForm, *, status: int = 200
) -> HttpResponse:
    who = actor(request)
    design = asked.current(found)
    may_write = asked.may_evaluate(who, Permission.MAKE_REPORT, found)
    openings = asked.openings(found)
    context: dict[str, Any] = {
        "found": found,
        "title": evaluation_page.title(found),
        "design": design,
        "versions": evaluation_page.versions(found),
        "trace": evaluation_page.trace(found),
        "form": form,
        "may_write": may_write and not found.set_aside_at,
        "may_set_aside": may_write and not found.set_aside_at and not openings,
    }
    if design is not None:
        results = asked.may_open(who, design)
        context |= {
            "honesty": evaluation_page.honesty(design),
            "ready": asked.ready(design),
            "may_open": results,
            "results": [
                (row, evaluation_page.sentence(row) if row.answered_at else "")
                for row in openings
                if results and asked.may_open(who, row.design)
            ],
            "is_sample": evidence.source(design.source).is_sample,
        }
    return render(request, "observatory/evaluation.html", context, status=status)


def _districts() -> list[Place]:
    return list(programme.places().filter(level=Place.Level.DISTRICT).order_by("code"))


def _places_of(who: Any) -> list[Place]:
    """Districts in which this person may write a design; those of the programme first."""
    rows = [
        place
        for place in _districts()
        if may(who, Permission.MAKE_REPORT, Scope(district=place.ref))
    ]
    return sorted(rows, key=lambda place: (not place.in_programme, place.code))


def _chosen(who: Any, number: str) -> Any:
    return next((row for row in asked.commitments_for(who) if str(row.pk) == number), None)


def _usual(found: Evaluation | None) -> dict[str, Any]:
    """What is known of it already: what was promised, and where."""
    if found is None:
        return {}
    place = asked.first_place(found)
    usual: dict[str, Any] = {"treated": [place.ref] if place else []}
    if found.commitment is not None:
        usual["what"] = found.commitment.what
    if found.finding is not None:
        usual["source"] = found.finding.analysis.source
        usual["offence"] = found.finding.analysis.options.get("offence", "")
    return usual
