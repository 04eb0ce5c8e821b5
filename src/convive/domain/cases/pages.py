"""What the pages of cases show, to the team and the supervisor alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.cases import actions_screening, queries
from convive.domain.cases.models import Case, Goal, Screening, Step
from convive.domain.cases.vocabulary import (
    AIM_NAMES,
    ANSWER_NAMES,
    DOER_NAMES,
    NEED_NAMES,
    PLAN_NAMES,
    REASON_NAMES,
    STATE_NAMES,
    VERDICT_NAMES,
    Plan,
)
from convive.domain.programme import queries as programme


@dataclass(frozen=True)
class Row:
    """A case in a list. name : "" where the person does not agree to be attended."""

    case: Case
    name: str
    state: str | Promise
    plan: str | Promise
    supervises: bool


@dataclass(frozen=True)
class StepRow:
    step: Step
    who: str | Promise
    service: str
    is_late: bool


@dataclass(frozen=True)
class GoalRow:
    goal: Goal
    state: str | Promise
    steps: list[StepRow]


@dataclass(frozen=True)
class Answered:
    """One factor of a screening in words."""

    factor: str
    answer: str | Promise
    view: str
    source: str


def rows(found: Iterable[Case], who: Actor) -> list[Row]:
    every, account = list(found), programme.account_of(who)
    mine = account.pk if account else 0
    agreeing = queries.still_agreeing(every)
    return [
        Row(
            one,
            one.whom.name if one.pk in agreeing else "",
            STATE_NAMES[one.state],
            PLAN_NAMES[one.plan],
            one.supervisor_id == mine,
        )
        for one in every
    ]


def head(found: Case, who: Actor) -> dict[str, Any]:
    """What every page of a case shows. shown : whether its content may be: the person agrees."""
    return {
        "case": found,
        "person": found.whom,
        "shown": queries.agrees(found),
        "state": STATE_NAMES[found.state],
        "works": queries.is_of_team(who, found),
        "supervises": queries.is_supervisor(who, found),
    }


def case(found: Case, who: Actor) -> dict[str, Any]:
    """The page of a case. Where the person does not agree, nothing but who works on it."""
    context = head(found, who) | {
        "team": list(found.team.order_by("name")),
        "plan": PLAN_NAMES[found.plan],
        "plan_step": {Plan.DRAFT: 1, Plan.ASKED: 2, Plan.CHANGES: 2, Plan.AGREED: 3}[
            Plan(found.plan)
        ],
        "can_ask": found.plan in (Plan.DRAFT, Plan.CHANGES),
        "closure": queries.open_closure(found),
        "stays": [(stay, _reason(stay.reason)) for stay in found.stays.all()],
    }
    if context["closure"]:
        context["closure_reason"] = REASON_NAMES[context["closure"].reason]
    if not context["shown"]:
        return context
    notes, reviews = list(found.notes.all()), list(found.reviews.all())
    closures = list(found.closures.exclude(decided_at=None))
    names = programme.names_of(
        [row.written_by for row in notes]
        + [row.said_by for row in reviews]
        + [row.decided_by for row in closures]
    )
    return context | {
        "needs": [NEED_NAMES[code] for code in found.needs.split()],
        "goals": _goals(found),
        "notes": [(row, names.get(row.written_by, "")) for row in notes],
        "reviews": [
            (row, VERDICT_NAMES[row.verdict], names.get(row.said_by, "")) for row in reviews
        ],
        "closures": [
            (row, REASON_NAMES[row.reason], names.get(row.decided_by, "")) for row in closures
        ],
        "tier": _tier(found.tier),
        "screens": bool(queries.tiers()),
    }


def screening(found: Case, who: Actor) -> dict[str, Any]:
    """Every screening of a case, factor by factor as the pack lists them. Nothing is added up."""
    made = list(queries.screenings(found))
    names = programme.names_of(row.made_by for row in made)
    return head(found, who) | {
        "screenings": [
            {
                "on": row.on,
                "by": names.get(row.made_by, ""),
                "tier": _tier(row.tier),
                "why": row.why,
                "parts": _answered(row),
            }
            for row in made
        ]
    }


def _answered(found: Screening) -> list[tuple[str, list[Answered]]]:
    """Protective factors first, then the others; within each, the order of the pack."""
    said = actions_screening.answers(found)
    parts: dict[str, list[Answered]] = {_("What protects"): [], _("What weighs"): []}
    for factor in queries.factors():
        if (one := said.get(factor.code)) is not None:
            title = _("What protects") if factor.data["kind"] == "protective" else _("What weighs")
            answer = ANSWER_NAMES[one.answer]
            parts[title].append(Answered(factor.name, answer, one.view, factor.data["source"]))
    return list(parts.items())


def _goals(found: Case) -> list[GoalRow]:
    services, today = queries.service_names(), programme.today()
    return [
        GoalRow(
            goal,
            AIM_NAMES[goal.state],
            [
                StepRow(
                    step,
                    DOER_NAMES[step.who],
                    services.get(step.service, ""),
                    step.done_on is None and step.due < today,
                )
                for step in goal.steps.all()
            ],
        )
        for goal in found.goals.prefetch_related("steps")
    ]


def _tier(code: str) -> str:
    return next((row.name for row in queries.tiers() if row.code == code), "")


def _reason(code: str) -> str | Promise:
    return REASON_NAMES[code] if code else ""
