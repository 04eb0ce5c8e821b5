"""What people fill in about activities: what it is, when it meets, who came, why somebody left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people.forms import PersonForm
from convive.domain.plans.forms import choose, districts_of, organisations_of
from convive.domain.programme import queries as programme
from convive.domain.services import queries, rules
from convive.domain.services.actions import Word
from convive.domain.services.actions_activities import Facts, Meeting
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.readback import Proposal
from convive.domain.services.vocabulary import CAME_NAMES, REASON_NAMES
from convive.kernel.forms import DayField

_WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)


class ActivityForm(forms.Form):
    """An activity that is opened."""

    service = forms.ChoiceField(label=_("Service of the catalogue"))
    title_es = forms.CharField(
        label=_("Title in Spanish"),
        help_text=_("As people know it. Where the service is sensitive, do not say what it is."),
        max_length=120,
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    district = forms.ChoiceField(label=_("District"))
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    places = forms.IntegerField(label=_("Number of places"), min_value=1, max_value=5000)
    completes_at = forms.IntegerField(
        label=_("Percent of the sessions to come to"),
        help_text=_("Whoever comes to so many completes it. Excused sessions do not count."),
        min_value=1,
        max_value=100,
        initial=rules.COMPLETES_AT,
    )

    def __init__(self, data: Any, *, who: Actor) -> None:
        super().__init__(data)
        bodies = organisations_of(who, Permission.KEEP_SERVICES)
        if len(bodies) > 1:
            self.fields["organisation"] = forms.ChoiceField(label=_("Organisation"))
            choose(self, "organisation", bodies)
            self.order_fields(["organisation"])
        self._only = bodies[0][0] if bodies else ""
        choose(self, "service", [(row.code, row.name) for row in queries.services()])
        choose(self, "district", districts_of(who, Permission.KEEP_SERVICES))

    @property
    def organisation(self) -> str:
        return str(self.cleaned_data.get("organisation") or self._only)

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(**{name: data[name] for name in Facts.__dataclass_fields__})


class SessionsForm(forms.Form):
    """Sessions on some days of the week, between two days."""

    first = DayField(label=_("From"))
    last = DayField(label=_("Until"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        choices=_WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    hour = forms.TimeField(
        label=_("Hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label=_("Where it meets"), max_length=120, required=False)

    def __init__(self, data: Any, *, found: Activity) -> None:
        super().__init__(data, initial={"first": found.first_day, "last": found.last_day})

    def meetings(self) -> list[Meeting]:
        data = self.cleaned_data
        days = rules.days_of(data["first"], data["last"], data["weekdays"])
        return [Meeting(day, data["hour"], data["place"]) for day in days]


class EnrolForm(forms.Form):
    """Who of those found is enrolled, and since when."""

    person = forms.SlugField(widget=forms.HiddenInput)
    on = DayField(label=_("Since"))

    def __init__(self, data: Any, *, prefix: str | None = None) -> None:
        super().__init__(data, initial={"on": programme.today()}, prefix=prefix)


class NewcomerForm(PersonForm):
    """Somebody who is written down and enrolled at once, on the register of the activity's body."""

    def __init__(self, data: Any, *, who: Actor) -> None:
        super().__init__(data, who=who)
        self.fields.pop("organisation", None)
        self.fields["on"] = DayField(label=_("Since"), initial=programme.today())


class LeaveForm(forms.Form):
    """Why somebody left, and on which day."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("One of the list: no text about a person is kept here."),
        choices=list(REASON_NAMES.items()),
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("Since which day"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"on": programme.today()})


class TeamForm(forms.Form):
    """Who runs an activity."""

    team = forms.TypedMultipleChoiceField(
        label=_("Who runs it"),
        help_text=_("Of a sensitive service, nobody else sees the activity."),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, found: Activity) -> None:
        own = [row.pk for row in found.team.all()]
        super().__init__(data, initial={"team": own})
        choose(self, "team", [(str(pk), name) for pk, name in _workers(found)])


class RollForm(forms.Form):
    """Who came to a session: one choice for each, none of them made before somebody makes it.

    sheet : a mark of the page, so that a page sent twice is written once. read : what a printed
    sheet proposes; it is chosen on the page and written once somebody saves it.
    """

    sheet = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        *,
        rows: Iterable[tuple[Enrolment, str]],
        now: dict[int, str],
        read: Proposal | None = None,
    ) -> None:
        super().__init__(data, initial={"sheet": uuid4()})
        self._now = now
        self._rows = list(rows)
        for row, name in self._rows:
            self.fields[row.code] = forms.ChoiceField(
                label=name,
                choices=list(CAME_NAMES.items()),
                widget=forms.RadioSelect,
                required=False,
                initial=(read and read.chosen.get(row.code)) or now.get(row.pk),
                help_text=_hint(row, now, read) if read else "",
            )

    def people(self) -> list[forms.BoundField]:
        return [self[row.code] for row, _name in self._rows]

    def words(self, rest: str = "") -> list[Word]:
        """What is new on the page. rest : what holds for those of whom nothing was chosen."""
        at, sheet = timezone.now(), self.cleaned_data["sheet"]
        found = []
        for row, _name in self._rows:
            state = self.cleaned_data[row.code] or rest
            if state and state != self._now.get(row.pk):
                found.append(Word(row.code, state, uuid5(sheet, f"{row.code} {state}"), at))
        return found


def _hint(row: Enrolment, now: dict[int, str], read: Proposal) -> str:
    """What whoever looks at a proposal should know of one row."""
    if row.code in read.unsure:
        return gettext("Not sure: look at the sheet.")
    before, said = now.get(row.pk), read.chosen.get(row.code)
    if before and said and before != said:
        return gettext("Written down before: %(state)s.") % {"state": CAME_NAMES[before]}
    return ""


def _workers(found: Activity) -> list[tuple[int, str]]:
    """Accounts that may run this activity, by name."""
    scope: Scope = queries.scope_of(found)
    kept: dict[int, str] = {}
    for membership in programme.members():
        account = membership.user
        if account.pk in kept or not account.is_active:
            continue
        if may(programme.actor_of(account), Permission.KEEP_SERVICES, scope):
            kept[account.pk] = account.name
    return sorted(kept.items(), key=lambda each: each[1])
