"""Every write of an import: a file is read and kept sealed, then its people are written down.

The journal holds the hash of the file and how many; no name and no text of a row.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import importing, queries
from convive.domain.people.actions import Entry, register_all
from convive.domain.people.importing import Plan
from convive.domain.people.models import Import
from convive.domain.programme import queries as programme
from convive.evidence.columns import Rows
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed

_MOST_TEXT = 16_000_000  # characters of all rows: beyond it a list holds more than people


@transaction.atomic
def read_in(*, by: Actor, organisation: str, rows: Rows, file_hash: str) -> Import:
    """Keep what a file says, sealed, with what would become of it. Nobody is written down yet.

    Raises BadInput where it is no list of people, or too long for one.
    """
    body = programme.organisation(organisation)
    require(by, Permission.KEEP_PEOPLE, Scope(body.code))
    found = importing.plan(by, body.code, rows, again=queries.was_imported(body.code, file_hash))
    table = json.dumps(asdict(rows), ensure_ascii=False)
    if len(table) > _MOST_TEXT:
        raise BadInput.at(
            _("the file"),
            _("Its rows hold too much text for a list of people."),
            _("Leave out the columns that are not about who they are."),
        )
    made = Import(
        organisation=body,
        file_hash=file_hash,
        table=table,
        made_at=timezone.now(),
        made_by=by.id,
        **_counts(found),
    )
    made.save()
    _journal(by, "people.file-read", made)
    return made


@transaction.atomic
def take(*, by: Actor, code: str) -> Import:
    """Write down the people of a file that was read in: all that are taken, or nobody.

    What is on the register by now counts. Once done, it is not done again.
    """
    found = _locked(code)
    _require_own(by, found)
    if found.is_done:
        return found
    if not found.table:
        raise BadInput.at(
            _("the file"), _("It was kept too long and is gone."), _("Bring it in once more.")
        )
    body = found.organisation
    rows = importing.kept(found.table)
    again = queries.was_imported(body.code, found.file_hash)
    planned = importing.plan(by, body.code, rows, again=again)
    account = programme.account_of(by)
    # Whoever brings them in may keep each of them, so attends them until they are passed on
    register_all(
        by=by,
        organisation=body.code,
        entries=[Entry(row.said.facts, row.said.words) for row in planned.taken],
        worker=account.pk if account else None,
    )
    for name, value in _counts(planned).items():
        setattr(found, name, value)
    found.table, found.done_at = "", timezone.now()
    found.save()
    _journal(by, "people.imported", found)
    return found


@transaction.atomic
def import_now(
    *, by: Actor, organisation: str, rows: Rows, file_hash: str, dry_run: bool = False
) -> Import:
    """Read a file in, write its people down and forget the rest. The rows that were not taken are
    in the answer, and in no table.

    dry_run : say what would happen; nothing at all is kept.
    """
    if dry_run:
        body = programme.organisation(organisation)
        require(by, Permission.KEEP_PEOPLE, Scope(body.code))
        again = queries.was_imported(body.code, file_hash)
        planned = importing.plan(by, body.code, rows, again=again)
        return Import(organisation=body, file_hash=file_hash, **_counts(planned))
    made = read_in(by=by, organisation=organisation, rows=rows, file_hash=file_hash)
    done = take(by=by, code=made.code)
    told = done.rejects
    _forget(done)
    done.rejects = told
    return done


@transaction.atomic
def give_up(*, by: Actor, code: str) -> None:
    """Forget what a file says, with the rows that were not taken. That it was done stays."""
    found = _locked(code)
    _require_own(by, found)
    _journal(by, "people.import-closed", found)
    _forget(found)


@transaction.atomic
def clear_imports(*, by: Actor, now: datetime, days: int) -> int:
    """Forget what files say that nobody closed for so many days; returns how many."""
    if not by.is_system:
        raise NotAllowed("clear_imports")
    old = Import.objects.filter(made_at__lt=now - timedelta(days=days))
    count = 0
    for found in old.exclude(table=b"", rejects=b"").select_for_update(of=("self",)):
        _journal(by, "people.import-cleared", found)
        _forget(found)
        count += 1
    return count


def _forget(found: Import) -> None:
    if not found.is_done:
        found.delete()
        return
    found.table = found.rejects = ""
    found.save(update_fields=["table", "rejects"])


def _counts(found: Plan) -> dict[str, Any]:
    return {
        "read": found.read,
        "accepted": len(found.taken),
        "doubles": found.doubles,
        "rejects": found.rejects(),
    }


def _locked(code: str) -> Import:
    rows = Import.objects.select_related("organisation").select_for_update(of=("self",))
    found = rows.filter(code=code).first()
    if found is None:
        raise BadInput.at(code, _("There is no such file."), _("Bring it in once more."))
    return found


def _require_own(by: Actor, found: Import) -> None:
    """Whoever brought a file in, and nobody else, goes on with it."""
    require(by, Permission.KEEP_PEOPLE, Scope(found.organisation.code))
    if found.made_by != by.id:
        raise NotAllowed("an import of somebody else")


def _journal(by: Actor, did: str, found: Import) -> None:
    data = {
        "organisation": found.organisation.code,
        "file": found.file_hash,
        "read": found.read,
        "accepted": found.accepted,
        "rejected": found.rejected,
    }
    journal.write(who=by.id, did=did, kind="import", subject=found.code, data=data)
