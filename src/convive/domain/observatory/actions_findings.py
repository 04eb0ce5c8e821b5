"""Every write of findings: kept, confirmed or set aside, taken up, and the rounds that are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.observatory import queries
from convive.domain.observatory.actions_evaluations import schedule_evaluation
from convive.domain.observatory.analysis_sectors import sectors_of
from convive.domain.observatory.models import Analysis, Finding, Round
from convive.domain.observatory.models_findings import FindingState
from convive.domain.plans import actions as plans
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput

LONGEST = timedelta(days=92)  # then the evidence is another, and the question is asked again
KIND = "finding"


@transaction.atomic
def keep_finding(
    *,
    by: Actor,
    analysis: int,
    why: str,
    valid_until: date,
    sectors: Sequence[str] = (),
    hours: tuple[int, int] | None = None,
) -> Finding:
    """Keep an answer as a finding.

    sectors : cells of the answer. hours : first and last, from 0 to 23.
    Raises BadInput for an answer that is not there yet, sectors that it does not name, or a last
    day that is past or further away than the evidence can carry.
    """
    found = Analysis.objects.select_related("place").get(pk=analysis)
    queries.require_analysis(by, Permission.MAKE_REPORT, found.place)
    if not found.answered_at:
        raise BadInput.at(analysis, _("It is not answered yet."), _("Wait for the answer."))
    if not why.strip():
        raise BadInput.at("why", _("A finding says what it means here."), _("Write it."))
    today = programme.today()
    if not today <= valid_until <= today + LONGEST:
        raise BadInput.at(
            "valid_until",
            _("A finding holds from today for three months at most."),
            _("Give a day within them; then ask again."),
        )
    known = sectors_of(found)
    strange = [sector for sector in sectors if sector not in known]
    if strange:
        raise BadInput.at(
            "sectors", _("The answer names no such sector."), _("Choose among its sectors.")
        )
    if hours is not None and not all(0 <= hour <= 23 for hour in hours):
        raise BadInput.at(
            "hours", _("An hour is from 0 to 23."), _("Write for instance 19 and 22.")
        )
    kept = Finding.objects.create(
        analysis=found,
        why=why.strip(),
        sectors=[sector for sector in known if sector in sectors],
        first_hour=hours[0] if hours else None,
        last_hour=hours[1] if hours else None,
        valid_until=valid_until,
        kept_by=by.id,
        kept_at=timezone.now(),
    )
    _journal(by, "finding.kept", kept, until=valid_until.isoformat(), analysis=found.pk)
    return kept


@transaction.atomic
def confirm_finding(*, by: Actor, number: int) -> Finding:
    """A second person stands by it: whoever may accept what others recorded, or, of what the watch
    found, whoever may make a report. Raises BadInput for whoever kept it, for one decided before,
    and for one whose evidence has changed since."""
    found = _undecided(by, number)
    if queries.is_old(found.analysis):
        raise BadInput.at(
            number,
            _("The evidence has changed since this was found."),
            _("Ask again, and keep what today's evidence says."),
        )
    if found.kept_by == by.id:
        raise BadInput.at(
            number,
            _("Whoever kept a finding does not confirm it."),
            _("Ask a second person to look at it."),
        )
    decided = _decide(by, found, FindingState.CONFIRMED, "")
    for made in queries.promised_because_of(found.pk):
        schedule_evaluation(by=by, finding=found, commitment=made)
    return decided


@transaction.atomic
def set_finding_aside(*, by: Actor, number: int, reason: str) -> Finding:
    """It is not acted upon, with the reason. Whoever kept it may do so too."""
    found = _undecided(by, number)
    if not reason.strip():
        raise BadInput.at("reason", _("A finding is set aside with a reason."), _("Write it."))
    return _decide(by, found, FindingState.SET_ASIDE, reason.strip())


@transaction.atomic
def take_up_finding(*, by: Actor, number: int, **facts: Any) -> Commitment:
    """An organisation promises to act on a finding. Raises BadInput where it was set aside.

    Of a confirmed one the effect is to be evaluated; of another, once it is confirmed.
    """
    found = _finding(by, number, Permission.SEE_FIGURES)
    if found.state == FindingState.SET_ASIDE:
        raise BadInput.at(
            number, _("This finding was set aside."), _("Ask again, and keep a new one.")
        )
    made = plans.make_commitment(by=by, raised_by=(KIND, str(found.pk)), **facts)
    _journal(by, "finding.taken_up", found, commitment=made.pk)
    if found.state == FindingState.CONFIRMED:
        schedule_evaluation(by=by, finding=found, commitment=made)
    return made


@transaction.atomic
def tell_rounds(*, by: Actor, number: int, day: date, done: Mapping[str, bool]) -> list[Round]:
    """Whether somebody went to each sector on a day. Told anew, the later word stands.

    Raises BadInput for a sector that is not on the sheet, or a day outside the finding's own.
    """
    found = _finding(by, number, Permission.RECORD_VALUE)
    if not timezone.localdate(found.kept_at) <= day <= min(found.valid_until, programme.today()):
        raise BadInput.at(
            "day",
            _("This day lies outside the days of the sheet, or is not over."),
            _("Give a day from the first day of the sheet to today."),
        )
    if not done or set(done) - set(found.sectors):
        raise BadInput.at(
            "sectors", _("The sheet names no such sector."), _("Tell those of the sheet.")
        )
    told = []
    for sector, was_done in done.items():
        row, _new = Round.objects.update_or_create(
            finding=found,
            sector=sector,
            day=day,
            defaults={"was_done": was_done, "told_by": by.id, "told_at": timezone.now()},
        )
        told.append(row)
    counts = {"day": day.isoformat(), "done": sum(done.values()), "of": len(done)}
    _journal(by, "finding.rounds_told", found, **counts)
    return told


def _finding(by: Actor, number: int, permission: Permission) -> Finding:
    found = Finding.objects.select_for_update(of=("self",)).get(pk=number)
    queries.require_analysis(by, permission, found.analysis.place)
    return found


def _undecided(by: Actor, number: int) -> Finding:
    """A finding that waits, for whoever may confirm it; whoever kept it may set it aside."""
    found = Finding.objects.select_for_update(of=("self",)).get(pk=number)
    is_own = found.kept_by == by.id
    permission = Permission.MAKE_REPORT if is_own else queries.may_confirm_with(found)
    queries.require_analysis(by, permission, found.analysis.place)
    if found.state != FindingState.KEPT:
        raise BadInput.at(number, _("This was decided before."), _("See the page of the finding."))
    return found


def _decide(by: Actor, found: Finding, state: FindingState, reason: str) -> Finding:
    found.state, found.reason = state, reason
    found.decided_by, found.decided_at = by.id, timezone.now()
    found.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _journal(by, f"finding.{state.value}", found)
    return found


def _journal(by: Actor, did: str, found: Finding, **data: Any) -> None:
    place = found.analysis.place
    data["place"] = place.ref if place else None
    journal.write(who=by.id, did=did, kind=KIND, subject=found.pk, data=data)
