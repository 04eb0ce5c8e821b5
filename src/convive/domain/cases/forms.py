"""What people fill in about cases. Texts are sealed when they are kept; none is searched."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.cases import queries
from convive.domain.cases.actions_screening import Said
from convive.domain.cases.held import LINE, NOTE
from convive.domain.cases.models import Case
from convive.domain.cases.vocabulary import (
    ANSWER_NAMES,
    DOER_NAMES,
    NEED_NAMES,
    REASON_NAMES,
    VERDICT_NAMES,
)
from convive.domain.plans.forms import choose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.kernel.forms import DayField, LongText
from convive.kernel.texts import in_language


class NeedsForm(forms.Form):
    """What the person needs."""

    needs = forms.MultipleChoiceField(
        label=_("What they need, as they see it"),
        choices=list(NEED_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class OpenForm(NeedsForm):
    """Why a case is opened, and who supervises it."""

    reason = LongText(
        label=_("Why the case is opened"),
        help_text=_("Sealed: read by the team and the supervisor alone."),
        max_length=NOTE,
    )
    supervisor = forms.TypedChoiceField(
        label=_("Who supervises it"),
        help_text=_("Somebody else: they review the plan and decide when the case is closed."),
        coerce=int,
    )
    field_order = ("reason", "needs", "supervisor")

    def __init__(self, data: Any, *, scope: Scope, worker: int | None) -> None:
        super().__init__(data)
        choose(self, "supervisor", _accounts(Permission.SUPERVISE_CASES, scope, but=worker))


class WordsForm(forms.Form):
    """A text, of a note or of why somebody came back."""

    words = LongText(label=_("What happened"), rows=5, max_length=NOTE)

    def __init__(self, data: Any, *, label: Any = None) -> None:
        super().__init__(data)
        if label:
            self.fields["words"].label = label


class GoalForm(forms.Form):
    """What the person wants to reach."""

    words = forms.CharField(
        label=_("What the person wants to reach"),
        help_text=_("In their own words."),
        max_length=LINE,
    )


class StepForm(forms.Form):
    """Who does what towards a goal, by when."""

    words = forms.CharField(label=_("What is done"), max_length=LINE)
    who = forms.ChoiceField(
        label=_("Who does it"), choices=list(DOER_NAMES.items()), widget=forms.RadioSelect
    )
    due = DayField(label=_("By when"))
    service = forms.ChoiceField(
        label=_("Service that helps"),
        help_text=_("From the plan you go on to its activities, or refer the person."),
        required=False,
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        choose(self, "service", [("", "–"), *queries.service_names().items()])


class TeamForm(forms.Form):
    """Who leads a case, who works on it, who supervises it."""

    worker = forms.TypedChoiceField(label=_("Who leads it"), coerce=int)
    team = forms.TypedMultipleChoiceField(
        label=_("Who works on it too"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    supervisor = forms.TypedChoiceField(label=_("Who supervises it"), coerce=int)

    def __init__(self, data: Any, *, found: Case, supervises: bool) -> None:
        own = list(found.team.values_list("pk", flat=True))
        super().__init__(
            data,
            initial={"worker": found.worker_id, "team": own, "supervisor": found.supervisor_id},
        )
        scope = queries.scope_of(found)
        workers = _accounts(Permission.KEEP_CASES, scope)
        choose(self, "worker", workers)
        choose(self, "team", workers)
        now = [(str(found.supervisor_id), found.supervisor.name)]
        others = _accounts(Permission.SUPERVISE_CASES, scope)
        choose(self, "supervisor", others if supervises else now)


class ReviewForm(forms.Form):
    """What the supervisor says of the plan."""

    verdict = forms.ChoiceField(
        label=_("The plan"), choices=list(VERDICT_NAMES.items()), widget=forms.RadioSelect
    )
    words = LongText(
        label=_("What is to be changed, or what to watch"), max_length=NOTE, required=False
    )
    next_on = DayField(label=_("You look at it again by"), required=False)


class CloseForm(forms.Form):
    """Why a case should be closed."""

    reason = forms.ChoiceField(
        label=_("Why"), choices=list(REASON_NAMES.items()), widget=forms.RadioSelect
    )
    words = LongText(label=_("In a few words"), max_length=NOTE, required=False)


class DecideForm(forms.Form):
    """Whether it is closed."""

    verdict = forms.ChoiceField(
        label=_("The case"),
        choices=[("agrees", _("Close it")), ("changes", _("It goes on"))],
        widget=forms.RadioSelect,
    )
    answer = LongText(label=_("What is still to be done"), max_length=NOTE, required=False)


class ScreenForm(forms.Form):
    """A screening: one answer for each factor of the pack, none chosen beforehand but “not known”.

    Fields are `a-CODE` (the answer) and `v-CODE` (what the person says of it).
    """

    on = DayField(label=_("When you spoke"))
    tier = forms.ChoiceField(
        label=_("Which prevention fits now"),
        help_text=_(
            "You choose it, with the person. No number of answers leads to one or another."
        ),
        widget=forms.RadioSelect,
    )
    why = LongText(label=_("Why"), max_length=NOTE)

    def __init__(self, data: Any, *, factors: Iterable[CatalogueEntry]) -> None:
        super().__init__(data, initial={"on": programme.today()})
        self._factors = list(factors)
        tiers = [(row.code, f"{row.name}: {_note(row)}") for row in queries.tiers()]
        self.fields["tier"].choices = tiers  # type: ignore[attr-defined]
        for row in self._factors:
            self.fields[f"a-{row.code}"] = forms.ChoiceField(
                label=row.name,
                choices=list(ANSWER_NAMES.items()),
                widget=forms.RadioSelect,
                initial="unknown",
            )
            self.fields[f"v-{row.code}"] = forms.CharField(
                label=_("What the person says of it"), max_length=LINE, required=False
            )

    def questions(self) -> list[tuple[CatalogueEntry, forms.BoundField, forms.BoundField]]:
        """Each factor with its two fields, in the order of the pack."""
        return [(row, self[f"a-{row.code}"], self[f"v-{row.code}"]) for row in self._factors]

    def said(self) -> dict[str, Said]:
        data = self.cleaned_data
        return {
            row.code: Said(data[f"a-{row.code}"], data[f"v-{row.code}"]) for row in self._factors
        }


def _accounts(
    permission: Permission, scope: Scope, but: int | None = None
) -> list[tuple[str, str]]:
    rows = queries.accounts_with(permission, scope)
    return [(str(row.pk), row.name) for row in rows if row.pk != but]


def _note(row: CatalogueEntry) -> str:
    return in_language(SimpleNamespace(**row.data), "note")
