"""What people fill in about a count: whose lists, which days, the name of the key, the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.domain.programme import queries as programme
from convive.domain.reach import queries
from convive.domain.reach.targets import EVERYBODY, YOUNG_WOMEN, choices
from convive.evidence.desk.upload_handler import is_too_large
from convive.kernel.errors import BadInput
from convive.kernel.forms import DayField
from convive.kernel.periods import Period

_DAYS = 21  # what agencies are usually given


class RunForm(forms.Form):
    """A count to be opened."""

    first = forms.CharField(label=_("First month or year"), max_length=10)
    last = forms.CharField(label=_("Last month or year"), max_length=10)
    organisations = forms.MultipleChoiceField(
        label=_("Who sends a list"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose two organisations or more.")},
    )
    due = DayField(label=_("Lists are here by"))
    everybody = forms.ChoiceField(
        label=_("Held against the target for everybody"),
        help_text=_("The indicator of the plan whose target counts different people."),
        required=False,
    )
    young_women = forms.ChoiceField(
        label=_("Held against the target for girls and young women"),
        help_text=_("Those of less than 30 years, where the lists hold sex and birth date."),
        required=False,
    )
    is_sample = forms.BooleanField(
        label=_("This is a trial with made-up lists"),
        help_text=_("Real lists are refused, and everything says that it is a sample."),
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["organisations"].choices = [  # type: ignore[attr-defined]
            (each.code, each.name) for each in queries.who_can_be_asked()
        ]
        found = choices()
        for name in (EVERYBODY, YOUNG_WOMEN):
            self.fields[name].choices = [("", _("with none")), *found]  # type: ignore[attr-defined]
        self.initial.setdefault("due", programme.today() + timedelta(days=_DAYS))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            data["period"] = found = Period.between(data.get("first", ""), data.get("last", ""))
            if not found.is_whole_months:
                self.add_error("first", _("Give whole months, such as 2016-03."))
        except BadInput as error:
            if not self.errors.keys() & {"first", "last"}:
                problem = error.problems[0]
                self.add_error("first", f"{problem.why} {problem.remedy}")
        return data

    def given(self) -> dict[str, Any]:
        """What `open_run` is given."""
        data = self.cleaned_data
        targets = [
            {"indicator": data[name], "of": name} for name in (EVERYBODY, YOUNG_WOMEN) if data[name]
        ]
        kept = {name: data[name] for name in ("period", "due", "organisations", "is_sample")}
        return {**kept, "targets": targets}


class _NeverShown(forms.TextInput):
    """What was typed is not written into the page again: it may be a key."""

    def format_value(self, value: Any) -> None:
        return None


class KeyForm(forms.Form):
    """The name of the key, never the key: the browser does not even send what is no name."""

    key_id = forms.CharField(
        label=_("Name of the key"),
        help_text=_("The sixteen digits that the page of the key shows. Never the key itself."),
        widget=_NeverShown(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "pattern": r"\s*[0-9a-fA-F]{4}([ \-]?[0-9a-fA-F]{4}){3}\s*",
            }
        ),
    )


class ListForm(forms.Form):
    """A coded list."""

    file = forms.FileField(
        label=_("The coded list"),
        help_text=_("The file that ends in .tokens. Never the list of names, and never the key."),
        widget=forms.ClearableFileInput(attrs={"accept": ".tokens"}),
        error_messages={
            "required": _("Choose the file that ends in .tokens."),
            "empty": _("The file is empty. Code the list again."),
        },
    )

    def __init__(self, request: Any = None) -> None:
        super().__init__(*((request.POST, request.FILES) if request else ()))
        self.request = request

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.request is not None and is_too_large(self.request):
            self.errors.pop("file", None)
            text = gettext("It is larger than %(most)s MB.") % {"most": settings.UPLOAD_MB}
            self.add_error("file", text)
        return data


def told(problems: Sequence[Any]) -> list[str]:
    """Reasons and remedies, for a notice."""
    return [f"{problem.why} {problem.remedy}".strip() for problem in problems]
