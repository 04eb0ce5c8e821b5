"""Lists and the counts of what they share, as a person types them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.observatory.analyses.undercount_given import (
    LISTS,
    LONGEST,
    Given,
    History,
    histories,
    list_name,
)
from convive.domain.observatory.forms import ViewForm

LARGEST_FILE = 20_000  # bytes: 63 rows of counts are far fewer


class ListsForm(forms.Form):
    """Which lists there are; asked before the counts, in the address."""

    lists = forms.MultipleChoiceField(
        label=_("Which lists name people?"),
        choices=list(LISTS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    own_1 = forms.CharField(label=_("Another list"), required=False, max_length=LONGEST)
    own_2 = forms.CharField(label=_("One more list"), required=False, max_length=LONGEST)


class FileForm(forms.Form):
    """A small table of counts, in place of typing them."""

    file = forms.FileField(
        label=_("A table of counts"),
        help_text=_(
            "A column of 0 and 1 for each list and one with how many people (n), one row for each "
            "combination. No rows of persons."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.xlsx,.ods"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("This is more than a table of counts. Rows of persons are not taken.")
            )
        return file


class CountsForm(ViewForm):
    """How many people are on just these lists, for each combination; and of which months."""

    missed = forms.FloatField(
        label=_("Matches that were missed, %"),
        help_text=_("Of people on two lists, how many were not recognised as the same."),
        required=False,
        min_value=0,
        max_value=99,
    )
    false = forms.FloatField(
        label=_("Matches that were wrong, %"),
        help_text=_("Of pairs taken for one person, how many were two."),
        required=False,
        min_value=0,
        max_value=99,
    )
    is_sample = forms.BooleanField(
        label=_("These numbers are invented, to try it out"), required=False
    )

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, sources=(), **kwargs)
        del self.fields["source"]
        self.fields["first"].required = self.fields["last"].required = True
        self.names = tuple(names)
        for held in histories(len(names)):
            self.fields[_field(held)] = forms.IntegerField(
                label=_on(self.names, held),
                min_value=0,
                max_value=10_000_000,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def counts(self) -> list[forms.BoundField]:
        return [self[_field(held)] for held in histories(len(self.names))]

    def given(self) -> Given:
        """What was typed, once it is valid."""
        data = self.cleaned_data
        rates = (data["missed"], data["false"])
        missed, false = (None if rate is None else rate / 100 for rate in rates)
        counts = {held: data[_field(held)] for held in histories(len(self.names))}
        return Given(self.names, counts, missed, false)


def initial_of(counts: dict[History, int], lists: int) -> dict[str, int]:
    """What the form is filled with from a table; a combination without a row is nobody."""
    return {_field(held): counts.get(held, 0) for held in histories(lists)}


def _field(held: History) -> str:
    return f"n_{''.join(map(str, held))}"


def _on(names: Sequence[str], held: History) -> str:
    return " · ".join(list_name(name) for name, is_on in zip(names, held, strict=True) if is_on)
