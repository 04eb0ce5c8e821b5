"""Pages on which an import is taken out of every figure, with the reason, and put back."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from convive.access.permissions import Permission
from convive.access.rules import Scope
from convive.domain.programme.guard import actor, opens
from convive.evidence import actions_withdraw
from convive.evidence.actions_withdraw import LEAST, MOST
from convive.evidence.models import Batch, Withdrawal
from convive.evidence.quality.views import batch_of, of_batch
from convive.evidence.whose import require_deciding
from convive.kernel.errors import BadInput
from convive.kernel.forms import LongText, tell


class ReasonForm(forms.Form):
    why = LongText(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "Say what is wrong with the file, without names of people. It is shown wherever the "
            "import was used."
        ),
        min_length=LEAST,
        max_length=MOST,
        error_messages={
            "required": gettext_lazy("Say why: who reads a figure later must be able to know."),
            "min_length": gettext_lazy("Say a little more, so that it is understood in a year."),
        },
    )


def _of_batch(request: HttpRequest, number: str) -> Scope:
    require_deciding(actor(request), Permission.WITHDRAW_EVIDENCE, batch_of(number))
    return of_batch(request, number)


@opens(Permission.WITHDRAW_EVIDENCE, scope=_of_batch)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the reason; sent, the import no longer counts."""
    batch = batch_of(number)
    if not batch.visible:
        return redirect("evidence:batch", number=batch.pk)
    told = _("Withdrawn: no figure reads it any more.")
    return _act(request, batch, actions_withdraw.withdraw_batch, told, "evidence/withdraw.html")


@opens(Permission.WITHDRAW_EVIDENCE, scope=_of_batch)
def restore(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the reason; sent, the import counts again."""
    batch = batch_of(number)
    if batch.visible:
        return redirect("evidence:batch", number=batch.pk)
    told = _("Put back: figures read it again.")
    return _act(request, batch, actions_withdraw.restore_batch, told, "evidence/restore.html")


def _act(
    request: HttpRequest, batch: Batch, act: Callable[..., Withdrawal], told: str, template: str
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            act(by=actor(request), batch=batch.pk, why=form.cleaned_data["why"])
        except BadInput as error:
            tell(form, error)
        else:
            messages.success(request, told)
            return redirect("evidence:batch", number=batch.pk)
    context = {
        "form": form,
        "batch": batch,
        "withdrawal": batch.withdrawal,
        "is_sample": batch.source.is_sample,
    }
    return render(request, template, context, status=422 if form.errors else 200)
