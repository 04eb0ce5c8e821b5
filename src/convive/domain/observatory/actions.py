"""Every write of analyses: asked, asked again, worked out, stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.observatory import queries
from convive.domain.observatory.analyses.questions import QUESTIONS, SEED, Question
from convive.domain.observatory.models import Analysis
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.positions import may_be_mapped
from convive.kernel import jobs, journal
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period

if TYPE_CHECKING:
    from convive.domain.observatory.analyses.answers import Answer

ANALYSE = "observatory.analyse"
Progress = Callable[[float], None]


@transaction.atomic
def ask_analysis(
    *,
    by: Actor,
    kind: str,
    source: str,
    period: Period,
    place: str = "",
    offence: str = "",
    options: Mapping[str, str] | None = None,
    order: bool = True,
) -> Analysis:
    """The analysis that answers this question: answered before, or ordered now.

    order : False where the caller works it out itself, at once.
    place : `SCHEME:CODE`; empty for everything that the source holds.
    Raises NotAllowed without the exact numbers of the place, BadInput for what cannot be chosen,
    Refused where the source cannot carry the question.
    """
    question = _question(kind)
    where = programme.place(place) if place else None
    queries.require_analysis(by, Permission.SEE_FIGURES, where)
    view = evidence.source(source)
    if view.coverage is None:
        raise Refused.at("source", _("Nothing has been imported from this source yet."))
    _require_carried(view.code, question)
    _require_offence(view.code, offence, question)
    chosen = {**question.chosen(options or {}), "offence": offence, "seed": str(SEED)}
    version, batches = queries.evidence_version(view.code)
    key = _key(kind, view.code, where, period, chosen, version)
    found, is_new = Analysis.objects.select_for_update(of=("self",)).get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "source": view.code,
            "place": where,
            "start": period.start,
            "end": period.end,
            "options": chosen,
            "version": version,
            "batches": batches,
            "is_sample": view.is_sample,
            "asked_by": by.id,
            "asked_at": timezone.now(),
        },
    )
    if is_new and not order:
        _journal(by, "analysis.asked", found)
    elif order and (is_new or found.can_be_asked_again):
        if found.job_id:
            jobs.cancel(found.job_id, by=by.id)  # should its worker live after all
        found.job = jobs.order(ANALYSE, by=by.id, subject=_subject(found), analysis=found.pk)
        found.save(update_fields=["job"])
        _journal(by, "analysis.asked", found)
    return found


def ask_again(*, by: Actor, number: int) -> Analysis:
    """The same question to the evidence of today: answered before, or ordered now."""
    found = Analysis.objects.select_related("place").get(pk=number)
    own = {choice.name for choice in _question(found.kind).choices}
    return ask_analysis(
        by=by,
        kind=found.kind,
        source=found.source,
        period=found.period,
        place=found.place.ref if found.place else "",
        offence=found.options.get("offence", ""),
        options={name: value for name, value in found.options.items() if name in own},
    )


@transaction.atomic
def stop_analysis(*, by: Actor, number: int) -> None:
    """Ask the worker to stop. What is answered stays as it is."""
    found = Analysis.objects.get(pk=number)
    queries.require_analysis(by, Permission.SEE_FIGURES, found.place)
    if found.job_id and found.is_waited_for:
        jobs.cancel(found.job_id, by=by.id)
        _journal(by, "analysis.stopped", found)


@transaction.atomic
def drop_unanswered(*, by: Actor, number: int) -> None:
    """Forget a question that nobody ordered and that the evidence could not answer."""
    found = Analysis.objects.filter(pk=number, answered_at=None, job=None).first()
    if found is not None:
        queries.require_analysis(by, Permission.SEE_FIGURES, found.place)
        _journal(by, "analysis.refused", found)
        found.delete()


def work_out(*, by: Actor, number: int, progress: Progress) -> Analysis:
    """Work it out, in the worker. One that is answered is left alone.

    Raises BadInput where the evidence cannot carry it, or is no longer what was asked.
    """
    from convive.domain.observatory.analyses.kept import kept  # loads what computes

    found = Analysis.objects.select_related("place").get(pk=number)
    queries.require_analysis(by, Permission.SEE_FIGURES, found.place)
    if found.answered_at:
        return found
    _require_unchanged(found)
    answer = _answer(found, progress)
    _require_unchanged(found)
    threshold = queries.threshold_of(found)
    return _finish(by, found, kept(found.kind, answer, threshold))


def _answer(found: Analysis, progress: Progress) -> Answer:
    from convive.domain.observatory.analyses import monthly
    from convive.evidence.events import imported

    question = _question(found.kind)
    if question.on_months is not None:
        place = found.place.ref if found.place else None
        offence = found.options.get("offence", "")
        return question.on_months(
            monthly.of_source_foretold(found.source, place, found.period, offence),
            found.options,
        )
    assert question.work is not None  # a question has one of the two
    refs = queries.refs(found.place) if found.place else ()
    category = found.options.get("offence") or None
    selection = evidence.Selection(found.source, found.period, refs, None, category)
    progress(0.0)
    events = imported(selection, *question.needs)
    outline = found.place.outline if found.place else None
    return question.work(events, found.options, outline or None, progress)


@transaction.atomic
def _finish(by: Actor, found: Analysis, result: dict[str, Any]) -> Analysis:
    found.result = result
    found.answered_at = timezone.now()
    found.save(update_fields=["result", "answered_at"])
    digest = hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()
    _journal(by, "analysis.answered", found, sha256=digest)
    return found


def _question(kind: str) -> Question:
    if kind not in QUESTIONS:
        raise BadInput.at(kind, _("There is no such question."), _("Choose one of the list."))
    return QUESTIONS[kind]


def _require_carried(source: str, question: Question) -> None:
    """Refuse at once what the source can never carry: nobody waits for that."""
    if why := question.why_not(evidence.source(source).spec):
        raise Refused.at("source", why, _("Ask for what it does support, or use another source."))


def _require_offence(source: str, offence: str, question: Question) -> None:
    """One that the source records; for places closer than a district, one that may be shown so."""
    if not offence:
        return
    row = evidence.offences(source).get(offence)
    if row is None:
        raise BadInput.at(
            "offence",
            _("This source records no such offence."),
            _("Choose another offence or another source."),
        )
    if question.on_months is None and not may_be_mapped(row):
        raise Refused.at(
            "offence",
            _("This offence is never shown finer than a district."),
            _("Ask for its number by district."),
        )


def _require_unchanged(found: Analysis) -> None:
    if queries.evidence_version(found.source)[0] != found.version:
        raise BadInput.at(
            found.source,
            _("The evidence has changed since this was asked."),
            _("Ask again: the answer will be of the new evidence."),
        )


def _key(
    kind: str,
    source: str,
    where: Place | None,
    period: Period,
    options: Mapping[str, str],
    version: str,
) -> str:
    place = [where.ref, where.outline] if where else None
    asked = [kind, source, place, period.code, sorted(options.items()), version]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _subject(found: Analysis) -> str:
    return f"analysis:{found.pk}"


def _journal(by: Actor, did: str, found: Analysis, **more: str) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="analysis",
        subject=found.pk,
        data={
            "kind": found.kind,
            "source": found.source,
            "place": found.place.ref if found.place else None,
            "period": found.period.code,
            "options": found.options,
            "evidence": found.version,
            **more,
        },
    )
