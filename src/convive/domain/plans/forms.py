"""What people fill in about commitments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.plans import queries
from convive.domain.plans.models import Objective
from convive.domain.plans.vocabulary import CommitmentState
from convive.domain.programme import queries as programme
from convive.kernel.forms import DayField, LongText

STATE_NAMES = {
    CommitmentState.OPEN: _("still open"),
    CommitmentState.DONE: _("kept"),
    CommitmentState.NOT_DONE: _("not kept, with the reason"),
}
Choices = list[tuple[str, Any]]


class CommitmentFilter(forms.Form):
    """What narrows the list of commitments. Every field may stay empty."""

    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        everything = ("", _("all"))
        bodies = [(row.code, row.name) for row in programme.organisations()]
        places = [(row.ref, row.name) for row in programme.districts()]
        choose(self, "organisation", [("", _("all organisations")), *bodies])
        choose(self, "district", [everything, *places])
        choose(self, "state", [everything, *STATE_NAMES.items()])


class CommitmentForm(forms.Form):
    """A new commitment: of an organisation, in a district, that this person may promise for."""

    what = LongText(
        label=_("What will be done"),
        help_text=_("Short, with a number where there is one: “Repair 38 lamps in block 7”."),
        max_length=300,
        rows=2,
    )
    organisation = forms.ChoiceField(label=_("Who does it"))
    district = forms.ChoiceField(label=_("District"), required=False)
    due = DayField(label=_("By when"))
    plan = forms.ChoiceField(label=_("Plan"))
    objective = forms.ChoiceField(label=_("What of the plan it serves"), required=False)
    is_public = forms.BooleanField(
        label=_("Public: anybody may read what was promised, by whom and by when"), required=False
    )

    def __init__(self, data: Any, *, who: Actor, **options: Any) -> None:
        super().__init__(data, **options)
        choose(self, "organisation", organisations_of(who))
        whole = [("", _("no single district"))] if _may_everywhere(who) else []
        choose(self, "district", [*whole, *districts_of(who)])
        plans = list(queries.plans())
        choose(self, "plan", [(plan.code, plan.name) for plan in plans])
        choose(self, "objective", [("", _("none in particular")), *objectives_of(plans)])


class CloseForm(forms.Form):
    """How a commitment ended."""

    state = forms.ChoiceField(
        label=_("How did it end?"),
        widget=forms.RadioSelect,
        choices=[
            (CommitmentState.DONE.value, _("It was done")),
            (CommitmentState.NOT_DONE.value, _("It could not be done")),
        ],
    )
    reason = LongText(
        label=_("What was done, or why it could not be"),
        help_text=_("Whoever raised it reads this. It must stand here where it was not done."),
        required=False,
    )


class MoveForm(forms.Form):
    """Another day for a commitment."""

    due = DayField(label=_("New day"))
    reason = LongText(
        label=_("Why it moves"), help_text=_("The days promised before stay readable."), rows=2
    )


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a choice its choices, which the database knows."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def organisations_of(who: Actor, permission: Permission = Permission.MAKE_COMMITMENT) -> Choices:
    """The organisations for which somebody may do this."""
    return [
        (row.code, row.name)
        for row in programme.organisations()
        if may(who, permission, Scope(organisation=row.code))
    ]


def districts_of(who: Actor, permission: Permission = Permission.MAKE_COMMITMENT) -> Choices:
    """The districts in which somebody may do this."""
    return [
        (row.ref, row.name)
        for row in programme.districts()
        if may(who, permission, Scope(district=row.ref))
    ]


def objectives_of(plans: Any) -> Choices:
    """The objectives of these plans, by plan and code."""
    rows = Objective.objects.filter(plan__in=plans, retired_on=None).order_by("plan", "code")
    return [(row.code, f"{row.code} · {row.name}") for row in rows]


def _may_everywhere(who: Actor) -> bool:
    return who.is_system or any(
        grant.districts is None for grant in who.grants_with(Permission.MAKE_COMMITMENT)
    )
