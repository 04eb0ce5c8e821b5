"""What the questions of a survey are, and which answers mean yes. A person confirms each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.evidence.desk.survey import OTHER, TOPICS, Asked
from convive.evidence.desk.words import TOPIC_NAMES

_COLUMNS = 4  # that one question may have: yes in any of them is yes
_NEEDED = {
    "name_es": _("Say in a few words who is counted."),
    "yes": _("Tick the answers that mean yes."),
}


@dataclass(frozen=True)
class QuestionRow:
    """One question beside what is asked of it."""

    asked: Asked
    use: forms.BoundField
    fields: list[forms.BoundField]

    @property
    def has_errors(self) -> bool:
        return any(bound.errors for bound in self.fields)


class QuestionsForm(forms.Form):
    """A group of fields for each question, those with which one is added, and a confirmation.

    questions : as they stand. headers : columns of the file that may answer one.
    """

    use_required_attribute = False  # which fields are needed depends on what is pressed

    form = forms.FileField(
        label=_("The form with which it was asked (XLSForm), if you have it"),
        help_text=_("The XLSX that was uploaded to KoBo, ODK or the like. It is read, not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls"}),
        required=False,
        error_messages={"empty": _("The file is empty. Check what was sent.")},
    )
    topic = forms.ChoiceField(label=_("What it asks"))
    checked = forms.BooleanField(
        label=_("I have checked what means yes in each question"),
        error_messages={"required": _("Look at every question and confirm that you checked it.")},
    )

    def __init__(
        self,
        questions: Sequence[Asked],
        headers: Sequence[str],
        data: Any = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)
        self.questions = list(questions)
        self.do = (data or {}).get("do", "")
        _choices(self, "topic", list(TOPIC_NAMES.items()))
        self.fields["checked"].required = self.do in ("", "go")
        self.fields["topic"].required = self.do in ("", "add")
        for number in range(1, _COLUMNS + 1):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=_("Column") if number == 1 else _("or yes in this column"),
                choices=[("", _("none")), *((name, name) for name in headers)],
                required=number == 1 and self.do in ("", "add"),
                error_messages={"required": _("Choose the column that holds the answers.")},
            )
        for number, row in enumerate(self.questions):
            self._group(number, row)

    def rows(self) -> Iterator[QuestionRow]:
        names = ("name_es", "name_en", "yes", "unsaid", "topic", "sensitive")
        for number, row in enumerate(self.questions):
            use = self[f"use-{number}"]
            yield QuestionRow(row, use, [self[f"{name}-{number}"] for name in names])

    def first(self) -> forms.BoundField:
        """The column of a question that is added."""
        return self["column-1"]

    def others(self) -> list[forms.BoundField]:
        """Further columns of a question that is added."""
        return [self[f"column-{number}"] for number in range(2, _COLUMNS + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.do == "form" and not data.get("form") and "form" not in self.errors:
            self.add_error("form", _("Choose a file."))
        if self.do != "go":
            return data
        for number, row in enumerate(self.questions):
            if not data.get(f"use-{number}"):
                continue
            yes, unsaid = data.get(f"yes-{number}", []), data.get(f"unsaid-{number}", [])
            if set(yes) & set(unsaid):
                self.add_error(f"unsaid-{number}", _("An answer that means yes counts."))
            elif row.values and set(row.values) <= {*yes, *unsaid}:
                self.add_error(f"yes-{number}", _("Some answer must mean no."))
        return data

    def asked(self) -> list[Asked]:
        """The questions as the page says them now, complete or not."""
        return [self._asked(number, row) for number, row in enumerate(self.questions)]

    def added(self) -> tuple[list[str], str]:
        """The columns and the topic of a question that is added. Only of a valid form."""
        named = [self.cleaned_data[f"column-{n}"] for n in range(1, _COLUMNS + 1)]
        return list(dict.fromkeys(filter(None, named))), self.cleaned_data["topic"] or OTHER

    def _asked(self, number: int, row: Asked) -> Asked:
        data = self.cleaned_data
        topic = data.get(f"topic-{number}") or row.topic
        is_other = topic != row.topic
        indicator = TOPICS.get(topic, ("",))[0] if is_other else row.indicator
        return replace(
            row,
            topic=topic,
            indicator=indicator,
            name_es=data.get(f"name_es-{number}") or row.name_es,
            name_en=data.get(f"name_en-{number}", row.name_en),
            yes=tuple(data.get(f"yes-{number}", row.yes)),
            dont_know=tuple(data.get(f"unsaid-{number}", row.dont_know)),
            sensitive=data.get(f"sensitive-{number}", row.sensitive),
            is_used=data.get(f"use-{number}", row.is_used),
        )

    def _group(self, number: int, row: Asked) -> None:
        values = [(v, f"{v} · {row.labels[v]}" if row.labels.get(v) else v) for v in row.values]
        made: dict[str, forms.Field] = {
            "use": forms.BooleanField(label=_("Use this question"), initial=row.is_used),
            "name_es": forms.CharField(
                label=_("Who is counted, in Spanish"), max_length=200, initial=row.name_es
            ),
            "name_en": forms.CharField(
                label=_("The same in English"), max_length=200, initial=row.name_en
            ),
            "topic": forms.ChoiceField(
                label=_("What it asks"), choices=list(TOPIC_NAMES.items()), initial=row.topic
            ),
            "yes": forms.MultipleChoiceField(
                label=_("These answers mean yes"),
                choices=values,
                initial=row.yes,
                widget=forms.CheckboxSelectMultiple,
            ),
            "unsaid": forms.MultipleChoiceField(
                label=_("These do not count: did not know, did not answer"),
                choices=values,
                initial=row.dont_know,
                widget=forms.CheckboxSelectMultiple,
            ),
            "sensitive": forms.BooleanField(
                label=_("Few cases are hidden with more care (violence, minors)"),
                initial=row.sensitive,
            ),
        }
        is_asked = self.do in ("", "go") and (not self.is_bound or f"use-{number}" in self.data)
        for name, field in made.items():
            field.required = is_asked and name in ("name_es", "topic", "yes")
            field.error_messages["required"] = _NEEDED.get(name, "")
            self.fields[f"{name}-{number}"] = field


def _choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
