"""The page on which counts of lists are typed: how many are there that no list holds?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from convive.access.permissions import Permission
from convive.domain.observatory import actions
from convive.domain.observatory.analyses.questions import QUESTIONS
from convive.domain.observatory.analyses.undercount_given import (
    LISTS,
    History,
    list_name,
    of_file,
    require_names,
)
from convive.domain.observatory.analysis_views import of_place
from convive.domain.observatory.models import Kind
from convive.domain.observatory.undercount_forms import (
    CountsForm,
    FileForm,
    ListsForm,
    initial_of,
)
from convive.domain.observatory.views import place_or_404
from convive.domain.programme.guard import actor, opens
from convive.kernel.errors import BadInput


@opens(Permission.SEE_FIGURES, scope=of_place)
def undercount(request: HttpRequest, scheme: str, code: str) -> HttpResponse:
    """Choose the lists, type their counts or bring them in a small table, and ask."""
    here = place_or_404(scheme, code)
    context: dict[str, Any] = {"place": here, "question": QUESTIONS[Kind.UNDERCOUNT]}
    if request.method == "POST" and "file" in request.FILES:
        return _brought(request, context)
    names = _names(request.GET)
    lists = ListsForm(request.GET if names else None)
    if not names or not _are_lists(lists, names):
        return _first(request, context, lists, FileForm())
    form = CountsForm(request.POST if request.method == "POST" else None, names=names)
    if form.is_valid():
        try:
            found = actions.ask_undercount(
                by=actor(request),
                place=here.ref,
                period=form.cleaned_data["period"],
                given=form.given(),
                is_sample=form.cleaned_data["is_sample"],
            )
        except BadInput as error:
            _say(form, error)
        else:
            return redirect("observatory:analysis", number=found.pk)
    return _second(request, context, form)


def _brought(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """A small table was sent: its counts fill the form, to be looked at. Nothing of it is kept."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            names, counts = _read(form.cleaned_data["file"])
        except BadInput as error:
            _say(form, error)
        else:
            filled = CountsForm(names=names, initial=initial_of(counts, len(names)))
            return _second(request, context, filled)
    return _first(request, context, ListsForm(), form)


def _read(file: UploadedFile) -> tuple[tuple[str, ...], dict[History, int]]:
    with settings.HOME.scratch() as folder:
        ending = (file.name or "").rpartition(".")[2].lower()
        path = folder / f"counts.{ending if ending.isalnum() else 'csv'}"
        path.write_bytes(file.read())
        return of_file(path)


def _names(given: QueryDict) -> tuple[str, ...]:
    """Lists by their code, and others as they are called."""
    own = [name for name in given if name.startswith("own_")]
    names = [*given.getlist("lists"), *(str(given[name]).strip() for name in sorted(own))]
    return tuple(name for name in names if name)


def _are_lists(form: forms.Form, names: tuple[str, ...]) -> bool:
    try:
        require_names(names)
    except BadInput as error:
        form.is_valid()
        _say(form, error)
        return False
    return True


def _say(form: forms.Form, error: BadInput) -> None:
    for problem in error.problems:
        where = problem.where if problem.where in form.fields else None
        place = "" if where or problem.where in {"counts", "lists", "file"} else problem.where
        said = f"{problem.why} {problem.remedy}".strip()
        form.add_error(where, f"{place}: {said}" if place else said)


def _first(
    request: HttpRequest, context: dict[str, Any], lists: forms.Form, file: forms.Form
) -> HttpResponse:
    context |= {"lists": lists, "file": file}
    status = 422 if lists.errors or file.errors else 200
    return render(request, "observatory/undercount.html", context, status=status)


def _second(request: HttpRequest, context: dict[str, Any], form: CountsForm) -> HttpResponse:
    query = QueryDict(mutable=True)
    own = [name for name in form.names if name not in LISTS]
    query.setlist("lists", [name for name in form.names if name in LISTS])
    for number, name in enumerate(own, 1):
        query[f"own_{number}"] = name
    context |= {
        "form": form,
        "names": [list_name(name) for name in form.names],
        "query": query.urlencode(),
    }
    status = 422 if form.errors else 200
    return render(request, "observatory/undercount.html", context, status=status)
