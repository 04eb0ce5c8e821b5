"""Pages of questions of place and time: choose one, ask it, follow it, read the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Actor, Scope
from convive.domain.observatory import (
    actions,
    analysis_page,
    analysis_tables,
    desk,
    programmes_page,
    queries,
)
from convive.domain.observatory.analyses.questions import QUESTIONS, Question
from convive.domain.observatory.analysis_forms import AskForm
from convive.domain.observatory.map_page import offences_of
from convive.domain.observatory.models import Analysis, Kind
from convive.domain.observatory.views import place_or_404
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.evidence.positions import may_be_mapped
from convive.evidence.queries import SourceView
from convive.kernel import downloads
from convive.kernel.errors import BadInput
from convive.kernel.leaving import Audience
from convive.kernel.periods import Period

_TWO_YEARS = timedelta(days=730)  # one to learn from, one to be tried on


def of_place(request: HttpRequest, scheme: str, code: str, kind: str = "") -> Scope:
    """Exact numbers of every district of the place are needed to ask anything of it."""
    place = place_or_404(scheme, code)
    queries.require_analysis(actor(request), Permission.SEE_FIGURES, place)
    return queries.scope(place)


def _of_analysis(request: HttpRequest, number: int, name: str = "") -> Scope:
    place = _analysis(number).place
    queries.require_analysis(actor(request), Permission.SEE_FIGURES, place)
    return queries.scope(place) if place else EVERYWHERE


def _analysis(number: int) -> Analysis:
    found = queries.analysis(number)
    if found is None:
        raise Http404
    return found


@opens(Permission.SEE_FIGURES)
def analyses(request: HttpRequest) -> HttpResponse:
    """The latest answers of the places whose exact numbers this person may see, and services,
    organisations and districts side by side by what became of those who came."""
    who = actor(request)
    listed = [
        (found, analysis_page.question_of(found), analysis_page.subject(found))
        for found in queries.analyses_for(who)
    ]
    places = [
        place
        for place in desk.programme_places()
        if queries.may_analyse(who, Permission.SEE_FIGURES, place)
    ]
    context: dict[str, Any] = {"listed": listed, "places": places}
    context["beside"] = programmes_page.beside(who, request.GET)
    return render(request, "observatory/analyses.html", context)


@opens(Permission.SEE_FIGURES, scope=of_place)
def questions(request: HttpRequest, scheme: str, code: str) -> HttpResponse:
    """The questions that can be asked of a place, and why not where one cannot."""
    here = place_or_404(scheme, code)
    sources = desk.sources_here(here)
    listed = [
        (
            question,
            "" if question.by_hand or _able(question, sources) else _why_not(question, sources),
        )
        for question in QUESTIONS.values()
    ]
    return render(request, "observatory/questions.html", {"place": here, "listed": listed})


@opens(Permission.SEE_FIGURES, scope=of_place)
def ask(request: HttpRequest, scheme: str, code: str, kind: str) -> HttpResponse:
    """The form of a question; sent, it is answered by the worker."""
    here = place_or_404(scheme, code)
    question = QUESTIONS.get(kind)
    if question is None:
        raise Http404
    sources = _able(question, desk.sources_here(here))
    closely = not question.is_of_districts
    offences = {
        view.code: [o for o in offences_of(view) if not closely or may_be_mapped(o)]
        for view in sources
    }
    form = AskForm(
        request.POST if request.method == "POST" else None,
        initial=_usual(here, sources, question),
        question=question,
        sources=sources,
        offences=offences,
    )
    if form.is_valid():
        try:
            found = actions.ask_analysis(
                by=actor(request),
                kind=kind,
                source=form.cleaned_data["source"],
                period=form.cleaned_data["period"],
                place=here.ref,
                offence=form.cleaned_data["offence"],
                options=form.choices(),
            )
        except BadInput as error:
            for problem in error.problems:
                where = problem.where if problem.where in form.fields else None
                form.add_error(where, f"{problem.why} {problem.remedy}".strip())
        else:
            return redirect("observatory:analysis", number=found.pk)
    context = {"place": here, "question": question, "form": form, "sources": sources}
    context["why_not"] = "" if sources else _why_not(question, desk.sources_here(here))
    return render(request, "observatory/ask.html", context, status=422 if form.errors else 200)


@opens(Permission.SEE_FIGURES, scope=_of_analysis)
def analysis(request: HttpRequest, number: int) -> HttpResponse:
    """An answer, or how far it is. htmx asks for the same address and takes its part."""
    found = _analysis(number)
    if getattr(request, "htmx", False) and not found.is_waited_for:
        return HttpResponseClientRefresh()
    context: dict[str, Any] = {
        "found": found,
        "question": analysis_page.question_of(found),
        "subject": analysis_page.subject(found),
        "is_sample": found.is_sample,
    }
    if found.answered_at:
        context |= {
            "answer": analysis_page.answer_page(found, _sees(actor(request), found)),
            "is_old": queries.is_old(found),
            "findings": queries.findings_of(found.pk),
            "may_keep": queries.may_analyse(actor(request), Permission.MAKE_REPORT, found.place),
        }
    return render(request, "observatory/analysis.html", context)


@opens(Permission.SEE_FIGURES, scope=_of_analysis)
def table_csv(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One table of an answer as CSV, its small counts hidden."""
    found = _analysis(number)
    if not found.answered_at or name not in analysis_page.question_of(found).tables:
        raise Http404
    threshold = queries.threshold_of(found)
    told = analysis_tables.cleared(found, threshold, Audience.OUTSIDE)
    sample = "muestra-" if found.is_sample else ""
    file_name = f"{sample}{found.kind}-{found.pk}-{name}"
    about = analysis_page.origin(found)
    return downloads.answer(downloads.as_csv(told, name, name=file_name, about=about))


@require_POST
@opens(Permission.SEE_FIGURES, scope=_of_analysis)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """The same question to the evidence of today."""
    try:
        found = actions.ask_again(by=actor(request), number=number)
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}")
        return redirect("observatory:analysis", number=number)
    return redirect("observatory:analysis", number=found.pk)


@require_POST
@opens(Permission.SEE_FIGURES, scope=_of_analysis)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the worker to leave it."""
    actions.stop_analysis(by=actor(request), number=number)
    return redirect("observatory:analysis", number=number)


def _sees(who: Actor, found: Analysis) -> set[str]:
    """The districts that a comparison names whose counts this person may see exactly."""
    if found.kind != Kind.COMPARE:
        return set()
    refs = {row["ref"] for row in found.result["numbers"]["places"]}
    rows = [place for place in programme.places() if place.ref in refs]
    return {place.ref for place in rows if queries.may_analyse(who, Permission.SEE_FIGURES, place)}


def _able(question: Question, sources: list[SourceView]) -> list[SourceView]:
    """The sources that can carry a question."""
    return [view for view in sources if not question.why_not(view.spec)]


def _why_not(question: Question, sources: list[SourceView]) -> str:
    return " ".join(f"{view.name}: {question.why_not(view.spec)}" for view in sources[:3])


def _usual(here: Place, sources: list[SourceView], question: Question) -> dict[str, str]:
    """The last two years of the first source; all its months for a question of months; for a
    comparison the last twelve firm ones on one side of every break."""
    if not sources or sources[0].coverage is None:
        return {}
    whole = sources[0].coverage
    first = max(whole.start, whole.end - _TWO_YEARS + timedelta(days=1))
    if question.on_months is not None:
        first = whole.start
    period = Period(first, whole.end)
    if question.on_places is not None:
        period = desk.Desk(here, sources[0], period).recent
    return {
        "source": sources[0].code,
        "first": f"{period.start:%Y-%m}",
        "last": f"{period.end:%Y-%m}",
    }
