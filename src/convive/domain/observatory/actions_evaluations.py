"""Every write of evaluations: scheduled, designed, changed, set aside, opened, worked out.

The design is set down before its result can be opened: its seal stands in the journal, and the
result is worked out of what was sealed alone. A change is another version, with its reason; once a
result has been seen, the change says so for ever (docs/adr/0011).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.observatory import evaluation_pool as pools
from convive.domain.observatory import evaluation_rules as rules
from convive.domain.observatory import queries
from convive.domain.observatory import queries_evaluations as asked
from convive.domain.observatory.models import Design, Evaluation, Finding, Opening
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence
from convive.evidence.support import Need, lacks
from convive.kernel import jobs, journal, words
from convive.kernel.errors import BadInput, Refused

EVALUATE = "observatory.evaluate"
Progress = Callable[[float], None]
# What of a design makes its result; the rest are its words
_COUNTED = (
    "source", "offence", "treated", "buffer", "rule", "pool", "before", "first", "until", "method",
    "scale",
)  # fmt: skip
_SAID = ("title", "what", "why")


@transaction.atomic
def schedule_evaluation(*, by: Actor, finding: Finding, commitment: Commitment) -> Evaluation:
    """A confirmed finding was taken up: somebody is to design how its effect is told."""
    queries.require_analysis(by, Permission.SEE_FIGURES, finding.analysis.place)
    found, is_new = Evaluation.objects.get_or_create(
        commitment=commitment,
        defaults={"finding": finding, "asked_by": by.id, "asked_at": timezone.now()},
    )
    if is_new:
        _journal(by, "evaluation.scheduled", found, finding=finding.pk, commitment=commitment.pk)
    return found


@transaction.atomic
def set_down_design(
    *,
    by: Actor,
    facts: rules.Facts,
    number: int | None = None,
    reason: str = "",
    commitment: Commitment | None = None,
) -> Design:
    """Set a design down for good: the first of an evaluation, or another version of it.

    number : the evaluation; None begins one, of `commitment` if given.
    reason : why it differs from the version before; needed for every version but the first.

    Raises NotAllowed without the right to make a report in every place of the design, BadInput for
    what a design must hold, Refused where the source cannot carry it.
    """
    rules.check(facts)
    for ref in (*facts.treated, *facts.buffer, *facts.pool):
        _require_district(ref)
    asked.require_places(by, Permission.MAKE_REPORT, facts.treated)
    found = _locked(number) if number is not None else None
    before = None
    if found is not None:
        asked.require_evaluation(by, Permission.MAKE_REPORT, found)
        before = asked.current(found)
        _require_changeable(found, before, reason)
    view = _source(facts)
    pool = pools.find(view, facts)
    values = _values(facts, pool)
    if before is not None and all(getattr(before, name) == values[name] for name in values):
        raise BadInput.at("reason", _("Nothing was changed."), _("Leave it as it is."))
    if found is None:
        found = _begin(by, commitment)
    design = Design(
        evaluation=found,
        version=before.version + 1 if before else 1,
        known_until=view.coverage.end if view.coverage else None,
        others_seen=asked.others_seen(facts.treated, facts.source, found),
        reason=reason.strip() if before else "",
        after_result=before is not None and asked.result_was_seen(found),
        set_by=by.id,
        set_at=timezone.now(),
        previous=before.seal if before else "",
        **values,
    )
    design.seal = design.sealed()
    design.save()
    did = "evaluation.designed"
    if before is not None:
        did = "evaluation.changed_after_result" if design.after_result else "evaluation.changed"
    _journal(
        by, did, found, version=design.version, seal=design.seal, previous=design.previous,
        source=design.source, offence=design.offence, treated=design.treated, buffer=design.buffer,
        compared=len(design.pool), first=design.first.isoformat(), before=design.before.isoformat(),
        until=design.until.isoformat(), method=design.method, scale=design.scale,
    )  # fmt: skip
    return design


@transaction.atomic
def set_evaluation_aside(*, by: Actor, number: int, reason: str) -> Evaluation:
    """Nobody evaluates it, with the reason. What was opened stays open."""
    found = _locked(number)
    asked.require_evaluation(by, Permission.MAKE_REPORT, found)
    if not reason.strip():
        raise BadInput.at("reason", _("An evaluation is set aside with a reason."), _("Write it."))
    if found.set_aside_at:
        raise BadInput.at(number, _("It was set aside before."), _("See its page."))
    if any(row.answered_at or row.is_waited_for for row in asked.openings(found)):
        raise BadInput.at(
            number, _("Its result was opened: it stays."), _("Change the design, with the reason.")
        )
    found.set_aside_by, found.set_aside_at = by.id, timezone.now()
    found.reason = reason.strip()
    found.save(update_fields=["set_aside_by", "set_aside_at", "reason"])
    _journal(by, "evaluation.set_aside", found)
    return found


@transaction.atomic
def open_result(*, by: Actor, number: int, order: bool = True) -> Opening:
    """Open the result of the latest design on the evidence of today.

    order : False where the caller works it out itself, at once.

    Raises NotAllowed without the exact numbers of every place of the design; Refused where no
    design was set down, where it is not the one in the journal, or where its months are not all
    there and firm.
    """
    found = _locked(number)
    asked.require_evaluation(by, Permission.SEE_FIGURES, found)
    design = asked.current(found)
    if found.set_aside_at:
        raise Refused.at(number, _("This evaluation was set aside."), _("Begin another."))
    if design is None:
        raise Refused.at(
            number,
            _("No design was set down."),
            _("Set down first what will be compared, and how."),
        )
    asked.require_places(by, Permission.SEE_FIGURES, design.places)
    _require_as_set_down(design)
    _require_ready(design)
    version, batches = queries.evidence_version(design.source)
    opened, is_new = Opening.objects.select_for_update(of=("self",)).get_or_create(
        design=design,
        version=version,
        defaults={
            "batches": batches,
            "is_sample": evidence.source(design.source).is_sample,
            "opened_by": by.id,
            "opened_at": timezone.now(),
        },
    )
    if is_new or opened.can_be_asked_again:
        if order:
            if opened.job_id:
                jobs.cancel(opened.job_id, by=by.id)  # should its worker live after all
            subject = f"evaluation:{found.pk}"
            opened.job = jobs.order(EVALUATE, by=by.id, subject=subject, opening=opened.pk)
            opened.save(update_fields=["job"])
        _journal(
            by, "evaluation.opened", found,
            version=design.version, design=design.seal, evidence=version,
        )  # fmt: skip
    return opened


def work_out_result(*, by: Actor, number: int, progress: Progress) -> Opening:
    """Work a result out, in the worker. One that is answered is left alone.

    Raises BadInput where the evidence cannot carry it, or is no longer what was opened.
    """
    from convive.domain.observatory.analyses import evaluation  # loads what computes
    from convive.domain.observatory.analyses.kept import kept

    opened = Opening.objects.select_related("design__evaluation").get(pk=number)
    design = opened.design
    asked.require_places(by, Permission.SEE_FIGURES, design.places)
    if opened.answered_at:
        return opened
    _require_unchanged(opened)
    _require_as_set_down(design)
    _require_ready(design)
    answer = evaluation.answer(design, asked.rounds(design.evaluation, design), progress)
    _require_unchanged(opened)
    return _finish(by, opened, kept("effect", answer, 0))


@transaction.atomic
def _finish(by: Actor, opened: Opening, result: dict[str, Any]) -> Opening:
    found = _locked(opened.design.evaluation_id)
    if asked.current(found) != opened.design:
        raise BadInput.at(
            found.pk, _("The design was changed meanwhile."), _("Open the result of the new one.")
        )
    opened.result = result
    opened.answered_at = timezone.now()
    opened.save(update_fields=["result", "answered_at"])
    _journal(
        by, "evaluation.answered", found, version=opened.design.version, design=opened.design.seal,
        evidence=opened.version, sha256=opened.digest(),
    )  # fmt: skip
    return opened


def _locked(number: int) -> Evaluation:
    return Evaluation.objects.select_for_update(of=("self",)).get(pk=number)


def _begin(by: Actor, commitment: Commitment | None) -> Evaluation:
    if commitment is not None and Evaluation.objects.filter(commitment=commitment).exists():
        raise BadInput.at(
            "commitment", _("This commitment has its evaluation."), _("See its page.")
        )
    return Evaluation.objects.create(
        commitment=commitment,
        finding=_finding_of(commitment),
        asked_by=by.id,
        asked_at=timezone.now(),
    )


def _finding_of(commitment: Commitment | None) -> Finding | None:
    if commitment is None or commitment.raised_by_kind != "finding":
        return None
    return Finding.objects.filter(pk=commitment.raised_by_id).first()


def _values(facts: rules.Facts, pool: pools.Found) -> dict[str, Any]:
    values = {name: getattr(facts, name) for name in _COUNTED} | {
        name: getattr(facts, name).strip() for name in _SAID
    }
    return values | {
        "treated": sorted(facts.treated),
        "buffer": sorted(facts.buffer),
        "pool": sorted(pool.pool),
        "left_out": pool.left_out,
        "until": rules.end_of_month(facts.until),
        "rule": str(facts.rule),
        "method": str(facts.method),
        "scale": str(facts.scale),
    }


def _source(facts: rules.Facts) -> evidence.SourceView:
    """The source of a design. Raises Refused where it carries no months of what is asked."""
    view = evidence.source(facts.source)
    missing: Mapping[Any, Any] = lacks(view.spec)
    for need in (Need.RECORDS, Need.MONTH, Need.TREND):
        if need in missing:
            raise Refused.at("source", missing[need], _("Choose another source."))
    if facts.offence and facts.offence not in evidence.offences(facts.source):
        raise BadInput.at(
            "offence",
            _("This source records no such offence."),
            _("Choose another offence or another source."),
        )
    return view


def _require_district(ref: str) -> None:
    programme.place(ref)
    if asked.district_or_none(ref) is None:
        raise BadInput.at(ref, _("A design compares districts."), _("Give the code of a district."))


def _require_changeable(found: Evaluation, before: Design | None, reason: str) -> None:
    if found.set_aside_at:
        raise Refused.at(found.pk, _("This evaluation was set aside."), _("Begin another."))
    if before is None:
        return
    if not reason.strip():
        raise BadInput.at(
            "reason", _("A design is changed with a reason."), _("Write it: it stays.")
        )
    if any(row.is_waited_for and not row.is_stuck for row in asked.openings(found)):
        raise Refused.at(
            found.pk, _("Its result is being worked out."), _("Wait until it is there.")
        )


def _require_as_set_down(design: Design) -> None:
    if not asked.is_as_set_down(design):
        raise Refused.at(
            design.evaluation_id,
            _("This design is not the one that the journal holds: it was changed behind it."),
            _("Verify the journal, and ask whoever keeps the system."),
        )


def _require_ready(design: Design) -> None:
    state = asked.ready(design)
    if not state.is_ready:
        raise Refused.at(
            design.evaluation_id,
            _("Its last months are not there yet, or still grow."),
            _("It can be opened once the records of %(month)s have come in; today they reach to "
              "%(day)s.")
            % {"month": words.long_month(state.needs), "day": words.day(state.reach)},
        )  # fmt: skip


def _require_unchanged(opened: Opening) -> None:
    if queries.evidence_version(opened.design.source)[0] != opened.version:
        raise BadInput.at(
            opened.design.source,
            _("The evidence has changed since this was asked."),
            _("Open it again: the result will be of the new evidence."),
        )


def _journal(by: Actor, did: str, found: Evaluation, **data: Any) -> None:
    journal.write(who=by.id, did=did, kind=asked.KIND, subject=found.pk, data=data)
