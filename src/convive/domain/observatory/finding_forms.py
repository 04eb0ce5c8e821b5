"""What a person fills in about a finding: why, where, when; its end; the rounds of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.kernel.forms import DayField, LongText

_HOURS = [("", _("the whole day")), *((str(hour), f"{hour:02}:00") for hour in range(24))]

_TOLD = [("", _("not told")), ("yes", _("somebody went")), ("no", _("nobody went"))]


class KeepForm(forms.Form):
    """What is kept of an answer. sectors : those that it names, in its order."""

    why = LongText(
        label=_("What it means here"),
        help_text=_("In plain words: whoever patrols reads it. No names, no addresses."),
        max_length=600,
    )
    first_hour = forms.ChoiceField(label=_("From hour"), choices=_HOURS, required=False)
    last_hour = forms.ChoiceField(label=_("To hour"), choices=_HOURS, required=False)
    valid_until = DayField(label=_("Valid until"), help_text=_("Three months at most."))

    def __init__(self, data: Any, *, sectors: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        if sectors:
            self.fields["sectors"] = forms.MultipleChoiceField(
                label=_("Sectors to go to"),
                choices=[
                    (cell, gettext("Sector %(n)s (%(cell)s)") % {"n": number, "cell": cell})
                    for number, cell in enumerate(sectors, 1)
                ],
                initial=list(sectors),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_hour"), data.get("last_hour")
        if bool(first) != bool(last):
            raise forms.ValidationError(gettext("Give both hours, or neither for the whole day."))
        data["hours"] = (int(first), int(last)) if first and last else None
        return data


class AsideForm(forms.Form):
    """Why a finding is not acted upon."""

    reason = LongText(label=_("Why it is set aside"), max_length=600, rows=2)


class RoundsForm(forms.Form):
    """Done or not done, for each sector of a sheet on one day."""

    day = DayField(label=_("Day"))

    def __init__(self, data: Any, *, sectors: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        self.sectors = list(sectors)
        for number, cell in enumerate(sectors, 1):
            self.fields[cell] = forms.ChoiceField(
                label=gettext("Sector %(n)s") % {"n": number},
                choices=_TOLD,
                required=False,
            )

    def own_fields(self) -> list[forms.BoundField]:
        return [self[cell] for cell in self.sectors]

    def done(self) -> dict[str, bool]:
        """Sector -> whether it was done, for those that were told."""
        told = {cell: self.cleaned_data.get(cell) for cell in self.sectors}
        return {cell: word == "yes" for cell, word in told.items() if word}
