"""Pages of cases for the team. Nobody else of the organisation opens one, or learns that it is."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.cases import actions, actions_screening, pages, queries
from convive.domain.cases.forms import (
    GoalForm,
    NeedsForm,
    OpenForm,
    ScreenForm,
    StepForm,
    TeamForm,
    WordsForm,
)
from convive.domain.cases.serving import case_of, done, filled, seen_scope, sent, team_scope
from convive.domain.cases.vocabulary import State
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell

_ON_A_PAGE = 50


def _of_person(request: HttpRequest, code: str) -> Scope:
    return people.scope_of(_person(request, code))


def _person(request: HttpRequest, code: str) -> Person:
    found = people.person(actor(request), code)
    if found is None or found.is_erased or found.same_as is not None:
        raise Http404
    return found


@opens(Permission.KEEP_CASES, Permission.SUPERVISE_CASES)
def cases(request: HttpRequest) -> HttpResponse:
    """The cases of whose team somebody is or that they supervise; those that are open first."""
    who, every = actor(request), "all" in request.GET
    found = queries.cases_visible_to(who)
    if not every:
        found = found.filter(state=State.OPEN)
    page = Paginator(found, _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": pages.rows(page, who), "every": every}
    return render(request, "cases/list.html", context)


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=_of_person)
def of_person(request: HttpRequest, code: str) -> HttpResponse:
    """The cases of somebody that this actor sees; and a new one, where there is none open."""
    person, who = _person(request, code), actor(request)
    found = list(queries.of_person(who, person))
    account = programme.account_of(who)
    worker = account.pk if account else None
    scope = people.scope_of(person)
    form = OpenForm(request.POST if request.method == "POST" else None, scope=scope, worker=worker)
    if worker is not None and form.is_valid():
        try:
            made = actions.open_case(by=who, person=code, worker=worker, **form.cleaned_data)
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("The case is open."))
            return redirect("cases:case", code=made.code)
    context = {
        "person": person,
        "rows": pages.rows(found, who),
        "form": None if any(one.is_open for one in found) else form,
        "consents": people.agrees(person, Purpose.SERVICES),
    }
    return render(request, "cases/of_person.html", context, status=422 if form.errors else 200)


@opens(Permission.KEEP_CASES, Permission.SUPERVISE_CASES, scope=seen_scope)
def case(request: HttpRequest, code: str) -> HttpResponse:
    """A case: its needs, plan, notes, reviews, and who works on it."""
    return render(request, "cases/case.html", pages.case(case_of(request, code), actor(request)))


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=team_scope)
def needs(request: HttpRequest, code: str) -> HttpResponse:
    """What the person needs now."""
    form = NeedsForm(sent(request))
    form.initial["needs"] = case_of(request, code).needs.split()
    return filled(request, code, form, _("What the person needs"), actions.say_needs)


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=team_scope)
def note(request: HttpRequest, code: str) -> HttpResponse:
    """Write what happened."""
    said = _("Only the team and the supervisor read it. It is not changed later.")
    return filled(
        request, code, WordsForm(sent(request)), _("Write a note"), actions.write_note, said
    )


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=team_scope)
def goal(request: HttpRequest, code: str) -> HttpResponse:
    """One more goal of the plan."""
    return filled(request, code, GoalForm(sent(request)), _("Add a goal"), actions.set_goal)


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=team_scope)
def step(request: HttpRequest, code: str, goal: str) -> HttpResponse:
    """One more step towards a goal."""
    form = StepForm(sent(request))
    return filled(request, code, form, _("Add a step"), actions.add_step, goal=goal)


@require_POST
@opens(Permission.KEEP_CASES, scope=team_scope)
def end_goal(request: HttpRequest, code: str, goal: str) -> HttpResponse:
    """Say that a goal is reached, or given up."""
    met = request.POST.get("met") == "yes"
    return done(request, code, actions.end_goal, goal=goal, met=met)


@require_POST
@opens(Permission.KEEP_CASES, scope=team_scope)
def step_done(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Say that a step was done."""
    return done(request, code, actions.do_step, step=step)


@opens(Permission.KEEP_CASES, Permission.SUPERVISE_CASES, scope=seen_scope)
def team(request: HttpRequest, code: str) -> HttpResponse:
    """Who works on a case and who supervises it."""
    found = case_of(request, code)
    form = TeamForm(
        sent(request), found=found, supervises=queries.is_supervisor(actor(request), found)
    )
    said = _("Whoever is not named here does not see the case.")
    return filled(
        request, code, form, _("Who works on the case"), actions.set_team, said, leaving=True
    )


@opens(Permission.KEEP_CASES, Permission.SUPERVISE_CASES, scope=seen_scope)
def screening(request: HttpRequest, code: str) -> HttpResponse:
    """The screenings of a case, the newest first."""
    found = case_of(request, code)
    context = pages.screening(found, actor(request))
    if not context["shown"]:
        raise Http404
    return render(request, "cases/screening.html", context)


@sensitive_post_parameters()
@opens(Permission.KEEP_CASES, scope=team_scope)
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """Write down what was found, factor by factor; and choose the tier."""
    found, who = case_of(request, code), actor(request)
    if not queries.agrees(found):
        messages.error(request, _("The person does not agree to be attended."))
        return redirect("cases:case", code=code)
    form = ScreenForm(sent(request), factors=queries.factors())
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions_screening.screen(
                by=who, case=code, on=data["on"], said=form.said(), tier=data["tier"],
                why=data["why"],
            )  # fmt: skip
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("cases:screening", code=code)
    context = pages.head(found, who) | {"form": form}
    return render(request, "cases/screen.html", context, status=422 if form.errors else 200)
