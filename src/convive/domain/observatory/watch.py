"""The watch: what new evidence shows by itself, one false-discovery rate over all looks of a week.

Every week each question that the evidence carries is asked of each district: did a level change, is
the newest month high, does it concentrate, do repeats follow, did incidents come together? Most of
so many looks show nothing, and some show something by chance. So their p-values are adjusted
together, and only what stands then is kept as a finding, for a person to confirm or set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.observatory import actions, actions_findings, analysis_page, desk, queries
from convive.domain.observatory.analyses import series
from convive.domain.observatory.analyses.questions import QUESTIONS, Question
from convive.domain.observatory.analysis_sectors import sectors_of
from convive.domain.observatory.models import Analysis, Finding, Kind
from convive.domain.observatory.rules import months_back
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.stats import fdr

RATE = 0.05  # of the findings that may be false
HOLDS = timedelta(days=28)
AGAIN = timedelta(days=90)  # the same question to the same place is not kept twice within
RECENT_MONTHS = 12  # an older change of level is history, not news
_YEARS = {Kind.SERIES: 7}  # of months; two years of incidents
_LEFT_OUT = {
    Kind.AORISTIC,  # it describes, and tests nothing
    Kind.COMPARE,  # that districts differ is no news
    Kind.UNDERCOUNT,  # its counts are given by hand
}
_NOW = {Kind.CLUSTERS: {"when": "now"}}


@dataclass(frozen=True)
class Look:
    """One test of one answer. is_news : whether it speaks of now, and may become a finding."""

    analysis: Analysis
    p: float
    is_news: bool


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


def standing(p: list[float], rate: float = RATE) -> list[bool]:
    """Which of all tests of a week stand after correction for how many there were."""
    return (fdr.adjust(p) <= rate).tolist() if p else []


def _keep(by: Actor, looks: list[Look]) -> Iterator[Finding]:
    today = programme.today()
    stands = standing([look.p for look in looks])
    for look, does in zip(looks, stands, strict=True):
        found = look.analysis
        if not does or not look.is_news or queries.known_findings(found, today - AGAIN):
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
    return list(_tests(found))


def _period(question: Question, view: SourceView) -> Period:
    assert view.coverage is not None  # sources_here knows only those
    years = _YEARS.get(Kind(question.kind), 2)
    start = months_back(view.coverage.end, 12 * years - 1)
    return Period(max(view.coverage.start, start), view.coverage.end)


def _tests(found: Analysis) -> Iterator[Look]:
    numbers = found.result["numbers"]
    if found.kind == Kind.SERIES:
        yield Look(found, numbers["p"], _is_recent(found))
        if high := numbers["alarm"]:
            yield Look(found, high["p"], bool(high["alarm"]))
    elif found.kind == Kind.HOTSPOTS:
        q = [row["q"] for row in numbers["cells"] if row["q"] is not None]
        yield Look(found, min(q, default=1.0), lasts(numbers["backtest"]))
    elif found.kind == Kind.NEAR_REPEAT:
        p = [value for row in numbers["p_adjusted"] for value in row if value is not None]
        yield Look(found, min(p, default=1.0), bool(numbers["windows"]["cells"]))
    elif found.kind == Kind.CLUSTERS:
        first = next(iter(numbers["clusters"]), None)
        yield Look(found, first["p"] if first else 1.0, first is not None)


def lasts(tried: Sequence[Mapping[str, Any]]) -> bool:
    """Whether places named by the past held more of what followed than their share of the area.

    That is when, for some way of naming them, the whole interval of the PAI lies above 1. A hot
    spot of one period alone is no news: it is gone before a round is planned.
    """
    return any(row["lower"] > 1 for row in tried)


def _is_recent(found: Analysis) -> bool:
    """Whether the last change of level went one way for certain, and may lie within the last twelve
    firm months."""
    numbers = found.result["numbers"]
    firm = [row["period"] for row in numbers["months"] if not row["provisional"]]
    if not numbers["changes"] or not firm or not series.is_certain(numbers["changes"][-1]):
        return False
    edge = months_back(date.fromisoformat(f"{firm[-1]}-01"), RECENT_MONTHS - 1)
    return bool(numbers["changes"][-1]["to"] >= f"{edge:%Y-%m}")
