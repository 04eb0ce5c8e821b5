"""Every write to the evidence: imports, and the sources and offences that a pack brings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Actor, Scope, require
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.evidence import corrections, queries, receipts, store
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.models import Batch, Offence, Origin, Source
from convive.evidence.reading.files import Progress, Table, digest, open_table
from convive.evidence.reading.rejected_rows import write_rejected_rows
from convive.evidence.reading.staging import (
    Staged,
    first_rejects,
    first_rows,
    stage,
    write_parquet,
    write_rejects,
)
from convive.evidence.receipts import Receipt
from convive.evidence.sent import NOTHING_SAID, Sent
from convive.evidence.spec import SourceSpec, from_json
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

_SHOWN = 10  # rows that a dry run shows


def _silent(_phase: str, _done: int) -> None:
    return None


def import_file(
    *,
    by: Actor,
    source: str,
    path: Path,
    vintage: date | None = None,
    corrects: str = "",
    correction: str = "",
    sent: Sent = NOTHING_SAID,
    on_progress: Progress = _silent,
) -> Receipt:
    """Take a file of `source` in as one batch, or give the receipt it already has.

    vintage : the day of the release that the file is, where its sender says so.
    corrects : number of the batch that it mends, which hands its place among the releases down.
    correction : `adds` some records more, also without `corrects`; or `replaces` the whole.
    sent : what else its sender says of it.
    on_progress : told each phase (hash, decode, check, write, done) and how far it is.

    The rows go to a file first, which counts for nothing until one transaction writes the batch
    and its journal entry. Killed at any moment, an import has happened or it has not.

    Raises BadInput where the source is unknown, where the file as a whole cannot be used, or where
    it was withdrawn.
    """
    found = _importable(by, source)
    home: Home = settings.HOME
    spec, name = sent.spec_for(found), sent.called(path)
    mended = corrections.mended(by, found, corrects, correction)
    vintage = corrections.vintage_of(mended, vintage)
    file_hash = digest(path, on_progress)
    batch_id = queries.batch_id(file_hash, spec.mapping_version, vintage)
    with store.one_at_a_time(home):
        known = Batch.objects.filter(pk=batch_id).select_related("source").first()
        if known is not None:
            corrections.check_known(known, mended, correction, name)
        if known is not None and store.parquet_path(home, batch_id).exists():
            return receipts.of_batch(known, home, already_imported=True)
        store.clear_leftovers(home)
        with store.workspace(home) as folder:
            table = open_table(path, spec, folder, on_progress)
            on_progress("check", 0)
            with stage(table, spec, folder, programme.today()) as staged:
                on_progress("write", staged.read)
                # A batch whose file had been lost gets the file back and stays as it was
                batch = known or _batch(staged, table, found, name, file_hash, vintage)
                if known is None:
                    batch.id, batch.imported_by = batch_id, by.id
                    batch.vintage, batch.corrects, batch.correction = vintage, mended, correction
                    batch.notes |= sent.notes
                    corrections.check_releases(batch)
                _publish(staged, table, folder, home, batch_id)
        if known is None:
            _make_visible(batch, by)
        on_progress("done", batch.read)
        return receipts.of_batch(batch, home, already_imported=known is not None)


def dry_run(
    *, by: Actor, source: str, path: Path, on_progress: Progress = _silent
) -> dict[str, Any]:
    """How the file would be understood: its first rows, what would be rejected and why.

    Writes nothing. Raises what `import_file` would raise.
    """
    found = _importable(by, source)
    spec = from_json(found.spec)
    with settings.HOME.scratch() as folder:
        table = open_table(path, spec, folder, on_progress)
        with stage(table, spec, folder, programme.today()) as staged:
            receipt = receipts.of_batch(
                _batch(staged, table, found, path.name, ""), settings.HOME, already_imported=False
            )
            return {
                **receipt.as_json(),
                "batch": None,
                "rejects_file": None,
                "dry_run": True,
                "rows": first_rows(staged, _SHOWN),
                "rejects": first_rejects(staged, _SHOWN),
            }


def _importable(by: Actor, code: str) -> Source:
    found = queries.source_row(code)
    require(
        by,
        Permission.IMPORT_EVIDENCE,
        Scope(organisation=found.owner.code if found.owner else None),
    )
    if found.retired_on:
        raise BadInput.at(
            code,
            _("The pack no longer lists this source."),
            _("Import under one of: %(names)s.") % {"names": ", ".join(queries.source_codes())},
        )
    return found


def _batch(
    staged: Staged,
    table: Table,
    source: Source,
    name: str,
    file_hash: str,
    vintage: date | None = None,
) -> Batch:
    """The batch that the staged rows would be."""
    places, categories = queries.known_places(), queries.known_categories(source.code)
    first, last, cut_off = receipts.days(staged, vintage or programme.today())
    return Batch(
        source=source,
        shape=staged.spec.shape,
        file_name=name[:200],
        file_hash=file_hash,
        mapping_version=staged.spec.mapping_version,
        spec=staged.spec.as_json(),
        read=staged.read,
        accepted=staged.accepted,
        rejected=staged.rejected,
        first_day=first,
        last_day=last,
        cut_off=cut_off,
        notes=receipts.observe(staged, table, places, categories),
        imported_at=timezone.now(),
    )


def _publish(staged: Staged, table: Table, folder: Path, home: Home, batch_id: str) -> None:
    made = folder / "accepted.parquet"
    write_parquet(staged, made)
    if staged.rejected:
        listed = folder / "rejects.csv"
        write_rejects(staged, listed)
        store.publish(listed, store.rejects_path(home, batch_id))
        rows = folder / "rejected.csv"
        write_rejected_rows(staged, table, rows)
        store.publish(rows, store.rejected_rows_path(home, batch_id))
    store.publish(made, store.parquet_path(home, batch_id))


@transaction.atomic
def _make_visible(batch: Batch, by: Actor) -> None:
    """The one transaction of an import: from here on its rows count."""
    batch.save(force_insert=True)
    journal.write(
        who=by.id,
        did="batch.imported",
        kind="batch",
        subject=batch.id,
        data={
            "source": batch.source.code,
            "file": batch.file_hash,
            "read": batch.read,
            "accepted": batch.accepted,
            "rejected": batch.rejected,
            **({"vintage": batch.vintage.isoformat()} if batch.vintage else {}),
            **({"correction": batch.correction} if batch.correction else {}),
            **({"corrects": batch.corrects_id} if batch.corrects_id else {}),
        },
    )


@transaction.atomic
def put_source(*, by: Actor, spec: SourceSpec, why: str = "") -> Source:
    """Add the source, or change it to what the spec says. What is already so is left alone.

    Raises BadInput where the spec names an owner that is not among the organisations.
    """
    require(by, Permission.CHANGE_PROGRAMME, EVERYWHERE)
    wanted: dict[str, Any] = {
        "name_es": spec.name_es,
        "name_en": spec.name_en,
        "kind": spec.kind,
        "shape": spec.shape,
        "owner": _owner(spec),
        "spec": spec.as_json(),
        "mapping_version": spec.mapping_version,
        "retired_on": None,
        "origin": Origin.PACK,
    }
    source = Source.objects.filter(code=spec.code).first()
    if source is not None and all(getattr(source, key) == wanted[key] for key in wanted):
        return source
    did = "source.changed" if source else "source.added"
    source, _new = Source.objects.update_or_create(code=spec.code, defaults=wanted)
    journal.write(
        who=by.id,
        did=did,
        kind="source",
        subject=spec.code,
        why=why,
        data={"mapping_version": spec.mapping_version},
    )
    return source


@transaction.atomic
def retire_source(*, by: Actor, code: str, on: date | None = None, why: str = "") -> None:
    """The pack no longer lists this source. It and its batches stay; nothing more is imported."""
    require(by, Permission.CHANGE_PROGRAMME, EVERYWHERE)
    if Source.objects.filter(code=code, retired_on=None).update(retired_on=on or programme.today()):
        journal.write(who=by.id, did="source.retired", kind="source", subject=code, why=why)


@transaction.atomic
def put_offence(*, by: Actor, row: OffenceRow, why: str = "") -> Offence:
    """Add what a source calls an offence, or change its class, names and flags."""
    require(by, Permission.CHANGE_PROGRAMME, EVERYWHERE)
    wanted: dict[str, Any] = {
        "name_es": row.name_es,
        "name_en": row.name_en,
        "iccs": row.iccs,
        "flags": list(row.flags),
        "retired_on": None,
        "origin": Origin.PACK,
    }
    key: dict[str, Any] = {"source_code": row.source, "category": row.category}
    offence = Offence.objects.filter(**key).first()
    if offence is not None and all(getattr(offence, name) == wanted[name] for name in wanted):
        return offence
    did = "offence.changed" if offence else "offence.added"
    offence, _new = Offence.objects.update_or_create(**key, defaults=wanted)
    journal.write(
        who=by.id,
        did=did,
        kind="offence",
        subject=str(offence.pk),
        why=why,
        data={"source": row.source, "iccs": row.iccs, "flags": list(row.flags)},
    )
    return offence


@transaction.atomic
def retire_offence(
    *, by: Actor, source: str, category: str, on: date | None = None, why: str = ""
) -> None:
    """The pack no longer lists this offence. Its records keep the words of their source."""
    require(by, Permission.CHANGE_PROGRAMME, EVERYWHERE)
    offence = Offence.objects.filter(source_code=source, category=category, retired_on=None).first()
    if offence is None:
        return
    offence.retired_on = on or programme.today()
    offence.save(update_fields=["retired_on"])
    journal.write(
        who=by.id,
        did="offence.retired",
        kind="offence",
        subject=str(offence.pk),
        why=why,
        data={"source": source},
    )


def _owner(spec: SourceSpec) -> Organisation | None:
    if not spec.owner:
        return None
    found = Organisation.objects.filter(code=spec.owner, retired_on=None).first()
    if found is None:
        raise BadInput.at(
            f"sources/{spec.code}.toml",
            _("Its owner “%(code)s” is not among the organisations.") % {"code": spec.owner},
            _("Add the organisation to the pack, or leave the owner out."),
        )
    return found
