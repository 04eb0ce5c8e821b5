"""Every write of reports: asked for, begun, made, failed."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.observatory import queries as observatory
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.kernel import jobs, journal
from convive.kernel.errors import BadInput
from convive.kernel.home import replace_file
from convive.kernel.texts import LANGUAGES
from convive.reports import brief, diagnosis, queries, reach
from convive.reports.models import Report
from convive.reports.orders import Kind, Made, Order

KIND = "reports.make"
_MAKERS = {Kind.DIAGNOSIS: diagnosis.make, Kind.BRIEF: brief.make, Kind.REACH: reach.make}


@transaction.atomic
def ask(*, by: Actor, order: Order) -> Report:
    """Order a report. It is made by the worker; whoever asked may leave."""
    place = programme.place(order.place)
    _require(by, order, place)
    now = timezone.now()
    report = Report.objects.create(
        kind=order.kind,
        place=place,
        start=order.period.start,
        end=order.period.end,
        language=order.language,
        source=order.source,
        internal=order.internal,
        requested_by=by.id,
        requested_at=now,
        moved_at=now,
    )
    _journal(by, "report.asked", report)
    _order(by, report)
    return report


def ask_briefs(*, by: Actor) -> list[Report]:
    """Order the brief of each district's latest month, in each language, where there is none."""
    asked: list[Report] = []
    for place in programme.districts():
        month = queries.latest_month(place)
        if month is None:
            continue
        missing = [each for each in LANGUAGES if not queries.has_brief(place, month, each)]
        asked += [
            ask(by=by, order=Order(place.ref, month, language, kind=Kind.BRIEF))
            for language in missing
        ]
    return asked


@transaction.atomic
def ask_again(*, by: Actor, report: Report) -> None:
    """Order a report once more that failed, or whose worker was lost."""
    locked = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    _require(by, order_of(locked), locked.place)
    if not locked.can_be_asked_again:
        raise BadInput.at(
            _("report %(number)s") % {"number": locked.pk},
            _("It is being made, or it is ready."),
            _("Reload the page."),
        )
    if locked.job_id:
        jobs.cancel(locked.job_id, by=by.id)  # should its worker live after all
    locked.moved_at = timezone.now()
    _journal(by, "report.asked-again", locked)
    _order(by, locked)


def make(*, by: Actor, number: int) -> Report:
    """Make the report of this number, in the worker.

    One that is made is left alone. Raises BadInput where it cannot be made.
    """
    report = Report.objects.select_related("place").get(pk=number)
    order = order_of(report)
    _require(by, order, report.place)
    if report.file_hash:
        return report
    _step(by, report, "report.started")
    try:
        _finish(by, report, _MAKERS[order.kind](order))
    except Exception:
        report.file_hash = ""
        _step(by, report, "report.failed")
        raise
    return report


def print_now(*, by: Actor, order: Order, out: Path) -> Made:
    """Make a report at once and write it to a file of its own, in one step."""
    _require(by, order, programme.place(order.place))
    if not out.parent.is_dir():
        raise BadInput.at(out, _("There is no such folder."), _("Make it, or name another."))
    made = _MAKERS[order.kind](order)
    replace_file(out, made.pdf)
    with transaction.atomic():
        journal.write(
            who=by.id,
            did="report.printed",
            kind="place",
            subject=order.place,
            data=_what(order) | {"sha256": made.sha256},
        )
    return made


def order_of(report: Report) -> Order:
    return Order(
        place=report.place.ref,
        period=report.period,
        language=report.language,
        source=report.source,
        internal=report.internal,
        kind=Kind(report.kind),
    )


def _require(by: Actor, order: Order, place: Place) -> None:
    """Exact numbers are for those who may see the evidence itself."""
    scope = observatory.scope(place)
    require(by, Permission.MAKE_REPORT, scope)
    if order.internal:
        observatory.require_exact(by, Permission.SEE_EVIDENCE, place)


@transaction.atomic
def _step(by: Actor, report: Report, did: str) -> None:
    _journal(by, did, report)


@transaction.atomic
def _finish(by: Actor, report: Report, made: Made) -> None:
    report.file_hash = made.sha256
    report.pages = made.pages
    report.is_sample = made.is_sample
    report.batches = list(made.batches)
    report.moved_at = timezone.now()
    replace_file(Path(report.path), made.pdf)
    report.save(update_fields=["file_hash", "pages", "is_sample", "batches", "moved_at"])
    _journal(by, "report.made", report)


def _order(by: Actor, report: Report) -> None:
    report.job = jobs.order(KIND, by=by.id, subject=f"report:{report.pk}", report=report.pk)
    report.save(update_fields=["job", "moved_at"])


def _journal(by: Actor, did: str, report: Report) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="report",
        subject=str(report.pk),
        data=_what(order_of(report)) | ({"sha256": report.file_hash} if report.file_hash else {}),
    )


def _what(order: Order) -> dict[str, str | bool]:
    return {
        "place": order.place,
        "period": order.period.code,
        "language": order.language,
        "source": order.source,
        "internal": order.internal,
        "kind": order.kind.value,
    }
