"""What people fill in about committees, their seats and their sessions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.committees import queries
from convive.domain.committees.models import Committee, Seat, Session
from convive.domain.committees.vocabulary import (
    HOW_NAMES,
    KIND_NAMES,
    POST_NAMES,
    PRESENCE_NAMES,
)
from convive.domain.plans import queries as plans
from convive.domain.plans.forms import choose, districts_of, organisations_of
from convive.domain.plans.models import Objective
from convive.domain.programme import queries as programme
from convive.domain.programme.models import User
from convive.kernel.forms import DayField, LongText


class CommitteeForm(forms.Form):
    """A committee. Who keeps it, and where, is chosen once."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(KIND_NAMES.items()))
    name_es = forms.CharField(label=_("Name in Spanish"), max_length=300)
    name_en = forms.CharField(label=_("Name in English"), max_length=300)
    organisation = forms.ChoiceField(label=_("Who keeps it"))
    district = forms.ChoiceField(label=_("District"), required=False)
    legal_es = LongText(
        label=_("Law or act by which it exists, in Spanish"), rows=2, required=False
    )
    legal_en = LongText(
        label=_("Law or act by which it exists, in English"), rows=2, required=False
    )
    quorum_percent = forms.IntegerField(
        label=_("Quorum: more than this part of the members with a vote, in percent"),
        help_text=_("50 for “half plus one”. Leave it empty where the quorum is a number."),
        min_value=0,
        max_value=99,
        required=False,
    )
    quorum_number = forms.IntegerField(
        label=_("Quorum: at least so many members with a vote"),
        help_text=_("Leave it empty where the quorum is a part of the members."),
        min_value=1,
        max_value=200,
        required=False,
    )
    valid_from = DayField(label=_("Since when"))
    valid_to = DayField(label=_("Until when"), required=False)
    note_es = LongText(label=_("What must be known, in Spanish"), rows=2, required=False)
    note_en = LongText(label=_("What must be known, in English"), rows=2, required=False)

    def __init__(self, data: Any, *, who: Actor, found: Committee | None = None) -> None:
        super().__init__(data, initial=_facts(found, self.base_fields) if found else {})
        if found is not None:
            del self.fields["organisation"], self.fields["district"]
            return
        keep = Permission.KEEP_COMMITTEE
        choose(self, "organisation", organisations_of(who, keep))
        choose(self, "district", [("", _("no single district")), *districts_of(who, keep)])

    def clean(self) -> dict[str, Any]:
        return _paired(self, super().clean() or {})


class SeatForm(forms.Form):
    """A seat: of which body, for which post, since when; and who sits in it."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    name_es = forms.CharField(
        label=_("Post, in Spanish"),
        help_text=_("The post, never the name of a person: “Comisario de La Esperanza”."),
        max_length=300,
    )
    name_en = forms.CharField(label=_("Post, in English"), max_length=300)
    post = forms.ChoiceField(label=_("Part in the committee"), choices=list(POST_NAMES.items()))
    votes = forms.BooleanField(label=_("Has a vote"), required=False, initial=True)
    titular = forms.ChoiceField(label=_("Account of whoever sits in it"), required=False)
    alternate = forms.ChoiceField(label=_("Account of the alternate"), required=False)
    valid_from = DayField(label=_("Since when"))
    valid_to = DayField(label=_("Until when"), required=False)

    def __init__(self, data: Any, *, committee: Committee, found: Seat | None = None) -> None:
        first = _facts(found, self.base_fields) if found else {"votes": True}
        if found is not None:
            first |= {
                "organisation": found.organisation.code,
                "titular": found.titular_id or "",
                "alternate": found.alternate_id or "",
            }
        super().__init__(data, initial=first)
        bodies = [(row.code, row.name) for row in programme.organisations()]
        choose(self, "organisation", bodies)
        people = [("", _("no account")), *_people(committee)]
        choose(self, "titular", people)
        choose(self, "alternate", people)

    def clean_titular(self) -> User | None:
        return self._account("titular")

    def clean_alternate(self) -> User | None:
        return self._account("alternate")

    def _account(self, name: str) -> User | None:
        chosen: str = self.cleaned_data[name]
        return programme.account(int(chosen)) if chosen else None


class SessionForm(forms.Form):
    """When and where a session is, and what it is about."""

    day = DayField(label=_("Day"))
    hour = forms.TimeField(
        label=_("Hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        required=False,
    )
    place = forms.CharField(label=_("Place"), max_length=200)
    agenda = LongText(label=_("Agenda"), help_text=_("One matter in each line."), rows=5)

    def __init__(self, data: Any, *, found: Session | None = None) -> None:
        super().__init__(data, initial=_facts(found, self.base_fields) if found else {})


class PresenceForm(forms.Form):
    """Who is there, seat by seat."""

    def __init__(self, data: Any, *, session: Session) -> None:
        super().__init__(data, prefix="presence")
        here = queries.attendance(session)
        for seat in queries.seats_on(session.committee, session.day):
            self.fields[f"seat_{seat.pk}"] = forms.ChoiceField(
                label=f"{seat.name} · {seat.organisation.name}",
                choices=[("", _("absent")), *PRESENCE_NAMES.items()],
                initial=here.get(seat.pk, ""),
                required=False,
            )

    def present(self) -> dict[int, str]:
        """Seat -> who sat in it, without the empty ones."""
        return {
            int(name.removeprefix("seat_")): presence
            for name, presence in self.cleaned_data.items()
            if presence
        }


class DecisionForm(forms.Form):
    """What was decided, how, and who does it by when."""

    text = LongText(label=_("What was decided"), max_length=300, rows=2)
    how = forms.ChoiceField(
        label=_("How"), choices=list(HOW_NAMES.items()), widget=forms.RadioSelect
    )
    votes_for = forms.IntegerField(label=_("Votes for"), min_value=0, required=False)
    votes_against = forms.IntegerField(label=_("Votes against"), min_value=0, required=False)
    abstained = forms.IntegerField(label=_("Abstained"), min_value=0, required=False)
    organisation = forms.ChoiceField(
        label=_("Who does it"),
        help_text=_(
            "It becomes a commitment of that body: at once where you may promise for it, else "
            "when it does."
        ),
        required=False,
    )
    due = DayField(label=_("By when"), required=False)
    objective = forms.ChoiceField(label=_("What of the plan it serves"), required=False)
    is_public = forms.BooleanField(
        label=_("Public: anybody may read what was promised, by whom and by when"), required=False
    )
    reason = LongText(
        label=_("Why nobody has to do anything"),
        help_text=_("Only where no organisation is named."),
        rows=2,
        required=False,
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, prefix="decision")
        bodies = [(row.code, row.name) for row in programme.organisations()]
        choose(self, "organisation", [("", _("nobody: say why below")), *bodies])
        rows = Objective.objects.filter(plan__in=plans.plans(), retired_on=None)
        named = [(str(row.pk), f"{row.code} · {row.name}") for row in rows.order_by("plan", "code")]
        choose(self, "objective", [("", _("none in particular")), *named])

    def clean_objective(self) -> int | None:
        chosen: str = self.cleaned_data["objective"]
        return int(chosen) if chosen else None


class MinutesForm(forms.Form):
    """The session was held."""

    minutes = forms.CharField(
        label=_("Number of the minutes"), help_text=_("For instance 004-2016."), max_length=60
    )


class ReasonForm(forms.Form):
    """Why a session was not held, or a decision is declined."""

    reason = LongText(label=_("Why"), rows=2)


def _facts(found: Any, fields: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in fields if hasattr(found, name)}


def _paired(form: forms.Form, data: dict[str, Any]) -> dict[str, Any]:
    """A text that stands in one language stands in the other too."""
    for name in [name for name in form.fields if name.endswith("_es")]:
        twin = f"{name[:-3]}_en"
        for empty, full in ((name, twin), (twin, name)):
            if data.get(full) and data.get(empty) == "":
                form.add_error(empty, _("Every text stands in both languages."))
    return data


def _people(committee: Committee) -> list[tuple[str, str]]:
    """The accounts in use that may see a committee."""
    where = queries.scope_to_see(committee)
    return [
        (str(user.pk), user.name)
        for user in User.objects.filter(is_active=True).order_by("name")
        if may(programme.actor_of(user), Permission.SEE_PLAN, where)
    ]
