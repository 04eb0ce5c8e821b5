"""What is chosen among resources: which are shown, and which somebody was given."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.plans.forms import choose
from convive.domain.programme import queries as programme
from convive.domain.services import resources
from convive.domain.services.vocabulary import RESOURCE_NAMES
from convive.kernel.forms import DayField


class FilterForm(forms.Form):
    """Of which kind, for which district. Sent by GET: such an address may be passed on."""

    kind = forms.ChoiceField(
        label=_("What you look for"),
        choices=[("", _("anything")), *RESOURCE_NAMES.items()],
        required=False,
    )
    district = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        places = [(place.ref, place.name) for place in programme.districts()]
        choose(self, "district", [("", _("all")), *places])


class GiveForm(forms.Form):
    """What somebody was given, and on which day."""

    resource = forms.ChoiceField(
        label=_("What they were given"),
        help_text=_("Of those that the programme lists, as anybody reads them."),
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("On which day"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"on": programme.today()})
        choose(self, "resource", [(row.code, row.name) for row in resources.every()])
