"""Pages on which a file is brought in: chosen, described, classed, handed over, followed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.guard import actor, opens
from convive.evidence import actions_uploads, queries, store
from convive.evidence.desk import pages, uploads
from convive.evidence.desk.forms_offences import OffencesForm
from convive.evidence.desk.forms_reading import ReadingForm
from convive.evidence.desk.forms_survey import SurveyForm
from convive.evidence.desk.forms_upload import CorrectionForm, SendForm, UploadForm
from convive.evidence.desk.offences import Classed
from convive.evidence.models import Batch, Upload
from convive.evidence.reading.months import MonthsInColumns
from convive.evidence.suggest.suggestion import Suggestion
from convive.evidence.whose import require_deciding
from convive.kernel import downloads
from convive.kernel.errors import BadInput

_IMPORT = Permission.IMPORT_EVIDENCE


def upload_scope(request: HttpRequest, number: int) -> Scope:
    """Whose file it is, for the guard of every page that is about one."""
    found = _upload(number)
    if not uploads.may_open(actor(request), found):
        # A colleague of another organisation is refused; of nobody's, one learns not even that
        scope = uploads.scope_of(found)
        if scope.organisation is None:
            raise Http404
        return scope
    return uploads.scope_of(found)


def _of_batch(request: HttpRequest, number: str) -> Scope:
    found = _batch(number)
    require_deciding(actor(request), _IMPORT, found)
    owner = found.source.owner
    return Scope(organisation=owner.code if owner else None)


def _upload(number: int) -> Upload:
    found = uploads.upload(number)
    if found is None:
        raise Http404
    return found


def _batch(number: str) -> Batch:
    try:
        return queries.batch(number)
    except BadInput as error:
        raise Http404 from error


@opens(_IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a file and say which series it belongs to."""
    who = actor(request)
    form = UploadForm(who, request if request.method == "POST" else None)
    if request.method == "GET" and request.GET.get("source") in form.sources:
        form.initial["source"] = request.GET["source"]
    if form.is_valid():
        answer = _received(request, form, form.about())
        if answer is not None:
            return answer
    status = 422 if form.errors else 200
    context = {"form": form, "most": settings.UPLOAD_MB}
    return render(request, "evidence/upload_new.html", context, status=status)


@opens(_IMPORT, scope=_of_batch)
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Send the corrected rows of an import, or its whole file again."""
    found = _batch(number)
    form = CorrectionForm(found, request if request.method == "POST" else None)
    if form.is_valid():
        about = form.about(uploads.own_organisation(actor(request)))
        answer = _received(request, form, about)
        if answer is not None:
            return answer
    context = {"form": form, "batch": found, "has_rows": pages.has_rejected_rows(found)}
    status = 422 if form.errors else 200
    return render(request, "evidence/correct.html", context, status=status)


def _received(request: HttpRequest, form: Any, about: actions_uploads.About) -> HttpResponse | None:
    """Keep the file and lead on; None where it cannot be used, which the form then says."""
    file = form.cleaned_data["file"]
    try:
        found = actions_uploads.receive(by=actor(request), file=file, name=file.name, about=about)
    except BadInput as error:
        form.has_months_in_columns = isinstance(error, MonthsInColumns)
        for problem in error.problems:
            form.add_error("file", f"{problem.why} {problem.remedy}".strip())
        return None
    return redirect(pages.next_page(actor(request), found), number=found.pk)


@opens(_IMPORT, scope=upload_scope)
def upload(request: HttpRequest, number: int) -> HttpResponse:
    """How a file stands: what would come in, how far the worker is, why it failed."""
    found = _upload(number)
    if found.state == Upload.State.DONE and found.batch_id:
        receipt = reverse("evidence:batch", kwargs={"number": found.batch_id})
        # A part of the page that follows the work leads the whole page on
        return HttpResponseClientRedirect(receipt) if request.htmx else redirect(receipt)  # type: ignore[attr-defined]
    if found.state == Upload.State.DRAFT and (found.look.get("problems") or not found.look):
        return redirect("evidence:reading", number=number)
    return _shown(request, found)


def _shown(request: HttpRequest, found: Upload, form: SendForm | None = None) -> HttpResponse:
    context = pages.upload_page(actor(request), found)
    context["form"] = form or pages.send_form(found)
    status = 422 if form is not None and form.errors else 200
    return render(request, "evidence/upload.html", context, status=status)


@opens(_IMPORT, scope=upload_scope)
def reading(request: HttpRequest, number: int) -> HttpResponse:
    """Which column is what, chosen from lists; looking again changes nothing but this file."""
    found = _upload(number)
    if found.state == Upload.State.DONE or found.is_keyed:
        return redirect("evidence:upload", number=number)
    if not pages.may_describe_file(actor(request), found):
        closed = {"upload": found, "has_months_in_columns": pages.has_months_in_columns(found)}
        return render(request, "evidence/reading_closed.html", closed)
    data = request.POST if request.method == "POST" else None
    if data is not None and pages.is_another_kind(found, data.get("shape")):
        choices = pages.choices_of_kind(found, str(data["shape"]))
        actions_uploads.read_as(by=actor(request), upload=found, choices=choices)
        return redirect("evidence:reading", number=number)
    is_survey = pages.is_microdata(found)
    form = _reading_form(found, data, is_survey=is_survey)
    if form.is_valid():
        kept = pages.of_questions(found) if is_survey else {}
        choices = kept | form.choices()
        found = actions_uploads.read_as(by=actor(request), upload=found, choices=choices)
        if is_survey and request.POST.get("do") == "go" and pages.lacks_questions(found):
            return redirect("evidence:questions", number=number)
        if request.POST.get("do") == "go" and not found.look.get("problems"):
            return redirect(pages.next_page(actor(request), found), number=number)
        return redirect("evidence:reading", number=number)
    status = 422 if form.errors else 200
    context = {"form": form, **pages.look_context(found)}
    page = "evidence/survey.html" if is_survey else "evidence/reading.html"
    return render(request, page, context, status=status)


def _reading_form(found: Upload, data: Any, *, is_survey: bool) -> ReadingForm | SurveyForm:
    make = SurveyForm if is_survey else ReadingForm
    suggestion = Suggestion.from_json(found.suggestion)
    return make(suggestion, found.choices, pages.known_spec(found), data)


@opens(_IMPORT, scope=upload_scope)
def offences(request: HttpRequest, number: int) -> HttpResponse:
    """What each category of the file is. Nothing is applied before the person has checked it."""
    found = _upload(number)
    asked = pages.unclassed(found)
    if not asked or not pages.may_describe_file(actor(request), found):
        return redirect("evidence:upload", number=number)
    before = {row["category"]: Classed.from_json(row) for row in found.offences}
    data = request.POST if request.method == "POST" else None
    form = OffencesForm(asked, before, tells_attempted=pages.tells_attempted(found), data=data)
    if form.is_valid():
        actions_uploads.confirm_offences(by=actor(request), upload=found, rows=form.classed())
        return redirect("evidence:upload", number=number)
    context = {
        "form": form,
        "upload": found,
        "classes": pages.iccs_classes(),
        "steps": pages.steps(found, "offences"),
    }
    status = 422 if form.errors else 200
    return render(request, "evidence/offences.html", context, status=status)


@require_POST
@opens(_IMPORT, scope=upload_scope)
def send(request: HttpRequest, number: int) -> HttpResponse:
    """Hand the file to the worker."""
    found = _upload(number)
    corrects, correction = found.corrects, found.correction
    form = pages.send_form(found, request.POST)
    if form is not None:
        if not form.is_valid():
            return _shown(request, found, form)
        corrects, correction = form.correction()
    elif found.corrects and request.POST.get("correction") in ("adds", "replaces"):
        correction = request.POST["correction"]
    try:
        actions_uploads.send(
            by=actor(request), upload=found, corrects=corrects, correction=correction
        )
    except BadInput as error:
        for problem in error.problems:
            messages.error(request, f"{problem.why} {problem.remedy}".strip())
    return redirect("evidence:upload", number=number)


@require_POST
@opens(_IMPORT, scope=upload_scope)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the worker to leave the file alone."""
    actions_uploads.stop(by=actor(request), upload=_upload(number))
    return redirect("evidence:upload", number=number)


@require_POST
@opens(_IMPORT, scope=upload_scope)
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Give the file up."""
    try:
        actions_uploads.discard(by=actor(request), upload=_upload(number))
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}")
        return redirect("evidence:upload", number=number)
    messages.success(request, _("The file was deleted. Nothing of it was brought in."))
    return redirect("evidence:home")


@opens(_IMPORT, scope=_of_batch)
def rejected_rows(request: HttpRequest, number: str) -> HttpResponse:
    """The rejected rows as the source wrote them, to be corrected and sent again."""
    found = _batch(number)
    path = store.rejected_rows_path(settings.HOME, found.pk)
    if not found.rejected or not path.exists():
        raise Http404
    what = _("to-correct")
    name = f"{found.source.code}-{found.pk[:12]}-{what}"
    return downloads.answer(downloads.own_rows(name, path.read_bytes()))
