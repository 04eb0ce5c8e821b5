"""Cases to try: a team of one agency accompanies young people of its register, who do not exist."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import numpy as np
from django.db import transaction
from numpy.random import Generator

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.cases import actions, actions_review, actions_screening, queries
from convive.domain.cases.actions_screening import Said
from convive.domain.cases.vocabulary import Answer, Doer, Need, Reason, Verdict
from convive.domain.people import queries as people
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme


def accompany(*, works: Actor, supervises: Actor) -> None:
    """Open rules.CASES cases as a team does, and leave each where somebody has to do something."""
    today = programme.today()
    draw = np.random.default_rng(rules.SEED + 8)
    rows = people.people_visible_to(works).order_by("pk").iterator()
    young = (row for row in rows if people.age_band(row, today) in rules.COURSE_AGES)
    whom = (row.code for row in young if people.agrees(row, Purpose.SERVICES))
    for number, person in enumerate(islice(whom, rules.CASES)):
        with transaction.atomic():
            _accompany(number, person, works, supervises, today, draw)


def _accompany(
    number: int, person: str, works: Actor, supervises: Actor, today: date, draw: Generator
) -> None:
    worker, supervisor = (programme.account_of(each) for each in (works, supervises))
    assert worker is not None and supervisor is not None
    needs = [str(need) for need in draw.choice(Need.values, rules.CASE_NEEDS, replace=False)]
    case = actions.open_case(
        by=works,
        person=person,
        worker=worker.pk,
        supervisor=supervisor.pk,
        reason="Muestra: nadie vive lo que aquí se escribe.",
        needs=needs,
    ).code
    actions_screening.screen(
        by=works,
        case=case,
        on=today,
        said={row.code: Said(str(draw.choice(Answer.values))) for row in queries.factors()},
        tier=str(draw.choice([row.code for row in queries.tiers()])),
        why="Muestra: elegido al azar.",
    )
    goal = actions.set_goal(by=works, case=case, words="Muestra: volver a estudiar este año")
    actions.add_step(
        by=works,
        case=case,
        goal=goal.code,
        words="Muestra: ir juntos al colegio a preguntar por la matrícula",
        who=Doer.TEAM.value,
        due=today + timedelta(days=number),
    )
    actions_review.ask_review(by=works, case=case)
    _review(number, case, works, supervises)


def _review(number: int, case: str, works: Actor, supervises: Actor) -> None:
    """Of the first, one after the other: asked, agreed, sent back, to be closed; then agreed."""
    kind = number % 4 if number < rules.TO_BE_DONE else 1
    if kind == 0:
        return
    if kind == 2:
        words, asks = "Muestra: falta acordarlo con la familia", Verdict.CHANGES.value
        actions_review.review(by=supervises, case=case, verdict=asks, words=words)
        return
    actions_review.review(by=supervises, case=case, verdict=Verdict.AGREES.value)
    if kind == 3:
        actions_review.propose_closure(by=works, case=case, reason=Reason.MET.value)
