"""Every read of the desk's uploads: whose they are, who may open them, what comes next."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.evidence.models import Batch, Source, Upload
from convive.evidence.queries import batches
from convive.kernel import jobs
from convive.kernel.jobs import Job

State = Upload.State


def upload(number: int) -> Upload | None:
    """The upload of this number, with all that its pages show."""
    return _rows().filter(pk=number).first()


def name_of(found: Upload) -> str:
    """The series that the file belongs to."""
    if found.source:
        return str(found.source.name)
    return str(found.about.get("name_es", ""))


def scope_of(found: Upload) -> Scope:
    return Scope(organisation=found.organisation.code if found.organisation else None)


def may_open(who: Actor, found: Upload) -> bool:
    """Whoever uploaded it, and colleagues who bring in evidence for the same organisation.

    Of one that is no organisation's: those who bring in evidence for the whole programme.
    """
    if not may(who, Permission.IMPORT_EVIDENCE, scope_of(found)):
        return False
    return (
        who.is_system
        or found.uploaded_by == who.id
        or found.organisation is not None
        or serves_all(who, Permission.IMPORT_EVIDENCE)
    )


def serves_all(who: Actor, permission: Permission) -> bool:
    """Whether this right of theirs holds for every organisation."""
    return who.is_system or any(g.organisations is None for g in who.grants_with(permission))


def organisations_of(who: Actor, permission: Permission) -> list[Organisation]:
    """The organisations for which somebody may do this."""
    rows = programme.organisations().order_by("name_es")
    return [row for row in rows if may(who, permission, Scope(organisation=row.code))]


def own_organisation(who: Actor) -> Organisation | None:
    """The one organisation for which somebody brings in evidence, if it is one."""
    if serves_all(who, Permission.IMPORT_EVIDENCE):
        return None
    rows = organisations_of(who, Permission.IMPORT_EVIDENCE)
    return rows[0] if len(rows) == 1 else None


def sources_for(who: Actor) -> list[Source]:
    """The sources of which somebody may bring in files, one's own organisation's first."""
    rows = Source.objects.select_related("owner").filter(retired_on=None)
    mine = own_organisation(who)
    return sorted(
        (row for row in rows if may(who, Permission.IMPORT_EVIDENCE, _of(row))),
        key=lambda row: (mine is None or row.owner != mine, row.name),
    )


def visible_to(who: Actor, *, unfinished: bool = True) -> list[Upload]:
    """The uploads that this person may open, the latest first."""
    rows = _light().exclude(state=State.DONE) if unfinished else _light()
    return [row for row in rows if may_open(who, row)]


def mine(account: str) -> QuerySet[Upload]:
    """What stands unfinished under the name of this actor."""
    return _light().filter(uploaded_by=account).exclude(state=State.DONE)


def untouched_since(moment: datetime) -> QuerySet[Upload]:
    """Uploads that were begun and left: nobody has worked on them since.

    The file of a confirmed table is not among them: two people stand behind it.
    """
    left = _rows().filter(state__in=[State.DRAFT, State.FAILED], is_keyed=False)
    return left.filter(moved_at__lt=moment)


def job_of(found: Upload) -> Job | None:
    return jobs.get(found.job) if found.job else None


def is_under_way(found: Upload, job: Job | None) -> bool:
    """Whether a worker is at it or will be: then nobody may change anything."""
    return found.state == State.SENT and job is not None and job.is_waited_for and not job.is_stuck


def overlapping(found: Upload) -> list[Batch]:
    """Earlier imports of its source that speak of the same days, the latest first."""
    first, last = found.look.get("first_day"), found.look.get("last_day")
    if found.source is None or not (first and last):
        return []
    rows = batches(found.source.code).filter(visible=True)
    if found.look.get("is_part"):  # what comes after the part that was looked at, nobody knows
        return list(rows)
    return list(rows.filter(Q(first_day__lte=last, last_day__gte=first)))


def still_wrong(batch: Batch) -> int:
    """How many rejected rows of an import no later one has brought in."""
    mended = batch.corrections.filter(correction="adds", visible=True)
    return max(0, batch.rejected - sum(row.accepted for row in mended))


def _rows() -> QuerySet[Upload]:
    return Upload.objects.select_related(
        "organisation", "source", "source__owner", "corrects", "batch", "keyed_table"
    )


def _light() -> QuerySet[Upload]:
    """Without what only the pages of one upload show."""
    return _rows().defer("suggestion", "look", "choices", "offences", "spec")


def _of(row: Source) -> Scope:
    return Scope(organisation=row.owner.code if row.owner else None)
