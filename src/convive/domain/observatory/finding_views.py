"""Pages of findings: keep one, confirm it or set it aside, take it up, print its sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Scope
from convive.domain.observatory import actions_findings as actions
from convive.domain.observatory import analysis_page, evaluation_page, queries, queries_evaluations
from convive.domain.observatory.analysis_sectors import centre, sectors_of
from convive.domain.observatory.finding_forms import AsideForm, KeepForm, RoundsForm
from convive.domain.observatory.models import Analysis, Finding
from convive.domain.plans.forms import CommitmentForm
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.domain.programme.models import Place
from convive.domain.programme.queries_access import name_of
from convive.kernel.errors import BadInput


def _where(place: Place | None) -> Scope:
    return queries.scope(place) if place else EVERYWHERE


def _scoped(permission: Permission) -> Callable[..., Scope]:
    """The scope of a finding, whose numbers tell each district of its place."""

    def scope(request: HttpRequest, number: int) -> Scope:
        place = _finding(number).analysis.place
        queries.require_analysis(actor(request), permission, place)
        return _where(place)

    return scope


def _of_analysis(request: HttpRequest, number: int) -> Scope:
    place = _analysis(number).place
    queries.require_analysis(actor(request), Permission.MAKE_REPORT, place)
    return _where(place)


def _analysis(number: int) -> Analysis:
    found = queries.analysis(number)
    if found is None:
        raise Http404
    return found


def _finding(number: int) -> Finding:
    found = queries.finding(number)
    if found is None:
        raise Http404
    return found


@opens(Permission.MAKE_REPORT, scope=_of_analysis)
def keep(request: HttpRequest, number: int) -> HttpResponse:
    """Keep an answer as a finding."""
    answer = _analysis(number)
    if not answer.answered_at:
        raise Http404
    given = request.POST if request.method == "POST" else None
    form = KeepForm(given, sectors=sectors_of(answer))
    if form.is_valid():
        data = form.cleaned_data
        try:
            kept = actions.keep_finding(
                by=actor(request),
                analysis=number,
                why=data["why"],
                valid_until=data["valid_until"],
                sectors=data.get("sectors", ()),
                hours=data["hours"],
            )
        except BadInput as error:
            _tell(form, error)
        else:
            return redirect("observatory:finding", number=kept.pk)
    context = {
        "found": answer,
        "form": form,
        "question": analysis_page.question_of(answer),
        "subject": analysis_page.subject(answer),
        "sentence": analysis_page.sentence(answer),
        "is_sample": answer.is_sample,
    }
    return render(request, "observatory/keep.html", context, status=422 if form.errors else 200)


@opens(Permission.SEE_FIGURES, scope=_scoped(Permission.SEE_FIGURES))
def finding(request: HttpRequest, number: int) -> HttpResponse:
    """A finding: what it rests on, who stands by it, what is done because of it."""
    return _page(request, _finding(number), AsideForm())


@opens(Permission.SEE_FIGURES, scope=_scoped(Permission.SEE_FIGURES))
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """One page to print: sectors, hours, why, until when, and room for done or not done."""
    found = _finding(number)
    return render(request, "observatory/sheet.html", _context(found))


@require_POST
@opens(Permission.SEE_FIGURES, scope=_scoped(Permission.SEE_FIGURES))
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """A second person stands by it."""
    try:
        actions.confirm_finding(by=actor(request), number=number)
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}")
    return redirect("observatory:finding", number=number)


@require_POST
@opens(Permission.MAKE_REPORT, scope=_scoped(Permission.MAKE_REPORT))
def set_aside(request: HttpRequest, number: int) -> HttpResponse:
    """It is not acted upon, with the reason."""
    form = AsideForm(request.POST)
    if form.is_valid():
        try:
            actions.set_finding_aside(by=actor(request), number=number, **form.cleaned_data)
        except BadInput as error:
            _tell(form, error)
        else:
            return redirect("observatory:finding", number=number)
    return _page(request, _finding(number), form, status=422)


@opens(Permission.MAKE_COMMITMENT, scope=_scoped(Permission.SEE_FIGURES))
def take_up(request: HttpRequest, number: int) -> HttpResponse:
    """An organisation promises to act on it."""
    found = _finding(number)
    given = request.POST if request.method == "POST" else None
    place = found.analysis.place
    first = {"due": found.valid_until, "district": place.ref if place else ""}
    form = CommitmentForm(given, who=actor(request), initial=first)
    if form.is_valid():
        try:
            made = actions.take_up_finding(by=actor(request), number=number, **form.cleaned_data)
        except BadInput as error:
            _tell(form, error)
        else:
            return redirect("plans:commitment", number=made.pk)
    context = {"form": form, **_context(found)}
    return render(request, "observatory/take_up.html", context, status=422 if form.errors else 200)


@opens(Permission.RECORD_VALUE, scope=_scoped(Permission.RECORD_VALUE))
def rounds(request: HttpRequest, number: int) -> HttpResponse:
    """Done or not done, as the sheet came back."""
    found = _finding(number)
    given = request.POST if request.method == "POST" else None
    form = RoundsForm(given, sectors=found.sectors, initial={"day": programme.today()})
    if form.is_valid():
        try:
            actions.tell_rounds(
                by=actor(request), number=number, day=form.cleaned_data["day"], done=form.done()
            )
        except BadInput as error:
            _tell(form, error)
        else:
            messages.success(request, _("Saved. It counts when it is asked whether it worked."))
            return redirect("observatory:finding", number=number)
    context = {"form": form, **_context(found)}
    return render(request, "observatory/rounds.html", context, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, found: Finding, form: AsideForm, *, status: int = 200
) -> HttpResponse:
    who = actor(request)
    place = found.analysis.place
    may = {
        permission: queries.may_analyse(who, permission, place)
        for permission in {queries.may_confirm_with(found), Permission.MAKE_REPORT}
    }
    confirms = may[queries.may_confirm_with(found)]
    shared = _context(found)
    is_own = found.kept_by == who.id
    context = {
        "form": form,
        "may_confirm": confirms and not is_own and not shared["is_old"],
        "may_set_aside": confirms or (is_own and may[Permission.MAKE_REPORT]),
        "commitments": queries.commitments_of(who, found.pk),
        "evaluations": [
            evaluation_page.listed(one) for one in queries_evaluations.of_finding(found)
        ],
        "rounds": _counted(found),
        "kept_by": name_of(found.kept_by),
        "decided_by": name_of(found.decided_by) if found.decided_by else "",
        **shared,
    }
    return render(request, "observatory/finding.html", context, status=status)


def _context(found: Finding) -> dict[str, Any]:
    answer = found.analysis
    return {
        "finding": found,
        "found": answer,
        "question": analysis_page.question_of(answer),
        "subject": analysis_page.subject(answer),
        "sentence": analysis_page.sentence(answer),
        "why": _why(found),
        "source_name": analysis_page.source_name(answer),
        "sectors": [(number, cell, centre(cell)) for number, cell in enumerate(found.sectors, 1)],
        "drawing": analysis_page.sectors_drawn(found.sectors, answer.place),
        "is_valid": found.is_valid_on(programme.today()),
        "is_old": queries.is_old(answer),
        "is_sample": answer.is_sample,
    }


def _why(found: Finding) -> str:
    """What it means here: as somebody wrote it, or as the watch says it to this reader."""
    if not queries.is_of_the_watch(found):
        return found.why
    return _("Found by the weekly watch: %(sentence)s") % {
        "sentence": analysis_page.sentence(found.analysis)
    }


def _counted(found: Finding) -> list[tuple[Any, int, int]]:
    """Each day that was told: rounds that were made, and all that were told."""
    done: Counter[Any] = Counter()
    told: Counter[Any] = Counter()
    for row in found.rounds.all():
        told[row.day] += 1
        done[row.day] += row.was_done
    return [(day, done[day], told[day]) for day in sorted(told, reverse=True)]


def _tell(form: forms.Form, error: BadInput) -> None:
    for problem in error.problems:
        where = problem.where if problem.where in form.fields else None
        form.add_error(where, f"{problem.why} {problem.remedy}".strip())
