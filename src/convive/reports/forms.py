"""What a person fills in to ask for a report."""

from __future__ import annotations

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.kernel.texts import LANGUAGES
from convive.reports.orders import Order


class DiagnosisForm(forms.Form):
    """The period and the language of a diagnosis; the place comes with the address."""

    start = forms.CharField(label=_("First month"), max_length=10)
    end = forms.CharField(label=_("Last month"), max_length=10)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("es", _("Spanish")), ("en", _("English"))]
    )
    source = forms.SlugField(required=False, max_length=60, widget=forms.HiddenInput)
    internal = forms.BooleanField(
        label=_("Exact numbers, for internal use"),
        help_text=_("Small counts are printed. Every page says that it must not leave the house."),
        required=False,
    )

    def clean_start(self) -> str:
        return self._month("start")

    def clean_end(self) -> str:
        return self._month("end")

    def _month(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        try:
            Period.parse(text)
        except BadInput as error:
            problem = error.problems[0]
            raise forms.ValidationError(f"{problem.why} {problem.remedy}") from None
        return text

    def order(self, place: str) -> Order:
        """The order that a valid form stands for. Raises BadInput where its parts do not fit."""
        data = self.cleaned_data
        return Order(
            place=place,
            period=Period.between(data["start"], data["end"]),
            language=data["language"],
            source=data["source"],
            internal=data["internal"],
        )


def default_language() -> str:
    language = get_language() or LANGUAGES[0]
    return "en" if language.startswith("en") else "es"
