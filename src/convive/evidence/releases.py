"""Which files of a source count, and as what: releases, corrections, withdrawals.

A **release** is what a source said on one day. A batch is one release, unless its file holds
several of them. A batch without a stated day counts as a release of the day on which it came in.

What counts, of the batches of one source:

- none that is withdrawn;
- of one file that was read in several ways, the latest reading; of a file that came once without
  the day of its release and once with it, the latter;
- none that another which counts replaces;
- what adds to a batch, for as long as that batch counts.

A correction stands where the batch stands that it mends: a file of March that is mended in May is
still older than the one of April.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from convive.evidence.models import Batch, Correction
from convive.kernel.periods import Period

_Key = tuple[str, date | None]


@dataclass(frozen=True)
class Piece:
    """What one batch holds of one release.

    release : the day on which the source said it. is_stated : somebody said so; else it is the day
        of the import.
    vintage : where a file holds several releases, the one that is meant; else None.
    group : the same number for a batch and what mends it; a later release has a higher one.
    adds : it speaks for its own records alone, never for days or areas.
    first_day, last_day, areas : for what it speaks. rows : how many it holds.
    """

    batch: Batch
    release: date
    is_stated: bool
    vintage: date | None
    group: int
    adds: bool
    first_day: date | None
    last_day: date | None
    cut_off: date | None
    areas: tuple[str, ...]
    rows: int

    @property
    def days(self) -> Period | None:
        if self.first_day is None or self.last_day is None:
            return None
        return Period(self.first_day, self.last_day)


def counting(
    batches: Iterable[Batch], *, releases: str, as_at: date | None = None
) -> tuple[Piece, ...]:
    """The pieces that count, the oldest release first.

    batches : every batch of one source, also withdrawn ones.
    releases : of the source, `replace` or `add`.
    as_at : leaves out what was released after this day.
    """
    found = _pieces(_that_count(list(batches), releases), {row.pk: row for row in batches})
    return tuple(piece for piece in found if as_at is None or piece.release <= as_at)


def pieces_of(batch: Batch) -> tuple[Piece, ...]:
    """What one batch holds, whether it counts or not."""
    root = chain(batch)[-1]
    return tuple(replace(piece, group=n) for n, piece in enumerate(_of_batch(batch, root)))


def batches_of(pieces: Iterable[Piece]) -> list[Batch]:
    """Each batch once, in the order of its first piece."""
    return list({piece.batch.pk: piece.batch for piece in pieces}.values())


def chain(batch: Batch) -> list[Batch]:
    """A batch, what it mends, what that one mends, and so on to the first."""
    found = [batch]
    while (mended := found[-1].corrects) is not None:
        found.append(mended)
    return found


def release_of(root: Batch) -> date:
    """The day of a batch's release: as stated, else the day of its import where the house is."""
    return root.vintage or timezone.localtime(root.imported_at).date()


def replaced_by(batch: Batch, batches: Sequence[Batch], releases: str) -> Batch | None:
    """The batch that counts in the place of this one, if there is such a one."""
    return next(
        (
            row
            for row in _that_count(batches, releases)
            if row.corrects_id == batch.pk and row.correction == Correction.REPLACES
        ),
        None,
    )


def _that_count(batches: Sequence[Batch], releases: str) -> list[Batch]:
    known = {row.pk: row for row in batches}
    live = _readings(batches, releases)
    by_key = {_key(row, releases): row for row in live}

    def mended(row: Batch) -> Batch | None:
        """What a correction mends, as it is read now; None where that is withdrawn."""
        corrected = known.get(row.corrects_id or "")
        return by_key.get(_key(corrected, releases)) if corrected else None

    def counts(row: Batch) -> bool:
        if row.correction == Correction.ADDS and row.corrects_id is not None:
            target = mended(row)
            if target is None or not counts(target):
                return False
        return not any(
            later.correction == Correction.REPLACES and mended(later) is row and counts(later)
            for later in live
            if later.corrects_id is not None
        )

    return [row for row in live if counts(row)]


def _readings(batches: Iterable[Batch], releases: str) -> list[Batch]:
    """Visible batches, the oldest first; each file once, in its latest reading."""

    def when(row: Batch) -> tuple[datetime, str]:
        return row.imported_at, row.pk

    visible = sorted((row for row in batches if row.visible), key=when)
    latest = {_key(row, releases): row for row in visible}
    dated = {row.file_hash for row in latest.values() if row.vintage}
    kept = (row for row in latest.values() if row.vintage or row.file_hash not in dated)
    return sorted(kept, key=when)


def _key(row: Batch, releases: str) -> _Key:
    """A publisher may send the same file as two releases; as two pieces it would count twice."""
    return row.file_hash, row.vintage if releases == "replace" else None


def _pieces(batches: Iterable[Batch], known: Mapping[str, Batch]) -> list[Piece]:
    found = [
        ((piece.release, root.imported_at, root.pk), piece)
        for batch in batches
        for root in (_root(batch, known),)
        for piece in _of_batch(batch, root)
    ]
    found.sort(key=lambda item: (item[0], item[1].batch.imported_at, item[1].batch.pk))
    numbers = {key: number for number, key in enumerate(dict.fromkeys(key for key, _ in found))}
    return [replace(piece, group=numbers[key]) for key, piece in found]


def _root(batch: Batch, known: Mapping[str, Batch]) -> Batch:
    """The first of a chain of corrections: the batch whose place they all take."""
    while batch.corrects_id is not None:
        batch = known[batch.corrects_id]
    return batch


def _of_batch(batch: Batch, root: Batch) -> list[Piece]:
    adds = batch.correction == Correction.ADDS
    held = batch.notes.get("releases", [])
    if not held:
        return [
            Piece(
                batch=batch,
                release=release_of(root),
                is_stated=root.vintage is not None,
                vintage=None,
                group=0,
                adds=adds,
                first_day=batch.first_day,
                last_day=batch.last_day,
                cut_off=batch.cut_off,
                areas=tuple(batch.notes.get("areas", [])),
                rows=batch.accepted,
            )
        ]
    return [
        Piece(
            batch=batch,
            release=date.fromisoformat(one["vintage"]),
            is_stated=True,
            vintage=date.fromisoformat(one["vintage"]),
            group=0,
            adds=adds,
            first_day=date.fromisoformat(one["first_day"]),
            last_day=date.fromisoformat(one["last_day"]),
            cut_off=date.fromisoformat(one["cut_off"]),
            areas=tuple(one["areas"]),
            rows=one["rows"],
        )
        for one in held
    ]
