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
from convive.domain.observatory.analyses.questions import QUESTIONS, SEED, Beside, Question
from convive.domain.observatory.analyses.undercount_given import (
    Given,
    as_options,
    given_of,
    require_given,
)
from convive.domain.observatory.models import Analysis, Kind
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
    if question.by_hand is not None:
        raise BadInput.at(kind, _("It is asked with counts."), _("Use its own page."))
    if question.on_places is not None and (where is None or where.level != Place.Level.DISTRICT):
        raise BadInput.at("place", _("A comparison is of a district."), _("Choose one."))
    view = evidence.source(source)
    if view.coverage is None:
        raise Refused.at("source", _("Nothing has been imported from this source yet."))
    _require_carried(view.code, question)
    _require_offence(view.code, offence, question)
    chosen = {**question.chosen(options or {}), "offence": offence, "seed": str(SEED)}
    if question.on_places is not None or question.on_months is not None:
        chosen["people"] = queries.people_version()  # new people, new rates
    version, batches = queries.evidence_version(view.code)
    return _put(
        by,
        Analysis(
            kind=kind,
            source=view.code,
            place=where,
            start=period.start,
            end=period.end,
            options=chosen,
            version=version,
            batches=batches,
            is_sample=view.is_sample,
        ),
        order=order,
    )


@transaction.atomic
def ask_undercount(
    *, by: Actor, place: str, period: Period, given: Given, is_sample: bool = False
) -> Analysis:
    """The answer to counts of lists that somebody gives by hand: answered before, or ordered now.

    place, period : what the lists are of. is_sample : the counts are invented.
    Raises NotAllowed without the exact numbers of the place, BadInput for what are no such counts.
    """
    where = programme.place(place)
    queries.require_analysis(by, Permission.SEE_FIGURES, where)
    require_given(given)
    options = as_options(given)
    version = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()
    asked = Analysis(
        kind=Kind.UNDERCOUNT,
        place=where,
        start=period.start,
        end=period.end,
        options=options,
        version=version,
        is_sample=is_sample,
    )
    return _put(by, asked, order=True)


def _put(by: Actor, asked: Analysis, *, order: bool) -> Analysis:
    """The row that answers what is asked, ordered where it waits for nobody yet."""
    found, is_new = Analysis.objects.select_for_update(of=("self",)).get_or_create(
        key=_key(asked),
        defaults={
            name: getattr(asked, name)
            for name in (
                "kind", "source", "place", "start", "end", "options", "version", "batches",
                "is_sample",
            )
        }
        | {"asked_by": by.id, "asked_at": timezone.now()},
    )  # fmt: skip
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
    if found.kind == Kind.UNDERCOUNT and found.place:
        return ask_undercount(
            by=by,
            place=found.place.ref,
            period=found.period,
            given=given_of(found.options),
            is_sample=found.is_sample,
        )
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
    if question.by_hand is not None:
        return question.by_hand(found.options)
    if question.on_places is not None:
        assert found.place is not None  # asked of a place alone
        offence, few = found.options.get("offence", ""), queries.threshold_of(found)
        return question.on_places(
            Beside(found.source, found.place, found.period, offence, found.options, few)
        )
    if question.on_months is not None:
        place = found.place.ref if found.place else None
        offence = found.options.get("offence", "")
        return question.on_months(
            monthly.of_source_foretold(found.source, place, found.period, offence),
            found.options,
        )
    assert question.work is not None  # a question has one of the four
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
    if not question.is_of_districts and not may_be_mapped(row):
        raise Refused.at(
            "offence",
            _("This offence is never shown finer than a district."),
            _("Ask for its number by district."),
        )


def _require_unchanged(found: Analysis) -> None:
    if queries.is_old(found):
        raise BadInput.at(
            found.source,
            _("The evidence has changed since this was asked."),
            _("Ask again: the answer will be of the new evidence."),
        )


def _key(asked: Analysis) -> str:
    place = [asked.place.ref, asked.place.outline] if asked.place else None
    options = sorted(asked.options.items())
    told: list[Any] = [asked.kind, asked.source, place, asked.period.code, options, asked.version]
    if (way := _question(asked.kind).way) > 1:
        told.append(way)
    if asked.kind == Kind.UNDERCOUNT:
        told.append(asked.is_sample)  # what is invented is never taken for what was counted
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


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
            # Counts of people and what their lists are called stay where the answer is
            "options": found.options if found.source else {},
            "evidence": found.version,
            **more,
        },
    )
