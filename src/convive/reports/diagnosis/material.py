"""Reads everything that a diagnosis is made of, once: profiles, people, survey, partners, plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory import estimates
from convive.domain.observatory import queries as observatory
from convive.domain.observatory.models import Analysis
from convive.domain.plans import queries as plans
from convive.domain.plans.models import Indicator
from convive.domain.plans.queries import Branch
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import Estimate, SourceView
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.reports import queries
from convive.reports.orders import Order
from convive.reports.reads import Read, read_all


@dataclass(frozen=True)
class Aim:
    """An objective of the plan, with the targets of its indicators."""

    code: str
    name: str
    depth: int
    targets: tuple[Goal, ...]


@dataclass(frozen=True)
class Goal:
    """What an indicator should reach: its numbers already written."""

    name: str
    place: str
    baseline: str
    value: str
    due: date


@dataclass(frozen=True)
class Answer:
    """What a survey says, published or estimated here, for this place or the nearest above."""

    question: str
    place: str
    unit: str
    estimate: Estimate
    source: str


@dataclass(frozen=True)
class Material:
    """All that the chapter says, before it is put into blocks.

    reads : one for each source of records, those counted apart last.
    views : every source of the same family (sample or real), read or not.
    answered : questions of where and when, answered from today's evidence of the sources that were
    read. confirmed : numbers of those that a second person stands by.
    """

    order: Order
    place: Place
    province: str
    purpose: str
    reads: tuple[Read, ...]
    views: tuple[SourceView, ...]
    people: tuple[queries.PeopleRow, ...]
    answers: tuple[Answer, ...]
    partners: tuple[queries.Partner, ...]
    promises: tuple[queries.Promise, ...]
    plan: str
    aims: tuple[Aim, ...]
    answered: tuple[Analysis, ...]
    confirmed: frozenset[int]
    is_sample: bool
    as_of: date

    @property
    def main(self) -> Read:
        """What the head of the chapter is about."""
        return self.reads[0]

    @property
    def batches(self) -> tuple[str, ...]:
        """Numbers of the imports that were read."""
        codes = {source.code for read in self.reads for source in read.profile.sources}
        answering = {answer.source for answer in self.answers}
        codes |= {view.code for view in self.views if view.name in answering}
        return tuple(number for code in sorted(codes) for number in evidence.batch_ids(code))


def gather(order: Order) -> Material:
    """Read it all, in the active language.

    Raises BadInput for an unknown place or source, Refused where no source has records of the
    place in the period: a document about nothing is not made.
    """
    place = programme.place(order.place)
    reads = read_all(order, place)
    is_sample = reads[0].profile.is_sample
    views = tuple(view for view in evidence.sources() if view.is_sample == is_sample)
    one = programme.programme()
    codes = [read.view.code for read in reads]
    answered = tuple(observatory.answered_for(place, order.period, codes))
    plan = plans.plans().filter(district=place).first() or plans.plan()
    return Material(
        order=order,
        place=place,
        province=observatory.province_of(place).name,
        purpose=one.purpose if one else "",
        reads=reads,
        views=views,
        people=queries.people(place, order.period),
        answers=tuple(_answers(place, order.period, views)),
        partners=queries.partners(),
        promises=queries.promises(place),
        plan=plan.name if plan else "",
        aims=tuple(_aims(plans.plan_tree(plan), _measured_in(place))) if plan else (),
        answered=answered,
        confirmed=observatory.confirmed(answered),
        is_sample=is_sample,
        as_of=max(read.profile.as_of or order.period.end for read in reads),
    )


def _answers(place: Place, period: Period, views: tuple[SourceView, ...]) -> Iterator[Answer]:
    """Every question's latest value in the period, for the nearest place that a survey knows."""
    for view in views:
        if view.shape not in {"survey", "microdata"} or view.coverage is None:
            continue
        for question, where, estimate in estimates.all_latest(view, place, period):
            unit = estimates.unit_of(view, estimate.question)
            yield Answer(question, where, unit, estimate, view.name)


def _measured_in(place: Place) -> list[Place]:
    """Where a target may stand: here, else for the whole programme."""
    try:
        return [place, programme.programme_place()]
    except BadInput:
        return [place]


def _aims(branches: tuple[Branch, ...], places: list[Place], depth: int = 0) -> Iterator[Aim]:
    """Objectives from the top down, without the activities under them."""
    for branch in branches:
        objective = branch.objective
        if objective.level == objective.Level.ACTIVITY:
            continue
        goals = tuple(goal for row in branch.indicators if (goal := _goal(row, places)))
        yield Aim(objective.code, objective.name, depth, goals)
        yield from _aims(branch.below, places, depth + 1)


def _goal(indicator: Indicator, places: list[Place]) -> Goal | None:
    """The target of the first place that has one."""
    found = (plans.target_of(indicator, place) for place in places)
    target = next((target for target in found if target is not None), None)
    version = plans.version_on(indicator, target.due) if target else None
    if target is None or version is None:
        return None
    digits = 0 if version.unit == version.Unit.NUMBER else 1
    return Goal(
        name=version.name,
        place=_("The districts of the programme")
        if target.place == programme.programme_place()
        else target.place.name,
        baseline=words.number(target.baseline, digits),
        value=words.number(target.value, digits),
        due=target.due,
    )
