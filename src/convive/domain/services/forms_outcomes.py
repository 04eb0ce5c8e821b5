"""What somebody says some months after they completed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.plans.forms import choose
from convive.domain.services import outcomes
from convive.domain.services.actions_outcomes import MOST_HOURS, Said
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.vocabulary import ANSWER_NAMES, FORMALITY_NAMES, REPLY_NAMES

_YES_NO = list(ANSWER_NAMES.items())
_NOT_ASKED = ("", _("not asked"))


class OutcomeForm(forms.Form):
    """Work, school and business. Nothing is chosen before somebody says it."""

    reply = forms.ChoiceField(
        label=_("Did they answer?"), choices=list(REPLY_NAMES.items()), widget=forms.RadioSelect
    )
    work = forms.ChoiceField(
        label=_("Do they work?"),
        help_text=_("For pay, for themselves or for their family, last week."),
        choices=_YES_NO,
        required=False,
        widget=forms.RadioSelect,
    )
    formality = forms.ChoiceField(
        label=_("With a contract or pay slip?"),
        choices=[_NOT_ASKED, *FORMALITY_NAMES.items()],
        required=False,
    )
    hours = forms.IntegerField(
        label=_("Hours a week"), min_value=1, max_value=MOST_HOURS, required=False
    )
    income = forms.ChoiceField(label=_("What they earn in a month"), required=False)
    school = forms.ChoiceField(
        label=_("Do they study?"), choices=[_NOT_ASKED, *_YES_NO], required=False
    )
    business = forms.ChoiceField(
        label=_("Do they have a business of their own?"),
        choices=[_NOT_ASKED, *_YES_NO],
        required=False,
    )

    def __init__(self, data: Any, *, before: Outcome | None) -> None:
        super().__init__(data, initial=_said(before))
        choose(self, "income", [(row.code, row.name) for row in outcomes.bands()])

    def said(self) -> Said:
        return Said(**{name: self.cleaned_data[name] for name in Said.__dataclass_fields__})


def _said(before: Outcome | None) -> dict[str, Any]:
    if before is None:
        return {}
    found = {name: getattr(before, name) for name in Said.__dataclass_fields__}
    return {**found, "income": before.income.code if before.income else ""}
