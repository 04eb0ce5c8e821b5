"""Cases: how one organisation accompanies somebody, with a plan, a supervisor and an end.

A case is seen by its team and its supervisor, by nobody else of the organisation. Everything that
says what somebody lives through is sealed; in clear stand states, days and who acted.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from convive.domain.cases.vocabulary import Aim, Doer, Plan, Reason, State, Verdict
from convive.domain.people.models import Person, new_code
from convive.domain.plans.vocabulary import one_of
from convive.kernel.sealed import SealedText


class Case(models.Model):
    """Somebody of the register, accompanied by a team under a supervisor who is not of it."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )  # who leads it; of the team
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    reason = SealedText()
    needs = SealedText()  # codes of `Need`, by spaces
    tier = SealedText()  # of prevention, as the newest screening says
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN.value)
    plan = models.CharField(max_length=7, choices=Plan.choices, default=Plan.DRAFT.value)
    review_by = models.DateField()  # the day by which the supervisor looks at it
    screen_by = models.DateField(null=True, blank=True)  # ... and by which it is screened again
    opened_on = models.DateField()
    opened_by = models.CharField(max_length=64)  # actor id
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["supervisor", "state"], name="case_of_supervisor")]
        constraints = [
            one_of("state", State, "case_state_known"),
            one_of("plan", Plan, "case_plan_known"),
            models.CheckConstraint(
                condition=~Q(supervisor=F("worker")), name="case_supervised_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.code}"

    @property
    def whom(self) -> Person:
        """The row of the register under which a double stands."""
        return self.person.same_as or self.person

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN


class Stay(models.Model):
    """From a day on which somebody came to be accompanied, or came back, to the day they left."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stays")
    began_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=9, choices=Reason.choices, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_on=None), name="stay_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, reason="")
                | Q(ended_on__isnull=False, reason__in=Reason.values),
                name="stay_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on")),
                name="stay_days_in_order",
            ),
        ]


class Goal(models.Model):
    """What the person wants to reach, in their words."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="goals")
    words = SealedText()
    state = models.CharField(max_length=7, choices=Aim.choices, default=Aim.OPEN.value)

    class Meta:
        ordering = ["pk"]
        constraints = [one_of("state", Aim, "goal_state_known")]


class Step(models.Model):
    """What is done towards a goal: who does it, and by when."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="steps")
    words = SealedText()
    service = SealedText()  # code of the catalogue: a sensitive one tells what somebody suffers
    who = models.CharField(max_length=6, choices=Doer.choices)
    due = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        indexes = [models.Index(fields=["due"], condition=Q(done_on=None), name="step_to_do")]
        constraints = [one_of("who", Doer, "step_doer_known")]


class Note(models.Model):
    """What happened, written by one of the team. It is never changed."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    words = SealedText()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-pk"]


class Review(models.Model):
    """What the supervisor said of the plan, on a day."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    words = SealedText()
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-pk"]
        constraints = [one_of("verdict", Verdict, "review_verdict_known")]


class Closure(models.Model):
    """That a case be closed: proposed by one, decided by another."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="closures")
    reason = models.CharField(max_length=9, choices=Reason.choices)
    words = SealedText()
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=64)  # actor id
    verdict = models.CharField(max_length=7, choices=Verdict.choices, blank=True, default="")
    answer = SealedText()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)  # actor id

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("reason", Reason, "closure_reason_known"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at=None), name="closure_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="closure_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at=None, decided_by="")
                | (Q(verdict__in=Verdict.values, decided_at__isnull=False) & ~Q(decided_by="")),
                name="closure_verdict_has_a_day",
            ),
        ]


class Screening(models.Model):
    """What somebody found on a day, factor by factor, and which tier they chose. Nothing is added
    up: answers are one sealed text, which the database can neither count nor sort."""

    sealed_by = "code"

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="screenings")
    on = models.DateField()
    answers = SealedText()  # JSON: factor -> [answer, what the person says of it]
    tier = SealedText()
    why = SealedText()
    made_by = models.CharField(max_length=64)  # actor id

    class Meta:
        ordering = ["-on", "-pk"]
