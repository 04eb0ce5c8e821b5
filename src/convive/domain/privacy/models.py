"""What organisations say of the personal data they hold, and what people ask about their own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from convive.domain.privacy.vocabulary import Ask, State
from convive.domain.programme.models import Organisation
from convive.kernel.texts import Retirable, in_language


class Notice(Retirable):
    """An organisation's own words about personal data. What it leaves out is said in general."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    # Of an office, never of a person: both are published
    contact = models.CharField(max_length=200)
    officer_es = models.CharField(max_length=300, blank=True)
    officer_en = models.CharField(max_length=300, blank=True)
    purposes_es = models.TextField(blank=True)
    purposes_en = models.TextField(blank=True)
    legal_basis_es = models.TextField(blank=True)
    legal_basis_en = models.TextField(blank=True)
    retention_es = models.TextField(blank=True)
    retention_en = models.TextField(blank=True)

    class Meta:
        ordering = ["organisation__code"]

    def __str__(self) -> str:
        return self.organisation.code

    @property
    def officer(self) -> str:
        return in_language(self, "officer")

    @property
    def purposes(self) -> str:
        return in_language(self, "purposes")

    @property
    def legal_basis(self) -> str:
        return in_language(self, "legal_basis")

    @property
    def retention(self) -> str:
        return in_language(self, "retention")


class DataRequest(models.Model):
    """What somebody asks about their own data, without an account. Its texts are sealed."""

    Ask = Ask
    State = State

    ask = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Ask])
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField()
    due = models.DateField()
    # Of the code that was told once: whoever has it finds the answer
    code_hash = models.CharField(max_length=64, unique=True)
    text = models.TextField()  # sealed; blank once its time is over
    contact = models.TextField(blank=True)  # sealed; deleted with the answer
    state = models.CharField(max_length=10, default=State.OPEN)
    answer = models.TextField(blank=True)  # sealed
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)  # an actor's id
    emptied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ask__in=[a.value for a in Ask]), name="data_request_ask_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN.value, answered_at=None, answered_by="")
                | (
                    Q(state__in=[s.value for s in State if s is not State.OPEN], contact="")
                    & Q(answered_at__isnull=False)
                    & ~Q(answered_by="")
                ),
                name="data_request_answered_or_open",
            ),
            models.CheckConstraint(
                condition=Q(emptied_at=None) | Q(text="", answer=""),
                name="data_request_emptied",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.ask}"

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN
