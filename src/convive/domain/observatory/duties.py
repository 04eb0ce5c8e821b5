"""What waits in the observatory: findings to confirm, evaluations to design and to open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.rules import Actor
from convive.domain.observatory import queries, queries_evaluations
from convive.domain.observatory.models import Design, Evaluation, Finding


class Findings:
    """Whoever may accept what others recorded looks at what others found. Nobody holds one."""

    name = "observatory"

    @property
    def title(self) -> str:
        return _("Findings")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        yield from map(_of_finding, queries.findings_to_confirm(who, today))

    def held_by(self, account: int) -> Iterator[Duty]:
        return iter(())

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


class Evaluations:
    """What was promised because of a confirmed finding wants a design before its result; then its
    months come in, and the result can be opened. Whoever makes reports there does both."""

    name = "evaluations"

    @property
    def title(self) -> str:
        return _("Evaluations")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        yield from map(_to_design, queries_evaluations.to_design(who))
        yield from map(_to_open, queries_evaluations.to_open(who))

    def held_by(self, account: int) -> Iterator[Duty]:
        return iter(())

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def register() -> None:
    duties.register(Findings())
    duties.register(Evaluations())


def _of_finding(found: Finding) -> Duty:
    from convive.domain.observatory import (
        analysis_page,  # with its drawings: a command starts sooner
    )

    about = analysis_page.subject(found.analysis), analysis_page.source_name(found.analysis)
    return Duty(
        part=Findings.name,
        id=f"finding-{found.pk}",
        title=_("Confirm a finding, or set it aside"),
        url=reverse("observatory:finding", args=[found.pk]),
        due=found.valid_until,
        detail=" · ".join(about),
        action=_("Look at it"),
    )


def _to_design(found: Evaluation) -> Duty:
    promised = found.commitment
    return Duty(
        part=Evaluations.name,
        id=f"design-{found.pk}",
        title=_("Write the design of an evaluation, before its first result"),
        url=reverse("observatory:evaluation", args=[found.pk]),
        due=promised.due if promised else None,
        detail=promised.what if promised else "",
        action=_("Write it"),
    )


def _to_open(design: Design) -> Duty:
    return Duty(
        part=Evaluations.name,
        id=f"open-{design.evaluation_id}",
        title=_("The result of an evaluation can be opened"),
        url=reverse("observatory:evaluation", args=[design.evaluation_id]),
        detail=design.title,
        action=_("Look at it"),
    )
