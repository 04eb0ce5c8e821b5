"""What a person chooses on the page of a place: months and source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.evidence.queries import SourceView
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period


class MonthField(forms.Field):
    """A month, quarter or year, as `Period.parse` reads it."""

    def to_python(self, value: Any) -> Period | None:
        if not value:
            return None
        try:
            return Period.parse(str(value)[:10])
        except BadInput as error:
            problem = error.problems[0]
            raise forms.ValidationError(f"{problem.why} {problem.remedy}") from None


class ViewForm(forms.Form):
    """Months and source, in the address of the page: a view can be kept and sent."""

    first = MonthField(label=_("From month"), required=False)
    last = MonthField(label=_("To month"), required=False)

    def __init__(self, *args: Any, sources: Sequence[SourceView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"] = forms.ChoiceField(
            label=_("Source"),
            required=False,
            choices=[(view.code, view.name) for view in sources],
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if bool(first) != bool(last) and not self.errors:
            raise forms.ValidationError(_("Give both months, or neither for all of them."))
        if first and last:
            if last.end < first.start:
                raise forms.ValidationError(_("The last month comes before the first: swap them."))
            data["period"] = Period(first.start, last.end)
        return data
