"""What the access matrix shows on the pages of a count: one that asks every organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.domain.reach.models import Run, RunList


def run(_organisation: str, _district: str) -> dict[str, Any]:
    """A count whose key is being made."""
    found = Run.objects.first()
    if found is None:
        now, today = timezone.now(), programme.today()
        found = Run.objects.create(
            start=today,
            end=today,
            due=today + timedelta(days=14),
            opened_by="user:0",
            opened_at=now,
            moved_at=now,
        )
        for body in Organisation.objects.exclude(is_funder=True):
            RunList.objects.create(run=found, organisation=body)
    return {"number": found.pk}


def asked(organisation: str) -> dict[str, Any]:
    """What it asks an organisation for; of one that only pays, a neighbour's."""
    number = run("", "")["number"]
    is_asked = RunList.objects.filter(run=number, organisation__code=organisation).exists()
    return {"number": number, "organisation": organisation if is_asked else "unodc"}
