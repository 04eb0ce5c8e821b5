"""What people fill in about accounts, roles and rights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import ROLE_NAMES, ROLES_OF_AN_ORGANISATION, Role
from convive.domain.programme import queries, queries_access
from convive.domain.programme.actions_members import ALL, NEED_DISTRICTS
from convive.domain.programme.models import User
from convive.domain.programme.models_access import DigestChoice
from convive.domain.programme.rules import SHORTEST_REASON
from convive.kernel.errors import BadInput


class DayInput(forms.DateInput):
    """A day, chosen in the browser's own way."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def put_problems(form: forms.Form, error: BadInput) -> None:
    """Show what an action refused: beside the field that its place names, else above the form."""
    for problem in error.problems:
        field = problem.where if problem.where in form.fields else None
        form.add_error(field, f"{problem.why} {problem.remedy}".strip())


class RoleForm(forms.Form):
    """A role: which, for whom, where, from when to when."""

    role = forms.ChoiceField(label=_("Role"), error_messages={"required": _("Choose a role.")})
    organisation = forms.ChoiceField(
        label=_("Organisation"),
        required=False,
        help_text=_("Officers and case workers have their role for one organisation."),
    )
    districts = forms.MultipleChoiceField(
        label=_("Districts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where the role holds. Coordinators, auditors and funders serve everywhere."),
    )
    valid_from = forms.DateField(label=_("First day"), widget=DayInput)
    valid_to = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("Without one the role has no end."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, ROLE_NAMES[role]) for role in Role]
        self._choices("role", [("", _("Choose")), *roles])  # no role by mistake
        bodies = [(row.code, row.name) for row in queries.organisations()]
        self._choices("organisation", [("", _("the whole programme")), *bodies])
        places = [(row.ref, row.name) for row in queries.districts()]
        self._choices("districts", [(ALL, _("Every district")), *places])
        self.fields["valid_from"].initial = queries.today

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            role = Role(data.get("role", ""))
        except ValueError:
            return data  # said beside its field already
        districts = data.get("districts", [])
        if role in ROLES_OF_AN_ORGANISATION and not data.get("organisation"):
            self.add_error("organisation", _("This role needs its organisation. Choose one."))
        if role not in ROLES_OF_AN_ORGANISATION:
            data["organisation"] = ""
        if role in NEED_DISTRICTS and not districts:
            self.add_error("districts", _("This role needs its districts. Choose them."))
        if ALL in districts:
            data["districts"] = [ALL]
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("The role ends before it starts. Swap the two dates."))
        return data

    def facts(self) -> dict[str, Any]:
        """The role as `add_member` takes it."""
        names = ("role", "organisation", "districts", "valid_from", "valid_to")
        return {name: self.cleaned_data[name] for name in names}

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class InviteForm(RoleForm):
    """Somebody new, and their first role."""

    name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Write the person's name.")}
    )
    email = forms.EmailField(
        label=_("E-mail address"), error_messages={"required": _("Write the e-mail address.")}
    )
    field_order = ("name", "email")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if queries.user_by_email(email):
            raise forms.ValidationError(
                _("This person has an account. Give them the role on their own page.")
            )
        return email


class MemberFilter(forms.Form):
    """What narrows the list of members. Both may stay empty."""

    words = forms.CharField(label=_("Name or address"), required=False, max_length=120)
    state = forms.ChoiceField(label=_("Account"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("all accounts")),
            ("active", _("in use")),
            ("suspended", _("suspended")),
        ]


class EndRoleForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = queries.today


class HandOverForm(forms.Form):
    """To whom, and why."""

    successor = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Successor"),
        help_text=_("Somebody whose role reaches everything on the list."),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose who takes over.")},
    )
    why = forms.CharField(
        label=_("Reason"),
        help_text=_("Such as: leaves the municipality on 30 June. At least 20 characters."),
        min_length=SHORTEST_REASON,
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": _("Write the reason.")},
    )

    def __init__(self, *args: Any, leaver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queries_access.successors(leaver)


class ReasonForm(forms.Form):
    """Why a role is removed."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Whoever reads the review later sees it."),
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": _("Write the reason.")},
    )


class GlassForm(forms.Form):
    """What to open, and why."""

    district = forms.ChoiceField(label=_("District"), required=False)
    organisation = forms.ChoiceField(
        label=_("Organisation"),
        required=False,
        help_text=_("Only to read what belongs to it, such as its imports."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The coordinator reads it. At least 20 characters; name nobody."),
        min_length=SHORTEST_REASON,
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": _("Write the reason.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, nothing, rows in (
            ("district", _("no district"), [(row.ref, row.name) for row in queries.districts()]),
            (
                "organisation",
                _("no organisation"),
                [(row.code, row.name) for row in queries.organisations()],
            ),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", nothing), *rows]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("district") or data.get("organisation")):
            self.add_error("district", _("Choose a district, an organisation, or both."))
        return data


class DigestForm(forms.Form):
    every = forms.ChoiceField(label=_("How often"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["every"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Never")),
            (DigestChoice.Every.DAY, _("Every morning on which something waits")),
            (DigestChoice.Every.WEEK, _("On Mondays, when something waits")),
        ]
