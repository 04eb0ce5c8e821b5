"""What people fill in about referrals: for which service, to whom, and what is answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.people.models import Person
from convive.domain.plans.forms import choose, organisations_of
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import queries
from convive.domain.referrals.actions import NOTE
from convive.domain.referrals.models import Referral
from convive.domain.referrals.queries import Narrow
from convive.domain.referrals.vocabulary import (
    OVERRIDE_NAMES,
    REASON_NAMES,
    ROOM_NAMES,
    Room,
)
from convive.kernel import words
from convive.kernel.forms import DayField, LongText

_ACCEPT, _REJECT = "accept", "reject"


class ServiceForm(forms.Form):
    """What the person needs."""

    service = forms.ChoiceField(label=_("What service does the person need?"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        choose(self, "service", [(row.code, row.name) for row in queries.services()])


class SendForm(forms.Form):
    """To whom, and what they need to know. The service was chosen before."""

    receiver = forms.ChoiceField(label=_("Which organisation?"), widget=forms.RadioSelect)
    note = LongText(
        label=_("What it needs to know, in a few words"),
        help_text=_("Only what is needed to attend. No diagnosis, no DNI, no name of others."),
        max_length=NOTE,
        required=False,
    )
    override = forms.ChoiceField(
        label=_("Refer without consent, because"),
        help_text=_(
            "It is written in the journal with your name. Tell the person as soon as you can."
        ),
        choices=[("", _("no: I ask them first")), *OVERRIDE_NAMES.items()],
        required=False,
    )

    def __init__(
        self, data: Any, *, person: Person, service: CatalogueEntry, may_override: bool
    ) -> None:
        super().__init__(data)
        if not may_override:
            del self.fields["override"]
        narrowed = queries.narrowed(service, person)
        bodies = queries.receivers(person.organisation.code)
        choose(
            self, "receiver", [(b.code, _with_room(b.name, narrowed.get(b.code))) for b in bodies]
        )


class AnswerForm(forms.Form):
    """Yes with a day, or no with a reason and where else."""

    answer = forms.ChoiceField(
        label=_("Can you attend this person?"),
        choices=[(_ACCEPT, _("Yes, by the day below")), (_REJECT, _("No, for the reason below"))],
        widget=forms.RadioSelect,
    )
    promised_on = DayField(label=_("If yes, by which day?"), required=False)
    reason = forms.ChoiceField(
        label=_("If no, why?"), choices=[("", "–"), *REASON_NAMES.items()], required=False
    )
    words = LongText(
        label=_("In other words"),
        help_text=_("Whoever sent it reads this."),
        max_length=NOTE,
        rows=2,
        required=False,
    )
    suggestion = forms.ChoiceField(label=_("Who else may attend them?"), required=False)

    def __init__(self, data: Any, *, found: Referral) -> None:
        super().__init__(data)
        bodies = queries.receivers(found.sender.code).exclude(pk=found.receiver_id)
        choose(self, "suggestion", [("", "–"), *((row.code, row.name) for row in bodies)])

    @property
    def accepts(self) -> bool:
        return bool(self.cleaned_data["answer"] == _ACCEPT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == _ACCEPT and not data.get("promised_on"):
            self.add_error("promised_on", gettext("Write by which day the person is attended."))
        return data


class RoomForm(forms.Form):
    """Whether a service of one's own organisation takes people in."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    service = forms.ChoiceField(label=_("Service"))
    room = forms.ChoiceField(
        label=_("Does it take people in?"),
        choices=list(ROOM_NAMES.items()),
        widget=forms.RadioSelect,
        initial=Room.OPEN.value,
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Whoever refers people reads it: until when, or whom you still take in."),
        max_length=200,
        required=False,
    )

    def __init__(self, data: Any, *, who: Actor) -> None:
        super().__init__(data)
        choose(self, "organisation", organisations_of(who, Permission.ANSWER_REFERRAL))
        choose(self, "service", [(row.code, row.name) for row in queries.services()])


def _with_room(name: str, state: Narrow | None) -> str:
    """`UNODC – full: people wait, since 3 May 2016: until June`."""
    if state is None:
        return name
    if state.since is None:
        return gettext("%(name)s – full: no free place in its activities within reach") % {
            "name": name
        }
    told = gettext("%(name)s – %(room)s, since %(day)s") % {
        "name": name,
        "room": ROOM_NAMES[state.room],
        "day": words.day(state.since),
    }
    return f"{told}: {state.note}" if state.note else told
