"""Files of people: brought in, in two steps; taken away; and the form for telephones.

A file belongs to the session of whoever brings it in: no address names it, so nobody else finds it.
"""

from __future__ import annotations

from contextlib import closing

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from convive.access.permissions import Permission
from convive.domain.people import actions_export, actions_import, files, importing, queries
from convive.domain.people.forms import ExportForm, ImportForm
from convive.domain.people.models import Import
from convive.domain.programme.guard import actor, opens
from convive.evidence.columns import Rows
from convive.kernel import downloads
from convive.kernel.errors import BadInput

_KEY = "people_import"
_SHOWN = 50  # refused rows on a page; the file has all


@sensitive_post_parameters()
@opens(Permission.KEEP_PEOPLE)
def bring_in(request: HttpRequest) -> HttpResponse:
    """A file of people: sent, what would happen, written down, receipt."""
    found = _current(request)
    if found is not None and request.method == "POST" and not request.FILES:
        return _go_on(request, found)
    if found is not None and request.method != "POST":
        context = {"found": found, "lines": importing.lines(found.rejects, _SHOWN)}
        return render(request, "people/import_told.html", context)
    who = actor(request)
    form = ImportForm(request, who=who)
    if form.is_valid():
        try:
            rows, file_hash = _read(form.cleaned_data["file"])
            made = actions_import.read_in(
                by=who, organisation=form.organisation, rows=rows, file_hash=file_hash
            )
        except BadInput as error:
            for each in error.problems:
                form.add_error("file", f"{each.where}: {each.why} {each.remedy}")
        else:
            if found is not None:  # one file at a time: the new one takes its place
                actions_import.give_up(by=who, code=found.code)
            request.session[_KEY] = made.code
            return redirect("people:import")
    return render(request, "people/import.html", {"form": form}, status=422 if form.errors else 200)


def _read(sent: UploadedFile[bytes]) -> tuple[Rows, str]:
    """What was sent; the file itself is deleted at once, not when the request is forgotten."""
    with closing(sent):
        return importing.read_content(sent.name or "", sent.read())


def _go_on(request: HttpRequest, found: Import) -> HttpResponse:
    who = actor(request)
    if "take" not in request.POST:
        actions_import.give_up(by=who, code=found.code)
        del request.session[_KEY]
        return redirect("people:import")
    try:
        actions_import.take(by=who, code=found.code)
    except BadInput as error:
        messages.error(request, " ".join(f"{each.why} {each.remedy}" for each in error.problems))
    return redirect("people:import")


def _current(request: HttpRequest) -> Import | None:
    """The file of this session that is not closed yet."""
    code = request.session.get(_KEY, "")
    found = queries.import_of(actor(request), code) if code else None
    return found if found and (found.is_done or found.table) else None


@opens(Permission.KEEP_PEOPLE)
def rejects(request: HttpRequest) -> HttpResponse:
    """The rows of the file of this session that are not taken."""
    found = _current(request)
    if found is None or not found.rejects:
        return redirect("people:import")
    return downloads.answer(files.rejects(found))


@opens(Permission.KEEP_PEOPLE)
def form(_request: HttpRequest) -> HttpResponse:
    """The form of enrolment for KoboToolbox and ODK."""
    return downloads.answer(files.form())


@sensitive_post_parameters()
@opens(Permission.KEEP_PEOPLE)
def export(request: HttpRequest) -> HttpResponse:
    """The people of one's organisation as a file. The journal says who took how many."""
    who = actor(request)
    form = ExportForm(*([request.POST] if request.method == "POST" else ()), who=who)
    if form.is_valid():
        rows = actions_export.export(by=who, organisation=form.organisation)
        return downloads.answer(files.table(rows, form.cleaned_data["kind"]))
    return render(request, "people/export.html", {"form": form}, status=422 if form.errors else 200)
