"""Services, organisations and districts side by side, on the page of questions: what may be chosen,
and the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.observatory import queries
from convive.domain.observatory.analyses import compare, programmes
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.programmes import Row
from convive.domain.observatory.forms import MonthField
from convive.domain.observatory.rules import months_back
from convive.domain.programme import queries as programme
from convive.domain.services import queries as services
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.figures import Status
from convive.kernel.periods import Period

_MEASURES = (
    ("services.completion", _("Who completed, of those whose time ended")),
    ("services.placement", _("Who was in work six months after completing")),
    ("services.retention", _("Who was still there after 90 days")),
)
_WAYS = {
    "service": _("Services"),
    "organisation": _("Organisations"),
    "place": _("Districts"),
}


class ProgrammesForm(forms.Form):
    """What is compared with all others of its kind, by which figure, in which months.

    who : reads it; of districts, those are there whose figures they may see.
    """

    measure = forms.ChoiceField(label=_("What is compared"), choices=_MEASURES)
    first = MonthField(label=_("From month"))
    last = MonthField(label=_("To month"))

    def __init__(self, *args: Any, who: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = [
            one
            for one in programme.districts()
            if may(who, Permission.SEE_FIGURES, queries.scope(one))
        ]
        self.known: dict[str, dict[str, str]] = {
            "service": {one.code: one.name for one in services.services()},
            "organisation": {one.code: one.name for one in services.bodies()},
            "place": {one.ref: one.name for one in seen},
        }
        self.fields["of"] = forms.ChoiceField(
            label=_("Which one, beside all others of its kind"),
            choices=[
                (label, [(f"{way}={code}", name) for code, name in self.known[way].items()])
                for way, label in _WAYS.items()
                if len(self.known[way]) > 1
            ],
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last:
            if last.end < first.start:
                raise forms.ValidationError(_("The last month comes before the first: swap them."))
            data["period"] = Period(first.start, last.end)
        return data

    def answer(self) -> Answer:
        """Raises BadInput."""
        way, _equals, code = self.cleaned_data["of"].partition("=")
        measure, period = self.cleaned_data["measure"], self.cleaned_data["period"]
        return programmes.answer(measure, way, list(self.known[way]), period, {}, against=code)


@dataclass(frozen=True)
class Listed:
    """A row of the table, in words."""

    name: str
    n: str
    share: str
    difference: str
    side: str


@dataclass(frozen=True)
class Beside:
    """rows : the first is the one asked about. said : nothing where nothing was asked."""

    form: ProgrammesForm
    said: str = ""
    rows: tuple[Listed, ...] = ()
    caveats: tuple[str, ...] = ()
    is_sample: bool = False


def beside(who: Actor, given: QueryDict) -> Beside:
    """The form, and what it answers to somebody who may see the figures of the programme."""
    end = programme.today()
    usual = {"first": f"{months_back(end, 11):%Y-%m}", "last": f"{end:%Y-%m}"}
    form = ProgrammesForm(given if "measure" in given else None, initial=usual, who=who)
    if not form.is_valid():
        return Beside(form)
    try:
        found = form.answer()
    except BadInput as error:
        for problem in error.problems:
            form.add_error(None, f"{problem.why} {problem.remedy}".strip())
        return Beside(form)
    first, *others = (Row(**_own(row)) for row in found.numbers["rows"])
    # Those of which nothing is known stand in one sentence, not in a row each
    rows = [_listed(row) for row in others if row.status != Status.MISSING.value]
    return Beside(
        form,
        found.sentence,
        (replace(_listed(first), side=""), *rows),
        tuple(found.caveats),
        found.numbers["sample"],
    )


def _own(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "side"}


def _listed(row: Row) -> Listed:
    if row.value is None or row.lower is None or row.upper is None:
        said = str(_("hidden") if row.status == "suppressed" else _("no data"))
        return Listed(row.name, said, said, "", "")
    ends = words.percent_interval(row.lower / 100, row.upper / 100)
    apart = ""
    if row.difference is not None:
        lower, upper = (
            0.0 if end is None else end for end in (row.difference_lower, row.difference_upper)
        )
        signed = words.number(row.difference, signed=True)
        apart = f"{signed} ({words.interval(lower, upper)})"
    side = compare.side_said(row.side, is_here=row.q is None)
    return Listed(
        row.name, words.number(row.n), f"{words.percent(row.value / 100)} ({ends})", apart, side
    )
