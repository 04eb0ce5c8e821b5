"""The write of a screening: a person answers factor by factor, and a person chooses the tier.

Nothing here counts, adds or ranks answers, and nothing proposes a tier.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.cases import held, queries, rules
from convive.domain.cases.models import Case, Screening
from convive.domain.cases.vocabulary import Answer
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput


@dataclass(frozen=True)
class Said:
    """An answer to one factor, and what the person themselves says of it."""

    answer: str = Answer.UNKNOWN.value
    view: str = ""


@transaction.atomic
def screen(
    *, by: Actor, case: str, on: date, said: Mapping[str, Said], tier: str, why: str
) -> Screening:
    """What was found on a day. said : by factor of the pack; one that is left out is not known.

    tier : chosen by whoever screens. why : their reason, in words.
    """
    found = held.require_team(by, case)
    today = programme.today()
    last = found.screenings.first()
    if on > today or (last is not None and on < last.on):
        raise BadInput.at(
            "on",
            _("This day is still to come, or before the last screening."),
            _("Write the day on which you spoke."),
        )
    tiers = {row.code: row for row in queries.tiers()}
    held.chosen("tier", tier, tiers)
    made = Screening.objects.create(
        case=found,
        on=on,
        answers=_as_text(said),
        tier=tier,
        why=held.filled("why", why, held.NOTE),
        made_by=by.id,
    )
    found.tier = tier
    found.screen_by = rules.months_later(on, tiers[tier].data["rescreen_months"])
    found.save()
    _journal(by, "cases.screened", found, on=on.isoformat())
    return made


def answers(found: Screening) -> dict[str, Said]:
    """What a screening says, by factor."""
    kept = json.loads(found.answers) if found.answers else {}
    return {factor: Said(*each) for factor, each in kept.items()}


def _as_text(said: Mapping[str, Said]) -> str:
    kept = {}
    for factor in queries.factors():
        one = said.get(factor.code, Said())
        held.chosen(factor.code, one.answer, Answer.values)
        kept[factor.code] = [one.answer, held.short(factor.code, one.view, held.LINE)]
    return json.dumps(kept, ensure_ascii=False)


def _journal(by: Actor, did: str, found: Case, **data: Any) -> None:
    journal.write(who=by.id, did=did, kind="case", subject=found.code, data=data)
