"""What is held of one source: its files, as figures and pages see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from convive.evidence.mapping import Limits, SourceMark, SourceSpec
from convive.evidence.models import Offence, Source
from convive.evidence.records import Held
from convive.evidence.releases import Piece, batches_of, counting
from convive.evidence.spec import from_json
from convive.kernel.periods import Period


@dataclass(frozen=True)
class SourceView:
    """A source as figures and pages see it.

    coverage : first to last day that what counts of it speaks of; None where nothing came yet.
    as_of : the day up to which its records had come in.
    received_at : when the last file was imported.
    release : the latest release that is read, where the source or its sender says which it is.
    """

    code: str
    spec: SourceSpec
    coverage: Period | None
    as_of: date | None
    received_at: datetime | None
    owner: str | None
    is_retired: bool
    release: date | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def kind(self) -> str:
        return self.spec.kind

    @property
    def shape(self) -> str:
        return self.spec.shape

    @property
    def count_unit(self) -> str:
        return self.spec.count_unit

    @property
    def limits(self) -> Limits:
        return self.spec.limits

    @property
    def is_sample(self) -> bool:
        return self.spec.is_sample

    def edition_on(self, day: date) -> str | None:
        return self.spec.edition_on(day)

    def marks(self, period: Period) -> list[SourceMark]:
        """The changes of method or boundary that fall within a period, oldest first."""
        return [mark for mark in self.spec.marks if mark.on in period]


def pieces(row: Source, vintage: date | None = None) -> tuple[Piece, ...]:
    """What counts of a source, the oldest release first; of one as it stood on a day."""
    spec = row.spec.get("releases", "replace")
    return counting(row.batches.all(), releases=spec, as_at=vintage)


def view_of(row: Source, vintage: date | None = None) -> SourceView:
    """The source as it stands, or as it stood at a release."""
    seen = pieces(row, vintage)
    days = [piece.days for piece in seen if piece.days]
    return SourceView(
        code=row.code,
        spec=from_json(row.spec),
        coverage=Period(min(d.start for d in days), max(d.end for d in days)) if days else None,
        as_of=max((piece.cut_off for piece in seen if piece.cut_off), default=None),
        received_at=max((batch.imported_at for batch in batches_of(seen)), default=None),
        owner=row.owner.code if row.owner else None,
        is_retired=row.retired_on is not None,
        release=max((piece.release for piece in seen if piece.is_stated), default=None),
    )


def held_of(row: Source, offences: Sequence[Offence], vintage: date | None = None) -> Held:
    """What `records` needs to answer a question about the source."""
    return Held(from_json(row.spec), pieces(row, vintage), offences)
