"""Services that people receive: activities, their sessions, who is enrolled, who came.

An activity is a service of the catalogue, given by one organisation in one district. Of a sensitive
service nothing but its neutral name is shown, and to its own team alone.
"""

from __future__ import annotations

from types import SimpleNamespace

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.domain.people.models import Person, new_code
from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import CatalogueEntry, Organisation, Place
from convive.domain.services.vocabulary import Came, Progress, Reason, Standing
from convive.kernel.texts import in_language


class Activity(models.Model):
    """A course, workshop or other service with its days and places."""

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    service = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    title_es = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    places = models.PositiveSmallIntegerField()
    completes_at = models.PositiveSmallIntegerField()  # percent of the sessions
    state = models.CharField(
        max_length=7, choices=Progress.choices, default=Progress.PLANNED, editable=False
    )
    team = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    is_sample = models.BooleanField(default=False)
    opened_on = models.DateField()
    opened_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-first_day", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "district"], name="activity_whose_and_where")
        ]
        constraints = [
            one_of("state", Progress, "activity_state_known"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="activity_days_in_order"
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="activity_has_places"),
            models.CheckConstraint(
                condition=Q(completes_at__gte=1, completes_at__lte=100),
                name="activity_completes_within_its_sessions",
            ),
        ]

    def __str__(self) -> str:
        return f"activity {self.code}"

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def title_on_paper(self) -> str:
        """Where others may read it: of a sensitive service the neutral name alone."""
        return self.service_name if self.is_sensitive else self.title

    @property
    def is_sensitive(self) -> bool:
        return bool(self.service.data.get("sensitive"))

    @property
    def service_name(self) -> str:
        """As it is shown on lists, pages and sheets: of a sensitive service, its neutral name."""
        return public_name(self.service)

    @property
    def is_closed(self) -> bool:
        return self.state == Progress.CLOSED


class Session(models.Model):
    """One meeting of an activity."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="sessions")
    day = models.DateField()
    hour = models.TimeField()
    place = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)  # who came was first written down

    class Meta:
        ordering = ["day", "hour", "pk"]
        indexes = [models.Index(fields=["day"], name="session_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "day", "hour"], name="session_once_at_an_hour"
            )
        ]


class Enrolment(models.Model):
    """Somebody in an activity, once. `from_day`: since when they have a place."""

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=Standing.choices)
    asked_on = models.DateField()
    from_day = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True, default="")
    enrolled_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "person"], name="enrolment_once"),
            one_of("state", Standing, "enrolment_state_known"),
            models.CheckConstraint(
                condition=Q(reason__in=["", *Reason.values]), name="enrolment_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(state="left") & ~Q(reason="") | ~Q(state="left") & Q(reason=""),
                name="enrolment_left_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["completed", "left"], ended_on__isnull=False)
                | Q(state__in=["waiting", "enrolled"], ended_on=None),
                name="enrolment_ends_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["enrolled", "completed"], from_day__isnull=False)
                | Q(state="waiting", from_day=None)
                | Q(state="left"),
                name="enrolment_has_a_place_from_a_day",
            ),
        ]

    @property
    def whom(self) -> Person:
        """The row of the register under which a double stands: its word counts."""
        return self.person.same_as or self.person

    @property
    def is_sample(self) -> bool:
        """Whether the activity or the person is made up."""
        return self.activity.is_sample or self.person.is_sample or self.whom.is_sample


class EarlierStay(models.Model):
    """A time with a place that ended when somebody left, before they came back to the activity.

    The newest stands on the enrolment itself; this one still counts as having left.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="earlier")
    from_day = models.DateField()
    ended_on = models.DateField()
    reason = models.CharField(max_length=12, choices=Reason.choices)

    class Meta:
        ordering = ["from_day", "pk"]
        indexes = [
            models.Index(fields=["from_day"], name="earlier_stay_began"),
            models.Index(fields=["ended_on"], name="earlier_stay_ended"),
        ]
        constraints = [
            one_of("reason", Reason, "earlier_stay_reason_known"),
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("from_day")), name="earlier_stay_days_in_order"
            ),
        ]


class Attendance(models.Model):
    """Whether somebody came to a session: the newest word, by the time it was taken.

    mark : given by whoever writes it down, so that the same word sent twice is written once.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendance")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendance")
    state = models.CharField(max_length=7, choices=Came.choices)
    mark = models.UUIDField(unique=True)
    taken_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)  # actor id

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="attendance_once"),
            one_of("state", Came, "attendance_state_known"),
        ]


def public_name(service: CatalogueEntry) -> str:
    """The name of a service on lists, pages and sheets."""
    if not service.data.get("sensitive"):
        return service.name
    neutral = {f"neutral_{name}": service.data.get(f"neutral_{name}", "") for name in _NAMES}
    return in_language(SimpleNamespace(**neutral), "neutral_name") or service.code


_NAMES = ("name_es", "name_en")

from convive.domain.services import (  # noqa: E402, F401  known to Django with them
    models_certificates,
    models_opinions,
    models_outcomes,
    models_received,
)
