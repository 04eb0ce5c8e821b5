"""Every write of reports: asked for, being made, made, failed."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.observatory import queries as observatory
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.home import replace_file
from convive.reports import diagnosis
from convive.reports.models import Report
from convive.reports.orders import Made, Order

State = Report.State


@transaction.atomic
def ask(*, by: Actor, order: Order) -> Report:
    """Order a report. It is made by the worker; whoever asked may leave."""
    place = programme.place(order.place)
    _require(by, order, place)
    now = timezone.now()
    report = Report.objects.create(
        kind=Report.Kind.DIAGNOSIS,
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
    _enqueue(report)
    return report


@transaction.atomic
def ask_again(*, by: Actor, report: Report) -> None:
    """Order a report once more that failed, or whose worker was lost."""
    locked = Report.objects.select_for_update().get(pk=report.pk)
    _require(by, order_of(locked), locked.place)
    if not locked.can_be_asked_again:
        raise BadInput.at(
            _("report %(number)s") % {"number": locked.pk},
            _("It is being made, or it is ready."),
            _("Reload the page."),
        )
    _move(locked, State.QUEUED)
    _journal(by, "report.asked-again", locked)
    _enqueue(locked)


def make(*, by: Actor, number: int) -> Report:
    """Make the report that waits under this number, in the worker.

    One that does not wait is left alone: a second task for the same report does nothing. What goes
    wrong is kept with the report, in words, before it is raised again.
    """
    found = Report.objects.select_related("place").get(pk=number)
    order = order_of(found)
    _require(by, order, found.place)
    report = _take(by, number)
    if report is None:
        return found
    try:
        made = diagnosis.make(order)
        _finish(by, report, made)
    except BadInput as error:
        _fail(by, report, " ".join(f"{p.why} {p.remedy}".strip() for p in error.problems))
    except Exception:
        with override(order.language):
            _fail(by, report, _("Something in Convive failed. The log of the worker says what."))
        raise
    return report


def print_now(*, by: Actor, order: Order, out: Path) -> Made:
    """Make a report at once and write it to a file of its own, in one step."""
    _require(by, order, programme.place(order.place))
    if not out.parent.is_dir():
        raise BadInput.at(out, _("There is no such folder."), _("Make it, or name another."))
    made = diagnosis.make(order)
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
    )


def _require(by: Actor, order: Order, place: Place) -> None:
    """Exact numbers are for those who may see the evidence itself."""
    scope = observatory.scope(place)
    require(by, Permission.MAKE_REPORT, scope)
    if order.internal:
        require(by, Permission.SEE_EVIDENCE, scope)


@transaction.atomic
def _take(by: Actor, number: int) -> Report | None:
    """The report, now running; None if it does not wait."""
    report = Report.objects.select_for_update(of=("self",)).select_related("place").get(pk=number)
    if report.state != State.QUEUED:
        return None
    _move(report, State.RUNNING)
    _journal(by, "report.started", report)
    return report


@transaction.atomic
def _finish(by: Actor, report: Report, made: Made) -> None:
    report.file_hash = made.sha256
    report.pages = made.pages
    report.is_sample = made.is_sample
    replace_file(Path(report.path), made.pdf)
    _move(report, State.DONE)
    _journal(by, "report.made", report)


@transaction.atomic
def _fail(by: Actor, report: Report, reason: str) -> None:
    report.file_hash = ""
    report.reason = reason
    _move(report, State.FAILED)
    _journal(by, "report.failed", report)


def _move(report: Report, state: Report.State) -> None:
    report.state = state
    report.moved_at = timezone.now()
    if state != State.FAILED:
        report.reason = ""
    report.save()


def _enqueue(report: Report) -> None:
    """In the same transaction: the order and its task stand or fall together."""
    from convive.reports.tasks import make_report  # the task calls make() above

    make_report.enqueue(report.pk)


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
    }
