"""The sheet of a session on paper, and read back from a photo or scan of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.domain.programme.guard import actor, opens
from convive.domain.services import pages, queries, readback, sheets
from convive.domain.services.forms import RollForm
from convive.domain.services.forms_sheets import SheetsForm
from convive.domain.services.serving import activity_of, activity_scope, session_of
from convive.kernel import downloads
from convive.kernel.errors import BadInput
from convive.kernel.forms import say


@opens(Permission.SEE_SERVICES, scope=activity_scope)
def paper(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The sheet of a session, to be printed, ticked and read back."""
    one = session_of(activity_of(request, code), number)
    try:
        content = sheets.pdf(one)
    except BadInput as error:
        say(request, error)
        return redirect("services:sheet", code=code)
    name = _("sheet") + f"-{code}-{one.day.isoformat()}.pdf"
    return downloads.answer(downloads.report(name, content), shown=True)


@opens(Permission.KEEP_SERVICES, scope=activity_scope)
def read(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Read sheets back: what they say is chosen on the list of the session, and not yet saved."""
    found = activity_of(request, code)
    one = session_of(found, number)
    form = SheetsForm(request if request.method == "POST" else None)
    context = {"form": form, "activity": found, "session": one}
    if form.is_valid():
        try:
            proposal = readback.read_of(actor(request), one, form.contents())
        except BadInput as error:
            form.tell(error)
        else:
            roll = pages.roll(one)
            return render(
                request,
                "services/proposal.html",
                context
                | {
                    "form": RollForm(None, rows=roll, now=queries.attendance(one), read=proposal),
                    "said": proposal.said(),
                },
            )
    return render(request, "services/read_sheet.html", context, status=422 if form.errors else 200)
