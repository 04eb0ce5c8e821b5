"""Which referrals are counted, and which counts may be told: what is small is hidden, and cannot be
worked out from what is told of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from convive.domain.people import queries as people
from convive.domain.programme import queries as programme
from convive.domain.referrals import queries
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import Status
from convive.stats.disclosure import suppress_list
from convive.stats.durations import Duration, quantile

WAYS = ("service", "sender", "receiver", "sex", "district")


@dataclass(frozen=True)
class Row:
    """A referral that is counted. levels : where it stands in each of WAYS, in their order; codes,
    or "" where nothing is known. responded_on, ended_on : None while it waits for that."""

    whose: int
    levels: tuple[str, ...]
    is_sensitive: bool
    status: str
    sent_on: date
    responded_on: date | None
    ended_on: date | None


class Counted:
    """Referrals of people who agree to be counted, of several made one where they were joined.

    Made up ones are counted only while there is no real one: the two are never in one figure.
    """

    def __init__(self, rows: QuerySet[Referral]) -> None:
        made_up = set(queries.every().order_by().values_list("is_sample", flat=True).distinct())
        self.is_sample = made_up == {True}
        self.rows = _rows(rows.filter(is_sample=self.is_sample))
        # One for all levels, for one sum: higher where a sensitive service is inside
        self._least = programme.threshold(sensitive=any(row.is_sensitive for row in self.rows))

    def of(self, way: str, level: str) -> list[Row]:
        """Those of one level, or all where no way is asked for."""
        return [row for row in self.rows if not way or row.levels[WAYS.index(way)] == level]

    def may_tell(self, way: str, level: str) -> bool:
        """Whether the number of these may be told. That of all stands beside each list of levels:
        where one of the lists cannot bear it, nothing is told."""
        if not all(each[None] for each in self._lists):
            return False
        return not way or self._lists[WAYS.index(way)].get(level, True)

    def least(self, rows: Iterable[Row]) -> int:
        """The smallest count of these that may be told: more than they are where they are of so
        few people."""
        rows = list(rows)
        few = len({row.whose for row in rows}) < self._least
        return max(self._least, len(rows) + 1) if few else self._least

    @cached_property
    def _lists(self) -> list[dict[str | None, bool]]:
        """Of each of WAYS: whether each level may be told; None is the sum of all of them."""
        return [self._list(at) for at in range(len(WAYS))]

    def _list(self, at: int) -> dict[str | None, bool]:
        by_level: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            by_level[row.levels[at]].append(row)
        if not by_level:
            return {None: True}
        levels = sorted(by_level)
        least = [self.least(by_level[level]) for level in levels]
        kept = suppress_list([len(by_level[level]) for level in levels], least)
        assert kept.total is not None
        told: dict[str | None, bool] = {None: kept.total.value is not None}
        for level, cell in zip(levels, kept.cells, strict=True):
            told[level] = cell.value is not None
        return told


def is_of(row: Row, stage: str) -> bool:
    """Whether a referral may reach a stage: what was rejected is not to be done."""
    return stage != "done" or row.status != Status.REJECTED


def duration(sent: Iterable[Row], stage: str, share: float, today: date) -> Duration:
    """Whole days from sending to a stage, of those that may reach it. Whoever still waits is
    censored, and so is what was taken back."""
    over: list[int] = []
    waiting: list[int] = []
    for row in sent:
        reached = row.responded_on
        if stage == "done":
            reached = row.ended_on if row.status == Status.DONE else None
        until = reached or row.ended_on or today
        (over if reached else waiting).append((until - row.sent_on).days)
    return quantile(over, waiting, share=share)


def _rows(rows: QuerySet[Referral]) -> list[Row]:
    whose = Coalesce("person__same_as", "person")
    named = (
        "whose", "service__code", "sender__code", "receiver__code", "service__data", "status",
        "sent_at", "responded_at", "ended_at",
    )  # fmt: skip
    found = list(rows.order_by("pk").annotate(whose=whose).values_list(*named))
    counted = {one.pk: one for one in people.those_counted(row[0] for row in found)}
    made: list[Row] = []
    for pk, service, sender, receiver, data, status, sent_at, responded_at, ended_at in found:
        if one := counted.get(pk):
            district = one.district.code if one.district else ""
            made.append(
                Row(
                    pk,
                    (service, sender, receiver, one.sex, district),
                    bool(data.get("sensitive")),
                    status,
                    timezone.localdate(sent_at),
                    timezone.localdate(responded_at) if responded_at else None,
                    timezone.localdate(ended_at) if ended_at else None,
                )
            )
    return made
