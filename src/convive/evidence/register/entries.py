"""The register of sources: who gives what, under which agreement, until when, and what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from convive.evidence.holding import SourceView, pieces, view_of
from convive.evidence.models import Batch, Source
from convive.evidence.register.agreement import Agreement
from convive.evidence.releases import batches_of

# An agreement that ends within so many days waits for somebody to renew it
ENDS_SOON = 60


@dataclass(frozen=True)
class Expected:
    """When files of a source come.

    last : the day of the last import. due : the day by which the next is expected; None where
        nobody has said how often it comes, or where there is no day to count from.
    overdue : days since `due`; 0 where it is not late.
    """

    last: date | None
    due: date | None
    overdue: int


def expected(agreement: Agreement, last: date | None, today: date) -> Expected:
    """When the next file is expected: one interval after the last, or after the agreement began."""
    start = last or agreement.signed_on
    due = agreement.expected_after(start) if start else None
    return Expected(last, due, max(0, (today - due).days) if due else 0)


def days_left(agreement: Agreement, today: date) -> int | None:
    """Days until an agreement ends, below 0 once it has; None where it has no end."""
    return (agreement.until - today).days if agreement.until else None


@dataclass(frozen=True)
class Entry:
    """One source of the register.

    owner_name : the organisation that may see and import it; empty where every partner may.
    days_left : see `days_left`. batches : every import, the latest first.
    counted : numbers of the batches that count. releases : how many releases those hold.
    """

    view: SourceView
    owner_name: str
    expected: Expected
    days_left: int | None
    batches: tuple[Batch, ...]
    counted: frozenset[str]
    releases: int

    @property
    def agreement(self) -> Agreement:
        return self.view.spec.agreement

    @property
    def is_late(self) -> bool:
        return self.expected.overdue > 0 and not self.view.is_retired

    @property
    def ends_soon(self) -> bool:
        """Whether the agreement has ended or soon will."""
        left = self.days_left
        return left is not None and left <= ENDS_SOON and not self.view.is_retired

    @property
    def has_ended(self) -> bool:
        return self.days_left is not None and self.days_left < 0


def entry(row: Source, today: date) -> Entry:
    """What the register says of a source; its batches and owner are best fetched beforehand."""
    view, held = view_of(row), pieces(row)
    last = timezone.localtime(view.received_at).date() if view.received_at else None
    return Entry(
        view=view,
        owner_name=row.owner.name if row.owner else "",
        expected=expected(view.spec.agreement, last, today),
        days_left=days_left(view.spec.agreement, today),
        batches=tuple(sorted(row.batches.all(), key=lambda b: b.imported_at, reverse=True)),
        counted=frozenset(batch.pk for batch in batches_of(held)),
        releases=len({piece.release for piece in held}),
    )


def late_first(entries: Iterable[Entry]) -> list[Entry]:
    """What wants somebody first: the most overdue, agreements that end, then by code."""

    def key(one: Entry) -> tuple[int, int, str]:
        left = one.days_left if one.ends_soon and one.days_left is not None else ENDS_SOON + 1
        return -one.expected.overdue if one.is_late else 0, left, one.view.code

    return sorted(entries, key=key)
