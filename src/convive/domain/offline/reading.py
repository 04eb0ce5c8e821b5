"""A batch of entries as a phone sends it: read and checked, without a database.

{"sent_at": "2026-05-04T16:02:10Z",
 "entries": [{"mark": uuid, "kind": name, "taken_at": moment, "data": {...}}, ...]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from convive.domain.offline.kinds import Entry
from convive.kernel.errors import BadInput, Problem

MOST = 100  # entries at once
DAYS = 30  # for which an entry is taken after it was written down, and kept on the phone


@dataclass(frozen=True)
class Unread:
    """An entry that is no entry, under the mark that it gave."""

    mark: str
    problem: Problem


def batch(body: bytes, now: datetime) -> list[Entry | Unread]:
    """Every entry of a batch, in its order.

    The phone says when it sends by its own clock. By so much as that clock is wrong, the times at
    which its entries were taken are put right; none lies ahead of now. A clock that was set
    between writing down and sending is not seen.

    Raises BadInput where the whole is no batch.
    """
    try:
        sent = json.loads(body)
    except ValueError:  # no JSON, or no UTF-8
        sent = None
    rows = sent.get("entries") if isinstance(sent, dict) else None
    clock = _moment(sent.get("sent_at")) if isinstance(sent, dict) else None
    if not isinstance(rows, list) or clock is None or len(rows) > MOST:
        raise BadInput.at(
            "entries",
            _("This is no list of entries, or it has too many."),
            _("Reload the page and send again."),
        )
    return list(_read(rows, now - clock, now))


def _read(rows: list[Any], wrong: timedelta, now: datetime) -> Iterator[Entry | Unread]:
    for row in rows:
        given = row if isinstance(row, dict) else {}
        mark, kind, data = given.get("mark"), given.get("kind"), given.get("data")
        taken = _moment(given.get("taken_at"))
        try:
            name = UUID(mark) if isinstance(mark, str) else None
        except ValueError:
            name = None
        if name is None or taken is None or not isinstance(kind, str) or not isinstance(data, dict):
            said = Problem("entry", _("This is no entry."), _("Write it down on its page."))
            yield Unread(str(mark)[:64], said)
            continue
        at = _put_right(taken, wrong, now)
        if now - at > timedelta(days=DAYS):
            why = _("It was written down more than %(days)d days ago.") % {"days": DAYS}
            yield Unread(str(name), Problem("entry", why, _("Write it down on its page.")))
            continue
        yield Entry(name, kind, at, data)


def _put_right(taken: datetime, wrong: timedelta, now: datetime) -> datetime:
    try:
        return min(taken + wrong, now)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _moment(text: object) -> datetime | None:
    """A moment with its zone; None for anything else."""
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
