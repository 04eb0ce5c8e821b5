"""The page on which a person says which questions of a survey the columns of its file answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access.permissions import Permission
from convive.domain.programme.guard import actor, opens
from convive.evidence import actions_uploads
from convive.evidence.desk import pages, survey, uploads
from convive.evidence.desk.forms_questions import QuestionsForm
from convive.evidence.desk.survey import Asked
from convive.evidence.desk.views import upload_scope
from convive.evidence.microdata.answers import questions_from_xlsform
from convive.evidence.models import Upload
from convive.evidence.reading.files import check_unpacked
from convive.evidence.suggest.file import values_of
from convive.kernel.errors import BadInput


@opens(Permission.IMPORT_EVIDENCE, scope=upload_scope)
def questions(request: HttpRequest, number: int) -> HttpResponse:
    """Propose questions from a form, add one by hand, confirm them all."""
    found = uploads.upload(number)
    if found is None:
        raise Http404
    who = actor(request)
    if found.state == Upload.State.DONE or not pages.is_microdata(found):
        return redirect("evidence:upload", number=number)
    if not pages.may_describe_file(who, found):
        return redirect("evidence:reading", number=number)
    known = pages.known_spec(found)
    before = survey.asked(found.choices, known)
    headers = pages.answer_columns(found)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = QuestionsForm(before, headers, data, files)
    if form.is_valid():
        try:
            asked = _asked(request, found, form, headers)
        except BadInput as error:
            where = "form" if form.do == "form" else "column-1"
            for problem in error.problems:
                form.add_error(where, f"{problem.why} {problem.remedy}".strip())
        else:
            is_done = form.do == "go"
            choices = found.choices | {
                "questions": [row.as_json() for row in asked if row.is_used or not is_done],
                "questions_checked": is_done,
            }
            found = actions_uploads.read_as(by=who, upload=found, choices=choices)
            page = pages.next_page(who, found) if is_done else "evidence:questions"
            return redirect(page, number=number)
    context = {"form": form, **pages.look_context(found)}
    context["steps"] = pages.steps(found, "questions")
    status = 422 if form.errors else 200
    return render(request, "evidence/questions.html", context, status=status)


def _asked(
    request: HttpRequest, found: Upload, form: QuestionsForm, headers: list[str]
) -> list[Asked]:
    """The questions as they stand after what was pressed. Raises BadInput where it is no use."""
    asked = form.asked()
    if form.do == "form":
        sent = form.cleaned_data["form"]
        rows, missing = survey.proposed(_read_form(sent), headers)
        if missing:
            said = ngettext(
                "%(n)s question of the form has no column in this file.",
                "%(n)s questions of the form have no column in this file.",
                missing,
            )
            messages.info(request, said % {"n": missing})
        if not rows:
            raise BadInput.at(
                sent.name,
                _("None of its questions with listed answers has a column in this file."),
                _("Check that it is the form of this survey, or add the questions by hand."),
            )
        here = {row.columns for row in asked}
        return asked + _with_values(found, [row for row in rows if row.columns not in here])
    if form.do == "add":
        columns, topic = form.added()
        return asked + _with_values(found, [survey.by_hand(columns, topic, ())])
    return asked


def _with_values(found: Upload, rows: list[Asked]) -> list[Asked]:
    """The questions with the values that the file holds for them."""
    spec = pages.known_spec(found)
    columns = list(dict.fromkeys(name for row in rows for name in row.columns))
    most = survey.MOST_VALUES
    check_unpacked(found.path)
    values = values_of(found.path, spec.file if spec else None, columns, most + 1)
    for name in columns:
        if len(values.get(name, ())) > most:
            raise BadInput.at(
                name,
                _("“%(column)s” holds more than %(most)s different values.")
                % {"column": name, "most": most},
                _("Choose a column whose answers are a list, such as yes and no."),
            )
    return [survey.with_values(row, values) for row in rows]


def _read_form(sent: UploadedFile[Any]) -> list[Any]:
    """The questions of a form, which is not kept."""
    with settings.HOME.scratch() as folder:
        path = Path(folder) / "form.xlsx"
        with path.open("wb") as out:
            for block in sent.chunks():
                out.write(block)
        try:
            return questions_from_xlsform(path)
        except BadInput as error:
            raise BadInput.at(
                sent.name or "", error.problems[0].why, error.problems[0].remedy
            ) from error
