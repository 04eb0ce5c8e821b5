"""What people fill in about their own data, and what whoever answers them does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.privacy import queries
from convive.domain.privacy.vocabulary import ASK_NAMES, STATE_NAMES, State
from convive.kernel import codes
from convive.kernel.forms import LongText


class AskForm(forms.Form):
    """A request of somebody who need not have an account."""

    ask = forms.ChoiceField(
        label=_("What do you ask for?"),
        widget=forms.RadioSelect,
        choices=[(ask.value, name) for ask, name in ASK_NAMES.items()],
        error_messages={"required": _("Choose what you ask for.")},
    )
    organisation = forms.ChoiceField(label=_("Which organisation is it about?"), required=False)
    text = LongText(
        label=_("What is it about?"),
        help_text=_(
            "Say which data you mean, and where you left them. Do not write what happened to you: "
            "it is not needed here."
        ),
        max_length=3000,
        rows=5,
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    contact = forms.CharField(
        label=_("How can you be reached?"),
        help_text=_(
            "A telephone, an e-mail address or a place. Never public; deleted with the answer. You "
            "may leave it out: the answer then stands under your code alone."
        ),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # No person sees it: what is written here was written by a program
    website = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        self.bodies = [(body.code, body.name) for body in queries.controllers()]
        field.choices = [("", _("I do not know which")), *self.bodies]

    def clean_organisation(self) -> str:
        """Whoever does not know which is answered by the one that leads the programme."""
        return str(self.cleaned_data["organisation"] or (self.bodies[0][0] if self.bodies else ""))

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this empty."))
        return ""


class CodeForm(forms.Form):
    """The code that was told when a request was sent."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("Sixteen digits, with or without blanks."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        found = codes.read_code(self.cleaned_data["code"])
        if found is None:
            raise forms.ValidationError(_("A code has sixteen digits. Copy it as it was shown."))
        return found


class AnswerForm(forms.Form):
    """How a request ended, and what is told to the person."""

    state = forms.ChoiceField(
        label=_("How does it end?"),
        widget=forms.RadioSelect,
        choices=[(s.value, n) for s, n in STATE_NAMES.items() if s is not State.OPEN],
    )
    text = LongText(
        label=_("What the person reads"),
        help_text=_("What was done, or why not, and where they may complain. No code, no file."),
        max_length=5000,
        rows=6,
    )
