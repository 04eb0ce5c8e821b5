"""What waits for somebody in cases: steps, screenings and answers of the team; plans and closures
of the supervisor. Nothing of whom it is or what they need stands in what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.rules import Actor, may
from convive.domain.cases import actions_handover, queries, rules
from convive.domain.cases.models import Case
from convive.domain.cases.vocabulary import Plan, State
from convive.domain.programme import queries as programme


class Cases:
    """Whoever works on a case takes its steps; whoever supervises it looks at it in time."""

    name = "cases"

    @property
    def title(self) -> str:
        return _("Cases")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        account = programme.account_of(who)
        if account is None or not (may(who, queries.KEEP) or may(who, queries.SUPERVISE)):
            return
        rows = queries.cases_visible_to(who).filter(state=State.OPEN).order_by("pk")
        if not (every := list(rows)):
            return
        closing = queries.to_be_decided(rows)
        for found in every:
            if found.supervisor_id == account.pk:
                yield from _of_supervisor(found, today, closing=found.pk in closing)
            else:
                yield from _of_team(found, today)
        mine = rows.exclude(supervisor=account.pk)
        for step in queries.steps_to_do(mine, today + timedelta(days=rules.NEAR)):
            case = step.goal.case
            yield _duty(
                case, f"step-{step.code}", _("Take a step of a case"), _("See it"), step.due
            )

    def held_by(self, account: int) -> Iterator[Duty]:
        for found in queries.held_by(account):
            yield _duty(found, found.code, _("A case in which they have a part"), "")

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return actions_handover.pass_on(by=by, leaver=leaver, successor=successor)


def register() -> None:
    duties.register(Cases())


def _of_supervisor(found: Case, today: date, *, closing: bool) -> Iterator[Duty]:
    if closing:
        title = _("Decide whether a case is closed")
        yield _duty(found, f"closing-{found.code}", title, _("Decide"))
    elif found.plan == Plan.ASKED or rules.is_near(found.review_by, today):
        due = today if found.plan == Plan.ASKED else found.review_by
        yield _duty(found, f"review-{found.code}", _("Review the plan of a case"), _("Review"), due)


def _of_team(found: Case, today: date) -> Iterator[Duty]:
    if found.plan == Plan.CHANGES:
        title = _("Change the plan of a case, as its supervisor asks")
        yield _duty(found, f"changes-{found.code}", title, _("See it"))
    if rules.is_near(found.screen_by, today):
        title = _("Screen somebody again")
        yield _duty(found, f"screen-{found.code}", title, _("See it"), found.screen_by)


def _duty(found: Case, id: str, title: str, action: str, due: date | None = None) -> Duty:
    address = reverse("cases:case", kwargs={"code": found.code})
    return Duty("cases", id, title, address, due=due, detail=found.code, action=action)
