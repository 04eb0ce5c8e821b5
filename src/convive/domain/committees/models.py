"""Committees: who sits in them, when they meet, who was there, what they decided.

Seats belong to bodies and are named for a post. No name of a person is kept here: where somebody
with an account sits in a seat, the seat names the account.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.domain.committees.rules import Quorum
from convive.domain.committees.vocabulary import (
    HOW_NAMES,
    KIND_NAMES,
    POST_NAMES,
    STATE_NAMES,
    How,
    Kind,
    Post,
    Presence,
    SessionState,
)
from convive.domain.plans.models import Commitment, Objective
from convive.domain.plans.vocabulary import one_of
from convive.domain.programme.models import Organisation, Place
from convive.kernel.texts import Named, Retirable, in_language


class Origin(models.TextChoices):
    """Where it was written first. What pages made is never retired by a pack."""

    PACK = "pack"
    PAGE = "page"


class Committee(Named, Retirable):
    """A body in which institutions decide together, kept by one of them."""

    code = models.SlugField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    legal_es = models.TextField(blank=True)  # the law or act by which it exists
    legal_en = models.TextField(blank=True)
    note_es = models.TextField(blank=True)  # what of it could not be verified
    note_en = models.TextField(blank=True)
    quorum_number = models.PositiveSmallIntegerField(null=True, blank=True)
    quorum_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.PACK)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [
            one_of("kind", Kind, "committee_kind_known"),
            one_of("origin", Origin, "committee_origin_known"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="committee_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(quorum_number__gte=1, quorum_percent=None)
                | Q(quorum_number=None, quorum_percent__lt=100),
                name="committee_has_one_quorum_rule",
            ),
        ]

    @property
    def kind_name(self) -> str:
        return str(KIND_NAMES[self.kind])

    @property
    def legal(self) -> str:
        return in_language(self, "legal")

    @property
    def note(self) -> str:
        return in_language(self, "note")

    @property
    def quorum(self) -> Quorum:
        return Quorum(self.quorum_number, self.quorum_percent)


class Seat(Named, Retirable):
    """A seat of a body. Its name is the post that sits in it, such as "District mayor"."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="seats")
    code = models.SlugField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=10, choices=Post.choices, default=Post.MEMBER)
    votes = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    # Accounts of those who sit in it, where they have one. Never part of a pack
    titular = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    alternate = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.PACK)

    class Meta:
        ordering = ["committee", "code"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "code"], name="seat_code_once"),
            one_of("post", Post, "seat_post_known"),
            one_of("origin", Origin, "seat_origin_known"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="seat_dates_in_order",
            ),
        ]

    @property
    def post_name(self) -> str:
        return str(POST_NAMES[self.post])


class Session(models.Model):
    """One meeting. Who was there, and whether they were enough, is frozen when it is closed."""

    State = SessionState

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sessions")
    day = models.DateField()
    hour = models.TimeField(null=True, blank=True)  # in the zone of the programme
    place = models.CharField(max_length=200)
    agenda = models.TextField()
    state = models.CharField(
        max_length=10, choices=SessionState.choices, default=SessionState.PLANNED
    )
    is_sample = models.BooleanField(default=False)
    # Of a closed one
    minutes = models.CharField(max_length=60, blank=True)  # number of the acta
    reason = models.TextField(blank=True)  # why it was not held
    seats = models.PositiveSmallIntegerField(null=True, blank=True)  # with a vote, on that day
    present = models.PositiveSmallIntegerField(null=True, blank=True)  # of these
    needed = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)  # actor id

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            one_of("state", SessionState, "session_state_known"),
            models.CheckConstraint(
                condition=Q(state="planned", closed_on=None, closed_by="")
                | (~Q(state="planned") & Q(closed_on__isnull=False) & ~Q(closed_by="")),
                name="session_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_held") | ~Q(reason=""), name="session_not_held_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="held")
                | Q(seats__isnull=False, present__isnull=False, needed__isnull=False),
                name="session_held_with_its_count",
            ),
        ]

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[self.state])

    @property
    def had_quorum(self) -> bool | None:
        """Whether enough were there, as it was frozen; None where it is not held (yet)."""
        if self.present is None or self.needed is None:
            return None
        return self.present >= self.needed


class Attendance(models.Model):
    """A seat that was taken in a session, by its titular or by the alternate."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendance")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="attendances")
    presence = models.CharField(max_length=10, choices=Presence.choices)

    class Meta:
        ordering = ["session", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["session", "seat"], name="seat_present_once"),
            one_of("presence", Presence, "presence_known"),
        ]


class Decision(models.Model):
    """What a session decided. Somebody promises it, or it says why nobody has to."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    how = models.CharField(max_length=10, choices=How.choices)
    votes_for = models.PositiveSmallIntegerField(null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(null=True, blank=True)
    # Who is asked to promise what, by when; and what became of it
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due = models.DateField(null=True, blank=True)
    is_public = models.BooleanField(default=False)
    commitment = models.OneToOneField(
        Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)  # why there is no commitment

    class Meta:
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="decision_number_once"),
            one_of("how", How, "decision_how_known"),
            models.CheckConstraint(
                condition=Q(how="consensus", votes_for=None, votes_against=None, abstained=None)
                | Q(how="vote", votes_for__gt=F("votes_against"), abstained__isnull=False),
                name="decision_carried",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, due__isnull=False)
                | (Q(organisation=None, due=None, commitment=None) & ~Q(reason="")),
                name="decision_asks_somebody_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(commitment=None) | Q(reason=""), name="decision_has_one_outcome"
            ),
        ]

    @property
    def how_name(self) -> str:
        return str(HOW_NAMES[self.how])

    @property
    def waits(self) -> bool:
        """Whether the body that was asked has neither promised nor declined yet."""
        return self.commitment_id is None and not self.reason
