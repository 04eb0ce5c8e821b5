"""Pages of upkeep: backups, how long data are kept, and the work that runs."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from convive.access.permissions import Permission
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor, opens
from convive.kernel import jobs
from convive.kernel.errors import BadInput
from convive.upkeep import actions, queries

PER_PAGE = 50
_SHOWN = 10


@opens(Permission.SEE_UPKEEP)
def home(request: HttpRequest) -> HttpResponse:
    """The last backup, what is kept how long, and whether a worker is at work."""
    seen, last = jobs.worker_seen_at(), queries.last_backup()
    context = {
        "set_up": queries.is_backup_set_up(),
        "overdue": queries.is_backup_overdue(),
        "last": last,
        "gone": last is not None and not queries.is_there(last),
        "tried": not queries.is_trial_due(),
        "verified": queries.last_verified(),
        "backups": queries.backups()[:_SHOWN],
        "work": queries.work_of(actions.BACKUP),
        "kept": queries.kept(),
        "worker_seen": seen,
        "worker_lives": seen is not None and timezone.now() - seen <= jobs.Job.PATIENCE,
    }
    return render(request, "upkeep/home.html", context)


@require_POST
@opens(Permission.KEEP_SYSTEM)
def back_up(request: HttpRequest) -> HttpResponse:
    """Order a backup now."""
    try:
        actions.order_backup(by=actor(request))
    except BadInput as error:
        messages.error(request, f"{error.problems[0].why} {error.problems[0].remedy}")
    else:
        messages.success(request, _("A backup is ordered. You can leave this page."))
    return redirect("upkeep:home")


@opens(Permission.SEE_UPKEEP)
def job_list(request: HttpRequest) -> HttpResponse:
    """All work that was ordered, the newest first."""
    page = Paginator(queries.all_jobs(), PER_PAGE).get_page(request.GET.get("page"))
    names = programme.names_of(job.ordered_by for job in page.object_list)
    rows = [
        (job, jobs.title_of(job.kind), names.get(job.ordered_by, _("the system itself")))
        for job in page.object_list
    ]
    return render(request, "upkeep/jobs.html", {"page": page, "rows": rows})


@require_POST
@opens(Permission.KEEP_SYSTEM)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Ask one of them to stop."""
    try:
        job = actions.stop_job(by=actor(request), job=number)
    except jobs.Job.DoesNotExist:
        raise Http404 from None
    if job.is_waited_for:
        messages.success(request, _("It was asked to stop, and stops at its next step."))
    return redirect("upkeep:jobs")
