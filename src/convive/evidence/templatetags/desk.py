"""The desk's parts of pages that show more than the desk: the evidence home, a receipt."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import may
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import actor
from convive.evidence.actions_sources import may_describe
from convive.evidence.desk import uploads
from convive.evidence.desk.forms_upload import CorrectionForm
from convive.evidence.desk.pages import has_rejected_rows, unclassed_of_source
from convive.evidence.keyin import tables as keyin
from convive.evidence.models import Batch, KeyedTable, Upload
from convive.evidence.whose import may_decide
from convive.kernel import words

register = template.Library()


@register.inclusion_tag("evidence/_desk.html", takes_context=True)
def desk(context: Context) -> dict[str, Any]:
    """What this person may bring in, and what they or their colleagues have begun."""
    who = actor(context["request"])
    if not may(who, Permission.IMPORT_EVIDENCE):
        return {"may": False}
    begun = uploads.visible_to(who)
    tables = keyin.visible_to(who)
    names = programme.names_of([*(u.uploaded_by for u in begun), *(t.entered_by for t in tables)])
    return {
        "may": True,
        "uploads": [_upload(row, names) for row in begun],
        "tables": [_table(row, names) for row in tables],
    }


@register.inclusion_tag("evidence/_mend.html", takes_context=True)
def mend(context: Context, batch: Batch) -> dict[str, Any]:
    """How to correct an import and send it again, for whoever may."""
    who = actor(context["request"])
    if not may_decide(who, Permission.IMPORT_EVIDENCE, batch) or not batch.visible:
        return {"may": False}
    return {
        "may": True,
        "batch": batch,
        "form": CorrectionForm(batch),
        "lacking": uploads.still_wrong(batch),
        "has_rows": has_rejected_rows(batch),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def document_of(batch: Batch) -> str:
    """Number and date of the letter that a file came with, as far as they were said."""
    said = batch.notes.get("document", {})
    day = date.fromisoformat(said["date"]) if said.get("date") else None
    return ", ".join(filter(None, [said.get("number", ""), words.day(day) if day else ""]))


@register.simple_tag(takes_context=True)
def classes_link(context: Context, batch: Batch) -> SafeString:
    """The way to class what nobody has classed yet, for whoever may."""
    owner = batch.source.owner
    if not may_describe(actor(context["request"]), owner.code if owner else None):
        return SafeString()
    if not unclassed_of_source(batch.source):
        return SafeString()
    url = reverse("evidence:classes", kwargs={"code": batch.source.code})
    return format_html('<a href="{}">{}</a>', url, _("Say what they are"))


def _upload(row: Upload, names: dict[str, str]) -> dict[str, Any]:
    job = uploads.job_of(row)
    return {
        "row": row,
        "name": uploads.name_of(row),
        "by": names.get(row.uploaded_by, ""),
        "is_under_way": uploads.is_under_way(row, job),
        "why": row.problems[0]["why"] if row.problems else "",
    }


def _table(row: KeyedTable, names: dict[str, str]) -> dict[str, Any]:
    return {"row": row, "name": row.source.name, "by": names.get(row.entered_by, "")}
