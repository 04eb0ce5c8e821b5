"""The watch: what new evidence shows by itself, one false-discovery rate over all looks of a week.

Every week each question that the evidence carries is asked of each district: did a level change, is
the newest month high, does it concentrate, do repeats follow, did incidents come together? Most of
so many looks show nothing, and some show something by chance. So their p-values are adjusted
together, and only what stands then is kept as a finding, for a person to confirm or set aside.

What is told is news: it speaks of the newest months of evidence that is not behind today, and
nobody was told it before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.observatory import actions, actions_findings, analysis_page, desk, queries
from convive.domain.observatory.analyses.questions import QUESTIONS, Question
from convive.domain.observatory.analysis_sectors import sectors_of
from convive.domain.observatory.models import Analysis, Finding, Kind
from convive.domain.observatory.models_findings import FindingState
from convive.domain.observatory.rules import (
    is_certain,
    months_back,
    newest_changes,
    standing,
)
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period

HOLDS = timedelta(days=28)
AGAIN = timedelta(days=90)  # the same matter of a place is not kept twice within
RECENT_MONTHS = 12  # an older change of level is history, not news
BEHIND_MONTHS = 3  # beside those that still grow: evidence that ends earlier gives no news
Months = tuple[str, str]
_YEARS = {Kind.SERIES: 7}  # of months; two years of incidents
_LEFT_OUT = {
    Kind.AORISTIC,  # it describes, and tests nothing
    Kind.COMPARE,  # that districts differ is no news
    Kind.UNDERCOUNT,  # its counts are given by hand
}
_NOW = {Kind.CLUSTERS: {"when": "now"}}


@dataclass(frozen=True)
class Look:
    """One test of one answer.

    is_news : whether it speaks of now, and may become a finding. months : the first and the last
    that it speaks of, as 2024-07; None where it speaks of the whole period.
    """

    analysis: Analysis
    p: float
    is_news: bool
    months: Months | None = None


@dataclass(frozen=True)
class Watched:
    """What came of it: how many tests, and the findings that were kept."""

    looks: int
    findings: tuple[Finding, ...]


def watch(*, by: Actor, progress: Callable[[float], None] = lambda _share: None) -> Watched:
    """Ask everything that the evidence of today carries, and keep what stands.

    Answers of unchanged evidence are read, not worked out again. Records and samples are judged
    apart.
    """
    asked = list(_questions())
    looks: list[Look] = []
    for number, (question, view, place, offence) in enumerate(asked):
        looks += _looked(by, question, view, place, offence)
        progress((number + 1) / len(asked))
    kept: list[Finding] = []
    for is_sample in (False, True):
        kept += _keep(by, [look for look in looks if look.analysis.is_sample == is_sample])
    with transaction.atomic():
        journal.write(
            who=by.id,
            did="observatory.watched",
            kind="observatory",
            subject="watch",
            data={"looks": len(looks), "findings": [finding.pk for finding in kept]},
        )
    return Watched(len(looks), tuple(kept))


def _keep(by: Actor, looks: list[Look]) -> Iterator[Finding]:
    today = programme.today()
    stands = standing([(look.p, look.is_news) for look in looks])
    for look, does in zip(looks, stands, strict=True):
        found = look.analysis
        if not does or is_known(look, queries.findings_like(found), today):
            continue
        with translation.override("es"):
            why = _("Found by the weekly watch: %(sentence)s") % {
                "sentence": analysis_page.sentence(found)
            }
        yield actions_findings.keep_finding(
            by=by,
            analysis=found.pk,
            why=why,
            valid_until=today + HOLDS,
            sectors=sectors_of(found),
        )


def _questions() -> Iterator[tuple[Question, SourceView, Place, str]]:
    """Each question with each source that carries it, in each district it speaks of."""
    for place in programme.districts():
        for view in desk.sources_here(place):
            for question in QUESTIONS.values():
                if question.kind in _LEFT_OUT or question.why_not(view.spec):
                    continue
                offences = sorted(evidence.offences(view.code)) if question.on_months else [""]
                for offence in offences:
                    yield question, view, place, offence


def _looked(
    by: Actor, question: Question, view: SourceView, place: Place, offence: str
) -> list[Look]:
    """The tests of one answer; none where the evidence does not carry it."""
    number = 0
    try:
        found = actions.ask_analysis(
            by=by,
            kind=question.kind,
            source=view.code,
            period=_period(question, view),
            place=place.ref,
            offence=offence,
            options=_NOW.get(Kind(question.kind)),
            order=False,
        )
        number = found.pk
        if not found.answered_at:
            found = actions.work_out(by=by, number=found.pk, progress=lambda _share: None)
    except BadInput:  # too few, or not covered: it says so to whoever asks on the page
        actions.drop_unanswered(by=by, number=number)
        return []
    assert view.coverage is not None  # sources_here knows only those
    late = view.limits.late_months
    looks = list(looks_of(found, late))
    if is_current(view.coverage.end, late, programme.today(), is_sample=view.is_sample):
        return looks
    return [replace(look, is_news=False) for look in looks]


def is_current(end: date, late: int, today: date, *, is_sample: bool) -> bool:
    """Whether evidence up to `end`, of which the last `late` months still grow, can tell of now.

    A sample describes no time: its now is its own end.
    """
    return is_sample or months_back(end, 0) >= months_back(today, BEHIND_MONTHS + late)


def _period(question: Question, view: SourceView) -> Period:
    assert view.coverage is not None  # sources_here knows only those
    years = _YEARS.get(Kind(question.kind), 2)
    start = months_back(view.coverage.end, 12 * years - 1)
    return Period(max(view.coverage.start, start), view.coverage.end)


def looks_of(found: Analysis, late: int = 0) -> Iterator[Look]:
    """The tests of an answer, as of the end of its own period. late : months that still grow."""
    numbers = found.result["numbers"]
    if found.kind == Kind.SERIES:
        yield from _looks_of_months(found, numbers)
    elif found.kind == Kind.HOTSPOTS:
        q = [row["q"] for row in numbers["cells"] if row["q"] is not None]
        yield Look(found, min(q, default=1.0), lasts(numbers["backtest"]))
    elif found.kind == Kind.NEAR_REPEAT:
        p = [value for row in numbers["p_adjusted"] for value in row if value is not None]
        until = max((row["until"] for row in numbers["windows"]["cells"]), default="")
        yield Look(found, min(p, default=1.0), until >= str(found.end))
    elif found.kind == Kind.CLUSTERS:
        first = next(iter(numbers["clusters"]), None)
        newest = str(months_back(found.end, late))  # the last event may lie long before the end
        is_now = first is not None and first["to"] >= newest
        yield Look(found, first["p"] if first else 1.0, is_now)


def lasts(tried: Sequence[Mapping[str, Any]]) -> bool:
    """Whether places named by the past held more of what followed than their share of the area.

    That is when, for some way of naming them, the whole interval of the PAI lies above 1. A hot
    spot of one period alone is no news: it is gone before a round is planned.
    """
    return any(row["lower"] > 1 for row in tried)


def _looks_of_months(found: Analysis, numbers: Mapping[str, Any]) -> Iterator[Look]:
    """The last change of the newest part that was looked at, and its newest month."""
    newest = numbers.get("newest")
    if newest is None:  # answered before it was said which months were looked at
        yield Look(found, numbers["p"], is_news=False)
        return
    last = next(reversed(newest_changes(numbers)), None)
    months = (last["from"], last["to"]) if last else None
    yield Look(found, newest["p"], last is not None and _is_recent(numbers, last), months)
    if high := numbers["alarm"]:
        yield Look(found, high["p"], bool(high["alarm"]), (high["period"], high["period"]))


def _is_recent(numbers: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    """Whether a change of level went one way for certain, and may lie within the last twelve firm
    months."""
    firm = [row["period"] for row in numbers["months"] if not row["provisional"]]
    edge = months_back(date.fromisoformat(f"{firm[-1]}-01"), RECENT_MONTHS - 1)
    return is_certain(change) and bool(change["to"] >= f"{edge:%Y-%m}")


def is_known(look: Look, findings: Iterable[Finding], today: date) -> bool:
    """Whether somebody was told this by one of these findings of the same question.

    By one of the same answer, always. By one that was set aside, for good where it spoke of the
    same months. By another that spoke of them, while it holds and for a while after; but not by one
    that nobody decided before its evidence changed: it can no longer be confirmed.
    """
    since = today - AGAIN
    for row in findings:
        if row.analysis_id == look.analysis.pk:
            return True
        if not _is_same_matter(look, row.analysis):
            continue
        is_aside = row.state == FindingState.SET_ASIDE
        if is_aside and look.months:
            return True
        if row.state == FindingState.KEPT and queries.is_old(row.analysis):
            continue
        if row.valid_until >= since or timezone.localdate(row.kept_at) >= since:
            return True
    return False


def _is_same_matter(look: Look, told: Analysis) -> bool:
    """Whether the answer of an earlier finding spoke of the months that a look speaks of."""
    if look.months is None:
        return True
    numbers = told.result["numbers"]
    earlier = [(one["from"], one["to"]) for one in numbers["changes"][-1:] if is_certain(one)]
    if (high := numbers["alarm"]) and high["alarm"]:
        earlier.append((high["period"], high["period"]))
    first, last = look.months
    return any(begin <= last and first <= end for begin, end in earlier)
