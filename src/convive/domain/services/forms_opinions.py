"""The one question after a service, and its answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.services.opinions import LONGEST
from convive.domain.services.vocabulary import RATING_NAMES
from convive.kernel import codes
from convive.kernel.forms import LongText


class OpinionForm(forms.Form):
    """What somebody thought. Nothing is chosen beforehand."""

    rating = forms.TypedChoiceField(
        label=_("How was it for you?"),
        choices=[(str(value), name) for value, name in RATING_NAMES.items()],
        coerce=int,
        widget=forms.RadioSelect,
    )
    text = LongText(
        label=_("What should stay, what should change?"),
        help_text=_("Do not write your name, nor anybody else's."),
        max_length=LONGEST,
        required=False,
    )
    # No person sees it: what is written here was written by a program
    website = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this empty."))
        return ""


class AnswerForm(forms.Form):
    text = LongText(
        label=_("Answer"),
        help_text=_("Whoever wrote it finds it by their code. It is not published."),
        max_length=LONGEST,
    )


class ReceiptForm(forms.Form):
    """The sixteen digits that were told once."""

    code = forms.CharField(label=_("Your code of sixteen digits"), max_length=40)

    def clean_code(self) -> str:
        code = codes.read_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("It has sixteen digits."))
        return code
