"""What narrows the list of commitments. Every field may stay empty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.plans.vocabulary import CommitmentState
from convive.domain.programme import queries as programme

STATE_NAMES = {
    CommitmentState.OPEN: _("still open"),
    CommitmentState.DONE: _("kept"),
    CommitmentState.NOT_DONE: _("not kept, with the reason"),
}


class CommitmentFilter(forms.Form):
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        everything = ("", _("all"))
        bodies = [(row.code, row.name) for row in programme.organisations()]
        places = [(row.ref, row.name) for row in programme.districts()]
        for name, choices in (
            ("organisation", bodies),
            ("district", places),
            ("state", list(STATE_NAMES.items())),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [everything, *choices]
