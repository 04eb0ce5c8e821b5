"""Reads everything that a brief is made of: changes, findings, commitments, what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from convive.domain.observatory import queries as observatory
from convive.domain.observatory.models import Analysis, Finding, Kind
from convive.domain.observatory.models_findings import FindingState
from convive.domain.observatory.rules import (
    is_certain,
    months_back,
    newest_changes,
    standing,
)
from convive.domain.plans import queries as plans
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.kernel import words
from convive.kernel.errors import Refused
from convive.kernel.periods import Period
from convive.kernel.readings import one_reading
from convive.reports.orders import Order
from convive.reports.reads import Read, read_all
from convive.reports.release import without_sums_of_hidden

HISTORY = 36  # months in the small charts, the brief's own last


@dataclass(frozen=True)
class Material:
    """All that a brief says.

    reads : the sources that cover the month, those counted apart last.
    behind : names of sources that speak of the place and do not cover the month yet.
    changed : answered series in which the level changed within the months that the sources compare.
    findings : confirmed ones; inside, also those that wait for a second person. Of every source of
    the place, whether it covers the month or not.
    outdated : which of all findings rest on evidence that has changed since.
    waiting : how many wait for a second person and can be confirmed, told here or not.
    due : commitments whose day lay in the month. late : open ones whose day lay before it.
    unpromised : how many confirmed findings nobody has promised to act on.
    """

    order: Order
    place: Place
    reads: tuple[Read, ...]
    behind: tuple[str, ...]
    changed: tuple[Analysis, ...]
    findings: tuple[Finding, ...]
    outdated: frozenset[int]
    waiting: int
    due: tuple[Commitment, ...]
    late: tuple[Commitment, ...]
    unpromised: int

    @property
    def month(self) -> Period:
        return self.order.period

    @property
    def is_sample(self) -> bool:
        return self.reads[0].profile.is_sample

    @property
    def as_of(self) -> date:
        return max(read.profile.as_of or self.month.end for read in self.reads)

    @property
    def batches(self) -> tuple[str, ...]:
        codes = sorted({read.view.code for read in self.reads})
        return tuple(number for code in codes for number in evidence.batch_ids(code))


@one_reading()
def gather(order: Order) -> Material:
    """Read it all, in the active language.

    Raises BadInput for an unknown place or source, Refused where no source covers the month.
    """
    place = programme.place(order.place)
    history = Period(months_back(order.period.start, HISTORY - 1), order.period.end)
    found = read_all(replace(order, period=history, kind=order.kind.DIAGNOSIS), place)
    reads = tuple(_told(read, order) for read in found if _covers(read, order.period))
    if not reads:
        raise Refused.at(
            f"{place.name}, {words.period(order.period)}",
            _("No source covers this month yet."),
            _("The latest: %(months)s.")
            % {"months": "; ".join(words.period(read.view.coverage) for read in found)},
        )
    findings = observatory.findings_of_month(
        place,
        order.period,
        programme.today(),
        is_sample=reads[0].profile.is_sample,
        source=order.source,
    )
    outdated = frozenset(each.pk for each in findings if observatory.is_old(each.analysis))
    told = [each for each in findings if order.internal or each.state == FindingState.CONFIRMED]
    commitments = _commitments(order, place)
    return Material(
        order=order,
        place=place,
        reads=reads,
        behind=tuple(read.view.name for read in found if not _covers(read, order.period)),
        changed=tuple(_changed(order, place, reads)),
        findings=tuple(told),
        outdated=outdated,
        waiting=sum(
            each.state == FindingState.KEPT and each.pk not in outdated for each in findings
        ),
        due=tuple(commitments.filter(due__range=(order.period.start, order.period.end))),
        late=tuple(
            commitments.filter(due__lt=order.period.start).filter(
                Q(state=Commitment.State.OPEN) | Q(closed_on__gt=order.period.end)
            )
        ),
        unpromised=len(_unpromised(findings)),
    )


def _changed(order: Order, place: Place, reads: Iterable[Read]) -> list[Analysis]:
    """Answers up to this month, on the evidence of today, whose last change went one way for
    certain, may lie within the months that the source compares, and stands beside all others here;
    the latest change first. What somebody keeps as a finding is told as one, or was set aside.
    """
    since = {read.view.code: f"{read.profile.baseline.start:%Y-%m}" for read in reads}
    found = [
        each
        for each in observatory.answered_for(place, order.period, since, [Kind.SERIES])
        if each.end <= order.period.end and "newest" in each.result["numbers"]
    ]
    last = [next(reversed(newest_changes(each.result["numbers"])), None) for each in found]
    tests = [
        (
            each.result["numbers"]["newest"]["p"],
            change is not None and is_certain(change) and change["to"] >= since[each.source],
        )
        for each, change in zip(found, last, strict=True)
    ]
    kept = observatory.kept(found)
    told = [
        (change["period"], each)
        for each, change, stands in zip(found, last, standing(tests), strict=True)
        if change and stands and each.pk not in kept and (order.internal or _may_leave(each))
    ]
    return [each for _month, each in sorted(told, key=lambda row: row[0], reverse=True)]


def _may_leave(found: Analysis) -> bool:
    """Whether nothing follows from its sentence of a month that is too small to be told, and it
    counts none that stands elsewhere with another offence."""
    numbers, threshold = found.result["numbers"], observatory.threshold_of(found)
    if numbers["alarm"] and numbers["alarm"]["alarm"]:
        return False
    return all(not row["n"] or row["n"] >= threshold for row in numbers["months"])


def _unpromised(findings: Iterable[Finding]) -> set[str]:
    confirmed = {str(each.pk) for each in findings if each.state == FindingState.CONFIRMED}
    rows = plans.commitments().filter(raised_by_kind="finding", raised_by_id__in=confirmed)
    return confirmed - set(rows.values_list("raised_by_id", flat=True))


def _told(read: Read, order: Order) -> Read:
    """A source as a brief tells it: outside, beside the briefs of all other months."""
    if order.internal:
        return read
    return replace(read, telling=without_sums_of_hidden(read.telling, read.profile))


def _covers(read: Read, month: Period) -> bool:
    return any(
        point.month == month.start and (point.value is not None or point.hidden)
        for point in read.profile.series
    )


def _commitments(order: Order, place: Place) -> QuerySet[Commitment]:
    """Those of the district and of the whole programme; outside, what anybody may read."""
    rows = plans.commitments().filter(
        Q(district=place) | Q(district=None), made_on__lte=order.period.end
    )
    if not order.internal:
        rows = rows.filter(is_public=True)
    return rows.order_by("due", "pk")
