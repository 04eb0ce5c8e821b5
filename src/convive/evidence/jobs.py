"""What the worker does for the evidence: it brings in the files of the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.evidence import actions, actions_uploads
from convive.evidence.desk import uploads
from convive.evidence.desk.look import named
from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Upload
from convive.evidence.sent import Sent
from convive.evidence.spec import from_json
from convive.kernel import jobs
from convive.kernel.errors import BadInput, ConviveError, NotAllowed, Problem


def _ended(job: jobs.Job) -> None:
    """The job ended without its function: stopped before it began, or its worker died twice."""
    number = int(job.arguments["upload"])
    if job.state == jobs.Job.State.CANCELLED:
        actions_uploads.stopped(by=job.ordered_by, number=number)
    else:
        problems = [Problem(**problem) for problem in job.problems]
        actions_uploads.failed(by="worker", number=number, problems=problems)


@jobs.kind(
    actions_uploads.IMPORT, title=gettext_lazy("Import of a file"), idempotent=True, ended=_ended
)
def bring_in(running: jobs.Running, *, upload: int) -> dict[str, Any]:
    """Bring in a file of the desk, as the person who ordered it and with their rights of today.

    Begun once more after its worker died, it finds the batch that was made, or makes it.
    """
    found = uploads.upload(upload)
    if found is None or found.state != Upload.State.SENT or found.source is None:
        return {}
    total = found.size

    def tell(phase: str, done: int) -> None:
        if phase != "done":  # by then it has happened: nobody can stop it any more
            running.progress(phase, done, total if phase in ("hash", "decode") else None)

    try:
        receipt = actions.import_file(
            by=_actor(running.by),
            source=found.source.code,
            path=found.path,
            vintage=found.vintage,
            corrects=found.corrects_id or "",
            correction=found.correction,
            sent=Sent(found.file_name, _document(found), _reading(found)),
            on_progress=tell,
        )
    except jobs.Cancelled:
        actions_uploads.stopped(by=running.by, number=upload)
        raise
    except BadInput as error:
        problems = [named(problem, found.path, found.file_name) for problem in error.problems]
        actions_uploads.failed(by="worker", number=upload, problems=problems)
        raise
    except ConviveError:
        actions_uploads.failed(by="worker", number=upload, problems=[_not_allowed()])
        raise
    except Exception:
        actions_uploads.failed(by="worker", number=upload, problems=[_broken()])
        raise
    actions_uploads.finished(by=running.by, number=upload, batch=receipt.batch)
    return {"batch": receipt.batch, "accepted": receipt.accepted, "rejected": receipt.rejected}


def _actor(account: str) -> Actor:
    user = programme.account_of(Actor(id=account, label=""))
    if user is None or not user.is_active:
        raise NotAllowed("the account is no longer in use")
    return programme.actor_of(user)


def _document(found: Upload) -> dict[str, str]:
    day = found.document_date
    said = {"number": found.document_number, "date": day.isoformat() if day else ""}
    return {key: value for key, value in said.items() if value}


def _reading(found: Upload) -> SourceSpec | None:
    return from_json(found.spec) if found.is_keyed else None


def _not_allowed() -> Problem:
    return Problem(
        _("the import"),
        _("None of the roles of whoever ordered it permits it any more."),
        _("Ask whoever coordinates the programme."),
    )


def _broken() -> Problem:
    return Problem(
        _("the import"),
        _("Something in Convive failed. The log of the worker says what."),
        _("Bring it in again; if it fails again, tell whoever keeps the system."),
    )
