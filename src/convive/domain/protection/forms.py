"""What is filled in about units: their name and organisation, who is in, which records to list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.programme import queries as programme
from convive.domain.protection import queries
from convive.domain.protection.models import Unit


class UnitForm(forms.Form):
    """A unit that is opened."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("A name that tells nothing to somebody who reads it over a shoulder."),
        max_length=80,
    )
    organisation = forms.ChoiceField(label=_("Organisation"))

    def __init__(self, data: Any, *, who: Actor) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (row.code, row.name)
            for row in programme.organisations().filter(is_funder=False)
            if may(who, Permission.FORM_UNIT, Scope(row.code))
        ]


class MemberForm(forms.Form):
    """Somebody who is let into a unit."""

    account = forms.TypedChoiceField(label=_("Who"), coerce=int)

    def __init__(self, data: Any, *, unit: Unit) -> None:
        super().__init__(data)
        field = self.fields["account"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(user.pk, user.name) for user in queries.candidates(unit)]


class FilterForm(forms.Form):
    """Which records of a list: by code, months and district."""

    text = forms.CharField(label=_("Code"), max_length=12, required=False)
    first = forms.RegexField(
        r"^20\d\d-(0[1-9]|1[0-2])$",
        label=_("From month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    last = forms.RegexField(
        r"^20\d\d-(0[1-9]|1[0-2])$",
        label=_("Until month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    district = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("all")), *((row.ref, row.name) for row in queries.districts())]

    def asked(self) -> dict[str, str]:
        """What was asked and can be read; nothing else narrows the list."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}
