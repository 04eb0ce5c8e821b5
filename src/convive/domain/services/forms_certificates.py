"""What is filled in for certificates: to whom they are issued, and which one is checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.plans.forms import choose
from convive.domain.services import queries
from convive.domain.services.actions_certificates import MOST_HOURS
from convive.domain.services.models import Activity
from convive.domain.services.pages import name_of


class IssueForm(forms.Form):
    """Certificates of one activity. Of a sensitive service nobody is chosen beforehand."""

    enrolments = forms.MultipleChoiceField(
        label=_("Who gets one"), widget=forms.CheckboxSelectMultiple
    )
    hours = forms.IntegerField(
        label=_("Hours of the whole activity"),
        help_text=_("As they stand on the certificate."),
        min_value=1,
        max_value=MOST_HOURS,
    )
    wished = forms.BooleanField(
        label=_("Each of them asked for it, and knows who may find it at home."), required=False
    )

    def __init__(self, data: Any, *, found: Activity) -> None:
        rows = [(row.code, name_of(row.whom)) for row in queries.without_certificate(found)]
        last = queries.certificates(found).first()
        initial: dict[str, Any] = {"hours": last.hours if last else None}
        if not found.is_sensitive:
            initial["enrolments"] = [code for code, _name in rows]
        super().__init__(data, initial=initial)
        self.has_somebody = bool(rows)
        choose(self, "enrolments", sorted(rows, key=lambda each: each[1]))
        if not found.is_sensitive:
            del self.fields["wished"]


class CodeForm(forms.Form):
    """The code of a certificate that is checked."""

    code = forms.CharField(
        label=_("Code of the certificate"),
        help_text=_("Twelve letters and digits, beside the square pattern."),
        max_length=40,
    )


class NameForm(forms.Form):
    """The name that is compared with that of a certificate."""

    name = forms.CharField(label=_("Name as it stands on the certificate"), max_length=160)
