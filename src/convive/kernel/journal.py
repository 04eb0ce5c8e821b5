"""The journal: every act, hash-chained, its head kept outside the database.

The hash of an entry is SHA-256 over the canonical JSON of its fields and the hash before it. The
head (count and hash) is written to a file after each commit, so that entries cut off at the end of
the table are missed too. No personal text goes in: subjects are identifiers, `data` holds codes,
counts and hashes.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.kernel import journal_head, occasion
from convive.kernel.errors import Problem
from convive.kernel.journal_head import GENESIS, Head
from convive.kernel.models import JournalEntry

_LOCK = 0x636F6E76  # the advisory lock that serialises appends on PostgreSQL
_DEED = re.compile(r"[a-z_-]+\.[a-z_-]+")


def write(
    *,
    who: str,
    did: str,
    kind: str,
    subject: str | int,
    why: str = "",
    data: dict[str, Any] | None = None,
) -> JournalEntry:
    """Append one entry inside the caller's transaction.

    why : by default the occasion: the page, command, pack or task that led to the act.

    Raises RuntimeError outside a transaction: an act and its entry stand or fall together; and
    ValueError for what a journal must not hold (see `_fit`).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the transaction of the act that it records")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = _last()
    if last.seq == 0:
        journal_head.begin()
    entry = JournalEntry(
        seq=last.seq + 1,
        at=timezone.now(),
        who=who,
        did=did,
        kind=kind,
        subject=str(subject),
        why=why or occasion.why(),
        data=data or {},
        previous=last.hash,
    )
    _fit(entry)
    entry.hash = _hash(entry)
    entry.save(force_insert=True)
    # Robust: the act is committed by then, and a full disk must not make it look undone
    transaction.on_commit(_keep_head, robust=True)
    return entry


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how many entries, the last hash, and every fault."""

    entries: int
    head: str
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        return not self.problems


def verify() -> Verdict:
    """Walk the whole journal; find a changed, missing, inserted or cut-off entry.

    A head that is some entries behind is no fault: it is written after the commit, and a power cut
    may fall between.
    """
    kept = journal_head.read()
    problems: list[Problem] = []
    last, count = Head(0, GENESIS), 0
    try:
        for entry in JournalEntry.objects.order_by("seq").iterator(chunk_size=2000):
            problems += [_problem(entry.seq, why) for why in _faults(entry, last, kept)]
            last, count = Head(entry.seq, entry.hash), count + 1
    except (ValueError, TypeError):  # a column that its type cannot read back
        problems.append(_problem(last.seq + 1, _("It cannot be read: it was changed by hand.")))
    if kept is None and count:
        problems.append(_head_problem(_("The head outside the database is gone.")))
    elif kept is not None and kept.seq > last.seq:
        why = _("The kept head counts %(kept)s entries, the journal ends at %(seq)s.")
        problems.append(_head_problem(why % {"kept": kept.seq, "seq": last.seq}))
    return Verdict(count, last.hash, tuple(problems))


def _faults(entry: JournalEntry, last: Head, kept: Head | None) -> list[str]:
    """What is wrong with an entry that comes after `last`."""
    found = []
    if entry.seq != last.seq + 1:
        found.append(_("Entry %(seq)s is missing before it.") % {"seq": last.seq + 1})
    if entry.previous != last.hash:
        found.append(_("It does not follow the entry before it."))
    # SQLite gives back no time at all where somebody wrote what is none
    if entry.at is None or entry.hash != _hash(entry):
        found.append(_("It was changed after it was written."))
    if kept is not None and entry.seq == kept.seq and entry.hash != kept.hash:
        found.append(_("It is not the entry that the kept head names."))
    return found


def _problem(seq: int, why: str) -> Problem:
    remedy = _("Compare with the last backup and with the head that was kept outside the database.")
    return Problem(_("entry %(seq)s") % {"seq": seq}, why, remedy)


def _head_problem(why: str) -> Problem:
    remedy = _("Compare with the last backup: entries may have been cut off at the end.")
    return Problem(str(journal_head.path()), why, remedy)


def _fit(entry: JournalEntry) -> None:
    """Refuse what a journal must not hold: personal text, and what a database would round.

    A float may come back from PostgreSQL with other digits than it went in, and its hash with it.
    """
    if not _DEED.fullmatch(entry.did):
        raise ValueError(f"{entry.did!r}: name the deed as noun.verbed, such as value.accepted")
    for name in ("who", "did", "kind", "subject"):
        longest = getattr(JournalEntry._meta.get_field(name), "max_length", 0)
        if not 0 < len(getattr(entry, name)) <= longest:
            raise ValueError(f"journal {name}: from 1 to {longest} characters")
    for text in (entry.who, entry.subject, entry.why):
        _fit_datum(text)
    _fit_datum(entry.data)


def _fit_datum(datum: Any) -> None:
    if isinstance(datum, str):
        if "@" in datum or "\x00" in datum:
            raise ValueError("the journal holds codes, counts and hashes: no address, no raw bytes")
    elif isinstance(datum, dict):
        for key, value in datum.items():
            if not isinstance(key, str):
                raise ValueError(f"journal data: {key!r} is not a name")
            _fit_datum(value)
    elif isinstance(datum, list | tuple):
        for value in datum:
            _fit_datum(value)
    elif datum is not None and not isinstance(datum, int):
        raise ValueError(f"journal data: write {datum!r} as text")


def _hash(entry: JournalEntry) -> str:
    at = entry.at.astimezone(UTC)
    fields = {
        "seq": entry.seq,
        "at": at.isoformat(timespec="microseconds"),
        "who": entry.who,
        "did": entry.did,
        "kind": entry.kind,
        "subject": entry.subject,
        "why": entry.why,
        "data": entry.data,
        "previous": entry.previous,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _last() -> Head:
    last = JournalEntry.objects.order_by("-seq").values_list("seq", "hash").first()
    return Head(*last) if last else Head(0, GENESIS)


def _keep_head() -> None:
    journal_head.advance(last=_last, hash_of=_hash_of)


def _hash_of(seq: int) -> str | None:
    if seq == 0:
        return GENESIS
    return JournalEntry.objects.filter(seq=seq).values_list("hash", flat=True).first()
