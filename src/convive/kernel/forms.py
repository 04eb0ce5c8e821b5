"""What forms of every part share: days, long texts, and faults told beside their field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from convive.kernel.errors import BadInput


class DayField(forms.DateField):
    """A day, with the calendar of the browser."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        options.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        super().__init__(**options)


class LongText(forms.CharField):
    """A text of several lines. Its line ends are those of the pack, not those of the browser."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")


def tell(form: forms.Form, error: BadInput) -> None:
    """Show what an action refused: beside the field that it names, else above the form."""
    for problem in error.problems:
        field = problem.where if problem.where in form.fields else None
        form.add_error(field, f"{problem.why} {problem.remedy}".strip())


def say(request: HttpRequest, error: BadInput) -> None:
    """Say on the page that follows why nothing was written, and what to do."""
    messages.error(request, " ".join(f"{each.why} {each.remedy}" for each in error.problems))
