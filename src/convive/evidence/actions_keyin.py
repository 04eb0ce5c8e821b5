"""Every write to keyed tables: typed in, passed on, confirmed by another, returned, given up."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.programme.models import Organisation
from convive.evidence.actions_sources import describe_source
from convive.evidence.actions_uploads import IMPORT
from convive.evidence.desk import store as uploads_store
from convive.evidence.keyin import tables as keyin
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Correction, KeyedTable, Source, Upload
from convive.evidence.spec import from_json
from convive.kernel import jobs, journal
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.home import Home
from convive.kernel.scans import cleaned

State = KeyedTable.State


@dataclass(frozen=True)
class Sheet:
    """What a table is about, and its papers. scan : the bytes of the document, if there are any."""

    axis: keyin.Axis
    document_number: str
    document_date: date
    organisation: Organisation | None
    source: Source | None = None
    new: SourceSpec | None = None
    scan: bytes = b""


@transaction.atomic
def open_table(*, by: Actor, sheet: Sheet) -> KeyedTable:
    """Begin a table: its places, months and offences, with the document that it is typed from.

    Raises BadInput where it is empty or too large, or where the scan is not one.
    """
    source = sheet.source or _described(by, sheet.new)
    owner = source.owner.code if source.owner else None
    require(by, Permission.IMPORT_EVIDENCE, Scope(organisation=owner))
    if source.shape != "counts" or not 0 < sheet.axis.cells <= keyin.MOST_CELLS:
        raise BadInput.at(
            _("the table"),
            _("It has %(cells)s cells; from 1 to %(most)s can be typed in at once.")
            % {"cells": sheet.axis.cells, "most": keyin.MOST_CELLS},
            _("Take fewer months, places or offences; the others go into another table."),
        )
    scheme = from_json(source.spec).place.scheme
    for ref in sheet.axis.places:
        keyin.code_in(ref, scheme)
    kind, scan = cleaned(sheet.scan) if sheet.scan else ("", b"")
    now = timezone.now()
    table = KeyedTable.objects.create(
        source=source,
        organisation=sheet.organisation,
        places=list(sheet.axis.places),
        months=list(sheet.axis.months),
        categories=list(sheet.axis.categories),
        document_number=sheet.document_number,
        document_date=sheet.document_date,
        scan_token=secrets.token_hex(12) if scan else "",
        scan_type=kind,
        scan_hash=hashlib.sha256(scan).hexdigest() if scan else "",
        entered_by=by.id,
        entered_at=now,
        moved_at=now,
    )
    if scan:
        uploads_store.keep_scan(scan, table.scan_path, table=table.pk)
    _journal(by, "keyed.opened", table, {"source": source.code, "scan": table.scan_hash})
    return table


@transaction.atomic
def type_in(*, by: Actor, table: KeyedTable, cells: Mapping[str, int | None]) -> KeyedTable:
    """Keep what was typed. A cell that is None is not known.

    Whoever changes a number has typed the table; saving it as it stands makes nobody a typist.

    Raises BadInput for a cell that the table has not, or that no number of records can be.
    """
    found = _typing(by, table)
    keys = set(keyin.axis_of(found).names())
    for key, n in cells.items():
        if key not in keys or (n is not None and not 0 <= n <= keyin.MOST_COUNT):
            raise BadInput.at(key, _("This cannot be a cell of the table."), _("Reload the page."))
    typed = {key: n for key, n in cells.items() if n is not None}
    if typed == found.cells:
        return found
    found.cells, found.entered_by, found.moved_at = typed, by.id, timezone.now()
    found.typists = sorted({*found.typists, by.id})
    found.save()
    _journal(by, "keyed.typed", found, {"cells": len(found.cells)})
    return found


@transaction.atomic
def pass_on(*, by: Actor, table: KeyedTable) -> KeyedTable:
    """Give the table to a second person.

    Raises BadInput where nothing stands in it, or where a blank would be read as zero.
    """
    found = _typing(by, table)
    known, cells = len(found.cells), keyin.axis_of(found).cells
    if not known:
        raise BadInput.at(
            _("the table"), _("Every cell is blank."), _("Type at least one number, or delete it.")
        )
    if known < cells and from_json(found.source.spec).absent_rows_are_zero:
        raise BadInput.at(
            _("the table"),
            _("In this series a cell that is not there counts as zero, and %(blank)s are blank.")
            % {"blank": cells - known},
            _("Write 0 where there was none, or take the months that you do not know out."),
        )
    _move(found, State.WAITING)
    _journal(by, "keyed.passed-on", found, {"cells": known})
    return found


@transaction.atomic
def give_back(*, by: Actor, table: KeyedTable, reason: str) -> KeyedTable:
    """Return the table to whoever typed it, with the reason."""
    found = _deciding(by, table)
    if not reason.strip():
        raise BadInput.at(
            "reason", _("A table is returned with its reason."), _("Say which number is not right.")
        )
    found.reason, found.decided_by = reason.strip(), by.id
    _move(found, State.RETURNED)
    _journal(by, "keyed.returned", found, {})
    return found


@transaction.atomic
def confirm(*, by: Actor, table: KeyedTable) -> Upload:
    """Confirm a table that somebody else typed in; it goes the way of every file from there."""
    found = _deciding(by, table)
    home: Home = settings.HOME
    spec = keyin.keyed_spec(from_json(found.source.spec))
    token = uploads_store.new_token("table.csv")
    content = keyin.as_csv(found, spec.place.scheme)
    file_hash, size = uploads_store.keep([content], home.uploads / token)
    now = timezone.now()
    upload = Upload.objects.create(
        token=token,
        file_name=f"{found.source.code}-{found.pk}.csv",
        file_hash=file_hash,
        size=size,
        state=Upload.State.SENT,
        organisation=found.organisation,
        source=found.source,
        spec=spec.as_json(),
        look={"read": len(found.cells), "accepted": len(found.cells), "rejected": 0},
        is_keyed=True,
        document_number=found.document_number,
        document_date=found.document_date,
        correction=Correction.ADDS,
        uploaded_by=found.entered_by,
        uploaded_at=now,
        moved_at=now,
    )
    upload.job = jobs.order(IMPORT, by=by.id, subject=f"upload:{upload.pk}", upload=upload.pk).pk
    upload.save(update_fields=["job"])
    found.upload, found.decided_by, found.reason = upload, by.id, ""
    _move(found, State.CONFIRMED)
    _journal(by, "keyed.confirmed", found, {"cells": len(found.cells), "file": file_hash})
    return upload


@transaction.atomic
def discard(*, by: Actor, table: KeyedTable) -> None:
    """Give a table up, with its scan."""
    found = _typing(by, table)
    _journal(by, "keyed.discarded", found, {"cells": len(found.cells)})
    path = found.scan_path if found.scan_token else None
    found.delete()
    if path is not None:
        transaction.on_commit(partial(uploads_store.forget, path))


def _described(by: Actor, spec: SourceSpec | None) -> Source:
    if spec is None:
        raise ValueError("a table belongs to a source, or describes a new one")
    return describe_source(by=by, spec=spec)


def _locked(table: KeyedTable) -> KeyedTable:
    rows = KeyedTable.objects.select_for_update(of=("self",))
    return rows.select_related("source", "source__owner", "organisation").get(pk=table.pk)


def _typing(by: Actor, table: KeyedTable) -> KeyedTable:
    found = _locked(table)
    if not keyin.may_open(by, found):
        raise NotAllowed(f"{Permission.IMPORT_EVIDENCE.value} of keyed table {found.pk}")
    if not keyin.may_type(by, found):
        raise _not_now(found)
    return found


def _deciding(by: Actor, table: KeyedTable) -> KeyedTable:
    found = _locked(table)
    if not keyin.may_open(by, found):
        raise NotAllowed(f"{Permission.IMPORT_EVIDENCE.value} of keyed table {found.pk}")
    if found.state != State.WAITING:
        raise _not_now(found)
    if not keyin.may_decide(by, found):
        raise BadInput.at(
            _("table %(number)s") % {"number": found.pk},
            _("You typed it in, or a part of it: a second person compares it with the document."),
            _("Ask a colleague, or whoever coordinates the programme."),
        )
    return found


def _not_now(found: KeyedTable) -> BadInput:
    return BadInput.at(
        _("table %(number)s") % {"number": found.pk},
        _("Meanwhile it has gone further, or somebody has returned it."),
        _("Reload the page."),
    )


def _move(found: KeyedTable, state: KeyedTable.State) -> None:
    found.state, found.moved_at = state, timezone.now()
    found.save()


def _journal(by: Actor, did: str, found: KeyedTable, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="keyed_table", subject=str(found.pk), data=data)
