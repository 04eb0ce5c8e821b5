"""What the worker works out from one state of the evidence: how far it is, and what came out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from convive.kernel.models import Job


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Worked(models.Model):
    """version : of the evidence that was read. batches : its imports.

    result : `numbers`, and in each language `sentence` and `caveats`.
    """

    version = models.CharField(max_length=64)
    batches = models.JSONField(default=list)
    is_sample = models.BooleanField(default=False)
    # The job that works it out. A job that has ended is forgotten after a while; the answer stays
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def state(self) -> State:
        """How far it is: what its job says, unless there is an answer."""
        if self.answered_at:
            return State.DONE
        if self.job is None or self.job.state in (Job.State.DONE, Job.State.CANCELLED):
            return State.FAILED
        return State(self.job.state)

    @property
    def is_waited_for(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def is_stuck(self) -> bool:
        """Whether it is waited for, and no worker can be at it."""
        return self.is_waited_for and self.job is not None and self.job.is_stuck

    @property
    def can_be_asked_again(self) -> bool:
        return self.state == State.FAILED or self.is_stuck

    @property
    def reason(self) -> str:
        """Why there is no answer, in the words shown to whoever asked."""
        if self.state != State.FAILED:
            return ""
        if self.job is None:
            return _("Nothing is known about it any more. Ask again.")
        if not self.job.problems:
            return _("It was stopped. Ask again when you need it.")
        return " ".join(f"{each['why']} {each['remedy']}".strip() for each in self.job.problems)
