"""The measures of referrals: how many are open, and how many days an answer and an end take."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.domain.referrals import queries
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import Status
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, measure
from convive.kernel.figures import Status as Told
from convive.stats.durations import Duration, quantile

_BY = ("service", "sender", "receiver", "sex")
STAGES = ("response", "done")


@measure("referrals.open", filters=_BY)
def open_(question: Question) -> Figure:
    """How many referrals were open at the end of the period."""
    day = min(question.period.end, programme.today())
    count = queries.open_on(day, _asked(question)).count()
    method = _("Referrals sent and neither done, rejected nor taken back by that day.")
    if 0 < count < _threshold(question):
        return _figure(question, None, _("referrals"), method, status=Told.SUPPRESSED)
    said = _("Open on %(day)s: %(count)s.") % {"day": words.day(day), "count": words.number(count)}
    return _figure(question, count, _("referrals"), method, n=count, words=said)


@measure("referrals.median_days", filters=(*_BY, "stage"))
def median_days(question: Question) -> Figure:
    """Days within which half of the referrals sent in the period were answered, or done."""
    return _days(question, 0.5)


@measure("referrals.p90_days", filters=(*_BY, "stage"))
def p90_days(question: Question) -> Figure:
    """Days within which nine in ten of the referrals sent in the period were answered, or done."""
    return _days(question, 0.9)


def _days(question: Question, share: float) -> Figure:
    stage = question.where.get("stage", STAGES[0])
    if stage not in STAGES:
        raise BadInput.at(
            stage,
            _("A referral has no stage of this name."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(STAGES)},
        )
    period = question.period
    sent = _asked(question).filter(sent_at__date__gte=period.start, sent_at__date__lte=period.end)
    found = duration(sent, stage, share, programme.today())
    method = _method(stage, found)
    if found.n == 0:
        said = _("Nothing was sent in this period.")
        return _figure(question, None, _("days"), method, status=Told.MISSING, words=said)
    if found.n < _threshold(question):
        return _figure(question, None, _("days"), method, status=Told.SUPPRESSED)
    if found.value is None:
        said = _("So many still wait that it is not known yet.")
        return _figure(question, None, _("days"), method, status=Told.UNDEFINED, words=said)
    upper = found.upper if found.upper is not None else float("inf")
    lower = found.lower if found.lower is not None else 0.0
    told = {
        "share": words.percent(share),
        "days": words.number(found.value),
        "between": words.between(lower, upper),
    }
    said = _("%(share)s within %(days)s days, %(between)s.") % told
    return _figure(
        question, found.value, _("days"), method, n=found.n, words=said, lower=lower, upper=upper
    )


def duration(sent: QuerySet[Referral], stage: str, share: float, today: date) -> Duration:
    """Whole days from sending to a stage. Whoever still waits is censored, and so is what was taken
    back; for `done`, what was rejected is left out: it is not to be done."""
    over: list[int] = []
    waiting: list[int] = []
    times = ("status", "sent_at", "responded_at", "ended_at")
    for status, sent_at, responded_at, ended_at in sent.values_list(*times):
        if stage == "done" and status == Status.REJECTED:
            continue
        reached = responded_at
        if stage == "done":
            reached = ended_at if status == Status.DONE else None
        last = reached or ended_at
        until = timezone.localdate(last) if last else today
        (over if reached else waiting).append((until - timezone.localdate(sent_at)).days)
    return quantile(over, waiting, share=share)


def _asked(question: Question) -> QuerySet[Referral]:
    """What the filters and the place leave."""
    where = {name: value for name, value in question.where.items() if value}
    rows = queries.every().order_by()
    for name, field in (("service", "service"), ("sender", "sender"), ("receiver", "receiver")):
        if code := where.get(name):
            known = queries.service if name == "service" else programme.organisation
            rows = rows.filter(**{f"{field}__code": known(code).code})
    if sex := where.get("sex"):
        rows = rows.filter(person__sex=sex)
    if question.place:
        rows = rows.filter(_in(programme.place(question.place)))
    return rows


def _in(place: Place) -> Q:
    """By where the person lives. A province or region takes in its districts."""
    if place.level == Place.Level.DISTRICT:
        return Q(person__district=place)
    return Q(person__district__scheme=place.scheme, person__district__code__startswith=place.code)


def _threshold(question: Question) -> int:
    code = question.where.get("service")
    is_sensitive = bool(code and queries.service(code).data.get("sensitive"))
    return programme.threshold(sensitive=is_sensitive)


def _method(stage: str, found: Duration) -> str:
    told = (
        _("Whole days from sending to the first answer.")
        if stage == "response"
        else _("Whole days from sending until it was done, of those that were not rejected.")
    )
    if found.waiting:
        return (
            told + " " + _("Those still waiting count as such: Kaplan–Meier, Brookmeyer–Crowley.")
        )
    return told + " " + _("The interval is exact, from order statistics.")


def _figure(question: Question, value: Any, unit: str, method: str, **more: Any) -> Figure:
    if more.get("status") is Told.SUPPRESSED:
        more["words"] = _("Too few people to be told.")
    found = Figure(
        value, unit, method, _("Referrals of the programme"), as_of=programme.today(), **more
    )
    if _asked(question).filter(is_sample=True).exists():
        text = _("Sample: these people are made up.")
        return found.with_marks(Mark(MarkKind.SAMPLE, text))
    return found
