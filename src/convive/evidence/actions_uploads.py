"""Every write to the desk's uploads: a file arrives, is described, is handed over, is given up.

The journal keeps hashes, counts and codes: the name of a file may be that of a person.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.evidence.actions_sources import class_offences, describe_source
from convive.evidence.desk import store as uploads_store
from convive.evidence.desk import uploads
from convive.evidence.desk.look import look, suggestion
from convive.evidence.desk.offences import Classed
from convive.evidence.desk.reading import (
    first_choices,
    known_for,
    spec_for_known,
    spec_for_new,
    with_attempted,
)
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Batch, Source, Upload
from convive.evidence.spec import from_json
from convive.evidence.suggest.suggestion import Suggestion
from convive.evidence.whose import may_decide
from convive.kernel import jobs, journal
from convive.kernel.errors import BadInput, NotAllowed, Problem
from convive.kernel.home import Home

State = Upload.State
IMPORT = "evidence.import"


@dataclass(frozen=True)
class About:
    """What is said of a file when it is brought: which series it belongs to, and its papers.

    source : an existing one; else `new` describes one that does not exist yet, with the keys code,
        name_es, name_en, kind, owner, agreement.
    corrects, correction : as of `Batch`.
    """

    source: Source | None = None
    new: dict[str, str] | None = None
    organisation: Organisation | None = None
    vintage: date | None = None
    document_number: str = ""
    document_date: date | None = None
    corrects: Batch | None = None
    correction: str = ""


def receive(*, by: Actor, file: Any, name: str, about: About) -> Upload:
    """Keep a file that somebody sent through a page and look at it once.

    file : with `chunks()`, as a form gives it. name : as the sender calls it; shown, never used.

    Raises BadInput where nothing can be made of the file; then it is deleted again.
    """
    _require_bringing(by, about)
    home: Home = settings.HOME
    token = uploads_store.new_token(name)
    path = home.uploads / token
    try:
        file_hash, size = uploads_store.keep(file.chunks(), path)
        known = from_json(about.source.spec) if about.source else None
        shown = uploads_store.shown_name(name)
        found = suggestion(path, known, shown)
        now = timezone.now()
        upload = Upload(
            token=token,
            file_name=shown,
            file_hash=file_hash,
            size=size,
            organisation=about.organisation,
            source=about.source,
            about=about.new or {},
            suggestion=found.as_json(),
            choices={} if known else first_choices(found, _edition()),
            vintage=about.vintage,
            document_number=about.document_number,
            document_date=about.document_date,
            corrects=about.corrects,
            correction=about.correction,
            uploaded_by=by.id,
            uploaded_at=now,
            moved_at=now,
        )
        _try(upload)
        _received(upload, by)
    except BaseException:
        uploads_store.forget(path)
        raise
    return upload


@transaction.atomic
def _received(upload: Upload, by: Actor) -> None:
    upload.save(force_insert=True)
    _journal(
        by,
        "upload.received",
        upload,
        {"file": upload.file_hash, "bytes": upload.size, "source": _source_code(upload)},
    )


@transaction.atomic
def read_as(*, by: Actor, upload: Upload, choices: dict[str, Any]) -> Upload:
    """Look at the file again under what a person chose, and keep the choice.

    Where it cannot be a mapping yet, `look` says why.
    """
    found = _open(by, upload)
    found.choices = choices
    found.offences = []
    found.spec = {}
    _try(found)
    found.moved_at = timezone.now()
    found.save()
    _journal(by, "upload.read-as", found, {"mapping": str(found.look.get("mapping", ""))})
    return found


@transaction.atomic
def confirm_offences(*, by: Actor, upload: Upload, rows: Iterable[Classed]) -> Upload:
    """Keep which classes a person gave the categories of the file; they are applied with it."""
    found = _open(by, upload)
    classed = list(rows)
    found.offences = [row.as_json() for row in classed]
    spec = with_attempted(_current(found), [row.category for row in classed if row.attempted])
    if spec.mapping_version != _current(found).mapping_version:
        _look(found, spec)
    found.moved_at = timezone.now()
    found.save()
    _journal(by, "upload.offences-checked", found, {"categories": len(classed)})
    return found


@transaction.atomic
def send(*, by: Actor, upload: Upload, corrects: Batch | None, correction: str) -> Upload:
    """Hand the file to the worker; the mapping and the classes become those of its source.

    corrects, correction : the import that this one mends, and how; see `Batch`.

    Raises BadInput where something is not settled yet.
    """
    found = _open(by, upload)
    if found.look.get("problems") or not found.look:
        raise BadInput.at(
            _("how the file is read"),
            _("The file cannot be brought in as it is read now."),
            _("Say which column is what, and look again."),
        )
    _check_correction(by, found, corrects, correction)
    if not found.is_keyed:
        _describe(found, by)
    found.corrects, found.correction = corrects, correction
    found.state, found.problems, found.moved_at = State.SENT, [], timezone.now()
    found.job = jobs.order(IMPORT, by=by.id, subject=f"upload:{found.pk}", upload=found.pk).pk
    found.save()
    _journal(by, "upload.sent", found, {"source": _source_code(found), "file": found.file_hash})
    return found


@transaction.atomic
def stop(*, by: Actor, upload: Upload) -> Upload:
    """Ask the worker to leave the file alone. It is a draft again as soon as it has stopped."""
    found = _locked(upload)
    _require(by, found)
    if found.state == State.SENT and found.job:
        jobs.cancel(found.job, by=by.id)
    return _locked(upload)


@transaction.atomic
def stopped(*, by: str, number: int) -> None:
    """The worker has stopped, as it was asked to: the file waits again."""
    found = _sent(number)
    if found is not None:
        found.state, found.moved_at = State.DRAFT, timezone.now()
        found.save()
        _journal_id(by, "upload.stopped", found, {})


@transaction.atomic
def failed(*, by: str, number: int, problems: list[Problem]) -> None:
    """The file could not be taken, for these reasons."""
    found = _sent(number)
    if found is not None:
        found.state, found.moved_at = State.FAILED, timezone.now()
        found.problems = [problem.as_json() for problem in problems]
        found.save()
        _journal_id(by, "upload.failed", found, {"problems": len(problems)})


@transaction.atomic
def finished(*, by: str, number: int, batch: str) -> None:
    """The file is a batch. It is deleted: its rows lie in the evidence, its hash stays."""
    found = _sent(number)
    if found is None:
        return
    found.batch_id, found.state, found.moved_at = batch, State.DONE, timezone.now()
    found.suggestion, found.look, found.problems = {}, {}, []
    found.save()
    _journal_id(by, "upload.finished", found, {"batch": batch})
    transaction.on_commit(partial(uploads_store.forget, found.path))


@transaction.atomic
def discard(*, by: Actor, upload: Upload, did: str = "upload.discarded") -> None:
    """Give a file up: it and what was said of it are deleted. What is a batch stays."""
    found = _locked(upload)
    _require(by, found)
    is_busy = uploads.is_under_way(found, uploads.job_of(found))
    if is_busy or found.is_keyed or found.state == State.DONE:
        raise BadInput.at(
            _("upload %(number)s") % {"number": found.pk},
            _("It is being brought in, or it is here already."),
            _("Stop it first, or withdraw the import."),
        )
    _journal(by, did, found, {"file": found.file_hash})
    path = found.path
    found.delete()
    transaction.on_commit(partial(uploads_store.forget, path))


# What the acts share


def _require_bringing(by: Actor, about: About) -> None:
    owner = about.source.owner.code if about.source and about.source.owner else None
    require(by, Permission.IMPORT_EVIDENCE, Scope(organisation=owner))
    if about.organisation is not None:
        require(by, Permission.IMPORT_EVIDENCE, Scope(organisation=about.organisation.code))
    if about.source is None and not about.new:
        raise ValueError("a file belongs to a source, or describes a new one")


def _require(by: Actor, found: Upload) -> None:
    if not uploads.may_open(by, found):
        raise NotAllowed(f"{Permission.IMPORT_EVIDENCE.value} of upload {found.pk}")


def _locked(upload: Upload) -> Upload:
    rows = Upload.objects.select_for_update(of=("self",)).select_related("source", "organisation")
    return rows.get(pk=upload.pk)


def _sent(number: int) -> Upload | None:
    rows = Upload.objects.select_for_update().filter(pk=number, state=State.SENT)
    return rows.first()


def _open(by: Actor, upload: Upload) -> Upload:
    """The upload, locked, if it can still be changed. Raises BadInput where it cannot."""
    found = _locked(upload)
    _require(by, found)
    if found.state == State.DONE or uploads.is_under_way(found, uploads.job_of(found)):
        raise BadInput.at(
            _("upload %(number)s") % {"number": found.pk},
            _("It is being brought in, or it is here already."),
            _("Reload the page."),
        )
    if found.state != State.DRAFT:
        found.state, found.problems = State.DRAFT, []
    return found


def _spec_of(found: Upload) -> SourceSpec:
    """How the file is read by what was chosen; of a known source, as that says until then."""
    suggestion = Suggestion.from_json(found.suggestion)
    if found.source is None:
        return spec_for_new(suggestion, found.choices, found.about)
    known = from_json(found.source.spec)
    if not found.choices:
        return known_for(suggestion, known)
    return spec_for_known(suggestion, found.choices, known)


def _current(found: Upload) -> SourceSpec:
    """How the file is read at the moment."""
    if found.spec:
        return from_json(found.spec)
    if found.source is None:
        raise BadInput.at(
            _("how the file is read"),
            _("It is not settled yet which column is what."),
            _("Choose what each column holds."),
        )
    return from_json(found.source.spec)


def _look(found: Upload, spec: SourceSpec) -> None:
    """Try the mapping and keep what came of it."""
    found.look = look(found.path, spec, found.file_name)
    is_the_sources = found.source is not None and spec.as_json() == found.source.spec
    found.spec = {} if is_the_sources else spec.as_json()


def _try(found: Upload) -> None:
    """Look at the file as its source says, or without one as it suggests itself."""
    try:
        spec = _spec_of(found)
    except BadInput as error:
        found.look = {"problems": [problem.as_json() for problem in error.problems]}
    else:
        _look(found, spec)


def _describe(found: Upload, by: Actor) -> None:
    if found.spec:
        found.source = describe_source(by=by, spec=from_json(found.spec))
        found.spec, found.about = {}, {}
    if found.offences and found.source:
        rows = [Classed.from_json(row).as_row(found.source.code) for row in found.offences]
        class_offences(by=by, source=found.source, rows=rows)


def _check_correction(by: Actor, found: Upload, corrects: Batch | None, correction: str) -> None:
    """Only as many rows can be added to an import as it lacks: a whole file would count twice."""
    if corrects is not None and not may_decide(by, Permission.IMPORT_EVIDENCE, corrects):
        raise BadInput.at(
            _("this file"),
            _("Somebody else brought that import in, of a source that serves every partner."),
            _("Ask them, or whoever coordinates the programme, to correct it."),
        )
    if corrects is None or correction != "adds":
        return
    lacking = uploads.still_wrong(corrects)
    if found.look["read"] > lacking:
        raise BadInput.at(
            _("this file"),
            _("It has %(read)s rows, but of that import only %(lacking)s were rejected.")
            % {"read": found.look["read"], "lacking": lacking},
            _("Say that it is the whole file again: then it takes the place of that import."),
        )


def _edition() -> str:
    found = programme.edition_on(programme.today())
    return found.code if found else ""


def _source_code(found: Upload) -> str:
    return found.source.code if found.source else str(found.about.get("code", ""))


def _journal(by: Actor, did: str, found: Upload, data: dict[str, Any]) -> None:
    _journal_id(by.id, did, found, data)


def _journal_id(by: str, did: str, found: Upload, data: dict[str, Any]) -> None:
    journal.write(who=by, did=did, kind="upload", subject=str(found.pk), data=data)
